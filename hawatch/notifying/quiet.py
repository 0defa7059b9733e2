"""Quiet hours: a stretch of the day in which only critical messages are sent."""

from __future__ import annotations

import time

DAY = 24 * 60


def parse_quiet_hours(text: str) -> tuple[int, int] | None:
    """Given "22:00-07:00", return its minutes of the day; None for an empty text.

    Raises ValueError for anything else.
    """
    if not text.strip():
        return None
    start, dash, end = text.partition("-")
    if not dash:
        raise ValueError(f'quiet hours are written "22:00-07:00", not {text!r}')
    return _minute(start), _minute(end)


def is_quiet(text: str, now: float) -> bool:
    """Return whether a wall clock time (seconds since 1970) lies in the quiet hours.

    Hours that cannot be read hold nothing back.
    """
    try:
        hours = parse_quiet_hours(text)
    except ValueError:
        return False
    if hours is None:
        return False
    local = time.localtime(now)
    start, end = hours
    return (local.tm_hour * 60 + local.tm_min - start) % DAY < (end - start) % DAY


def _minute(text: str) -> int:
    hour, colon, minute = text.strip().partition(":")
    if not colon or not (hour.isdecimal() and minute.isdecimal() and len(minute) == 2):
        raise ValueError(f"not a time of day: {text.strip()!r}")
    if int(hour) > 23 or int(minute) > 59:
        raise ValueError(f"not a time of day: {text.strip()!r}")
    return int(hour) * 60 + int(minute)
