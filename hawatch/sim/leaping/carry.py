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


def timeless(value: object) -> object:
    """Return a value as plain data without its clocks, to compare two looks."""
    if isinstance(value, Moment):
        return value.boot
    if isinstance(value, float):
        return 0.0
    if isinstance(value, msgspec.Struct):
        return (type(value), *(timeless(part) for part in _parts(value)))
    if isinstance(value, Mapping):
        return {key: timeless(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return tuple(timeless(part) for part in value)
    return value


def _parts(value: msgspec.Struct) -> list[Any]:
    return [getattr(value, name) for name in value.__struct_fields__]


def _carried(before: Any, after: Any, course: Course) -> Any:
    if before is after or type(before) is not type(after):
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
    if before == after or before.boot != after.boot:
        return after
    return Moment(
        wall=after.wall + course.seconds,
        monotonic=after.monotonic + course.seconds,
        boot=after.boot,
    )
