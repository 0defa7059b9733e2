"""rc services, mysqld above all: what rc and SQL say of them [FACTS E2, E3]."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from hawatch.sim.promise import Promise
from hawatch.sim.storage import FS_DATABASE, MountEntry

if TYPE_CHECKING:
    from hawatch.sim.node import Node
    from hawatch.sim.settings import ServiceSettings

NO_SPACE = "The table is full"

KEEPER_PAUSE = 1.0
"""Seconds until mysqld_safe has started a killed mysqld again."""


class Mood(enum.StrEnum):
    """How mysqld behaves while it runs; faults change it."""

    WELL = "well"
    HUNG = "hung"
    SLOW = "slow"
    FULL_HOUSE = "too many connections"
    READ_ONLY = "read-only"
    NO_ACCESS = "access denied"


class RcService:
    """One rc service: a database on one directory.

    mount is where its files are: None for the bare directory. dead_files: its files
    were taken away under it. mood, will_not_stop, will_not_start: faults. A start
    makes it well again, unless mood_sticks. keeper: the pid of the script that starts
    it again after a kill, 0 for none.
    """

    __slots__ = (
        "_generation",
        "accepting",
        "dead_files",
        "keeper",
        "keeper_started",
        "mood",
        "mood_sticks",
        "mount",
        "node",
        "pid",
        "running",
        "settings",
        "slow_seconds",
        "started",
        "stopped",
        "stopping",
        "will_not_start",
        "will_not_stop",
    )

    def __init__(self, node: Node, settings: ServiceSettings) -> None:
        self.node = node
        self.settings = settings
        self.pid = 0
        self.keeper = 0
        self.keeper_started = 0.0
        self.started = 0.0
        self.running = False
        self.accepting = False
        self.stopping = False
        self.dead_files = False
        self.mount: MountEntry | None = None
        self.mood = Mood.WELL
        self.mood_sticks = False
        self.slow_seconds = 5.0
        self.will_not_stop = False
        self.will_not_start = False
        self.stopped: Promise[None] = Promise()
        self._generation = 0

    @property
    def pidfile_seen(self) -> bool:
        """Return whether rc finds the pidfile, which lies among the data [FACTS E3]."""
        if not self.running or self.dead_files:
            return False
        return self.node.mounts.visible(self.settings.mount) is self.mount

    def start(self) -> None:
        """Start mysqld on what the directory shows; rc fills an empty one."""
        entry = self.node.mounts.visible(self.settings.mount)
        if self.will_not_start or (entry is not None and entry.zombie):
            self.node.note(f"{self.settings.rc_name} does not start", "service")
            return
        self._generation += 1
        if self.settings.keeper and not self.keeper:
            self.keeper, self.keeper_started = self.node.new_pid(), self.node.wall
        self.pid = self.node.new_pid()
        self.started = self.node.wall
        self.running, self.accepting, self.stopping = True, False, False
        self.dead_files = False
        if not self.mood_sticks:
            self.mood = Mood.WELL
        self.stopped = Promise()
        self.mount = entry
        if entry is not None:
            entry.users.add(self)
        if not self._has_database(entry):
            self._initialise(entry)
        self.node.note(f"{self.settings.rc_name} starting (pid {self.pid})", "service")
        generation = self._generation
        self.node.timers.call_in(self.settings.start, lambda: self._up(generation))

    def stop(self) -> None:
        """SIGTERM: it flushes and exits, unless it will not or its disk is stalled."""
        if not self.running or self.stopping or self.will_not_stop:
            return
        self.stopping = True
        self.accepting = False
        generation = self._generation
        self.node.timers.call_in(self.settings.stop, lambda: self._flush(generation))

    def kill(self) -> None:
        """SIGKILL; in the middle of stalled I/O it does not die [FACTS E6]."""
        if not self.running:
            return
        generation = self._generation
        fs = None if self.mount is None else self.mount.fs
        if fs is not None and fs.device.pending:
            newest = list(fs.device.pending)[-1]
            newest.done.then(lambda _error: self._killed(generation))
        else:
            self._killed(generation)

    def lose_files(self) -> None:
        """Live on with dead descriptors: a forced unmount."""
        self.dead_files = True

    def power_off(self) -> None:
        """Be gone with the power."""
        self._generation += 1
        self.running = self.accepting = self.stopping = False
        self.mount = None
        self.keeper = 0

    def commit(self, extent: int, slot: int, value: int) -> Promise[str]:
        """Write a row and wait for the disk; "" or the error text."""
        if self.dead_files:
            return Promise.of("Input/output error")
        if self.mount is None:
            self.node.bare(self.settings.mount).names.add("rows")
            self.node.world.violations.rows_on_root(self)
            return Promise.of("")
        if self.mount.fs is not None and self.mount.fs.full:
            return Promise.of(NO_SPACE)
        return self.node.mounts.write(self.mount, slot, value, extent)

    def row(self, extent: int, slot: int) -> int | None:
        """Return the row that a client reads here."""
        if self.mount is None or self.mount.fs is None:
            return None
        value = self.mount.fs.read(slot, extent)
        return value if isinstance(value, int) else None

    def _has_database(self, entry: MountEntry | None) -> bool:
        if entry is None:
            return FS_DATABASE in self.node.bare(self.settings.mount).names
        return entry.fs is not None and entry.fs.read(FS_DATABASE) is not None

    def _initialise(self, entry: MountEntry | None) -> None:
        """Make an EMPTY database where none is, as prestart does [FACTS E3]."""
        self.node.world.violations.empty_database(self, mounted=entry is not None)
        if entry is None:
            bare = self.node.bare(self.settings.mount)
            if not bare.immutable:
                bare.names.add(FS_DATABASE)
        elif entry.fs is not None:
            self.node.mounts.write(entry, FS_DATABASE, 1, 0)

    def _up(self, generation: int) -> None:
        if generation != self._generation or not self.running:
            return
        if self.mount is None and self.node.bare(self.settings.mount).immutable:
            self._end(generation)
            return
        if self.mount is not None and self.mount.zombie:
            # Its tables cannot be read: the device went while it was starting.
            self._end(generation)
            return
        self.accepting = True
        self.node.note(f"{self.settings.rc_name} accepts connections", "service")
        self.node.world.violations.service_up(self)

    def _flush(self, generation: int) -> None:
        if generation != self._generation or not self.running:
            return
        if self.mount is None or self.dead_files or self.mount.zombie:
            self._end(generation)
            return
        flushed = self.node.mounts.write(self.mount, "flush", self.pid, 1)
        flushed.then(lambda _error: self._end(generation))

    def _killed(self, generation: int) -> None:
        """End, and come back a second later where a keeper finds the pid file."""
        left_behind = self.pidfile_seen
        keeper = self.keeper
        self._end(generation)
        if keeper and left_behind:
            self.keeper = keeper
            self.node.timers.call_in(KEEPER_PAUSE, lambda: self._revive(keeper))

    def _revive(self, keeper: int) -> None:
        if self.keeper == keeper and not self.running:
            self.start()

    def _end(self, generation: int) -> None:
        if generation != self._generation or not self.running:
            return
        self.keeper = 0
        self.running = self.accepting = self.stopping = False
        if self.mount is not None:
            self.mount.users.discard(self)
            self.mount = None
        self.node.note(f"{self.settings.rc_name} ended", "service")
        self.stopped.settle(None)
