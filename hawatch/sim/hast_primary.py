"""A primary's worker: it serves the device node and feeds the secondary [FACTS B]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hawatch.sim.hast_connection import Connection
from hawatch.sim.hast_decision import Meeting, Source
from hawatch.sim.hast_device import GateDevice, Request
from hawatch.sim.hast_disk import ActiveMap, Block, Value
from hawatch.sim.hast_guard import Guard
from hawatch.sim.hast_sender import Sender
from hawatch.sim.hast_sync import Sync
from hawatch.sim.settings import Replication

if TYPE_CHECKING:
    from hawatch.sim.hast_resource import Resource
    from hawatch.sim.node import Node

EX_NOINPUT = 66
START_SECONDS = 0.1
SERVE_SECONDS = 0.3
"""From the end of the first attempt to the device node [FACTS B3]."""

EIO = "Input/output error"
NO_METADATA = "No such file or directory"


class PrimaryWorker:
    """One life of `hastd: X (primary)`. ready: the I/O threads run.

    connection is what this side believes in. sync is the resync under way.
    """

    __slots__ = (
        "_counted",
        "alive",
        "connection",
        "device",
        "guard",
        "lost_at",
        "map",
        "node",
        "pid",
        "read_errors",
        "reads",
        "ready",
        "recovered",
        "resource",
        "sender",
        "started",
        "stopped",
        "sync",
        "write_errors",
        "writes",
    )

    def __init__(self, resource: Resource, device: GateDevice) -> None:
        self.resource = resource
        self.node: Node = resource.node
        self.device = device
        self.pid = self.node.new_pid()
        self.started = self.node.wall
        self.alive = True
        self.stopped = False
        self.ready = False
        self.recovered = False
        self.connection: Connection | None = None
        meta = resource.disk.meta
        self.map = ActiveMap(resource.disk, meta.keepdirty if meta else 0)
        self.guard = Guard(self)
        self.sender = Sender(self)
        self.sync: Sync | None = None
        self.reads = self.writes = self.read_errors = self.write_errors = 0
        self.lost_at: float | None = None
        self._counted = False

    @property
    def io_ready(self) -> bool:
        """Return whether requests of the device are taken."""
        return self.alive and self.ready and not self.stopped

    @property
    def connected(self) -> bool:
        """Return what status calls complete: this side believes in a connection."""
        return self.connection is not None

    # -- start and connections -------------------------------------------------------

    def start(self) -> None:
        """Read the metadata, then try the peer; the device node comes last [B3]."""
        self.node.timers.call_in(START_SECONDS, self._open)

    def _open(self) -> None:
        if not self.alive:
            return
        disk = self.resource.disk
        if disk.meta is None or disk.missing:
            why = "Device not configured" if disk.missing else NO_METADATA
            self.resource.say(f"Unable to read metadata from {disk.path}: {why}.")
            self._leave()
            self.resource.hastd.worker_exited(self.resource, self.pid, EX_NOINPUT)
            return
        disk.meta.prevrole = "primary"
        done = "recovered" if self.device.visible else "created"
        self.resource.say(f"Device hast/{self.resource.provname} {done}.")
        self.guard.first_attempt()

    def attempt_ended(self, result: tuple[Connection, Meeting] | None) -> None:
        """Take the connection that was made; after the first attempt, serve I/O."""
        if result is not None:
            self._connect(*result)
        if not self.ready:
            self.node.timers.call_in(SERVE_SECONDS, self._serve)

    def _serve(self) -> None:
        """Start the I/O threads: GEOM tastes the device and its node appears."""
        if not self.alive:
            return
        self.ready = True
        self.resource.show_device()
        self.device.attach(self)

    def _connect(self, connection: Connection, meeting: Meeting) -> None:
        theirs = connection.secondary.resource
        mine, other = self.resource.disk.meta, theirs.disk.meta
        if mine is None or other is None:
            return
        self.connection = connection
        self._counted = False
        if mine.resuid == 0:
            mine.resuid = self.resource.disk.new_resuid(self.node.world.rng)
        other.resuid = mine.resuid
        self.resource.hook("connect")
        if meeting.full:
            self.map.merge(set(range(theirs.disk.count)))
        elif not meeting.virgin:
            self.map.merge(theirs.disk.dirty_map)
        if self.map.needs_sync:
            self.sync = Sync(self, connection, meeting.source)
            self.sync.start()

    def connection_changed(self, connection: Connection) -> None:
        """Look again at the connection: it was cut, healed, or closed over there."""
        if connection is self.connection:
            self.sender.look_again(connection)

    def disconnect(self, *, half_unsent: bool = False) -> None:
        """Close the connection and acknowledge what was in flight [FACTS B8]."""
        connection, self.connection = self.connection, None
        if connection is None or not self.alive:
            return
        for request, marked in self.sender.give_up(half_unsent=half_unsent):
            if marked:
                self._mark(request)
            else:
                self.lost_at = self.node.world.now
            self.finish(request, remote_ok=False)
        connection.close_primary()
        if self.sync is not None:
            self.sync.interrupt()
            self.sync = None
        self.resource.hook("disconnect")
        self.guard.wait()

    def sync_ended(self) -> None:
        """Note that the copies are alike, as far as the map knows."""
        self.sync = None

    # -- I/O -----------------------------------------------------------------------

    def look(self, extent: int, block: Block) -> Value | None:
        """Read a block: from the local disk, or from the newer copy while it syncs."""
        disk = self.resource.disk
        if (
            self.sync is not None
            and self.connection is not None
            and self.sync.source is Source.SECONDARY
            and extent in self.map.needs_sync
        ):
            disk = self.connection.secondary.resource.disk
        return disk.read(extent, block)

    def submit(self, request: Request) -> None:
        """Write locally and send; the reply decides when it is acknowledged."""
        self.writes += 1
        self.map.write_start(request.extent)
        disk = self.resource.disk
        if disk.write_fails or disk.missing:
            self.write_errors += 1
            request.local_ok = False
            disk.missed.add((request.extent, request.block))
        else:
            disk.write(request.extent, request.block, request.value)
        settings = self.node.world.settings
        if self.connection is None:
            self._mark(request)
            self.node.timers.call_in(
                settings.disk_write, lambda: self.finish(request, remote_ok=False)
            )
            return
        if settings.replication is Replication.ASYNC:
            _acknowledge(request, remote_ok=False)
        self.sender.send(request)

    def finish(self, request: Request, *, remote_ok: bool) -> None:
        """End a request: it is no longer dirty, unless it was marked."""
        if self.alive:
            self.map.write_done(request.extent)
            _acknowledge(request, remote_ok=remote_ok)

    def _mark(self, request: Request) -> None:
        """Mark the extent; the first such write counts the generation up [B9]."""
        self.map.need_sync(request.extent)
        meta = self.resource.disk.meta
        if meta is not None and meta.resuid and not self._counted:
            self._counted = True
            meta.localcnt += 1

    # -- signals and ends ------------------------------------------------------------

    def kill(self, signal: int = 9) -> None:
        """Die of a signal: the device stays, its I/O stalls [FACTS B2]."""
        if not self.alive:
            return
        self._leave()
        self.resource.hastd.worker_killed(self.resource, self.pid, signal)

    def end(self) -> None:
        """End because the role changes or the parent died: the device is destroyed."""
        self._leave()
        self.device.destroy()

    def stop(self) -> None:
        """Stand still (SIGSTOP): I/O stalls, keepalives stop."""
        self.stopped = True
        self._recheck()

    def cont(self) -> None:
        """Go on after SIGSTOP."""
        self.stopped = False
        if self.ready:
            for request in list(self.device.pending):
                if request not in self.sender.sent:
                    self.submit(request)
        self._recheck()

    def hold(self, seconds: float) -> None:
        """Suspend keepalives and reconnects: the clock went back [FACTS B11]."""
        self.guard.hold(seconds)
        if seconds > 0:
            self.node.timers.call_in(seconds, self._recheck)
        self._recheck()

    def _recheck(self) -> None:
        if self.connection is not None:
            self.connection.recheck()

    def _leave(self) -> None:
        self.alive = False
        self.sender.stop()
        self.sender.sent.clear()
        if self.sync is not None:
            self.sync.cancel()
            self.sync = None
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close_primary()
        self.guard.stop()


def _acknowledge(request: Request, *, remote_ok: bool) -> None:
    """Tell the kernel: a write succeeds if either side succeeded [FACTS B8]."""
    request.done.settle("" if request.local_ok or remote_ok else EIO)
