"""A resync: extent by extent, in either direction, at the link's speed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hawatch.sim.hast_decision import Source

if TYPE_CHECKING:
    from hawatch.sim.hast_connection import Connection
    from hawatch.sim.hast_disk import LocalDisk
    from hawatch.sim.hast_primary import PrimaryWorker
    from hawatch.sim.timers import NodeTimer


class Sync:
    """Copies what the primary's map says; stalls while nobody answers."""

    __slots__ = ("_connection", "_timer", "_worker", "source", "stalled")

    def __init__(
        self, worker: PrimaryWorker, connection: Connection, source: Source
    ) -> None:
        self._worker = worker
        self._connection = connection
        self.source = source
        self.stalled = False
        self._timer: NodeTimer | None = None

    def start(self) -> None:
        """Begin; the target is a mixture of old and new from now on [FACTS H12].

        Not where both sides have the same in all that is sent: the map on the disk
        keeps extents that were written long ago [FACTS B10].
        """
        target, origin = self._target(), self._origin()
        sent = self._worker.map.needs_sync
        if any(target.extents.get(n) != origin.extents.get(n) for n in sent):
            target.incomplete = True
        self._worker.resource.hook("syncstart")
        self._next()

    def interrupt(self) -> None:
        """Stop where it is: the connection was lost."""
        self.cancel()
        self._worker.resource.hook("syncintr")

    def cancel(self) -> None:
        """Stop where it is, without a word: the worker is gone."""
        if self._timer is not None:
            self._timer.cancel()

    def resume(self) -> None:
        """Go on after a stall."""
        if self.stalled and self._connection.answers:
            self.stalled = False
            self._next()

    def _next(self) -> None:
        settings = self._worker.node.world.settings
        seconds = settings.extentsize / settings.sync_speed
        self._timer = self._worker.node.timers.call_in(seconds, self._copy)

    def _copy(self) -> None:
        self._timer = None
        if not self._connection.answers:
            self.stalled = True
            self._worker.sender.expect_answer()
            return
        todo = self._worker.map.needs_sync
        if todo:
            extent = min(todo)
            target, origin = self._target(), self._origin()
            if origin.missing or origin.read_fails:
                self._worker.read_errors += self.source is Source.PRIMARY
            elif target.write_fails or target.missing:
                self._count_write_error()
            else:
                self._note_spoiled(extent)
                target.copy_extent(extent, origin)
            self._worker.map.synced(extent)
        if todo:
            self._next()
        else:
            self._done()

    def _count_write_error(self) -> None:
        """Count it where it happened; the extent counts as synced all the same [B8]."""
        if self.source is Source.PRIMARY:
            self._connection.secondary.write_errors += 1
        else:
            self._worker.write_errors += 1

    def _note_spoiled(self, extent: int) -> None:
        """Note that blocks which only the target has are written over by HAST itself.

        Not for a worker that somebody killed: that is a deed, with its own judges.
        """
        missed = any(block[0] == extent for block in self._origin().missed)
        if missed and not self._worker.recovered:
            self._worker.node.world.violations.spoiled.add(self._worker.resource.name)

    def _done(self) -> None:
        self._target().incomplete = False
        mine = self._worker.resource.disk.meta
        theirs = self._connection.secondary.resource.disk.meta
        if mine is not None and theirs is not None:
            mine.localcnt = theirs.remotecnt
            mine.remotecnt = theirs.localcnt
        self._worker.sync_ended()
        self._worker.resource.hook("syncdone")

    def _target(self) -> LocalDisk:
        if self.source is Source.PRIMARY:
            return self._connection.secondary.resource.disk
        return self._worker.resource.disk

    def _origin(self) -> LocalDisk:
        if self.source is Source.PRIMARY:
            return self._worker.resource.disk
        return self._connection.secondary.resource.disk
