"""A primary's worker: it serves the device node and feeds the secondary [FACTS B]."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hawatch.sim.hast_connect import Attempt
from hawatch.sim.hast_connection import KEEPALIVE, Connection
from hawatch.sim.hast_decision import Meeting, Source
from hawatch.sim.hast_device import GateDevice, Request
from hawatch.sim.hast_disk import ActiveMap, Block, Value
from hawatch.sim.hast_sync import Sync
from hawatch.sim.promise import Promise
from hawatch.sim.settings import Replication

if TYPE_CHECKING:
    from hawatch.sim.hast_resource import Resource
    from hawatch.sim.node import Node
    from hawatch.sim.timers import NodeTimer

EX_NOINPUT = 66
START_SECONDS = 0.1
CONNECTED_SECONDS = 0.3
"""From the end of the first attempt to the device node [FACTS B3]."""

EIO = "Input/output error"
NO_METADATA = "No such file or directory"


class PrimaryWorker:
    """One life of `hastd: X (primary)`.

    sent holds what the secondary has not answered. At a disconnect these requests are
    acknowledged and their extents are not marked: they are lost on the other side until
    a new worker sends the map of the disk [FACTS B8].
    """

    __slots__ = (
        "_detect_timer",
        "_guard_timer",
        "_idle_timer",
        "_numbered",
        "alive",
        "born",
        "connecting",
        "connection",
        "device",
        "held_until",
        "map",
        "node",
        "pid",
        "read_errors",
        "reads",
        "ready",
        "resource",
        "sent",
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
        self.born = self.node.world.now
        self.alive = True
        self.stopped = False
        self.ready = False
        self.connection: Connection | None = None
        self.connecting: Promise[bool] | None = None
        self.held_until = 0.0
        meta = resource.disk.meta
        self.map = ActiveMap(resource.disk, meta.keepdirty if meta else 64)
        self.sent: dict[Request, None] = {}
        self.sync: Sync | None = None
        self.reads = self.writes = self.read_errors = self.write_errors = 0
        self._numbered = False
        self._detect_timer: NodeTimer | None = None
        self._guard_timer: NodeTimer | None = None
        self._idle_timer: NodeTimer | None = None

    @property
    def io_ready(self) -> bool:
        """Return whether requests of the device are taken."""
        return self.alive and self.ready and not self.stopped

    @property
    def connected(self) -> bool:
        """Return what status calls complete: this side believes in a connection."""
        return self.connection is not None

    def start(self) -> None:
        """Read the metadata, then try the peer; the device node comes last [B3]."""
        self.connecting = Promise()
        self.node.timers.call_in(START_SECONDS, self._open)

    def _open(self) -> None:
        if not self.alive:
            return
        disk = self.resource.disk
        if disk.meta is None or disk.missing:
            why = "Device not configured" if disk.missing else NO_METADATA
            self.resource.say(f"Unable to read metadata from {disk.path}: {why}.")
            self.exit(EX_NOINPUT)
            return
        disk.meta.prevrole = "primary"
        recovered = self.device.visible
        self.resource.say(
            f"Device hast/{self.resource.provname} "
            f"{'recovered' if recovered else 'created'}."
        )
        Attempt(self, self._first_ended, first=True).start()

    def _first_ended(self, result: tuple[Connection, Meeting] | None) -> None:
        self._end_attempt(result)
        self.node.timers.call_in(CONNECTED_SECONDS, self._serve)

    def _serve(self) -> None:
        """Start the I/O threads: GEOM tastes the device and its node appears."""
        if not self.alive:
            return
        self.ready = True
        if not self.device.visible:
            self.device.visible = True
            name = f"hast/{self.resource.provname}"
            self.node.devd.emit(f"!system=DEVFS subsystem=CDEV type=CREATE cdev={name}")
            self.node.devd.emit(f"!system=GEOM subsystem=DEV type=CREATE cdev={name}")
        self.device.attach(self)

    def _attempt_again(self) -> None:
        self._guard_timer = None
        if not self.alive or self.connected:
            return
        if self.stopped:
            self._schedule_guard()
            return
        self.connecting = Promise()
        Attempt(self, self._end_attempt, first=False).start()

    def _end_attempt(self, result: tuple[Connection, Meeting] | None) -> None:
        if result is None:
            self._schedule_guard()
        else:
            self._connect(*result)
        if self.connecting is not None:
            self.connecting.settle(self.connected)
            self.connecting = None

    def _connect(self, connection: Connection, meeting: Meeting) -> None:
        self.connection = connection
        self._numbered = False
        theirs = connection.secondary.resource
        mine_meta, their_meta = self.resource.disk.meta, theirs.disk.meta
        if mine_meta is None or their_meta is None:
            return
        if mine_meta.resuid == 0:
            mine_meta.resuid = self.resource.disk.new_resuid(self.node.world.rng)
        their_meta.resuid = mine_meta.resuid
        their_meta.prevrole = "secondary" if meeting.virgin else their_meta.prevrole
        self.resource.hook("connect")
        if meeting.full:
            self.map.merge(set(range(theirs.disk.count)))
        elif meeting.merge:
            self.map.merge(theirs.disk.dirty_map)
        if self.map.needs_sync:
            self.sync = Sync(self, connection, meeting.source)
            self.sync.start()

    # -- I/O ---------------------------------------------------------------------

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
        else:
            disk.write(request.extent, request.block, request.value)
        connection = self.connection
        if connection is None:
            self._note_absence(request)
            self.node.timers.call_in(
                self.node.world.settings.disk_write,
                lambda: self._finish(request, remote_ok=False),
            )
            return
        self.sent[request] = None
        if self.node.world.settings.replication is Replication.ASYNC:
            self._acknowledge(request, remote_ok=False)
        self._transmit(request)

    def _transmit(self, request: Request) -> None:
        connection = self.connection
        if connection is None:
            return
        if connection.answers:
            connection.last_write = self.node.world.now
            half = self.node.world.settings.round_trip / 2
            self.node.world.scheduler.call_in(half, lambda: self._arrive(request))
        elif connection.wire_open and not connection.secondary_open:
            self.node.timers.call_in(0.001, self._reset)
        else:
            self.expect_answer()

    def _arrive(self, request: Request) -> None:
        """Hand a write to the secondary, unless the wire was cut meanwhile."""
        connection = self.connection
        if connection is None or request not in self.sent or not connection.answers:
            self.expect_answer()
            return
        memsync = self.node.world.settings.replication is Replication.MEMSYNC
        connection.secondary.receive(
            request, self._written_early if memsync else self._answered
        )
        if memsync:
            self._answered(request)

    def _written_early(self, _request: Request) -> None:
        """Ignore memsync's second answer: the write was acknowledged at the first."""

    def _answered(self, request: Request) -> None:
        half = self.node.world.settings.round_trip / 2
        self.node.timers.call_in(half, lambda: self._reply(request))

    def _reply(self, request: Request) -> None:
        if not self.alive or request not in self.sent:
            return
        connection = self.connection
        if connection is not None and not connection.wire_open:
            self.expect_answer()
            return
        del self.sent[request]
        if not self.sent:
            self._stop(detect=True)
        self._finish(request, remote_ok=True)

    def _finish(self, request: Request, *, remote_ok: bool) -> None:
        if not self.alive:
            return
        self.map.write_done(request.extent)
        self._acknowledge(request, remote_ok=remote_ok)

    @staticmethod
    def _acknowledge(request: Request, *, remote_ok: bool) -> None:
        """Tell the kernel: a write succeeds if either side succeeded [FACTS B8]."""
        request.acknowledged = True
        request.done.settle("" if request.local_ok or remote_ok else EIO)

    def _note_absence(self, request: Request) -> None:
        """Mark the extent, and count the generation at the first such write [B9]."""
        self.map.need_sync(request.extent)
        meta = self.resource.disk.meta
        if meta is not None and meta.resuid and not self._numbered:
            self._numbered = True
            meta.localcnt += 1

    # -- losing the peer -----------------------------------------------------------

    def expect_answer(self) -> None:
        """Give the peer `timeout` from now to answer, sometimes twice that [B11]."""
        if self._detect_timer is None and self.alive and self.connected:
            twice = self.node.world.rng.random() < 0.25
            timeout = self.node.world.settings.hast_timeout
            self._detect_timer = self.node.timers.call_in(
                2 * timeout if twice else timeout,
                lambda: self.disconnect(half_unsent=twice),
            )

    def connection_changed(self, connection: Connection) -> None:
        """Look again at the connection: it was cut, healed, or closed over there."""
        if connection is not self.connection:
            return
        if not connection.wire_open:
            if self._idle_timer is None:
                self._idle_timer = self.node.timers.call_in(
                    self.node.world.settings.idle_detection, self.disconnect
                )
            return
        self._stop(idle=True)
        if not connection.secondary_open:
            if self.sent:
                self.node.timers.call_in(0.001, self._reset)
            elif self._guard_timer is None:
                self._guard_timer = self.node.timers.call_in(
                    self._to_next_round() + KEEPALIVE, self._reset
                )
        elif connection.answers:
            self._stop(detect=True)
            if self.sync is not None:
                self.sync.resume()
            for request in list(self.sent):
                self._transmit(request)

    def _reset(self) -> None:
        """Notice that the other side has closed."""
        connection = self.connection
        if connection is not None and not connection.secondary_open:
            self.disconnect()

    def disconnect(self, *, half_unsent: bool = False) -> None:
        """Close the connection, and acknowledge what was in flight [FACTS B8].

        half_unsent: the send buffer filled first, so half the requests were still
        queued; these are marked, the others are forgotten.
        """
        connection = self.connection
        if connection is None or not self.alive:
            return
        self.connection = None
        self._stop(detect=True, idle=True)
        if self._guard_timer is not None:
            self._guard_timer.cancel()
            self._guard_timer = None
        requests = list(self.sent)
        self.sent.clear()
        marked = len(requests) // 2 if half_unsent else len(requests)
        if self.node.world.settings.replication is Replication.ASYNC:
            marked = 0
        for position, request in enumerate(requests):
            if position >= marked:
                self._note_absence(request)
            self._finish(request, remote_ok=False)
        connection.close_primary()
        if self.sync is not None:
            self.sync.interrupt()
            self.sync = None
        self.resource.hook("disconnect")
        self._schedule_guard()

    def sync_ended(self) -> None:
        """Note that the copies are alike, as far as the map knows."""
        self.sync = None

    # -- its own life ----------------------------------------------------------------

    def exit(self, code: int) -> None:
        """End by itself."""
        self._leave()
        self.resource.hastd.worker_exited(self.resource, self.pid, code)

    def kill(self, signal: int) -> None:
        """Die of a signal: the device stays, its I/O stalls [FACTS B2]."""
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
            waiting = [r for r in self.device.pending if r not in self.sent]
            for request in waiting:
                self.submit(request)
        self._recheck()

    def hold(self, seconds: float) -> None:
        """Suspend keepalives and reconnects: the clock went back [FACTS B11]."""
        self.held_until = self.node.world.now + seconds
        if self._guard_timer is not None and not self.connected:
            self._guard_timer.cancel()
            self._schedule_guard()
        self.node.timers.call_in(seconds, self._recheck)
        self._recheck()

    def _recheck(self) -> None:
        if self.connection is not None:
            self.connection.recheck()

    def _leave(self) -> None:
        self.alive = False
        self._stop(detect=True, idle=True)
        if self._guard_timer is not None:
            self._guard_timer.cancel()
            self._guard_timer = None
        if self.sync is not None:
            self.sync.cancel()
            self.sync = None
        self.sent.clear()
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close_primary()
        if self.connecting is not None:
            self.connecting.settle(False)  # noqa: FBT003 - the promise's value
            self.connecting = None

    def _stop(self, *, detect: bool = False, idle: bool = False) -> None:
        if detect and self._detect_timer is not None:
            self._detect_timer.cancel()
            self._detect_timer = None
        if idle and self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None

    def _to_next_round(self) -> float:
        """Return the seconds to the guard's next round."""
        now = self.node.world.now
        done = math.floor((now - self.born) / KEEPALIVE)
        return self.born + (done + 1) * KEEPALIVE - now

    def _schedule_guard(self) -> None:
        if self._guard_timer is None and self.alive and not self.connected:
            held = max(0.0, self.held_until - self.node.world.now)
            self._guard_timer = self.node.timers.call_in(
                held + self._to_next_round(), self._attempt_again
            )
