"""Numbers on the command line, within what they can mean; for argparse's `type`."""

from __future__ import annotations

import argparse
import math

DAY = 86400.0


def count(word: str) -> int:
    """Given a word, return how many; raises ArgumentTypeError below 1."""
    try:
        number = int(word)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{word}: a whole number, 1 or more")
    return number


def seconds(word: str) -> float:
    """Given a word, return seconds: more than 0, a day at most.

    Raises ArgumentTypeError where it is anything else.
    """
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    if not 0 < number <= DAY:
        raise argparse.ArgumentTypeError(
            f"{word}: seconds, more than 0 and at most {DAY:.0f} (a day)"
        )
    return number
