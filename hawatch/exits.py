"""How hawatch ends; the numbers are periodic(8)'s own [FACTS D]."""

from __future__ import annotations

import enum


class Exit(enum.IntEnum):
    """What a command's end says.

    WELL: all is well. NOTABLE: a warning, an unknown, something was done. USAGE: a
    wrong word or configuration. WRONG: a person must look.
    """

    WELL = 0
    NOTABLE = 1
    USAGE = 2
    WRONG = 3


class Nagios(enum.IntEnum):
    """The codes of monitoring plugins, for --nagios."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3
