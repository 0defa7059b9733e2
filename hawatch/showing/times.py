"""Times and durations in few words."""

from __future__ import annotations

import datetime as dt

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


def span(seconds: float) -> str:
    """Return a duration in its two largest units."""
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE:.0f} min {seconds % MINUTE:.0f} s"
    if seconds < DAY:
        return f"{seconds // HOUR:.0f} h {seconds % HOUR // MINUTE:.0f} min"
    return f"{seconds // DAY:.0f} d {seconds % DAY // HOUR:.0f} h"


def ago(seconds: float) -> str:
    """Return how long ago something was."""
    return "just now" if seconds < 1 else f"{span(seconds)} ago"


def clock(wall: float) -> str:
    """Return a wall clock reading as local time."""
    moment = dt.datetime.fromtimestamp(wall, tz=dt.UTC).astimezone()
    return f"{moment:%Y-%m-%d %H:%M:%S}"
