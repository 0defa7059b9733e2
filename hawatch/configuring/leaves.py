"""One TOML value -> one value of a Config: numbers, texts, words, durations."""

from __future__ import annotations

import enum
import math
from typing import Any, TypeAlias

import msgspec
from msgspec import inspect

from hawatch.configuring import legal
from hawatch.configuring.durations import LONGEST, RIGHT, parse_duration
from hawatch.configuring.mistakes import one_of, quoted

Place: TypeAlias = tuple[type, str]
"""A struct and the name of its field."""

_INT64 = 2**63


class Wrong(msgspec.Struct, frozen=True):
    """A value that cannot be used: what was found, and what would be right."""

    wrong: str
    right: str


def written(value: object) -> str:
    """Return a TOML value as it may stand in a message: short, texts in quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        return quoted(value if len(value) <= 60 else f"{value[:57]}...")
    if isinstance(value, dict):
        return "a table"
    return "a list" if isinstance(value, list) else "a date or time"


def read_leaf(kind: inspect.Type, value: object, place: Place) -> Any:
    """Given a leaf's type, what the file says and where it belongs, return the value.

    Return Wrong where the file's value does not fit.
    """
    match kind:
        case inspect.Metadata(extra={"duration": True}):
            return _duration(value, place)
        case inspect.BoolType():
            fits = isinstance(value, bool)
            return value if fits else _not_a(value, "true or false", "without quotes")
        case inspect.IntType():
            return _integer(kind, value)
        case inspect.EnumType():
            return _word(kind.cls, value)
        case inspect.StrType():
            return _text(value, place)
        case inspect.AnyType():
            return _plain(value)
        case _:
            raise NotImplementedError(f"no reader for {kind} at {place}")


def _not_a(value: object, thing: str, hint: str = "") -> Wrong:
    return Wrong(f"{written(value)} is not {thing}", f"{thing}{hint and f', {hint}'}")


def _duration(value: object, place: Place) -> float | Wrong:
    seconds = parse_duration(value)
    if seconds is None:
        if isinstance(value, int | float) and value > LONGEST:
            return Wrong(f"{value} seconds are more than ten years", "less")
        if isinstance(value, int | float) and value < 0:
            return Wrong(f"{value} seconds are less than none", RIGHT)
        return Wrong(f"{written(value)} is not a time span", RIGHT)
    if seconds == 0 and place not in legal.MAY_BE_ZERO:
        return Wrong("no time at all", "more than 0 seconds")
    return seconds


def _integer(kind: inspect.IntType, value: object) -> int | Wrong:
    low = -_INT64 if kind.ge is None else kind.ge
    high = _INT64 - 1 if kind.le is None else kind.le
    if kind.le is None:
        right = f"a whole number, {low} or more"
    else:
        right = f"a number from {low} to {high}"
    if not isinstance(value, int) or isinstance(value, bool):
        return Wrong(f"{written(value)} is not a whole number", right)
    if low <= value <= high:
        return value
    if value > _INT64:
        return Wrong("a number of more than 18 digits", right)
    if kind.le is None:
        return Wrong(f"{value} is less than {low}", right)
    return Wrong(f"{value} is not between {low} and {high}", right)


def _word(cls: type[enum.Enum], value: object) -> enum.Enum | Wrong:
    words = [str(member.value) for member in cls]
    if isinstance(value, str) and value in words:
        return cls(value)
    wrong = f"{written(value)} is none of the words for it"
    return Wrong(wrong, one_of(words))


def _text(value: object, place: Place) -> str | Wrong:
    if not isinstance(value, str):
        return _not_a(value, "a text", "in quotes")
    judge = legal.VALUES.get(place)
    right = judge(value) if judge else None
    return Wrong(f"{written(value)} is not legal here", right) if right else value


def _plain(value: object) -> object:
    """Return a check's own setting; what JSON cannot say could not be compared."""
    if isinstance(value, list | dict):
        parts = value.values() if isinstance(value, dict) else value
        return next((w for w in map(_plain, parts) if isinstance(w, Wrong)), value)
    if isinstance(value, float) and not math.isfinite(value):
        return Wrong(f"{value} is no finite number", "a finite number")
    if isinstance(value, str | int | float):
        return value
    return Wrong("a date or time", "a text")
