"""A running coroutine on a node: an agent's cycle, or one command's process."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from hawatch.sim.promise import Nap, Promise
from hawatch.sim.timers import NodeTimers

T = TypeVar("T")


class Task(Generic[T]):
    """Steps a coroutine by hand, each time what it waits for is there.

    Every step is an event of its node, so a paused node's tasks stand still. kill()
    closes the coroutine where it waits, as SIGKILL would; result is then never settled.
    unkillable tells that the process is in an uninterruptible sleep.
    """

    __slots__ = ("_coroutine", "_timers", "alive", "begun", "result", "unkillable")

    def __init__(
        self,
        timers: NodeTimers,
        coroutine: Coroutine[Any, Any, T],
        done: Callable[[T], None] | None = None,
    ) -> None:
        self._timers = timers
        self._coroutine = coroutine
        self.alive = True
        self.begun = False
        self.unkillable = False
        self.result: Promise[T] = Promise()
        if done is not None:
            self.result.then(done)

    def start(self) -> None:
        """Let the first step be the node's next event."""
        self._timers.call_in(0.0, self.step)

    def step(self) -> None:
        """Run until the coroutine waits or ends."""
        if not self.alive:
            return
        self.begun = True
        try:
            awaited: Promise[Any] | Nap = self._coroutine.send(None)
        except StopIteration as stop:
            self.alive = False
            self.result.settle(stop.value)
            return
        if isinstance(awaited, Nap):
            self._timers.call_in(awaited.seconds, self.step)
        else:
            awaited.then(self._wake)

    def _wake(self, _value: object) -> None:
        if self.alive:
            self._timers.call_in(0.0, self.step)

    def kill(self) -> None:
        """End the task where it stands; what the world already does goes on."""
        if self.alive:
            self.alive = False
            self._coroutine.close()
