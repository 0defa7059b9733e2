"""Seconds as people write them: 90, 2.5, "90s", "5m", "2h", "1d"."""

from __future__ import annotations

import math
import re

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_WRITTEN = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)([smhd])")

LONGEST = 10 * 365 * 86400.0
"""Ten years in seconds: a longer time is a slip of the pen."""

RIGHT = 'seconds, or a text such as "90s", "5m", "2h" or "1d"'


def parse_duration(written: object) -> float | None:
    """Given a number of seconds or a text with a unit, return the seconds.

    Return None where it is neither, is negative, is no finite number, or passes
    LONGEST.
    """
    if isinstance(written, str):
        match = _WRITTEN.fullmatch(written)
        if match is None:
            return None
        seconds = float(match[1]) * _UNITS[match[2]]
    elif isinstance(written, int | float) and not isinstance(written, bool):
        seconds = float(written) if abs(written) <= LONGEST else math.inf
    else:
        return None
    return seconds if 0 <= seconds <= LONGEST else None


def write_duration(seconds: float) -> str:
    """Given seconds, return TOML for them with the largest unit that divides them."""
    for unit in "dhm":
        count, rest = divmod(seconds, _UNITS[unit])
        if count and not rest:
            return f'"{count:.0f}{unit}"'
    return f'"{seconds:.0f}s"' if seconds == int(seconds) else repr(seconds)
