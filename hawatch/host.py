"""The waist between hawatch and a machine: everything that is asked or changed.

A host is the real FreeBSD node (freebsd/host.py), a node of the simulated pair
(sim/host.py), or either of them behind a wrapper that refuses to change anything.
Methods are coroutines so that two simulated nodes can run in one thread, each waiting
where it would wait; the real host never suspends, so `complete` runs it to its end.
"""

from __future__ import annotations

import enum
from collections.abc import Coroutine, Sequence
from typing import Any, Protocol, TypeVar

import msgspec

from hawatch.model.fact import Fact
from hawatch.model.moment import Moment
from hawatch.model.services import SqlAnswer
from hawatch.model.storage import DirectoryProbe, Space

T = TypeVar("T")


class Ending(enum.StrEnum):
    """How a command ended."""

    EXITED = "exited"
    OVERDUE = "overdue"
    ABANDONED = "abandoned"
    MISSING = "missing"
    REFUSED = "refused"


class CommandResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a command said. status is None unless it exited by itself.

    OVERDUE: killed at its deadline. ABANDONED: survived SIGKILL (uninterruptible sleep)
    and was left alone. MISSING: could not be started. REFUSED: a dry run.
    """

    argv: tuple[str, ...]
    ending: Ending = Ending.EXITED
    status: int | None = 0
    out: str = ""
    err: str = ""
    seconds: float = 0.0

    @property
    def succeeded(self) -> bool:
        """Return whether it exited with 0: a hint, never proof [DESIGN law 4]."""
        return self.ending is Ending.EXITED and self.status == 0

    def complaint(self) -> str:
        """Return in a few words how it failed, for a reason or a message."""
        name = self.argv[0].rsplit("/", 1)[-1]
        lines = (self.err or self.out).strip().splitlines()
        said = f": {lines[-1].strip()}" if lines else ""
        if self.ending is not Ending.EXITED:
            return f"{name} {self.ending} after {self.seconds:.1f} s{said}"
        return f"{name} exit {self.status}{said}"


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """One process: exe is its path or "" where hidden; started is wall seconds.

    jailed: it is known to live in another jail than this program, as hastd's own
    workers do [FACTS B1]; found out only where the path of some process is hidden.
    """

    pid: int
    parent: int
    name: str
    cmdline: tuple[str, ...]
    started: float
    exe: str = ""
    jailed: bool = False


class SqlQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how to ask a SQL server; canary is "database.table" or empty."""

    address: str
    port: int
    user: str
    password_file: str
    timeout: float
    canary: str = ""


class Host(Protocol):
    """One machine. No method raises for what the machine does; failures are values."""

    @property
    def node(self) -> str:
        """Return the machine's host name as the configuration knows it."""
        ...

    def now(self) -> Moment:
        """Return the machine's clocks."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let that many seconds pass."""
        ...

    async def ask(self, argv: Sequence[str], *, deadline: float) -> CommandResult:
        """Run a command that changes nothing; argv[0] is an absolute path."""
        ...

    async def change(self, argv: Sequence[str], *, deadline: float) -> CommandResult:
        """Run a command that changes the machine; a dry run refuses it."""
        ...

    async def kill(self, pid: int, *, started: float, signal: int) -> Fact[bool]:
        """Signal the process with this pid and start time; known False: it is gone."""
        ...

    def boot_time(self) -> Fact[float]:
        """Return when the machine booted, in seconds since 1970."""
        ...

    def processes(self) -> Fact[tuple[Process, ...]]:
        """Return the process table."""
        ...

    def exists(self, path: str) -> Fact[bool]:
        """Return whether a path (a device node) exists."""
        ...

    def read_text(self, path: str) -> Fact[str]:
        """Return the text of a small configuration file."""
        ...

    def why_untrusted(self, program: str) -> str | None:
        """Return why a site's program must not be run, or None where it may be.

        It must be there, and nobody but root can have written it or its way.
        """
        ...

    async def first_read(self, device: str, *, deadline: float) -> Fact[float]:
        """Read a device's first block in a disposable child; return the seconds."""
        ...

    async def space(self, directory: str, *, deadline: float) -> Fact[Space]:
        """Return the space of the file system that holds a directory."""
        ...

    async def probe_directory(
        self, directory: str, *, sentinel: str, fsync: bool, deadline: float
    ) -> Fact[DirectoryProbe]:
        """Look into a mount point's directory in a disposable child [FACTS F7]."""
        ...

    async def ask_sql(self, question: SqlQuestion) -> Fact[SqlAnswer]:
        """Ask a SQL server in a disposable child; a refusal is a known answer."""
        ...

    async def knock(self, address: str, *, deadline: float) -> Fact[float]:
        """Connect to "host:port" by TCP and hang up; return the seconds it took."""
        ...


def complete(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine whose host never suspends, and return its result.

    Raises RuntimeError where it suspends: such a coroutine belongs to the simulator.
    """
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    coroutine.close()
    raise RuntimeError("a simulated host was driven like a real one")
