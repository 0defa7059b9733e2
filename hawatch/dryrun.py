"""A host that looks but does not touch: the same code runs, and nothing changes."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from hawatch.host import CommandResult, Ending, Host, Process, SqlQuestion
from hawatch.model.fact import Fact, Unknown
from hawatch.model.moment import Moment
from hawatch.model.services import SqlAnswer
from hawatch.model.storage import DirectoryProbe, Space
from hawatch.recording.store import Store


class DryRunHost:
    """Wraps any host. Refused commands and signals are kept in `refused`, in order.

    Probes that would write are reduced to what they can tell by reading.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self.refused: list[tuple[str, ...]] = []

    @property
    def node(self) -> str:
        """Return the machine's host name as the configuration knows it."""
        return self._host.node

    def now(self) -> Moment:
        """Return the machine's clocks."""
        return self._host.now()

    async def sleep(self, seconds: float) -> None:
        """Let that many seconds pass."""
        await self._host.sleep(seconds)

    async def ask(self, argv: Sequence[str], *, deadline: float) -> CommandResult:
        """Run a command that changes nothing."""
        return await self._host.ask(argv, deadline=deadline)

    async def change(self, argv: Sequence[str], *, deadline: float) -> CommandResult:  # noqa: ARG002 - the waist's
        """Note the command and refuse it."""
        self.refused.append(tuple(argv))
        return CommandResult(
            argv=tuple(argv), ending=Ending.REFUSED, status=None, err="a dry run"
        )

    async def kill(self, pid: int, *, started: float, signal: int) -> Fact[bool]:  # noqa: ARG002 - the waist's
        """Note the signal, as the command that would send it, and refuse it."""
        self.refused.append(("/bin/kill", f"-{signal}", str(pid)))
        return Unknown("a dry run signals nothing")

    def boot_time(self) -> Fact[float]:
        """Return when the machine booted, in seconds since 1970."""
        return self._host.boot_time()

    def processes(self) -> Fact[tuple[Process, ...]]:
        """Return the process table."""
        return self._host.processes()

    def exists(self, path: str) -> Fact[bool]:
        """Return whether a path (a device node) exists."""
        return self._host.exists(path)

    def read_text(self, path: str) -> Fact[str]:
        """Return the text of a small configuration file."""
        return self._host.read_text(path)

    def why_untrusted(self, program: str) -> str | None:
        """Return why a site's program must not be run, or None where it may be."""
        return self._host.why_untrusted(program)

    async def first_read(self, device: str, *, deadline: float) -> Fact[float]:
        """Read a device's first block; return the seconds."""
        return await self._host.first_read(device, deadline=deadline)

    async def space(self, directory: str, *, deadline: float) -> Fact[Space]:
        """Return the space of the file system that holds a directory."""
        return await self._host.space(directory, deadline=deadline)

    async def probe_directory(
        self,
        directory: str,
        *,
        sentinel: str,
        fsync: bool,  # noqa: ARG002 - never
        deadline: float,
    ) -> Fact[DirectoryProbe]:
        """Look into a mount point's directory, without the write."""
        return await self._host.probe_directory(
            directory, sentinel=sentinel, fsync=False, deadline=deadline
        )

    async def ask_sql(self, question: SqlQuestion) -> Fact[SqlAnswer]:
        """Ask a SQL server, without the canary."""
        return await self._host.ask_sql(msgspec.structs.replace(question, canary=""))

    async def knock(self, address: str, *, deadline: float) -> Fact[float]:
        """Connect to "host:port" by TCP and hang up; return the seconds it took."""
        return await self._host.knock(address, deadline=deadline)


class DryRunStore:
    """Wraps a store: reads pass through, writes are forgotten."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self, name: str) -> bytes | None:
        """Return the content, or None where there is no such name."""
        return self._store.read(name)

    def replace(self, name: str, data: bytes, *, durable: bool = True) -> None:
        """Write nothing."""

    def append(self, name: str, data: bytes, *, durable: bool = True) -> None:
        """Write nothing."""

    def rename(self, name: str, to: str) -> None:
        """Move nothing."""

    def remove(self, name: str) -> None:
        """Remove nothing."""

    def names(self, prefix: str) -> list[str]:
        """Return the names that are there."""
        return self._store.names(prefix)
