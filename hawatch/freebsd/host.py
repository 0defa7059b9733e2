"""The real host: a FreeBSD node, asked by its own commands and system calls.

Its coroutines never suspend: each does its work and returns [hawatch.host.complete].
What may hang on a disk or a network runs in a disposable child.
"""

from __future__ import annotations

import functools
import os
import stat
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from hawatch.freebsd import words
from hawatch.freebsd.boot import boot_id, boot_time
from hawatch.freebsd.disposable import run_in_child
from hawatch.freebsd.parse_error import ParseError
from hawatch.freebsd.parse_jails import parse_jails
from hawatch.freebsd.probe_directory import look_into, measure_space, read_first_block
from hawatch.freebsd.probe_network import knock_at, split_address
from hawatch.freebsd.probe_write import Written, lock_path, with_write, write_through
from hawatch.freebsd.run import run_command
from hawatch.freebsd.trust import why_untrusted
from hawatch.host import CommandResult, Process, SqlQuestion
from hawatch.legible import legible
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.moment import Moment
from hawatch.model.services import SqlAnswer
from hawatch.model.storage import DirectoryProbe, Space

TEXT_LIMIT = 1024 * 1024
"""Bytes of the largest configuration file that is read."""

SAME_START = 1.0
"""Seconds by which two readings of one process's start may differ."""

PS_DEADLINE = 5.0
"""Seconds for the list of jails: ps reads the kernel's table and no disk."""

CHILD_START = 2.0
"""Seconds that a probe's child gets beyond its own time limit, to start on a slow CPU
and to tell in its own words that the limit has passed."""


