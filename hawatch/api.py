"""All that the author of a check imports: one decorator and three ways to stop early.

A check is a function whose name starts with `check_`, in a file `check_*.py`. Its
arguments are facts, chosen by name. A false `assert` is a failure; coming to the end is
a pass:

    from hawatch.api import check, warn

    @check(severity="critical", settings={"percent": 90})
    def check_disk_has_room(space, settings):
        \"\"\"A full disk stops the database, and moving it does not help.\"\"\"
        if space.used_percent > settings.percent - 5:
            warn(f"{space.used_percent:.0f} percent used")
        assert space.used_percent < settings.percent
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

__all__ = ["Skip", "Undecided", "Warn", "check", "skip", "unknown", "warn"]

Function = TypeVar("Function", bound=Callable[..., object])


class Stop(Exception):  # noqa: N818 - these say how a check ended, not that it broke
    """A check ended early with a verdict of its own choice."""


class Skip(Stop):
    """The check has nothing to say in this state; raised by `skip`."""


class Warn(Stop):
    """Not wrong yet, but a person should see it; raised by `warn`."""


class Undecided(Stop):
    """The check could not find out; raised by `unknown`."""


def check(
    *,
    severity: str = "warning",
    remedy: str | Sequence[str] = "report",
    timeout: float = 10.0,
    settings: Mapping[str, Any] | None = None,
) -> Callable[[Function], Function]:
    """Say how much a check matters and what may be done where it fails.

    severity: "info", "warning" or "critical". remedy: "report", "restart", "demote" or
    "repair", or several in the order in which they are tried. timeout: seconds after
    which the check is given up. settings: its own numbers with their defaults; the
    configuration may change them, and the argument `settings` holds them.

    All arguments are written out as literals: hawatch reads them from the file without
    running it, so that a file which hangs or crashes still has names and severities.
    The function is returned as it is, and stays an ordinary function.
    """
    del severity, remedy, timeout, settings

    def leave(function: Function) -> Function:
        return function

    return leave


def skip(reason: str) -> NoReturn:
    """End the check: it does not apply now. Neither a pass nor a failure."""
    raise Skip(reason)


def warn(message: str) -> NoReturn:
    """End the check with a warning: people see it, no remedy is used."""
    raise Warn(message)


def unknown(reason: str) -> NoReturn:
    """End the check undecided: it could not find out. It neither fences nor clears."""
    raise Undecided(reason)
