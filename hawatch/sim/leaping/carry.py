"""A value that went on evenly, some time later: linear in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

import msgspec

from hawatch.model.moment import Moment

T = TypeVar("T")

EVENLY = 0.2
"""How far a reading may be from the time that passed, as a share of that time."""


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """How far it went on: seconds from the later of the two looks that are known.

    apart: the seconds between those two.
    """

    apart: float
    seconds: float


def carried(before: T, after: T, course: Course) -> T:
    """Given a value in two looks, return it in a later one, if it goes on like this.

    A moment that moved goes on with time, and so does a number that grew as fast as the
    clock; a count goes on growing as it did; everything else stays.
    """
    return cast(T, _carried(before, after, course))


def alike_but_for_time(one: object, other: object) -> bool:
    """Return whether two values differ in nothing but readings of a clock."""
    if one == other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, Moment) and isinstance(other, Moment):
        return one.boot == other.boot
    if isinstance(one, float):
        return True
    if isinstance(one, msgspec.Struct):
        return all(
            alike_but_for_time(getattr(one, name), getattr(other, name))
            for name in one.__struct_fields__
        )
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(
            alike_but_for_time(one[key], other[key]) for key in one
        )
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(alike_but_for_time, one, other))
    return False


def _carried(before: Any, after: Any, course: Course) -> Any:
    if type(before) is not type(after) or before == after:
        return after
    if isinstance(after, Moment):
        return _later(before, after, course)
    if isinstance(after, msgspec.Struct):
        return _carried_struct(before, after, course)
    if isinstance(after, Mapping):
        if before.keys() != after.keys():
            return after
        return {key: _carried(before[key], after[key], course) for key in after}
    if isinstance(after, tuple):
        if len(before) != len(after):
            return after
        return tuple(
            _carried(one, other, course)
            for one, other in zip(before, after, strict=True)
        )
    if isinstance(after, float):
        even = abs(after - before - course.apart) <= EVENLY * course.apart
        return after + course.seconds if even else after
    if isinstance(after, int) and not isinstance(after, bool):
        return after + round((after - before) * course.seconds / course.apart)
    return after


def _carried_struct(before: Any, after: Any, course: Course) -> Any:
    changed = {}
    for name in after.__struct_fields__:
        old, new = getattr(before, name), getattr(after, name)
        now = _carried(old, new, course)
        if now is not new:
            changed[name] = now
    return msgspec.structs.replace(after, **changed) if changed else after


def _later(before: Moment, after: Moment, course: Course) -> Moment:
    if before.boot != after.boot:
        return after
    return Moment(
        wall=after.wall + course.seconds,
        monotonic=after.monotonic + course.seconds,
        boot=after.boot,
    )
