"""The device node /dev/hast/X: it outlives its worker, and stalls without one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from hawatch.sim.hast_disk import Block, Value
from hawatch.sim.promise import Promise

GONE = "Device not configured"


class Request:
    """One write on its way; done gives "" or the error text."""

    __slots__ = ("block", "done", "extent", "local_ok", "value")

    def __init__(self, extent: int, block: Block, value: Value) -> None:
        self.extent = extent
        self.block = block
        self.value = value
        self.done: Promise[str] = Promise()
        self.local_ok = True


class Submitter(Protocol):
    """Who does a device's I/O: a primary worker."""

    def submit(self, request: Request) -> None:
        """Start a write."""
        ...

    def look(self, extent: int, block: Block) -> Value | None:
        """Return what a read gets."""
        ...

    @property
    def io_ready(self) -> bool:
        """Return whether requests are taken now."""
        ...


class GateDevice:
    """A GEOM_GATE unit. visible: its node is in /dev; destroyed: gone for good."""

    __slots__ = ("destroyed", "on_destroy", "path", "pending", "visible", "worker")

    def __init__(self, path: str) -> None:
        self.path = path
        self.visible = False
        self.destroyed = False
        self.worker: Submitter | None = None
        self.pending: dict[Request, None] = {}
        self.on_destroy: list[Callable[[], None]] = []

    @property
    def stalled(self) -> bool:
        """Return whether I/O would wait: there is no worker that takes it."""
        return not self.destroyed and (self.worker is None or not self.worker.io_ready)

    def write(self, extent: int, block: Block, value: Value) -> Promise[str]:
        """Write one block; the promise gives "" or the error text."""
        if self.destroyed:
            return Promise.of(GONE)
        request = Request(extent, block, value)
        self.pending[request] = None
        request.done.then(lambda _error: self._finished(request))
        if self.worker is not None and self.worker.io_ready:
            self.worker.submit(request)
        return request.done

    def read(self, extent: int, block: Block) -> Value | None:
        """Return a block as a cached or quick read gives it."""
        return None if self.worker is None else self.worker.look(extent, block)

    def attach(self, worker: Submitter) -> None:
        """Give what is pending to a worker that is ready: a start or a recovery."""
        self.worker = worker
        for request in list(self.pending):
            worker.submit(request)

    def destroy(self) -> None:
        """Remove the unit by force: pending and new I/O gets ENXIO [FACTS B2]."""
        if self.destroyed:
            return
        self.destroyed = True
        self.visible = False
        self.worker = None
        for request in list(self.pending):
            request.done.settle(GONE)
        for listener in self.on_destroy:
            listener()

    def _finished(self, request: Request) -> None:
        self.pending.pop(request, None)