class FreeBSDHost:
    """This machine. node is its name in the configuration.

    run_dir (emptied at boot) keeps the boot's id and hastctl's lock. wall and monotonic
    are the clocks.
    """

    def __init__(
        self,
        node: str,
        *,
        run_dir: str | Path = "/var/run/hawatch",
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._node = node
        self._run_dir = Path(run_dir)
        self._wall = wall
        self._monotonic = monotonic

    @property
    def node(self) -> str:
        """Return the machine's host name as the configuration knows it."""
        return self._node

    @functools.cached_property
    def _boot(self) -> str:
        return boot_id(self._run_dir, booted=boot_time(self._wall()))

    def now(self) -> Moment:
        """Return the machine's clocks."""
        return Moment(wall=self._wall(), monotonic=self._monotonic(), boot=self._boot)

    async def sleep(self, seconds: float) -> None:
        """Let that many seconds pass."""
        time.sleep(seconds)

    async def ask(self, argv: Sequence[str], *, deadline: float) -> CommandResult:
        """Run a command that changes nothing; argv[0] is an absolute path."""
        return run_command(argv, deadline=deadline, lock_directory=self._run_dir)

    async def change(self, argv: Sequence[str], *, deadline: float) -> CommandResult:
        """Run a command that changes the machine."""
        return run_command(argv, deadline=deadline, lock_directory=self._run_dir)

    async def kill(self, pid: int, *, started: float, signal: int) -> Fact[bool]:
        """Signal the process with this pid and start time.

        Return known False where no such process is left; its number may be another's by
        now. Unknown where it may not be signalled, or is none that ever should be.
        """
        import psutil

        if pid <= 1:  # 0 and -1 would signal whole groups of processes
            return Unknown(f"pid {pid} is never signalled")
        try:
            if abs(psutil.Process(pid).create_time() - started) > SAME_START:
                return Known(value=False)
            os.kill(pid, signal)
        except (psutil.NoSuchProcess, ProcessLookupError):
            return Known(value=False)
        except (psutil.Error, OSError) as error:
            return Unknown(f"signal {signal} to {pid}: {error}")
        return Known(value=True)

    def boot_time(self) -> Fact[float]:
        """Return when the machine booted, in seconds since 1970."""
        return Known(boot_time(self._wall()))

    def processes(self) -> Fact[tuple[Process, ...]]:
        """Return the process table; what is hidden from us is empty."""
        import psutil

        wanted = ["pid", "ppid", "name", "cmdline", "create_time", "exe"]
        try:
            found = [process.info for process in psutil.process_iter(wanted)]
        except (psutil.Error, OSError) as error:
            return Unknown(f"process table: {error}")
        hidden = any(info["cmdline"] and not info["exe"] for info in found)
        jailed = self._jailed() if hidden else frozenset()
        return Known(
            tuple(
                Process(
                    pid=info["pid"],
                    parent=info["ppid"] or 0,
                    name=legible(info["name"] or ""),
                    cmdline=tuple(map(legible, info["cmdline"] or ())),
                    started=info["create_time"] or 0.0,
                    exe=legible(info["exe"] or ""),
                    jailed=info["pid"] in jailed,
                )
                for info in found
            )
        )

    def _jailed(self) -> frozenset[int]:
        """Return the pids in other jails than ours; none where ps does not tell.

        Asked only where a path is hidden: else it tells the jail by its beginning.
        """
        result = run_command(words.list_jails(), deadline=PS_DEADLINE)
        try:
            jails = parse_jails(result.out) if result.succeeded else {}
        except ParseError:
            return frozenset()
        own = jails.get(os.getpid())
        return frozenset(pid for pid, jid in jails.items() if jid != own)

    def exists(self, path: str) -> Fact[bool]:
        """Return whether a path (a device node) exists."""
        try:
            Path(path).stat()
        except (FileNotFoundError, NotADirectoryError):
            return Known(value=False)
        except OSError as error:
            return Unknown(f"{path}: {error.strerror}")
        return Known(value=True)

    def read_text(self, path: str) -> Fact[str]:
        """Return the text of a regular file of at most TEXT_LIMIT bytes."""
        try:
            # O_NONBLOCK: a fifo in its place must not hang us.
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    return Unknown(f"{path} is not a regular file")
                content = file.read(TEXT_LIMIT + 1)
        except OSError as error:
            return Unknown(f"{path}: {error.strerror}")
        if len(content) > TEXT_LIMIT:
            return Unknown(f"{path} is larger than {TEXT_LIMIT} bytes")
        return Known(content.decode("utf-8", "backslashreplace"))

    def why_untrusted(self, program: str) -> str | None:
        """Return why a site's program must not be run, or None where it may be."""
        return why_untrusted(program)

    async def first_read(self, device: str, *, deadline: float) -> Fact[float]:
        """Read a device's first block in a disposable child; return the seconds."""
        return run_in_child(lambda: read_first_block(device), float, deadline=deadline)

    async def space(self, directory: str, *, deadline: float) -> Fact[Space]:
        """Return the space of the file system that holds a directory."""
        return run_in_child(lambda: measure_space(directory), Space, deadline=deadline)

    async def probe_directory(
        self, directory: str, *, sentinel: str, fsync: bool, deadline: float
    ) -> Fact[DirectoryProbe]:
        """Look into a mount point's directory in a disposable child [FACTS F7].

        The write, where it is asked for, has a child of its own: a stalled disk costs
        the write, not the look.
        """
        looked = run_in_child(
            lambda: look_into(directory, sentinel), DirectoryProbe, deadline=deadline
        )
        if not fsync or isinstance(looked, Unknown) or not looked.value.own_device:
            return looked
        lock = lock_path(str(self._run_dir), directory)
        written = run_in_child(
            lambda: write_through(directory, lock), Written, deadline=deadline
        )
        return Known(with_write(looked.value, written))

    async def ask_sql(self, question: SqlQuestion) -> Fact[SqlAnswer]:
        """Ask a SQL server in a disposable child; a refusal is a known answer."""

        def ask() -> SqlAnswer:
            from hawatch.freebsd.probe_sql import ask_server

            return ask_server(question, self._node)

        return run_in_child(ask, SqlAnswer, deadline=question.timeout + CHILD_START)

    async def knock(self, address: str, *, deadline: float) -> Fact[float]:
        """Connect to "host:port" by TCP and hang up; return the seconds it took."""

        def ask() -> float:
            host, port = split_address(address)
            return knock_at(host, port, deadline)

        return run_in_child(ask, float, deadline=deadline + CHILD_START)
