"""A time as people type it at night: 03:12, 2026-11-28T03:12, -10m."""

from __future__ import annotations

import datetime as dt
import re

from hawatch.configuring.durations import parse_duration

BACK = re.compile(r"-(\d+(?:\.\d+)?[smhd])")
CLOCK = re.compile(r"(?:(\d{4}-\d\d-\d\d)[T ])?(\d\d?:\d\d)(:\d\d)?")
RIGHT = "03:12, 2026-11-28T03:12 or -10m"
"""What a time may look like."""


def looks_back(word: str) -> bool:
    """Return whether a word is a time before now, which looks like an option."""
    return BACK.fullmatch(word) is not None


def parse_when(text: str, now: float) -> float | None:
    """Given a time and the wall clock, return the wall clock that is meant, or None.

    Without seconds the whole minute is meant, without a date the last such time.
    """
    back = BACK.fullmatch(text)
    if back is not None:
        seconds = parse_duration(back[1])
        return None if seconds is None else now - seconds
    match = CLOCK.fullmatch(text)
    if match is None:
        return None
    here = dt.datetime.fromtimestamp(now, tz=dt.UTC).astimezone()
    date = match[1] or f"{here:%Y-%m-%d}"
    clock = match[2].zfill(5) + (match[3] or ":59.999")
    try:
        # Local time, with the rules that held on that day.
        meant = dt.datetime.fromisoformat(f"{date}T{clock}").astimezone()
    except ValueError:
        return None
    minute = 0.0 if match[3] else 60.0
    if match[1] is None and meant.timestamp() - minute > now:
        meant = (meant.replace(tzinfo=None) - dt.timedelta(days=1)).astimezone()
    return meant.timestamp()
