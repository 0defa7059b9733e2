"""A secondary's worker: it lives as long as a primary is connected [FACTS B1]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hawatch.sim.hast_connection import Connection
from hawatch.sim.hast_device import Request
from hawatch.sim.settings import Replication

if TYPE_CHECKING:
    from collections.abc import Callable

    from hawatch.sim.hast_resource import Resource
    from hawatch.sim.node import Node

EX_TEMPFAIL = 75


class SecondaryWorker:
    """Writes what it is sent. What is queued when it dies is never written [B8]."""

    __slots__ = (
        "alive",
        "connection",
        "node",
        "pid",
        "queue",
        "resource",
        "started",
        "stopped",
        "write_errors",
        "writes",
    )

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.node: Node = resource.node
        self.pid = self.node.new_pid()
        self.started = self.node.wall
        self.alive = True
        self.stopped = False
        self.connection: Connection | None = None
        self.queue: dict[Request, None] = {}
        self.writes = 0
        self.write_errors = 0

    def receive(self, request: Request, written: Callable[[Request], None]) -> None:
        """Queue a write for the disk; `written` is told when it is there."""
        if request in self.queue:
            return
        self.queue[request] = None
        self.node.timers.call_in(
            self.node.world.settings.disk_write, lambda: self._write(request, written)
        )

    def lost(self) -> None:
        """Exit because the primary is gone: end of file, or 20 s of silence."""
        self._note_dropped()
        self._leave()
        self.resource.hook("disconnect")
        self.resource.hastd.worker_exited(self.resource, self.pid, EX_TEMPFAIL)

    def kill(self, signal: int = 9) -> None:
        """Die of a signal."""
        self._leave()
        self.resource.hastd.worker_killed(self.resource, self.pid, signal)

    def end(self) -> None:
        """Die at once, without a word: of a role change or a newer connection."""
        self._leave()

    def stop(self) -> None:
        """Stand still (SIGSTOP): nothing is answered."""
        self.stopped = True
        self._recheck()

    def cont(self) -> None:
        """Go on after SIGSTOP."""
        self.stopped = False
        self._recheck()

    def _note_dropped(self) -> None:
        """Note that hastd drops what memsync had acknowledged, its owner gone [B8].

        Where the owner's hastd lives on, its agent knows that the connection broke.
        """
        settings = self.node.world.settings
        if not self.queue or settings.replication is not Replication.MEMSYNC:
            return
        if self.connection is None or self.connection.primary.node.hastd.alive:
            return
        self.node.world.violations.spoiled.add(self.resource.name)

    def _recheck(self) -> None:
        if self.connection is not None:
            self.connection.recheck()

    def _leave(self) -> None:
        self.alive = False
        self.queue.clear()
        if self.resource.secondary is self:
            self.resource.secondary = None
        if self.connection is not None:
            self.connection.close_secondary()

    def _write(self, request: Request, written: Callable[[Request], None]) -> None:
        if not self.alive or request not in self.queue:
            return
        del self.queue[request]
        self.writes += 1
        disk = self.resource.disk
        if disk.write_fails or disk.missing:
            self.write_errors += 1
        else:
            disk.write(request.extent, request.block, request.value)
        written(request)
