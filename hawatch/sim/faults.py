"""Faults of commands: what a node's tools do instead of what they should."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class FaultKind(enum.Enum):
    """FAIL: says so. HANG: until the deadline. LIE: exit 0, nothing done.

    LATE: does its work after the caller has given up. SLOW: takes longer. DONE_FAIL:
    does its work and says that it failed. ABANDON: hangs and survives SIGKILL.
    """

    FAIL = enum.auto()
    HANG = enum.auto()
    LIE = enum.auto()
    LATE = enum.auto()
    SLOW = enum.auto()
    DONE_FAIL = enum.auto()
    ABANDON = enum.auto()


@dataclass(slots=True)
class Fault:
    """Strikes commands whose argv begins with `argv`, `count` times (None: for ever).

    seconds: how much longer (SLOW), or how long after the deadline (LATE). status, out
    and err: what a command that fails, or lies, says.
    """

    argv: tuple[str, ...]
    kind: FaultKind
    count: int | None = 1
    status: int = 1
    out: str = ""
    err: str = ""
    seconds: float = 1.0

    def strikes(self, argv: tuple[str, ...]) -> bool:
        """Return whether this fault concerns a command."""
        return self.count != 0 and argv[: len(self.argv)] == self.argv


class Faults:
    """The faults of one node, in the order in which they were injected."""

    __slots__ = ("_faults",)

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Inject a fault, and return it."""
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Take every fault back."""
        self._faults.clear()

    def left(self) -> tuple[int | None, ...]:
        """Return how often each fault will still strike; None: for ever."""
        return tuple(fault.count for fault in self._faults)

    def take(self, argv: tuple[str, ...]) -> Fault | None:
        """Return the fault that strikes this command, and count it."""
        for fault in self._faults:
            if fault.strikes(argv):
                if fault.count is not None:
                    fault.count -= 1
                return fault
        return None
