"""A primary's attempt to reach its peer [FACTS B3, B9, B11]."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from hawatch.sim.hast_connection import Connection
from hawatch.sim.hast_decision import meet
from hawatch.sim.network import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from hawatch.sim.hast_decision import Meeting
    from hawatch.sim.hast_primary import PrimaryWorker
    from hawatch.sim.hast_resource import Resource

SYN_TIMES = (0.0, 1.0, 3.0, 7.0, 15.0)
"""When TCP sends its first packets to somebody who does not answer, in seconds."""

EX_CONFIG = 78


class Peer(enum.Enum):
    """What an attempt finds on the other side."""

    SILENT = enum.auto()
    REFUSED = enum.auto()
    INIT = enum.auto()
    PRIMARY = enum.auto()
    SECONDARY = enum.auto()


class Attempt:
    """One attempt; `ended` is told the connection and meeting, or None.

    first: at the worker's start, where a peer that is still primary is asked again
    every second until `timeout`, and then ignored [FACTS B3].
    """

    __slots__ = ("_ended", "_first", "_over", "_started", "_worker")

    def __init__(
        self,
        worker: PrimaryWorker,
        ended: Callable[[tuple[Connection, Meeting] | None], None],
        *,
        first: bool,
    ) -> None:
        self._worker = worker
        self._ended = ended
        self._first = first
        self._over = False
        self._started = worker.node.world.now

    def start(self) -> None:
        """Try now, and as often as TCP would until the timeout."""
        timeout = self._worker.node.world.settings.hast_timeout
        for after in SYN_TIMES:
            if after < timeout:
                self._worker.node.timers.call_in(after, self._try)
        self._worker.node.timers.call_in(timeout, self._time_out)

    def _try(self) -> None:
        if self._over or not self._worker.alive or self._worker.stopped:
            return
        peer = self._find()
        if peer is Peer.SILENT:
            return
        theirs = self._worker.resource.peer
        if peer in (Peer.INIT, Peer.PRIMARY):
            theirs.say(
                f"We act as {theirs.role} for the resource and not as secondary as "
                f"requested by tcp://{self._worker.node.settings.address}:"
                f"{self._worker.node.new_port()}."
            )
        if peer is Peer.PRIMARY and self._first:
            self._worker.node.timers.call_in(1.0, self._try)
        elif peer is Peer.SECONDARY:
            self._finish(self._shake_hands(theirs))
        else:
            self._finish(None)

    def _time_out(self) -> None:
        if self._over or not self._worker.alive:
            return
        if self._first and self._find() is Peer.PRIMARY:
            self._worker.resource.say("Remote node is still primary, starting anyway.")
        self._finish(None)

    def _finish(self, result: tuple[Connection, Meeting] | None) -> None:
        self._over = True
        self._ended(result)

    def _find(self) -> Peer:
        theirs = self._worker.resource.peer
        here, there = self._worker.node, theirs.node
        network = here.world.network
        if not (
            here.on_hast_wire
            and there.on_hast_wire
            and network.passes(here.name, there.name, Kind.HAST)
            and network.passes(there.name, here.name, Kind.HAST)
        ):
            return Peer.SILENT
        hastd = theirs.hastd
        if not hastd.alive:
            return Peer.REFUSED
        if hastd.stopped or hastd.waiting:
            return Peer.SILENT
        return {"init": Peer.INIT, "primary": Peer.PRIMARY}.get(
            theirs.role, Peer.SECONDARY
        )

    def _shake_hands(self, theirs: Resource) -> tuple[Connection, Meeting] | None:
        """Let the secondary start a worker and decide by both sides' metadata."""
        ours = self._worker.resource
        secondary = theirs.start_secondary()
        if secondary is None:
            return None
        mine, other = ours.disk.meta, theirs.disk.meta
        if mine is None or other is None:
            return None
        theirs.hook("connect")
        meeting = meet(mine, other)
        if not meeting.refused and mine.datasize != other.datasize:
            theirs.hook("disconnect")
            secondary.end()
            return None
        if meeting.refused:
            if meeting.refused == "split-brain":
                ours.hook("split-brain")
                theirs.hook("split-brain")
            secondary.end()
            theirs.hastd.worker_exited(theirs, secondary.pid, EX_CONFIG)
            return None
        connection = Connection(self._worker, secondary)
        secondary.connection = connection
        return connection, meeting
