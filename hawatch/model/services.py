"""rc services and what mysqld answers [FACTS E2, E3]."""

from __future__ import annotations

import enum

import msgspec


class RcStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One service, by its rc script and by its process.

    running is rc's word (`service NAME onestatus`), pids are from the same line; where
    the script has no word for it, the process table's.
    processes are the pids found by executable in the process table: after a forced
    unmount rc says "not running" while mysqld lives with dead descriptors [FACTS E3].
    keepers are the pids of who starts it again when it dies, as mysqld_safe does.
    """

    name: str
    running: bool
    pids: tuple[int, ...] = ()
    processes: tuple[int, ...] = ()
    keepers: tuple[int, ...] = ()

    @property
    def gone(self) -> bool:
        """Return whether it is dead, and nobody is there to start it again."""
        return not self.alive and not self.keepers

    @property
    def alive(self) -> bool:
        """Return whether rc or the process table shows it alive."""
        return self.running or bool(self.processes)


class SqlKind(enum.StrEnum):
    """How a SQL server answered; each means something else to an administrator."""

    ANSWERS = "answers"
    READ_ONLY = "read-only"
    REFUSED = "refused"
    NO_ROUTE = "no route"
    TIMEOUT = "timeout"
    ACCESS_DENIED = "access denied"
    TOO_MANY_CONNECTIONS = "too many connections"
    STARTING = "starting"
    ERROR = "error"


class SqlAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One question to a SQL server. hostname is what the server calls itself.

    committed tells whether the commit canary went through; None where none was asked.
    """

    kind: SqlKind
    text: str
    seconds: float
    hostname: str | None = None
    version: str | None = None
    committed: bool | None = None

    @property
    def serves(self) -> bool:
        """Return whether clients are served (a full house is busy, not dead [H3])."""
        return self.kind in (
            SqlKind.ANSWERS,
            SqlKind.TOO_MANY_CONNECTIONS,
            SqlKind.ACCESS_DENIED,
        )
