"""A primary's side of one connection: what was sent and not answered [FACTS B8, B11].

At a disconnect these requests are acknowledged and their extents are not marked: they
are lost on the other side until a new worker sends the map of the disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hawatch.sim.hast_connection import KEEPALIVE, Connection
from hawatch.sim.hast_device import Request
from hawatch.sim.settings import Replication

if TYPE_CHECKING:
    from hawatch.sim.hast_primary import PrimaryWorker
    from hawatch.sim.timers import NodeTimer

TWICE = 0.25
"""How often a cut is noticed only after 2 * timeout: 2 of 8 cuts [FACTS B11]."""


class Sender:
    """Sends requests, waits for the answers, and notices that there are none."""

    __slots__ = ("_detect_timer", "_idle_timer", "_reset_timer", "_worker", "sent")

    def __init__(self, worker: PrimaryWorker) -> None:
        self._worker = worker
        self.sent: dict[Request, None] = {}
        self._detect_timer: NodeTimer | None = None
        self._idle_timer: NodeTimer | None = None
        self._reset_timer: NodeTimer | None = None

    @property
    def idle(self) -> bool:
        """Return whether nothing is under way, and nobody waits for an answer."""
        timers = (self._detect_timer, self._idle_timer, self._reset_timer)
        return not self.sent and timers == (None, None, None)

    def send(self, request: Request) -> None:
        """Send a request over the connection that this side believes in."""
        self.sent[request] = None
        self._transmit(request)

    def expect_answer(self) -> None:
        """Give the peer `timeout` from now to answer, sometimes twice that [B11]."""
        if self._detect_timer is None and self._worker.connection is not None:
            world = self._worker.node.world
            twice = world.rng.random() < TWICE
            timeout = world.settings.hast_timeout
            self._detect_timer = self._worker.node.timers.call_in(
                2 * timeout if twice else timeout,
                lambda: self._worker.disconnect(half_unsent=twice),
            )

    def look_again(self, connection: Connection) -> None:
        """Look at a connection that was cut, healed, or closed over there."""
        timers = self._worker.node.timers
        if not connection.wire_open:
            if self._idle_timer is None:
                patience = self._worker.node.world.settings.idle_detection
                self._idle_timer = timers.call_in(patience, self._worker.disconnect)
            return
        self._stop_idle()
        if not connection.secondary_open:
            if self.sent:
                self._reset_soon(0.001)
            elif self._reset_timer is None:
                self._reset_soon(self._worker.guard.to_next_round() + KEEPALIVE)
        elif connection.answers:
            self._stop_detection()
            if self._worker.sync is not None:
                self._worker.sync.resume()
            for request in list(self.sent):
                self._transmit(request)

    def give_up(self, *, half_unsent: bool) -> list[tuple[Request, bool]]:
        """End; return what was in flight, each with whether its extent is marked.

        half_unsent: the send buffer filled first, so half the requests were still
        queued; these are marked, the others are forgotten.
        """
        self.stop()
        requests = list(self.sent)
        self.sent.clear()
        forgotten = len(requests) // 2 if half_unsent else len(requests)
        if self._worker.node.world.settings.replication is Replication.ASYNC:
            forgotten = 0
        return [(r, position >= forgotten) for position, r in enumerate(requests)]

    def stop(self) -> None:
        """Stop every timer."""
        self._stop_detection()
        self._stop_idle()
        if self._reset_timer is not None:
            self._reset_timer.cancel()
            self._reset_timer = None

    def _transmit(self, request: Request) -> None:
        connection = self._worker.connection
        if connection is None:
            return
        if connection.answers:
            world = self._worker.node.world
            connection.last_write = world.now
            half = world.settings.round_trip / 2
            world.scheduler.call_in(half, lambda: self._arrive(request))
        elif connection.wire_open and not connection.secondary_open:
            self._reset_soon(0.001)
        else:
            self.expect_answer()

    def _arrive(self, request: Request) -> None:
        """Hand a write to the secondary, unless the wire was cut meanwhile."""
        connection = self._worker.connection
        if connection is None or request not in self.sent or not connection.answers:
            self.expect_answer()
            return
        mode = self._worker.node.world.settings.replication
        if mode is Replication.MEMSYNC:
            connection.secondary.receive(request, _ignore)
            self._answered(request)
        else:
            connection.secondary.receive(request, self._answered)

    def _answered(self, request: Request) -> None:
        half = self._worker.node.world.settings.round_trip / 2
        self._worker.node.timers.call_in(half, lambda: self._reply(request))

    def _reply(self, request: Request) -> None:
        connection = self._worker.connection
        if request not in self.sent or connection is None:
            return
        if not connection.wire_open:
            self.expect_answer()
            return
        del self.sent[request]
        if not self.sent:
            self._stop_detection()
        self._worker.finish(request, remote_ok=True)

    def _reset_soon(self, seconds: float) -> None:
        if self._reset_timer is not None:
            self._reset_timer.cancel()
        self._reset_timer = self._worker.node.timers.call_in(seconds, self._reset)

    def _reset(self) -> None:
        """Notice that the other side has closed."""
        self._reset_timer = None
        connection = self._worker.connection
        if connection is not None and not connection.secondary_open:
            self._worker.disconnect()

    def _stop_detection(self) -> None:
        if self._detect_timer is not None:
            self._detect_timer.cancel()
            self._detect_timer = None

    def _stop_idle(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None


def _ignore(_request: Request) -> None:
    """Ignore memsync's second answer: the write was acknowledged at the first."""
