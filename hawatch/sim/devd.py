"""Kernel events for devd, in order, kept while nobody reads them [FACTS A12, C]."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hawatch.sim.node import Node

QUEUE_LENGTH = 1000
"""hw.bus.devctl_queue: then the oldest are dropped."""

LATENCY = 0.002


class Devd:
    """Hands each line to the node's listeners; alive tells whether devd runs."""

    __slots__ = ("_node", "_queue", "alive")

    def __init__(self, node: Node) -> None:
        self._node = node
        self._queue: deque[str] = deque(maxlen=QUEUE_LENGTH)
        self.alive = False

    def emit(self, line: str) -> None:
        """Take one event from the kernel."""
        self._queue.append(line)
        if self.alive:
            self._node.timers.call_in(LATENCY, self._drain)

    def start(self) -> None:
        """Start devd: it works off what the kernel has kept, however old."""
        self.alive = True
        self._node.timers.call_in(LATENCY, self._drain)

    def kill(self) -> None:
        """End devd; the kernel goes on queueing [FACTS H28]."""
        self.alive = False

    def _drain(self) -> None:
        while self.alive and self._queue:
            line = self._queue.popleft()
            for listener in list(self._node.on_devd):
                listener(line)
