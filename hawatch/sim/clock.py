"""The virtual clock: a heap of events; time jumps from one to the next."""

from __future__ import annotations

import heapq
from collections.abc import Callable

Action = Callable[[], None]


class Timer:
    """One event to come; cancelling it twice, or after it fired, does nothing."""

    __slots__ = ("action", "at")

    def __init__(self, at: float, action: Action) -> None:
        self.at = at
        self.action: Action | None = action

    def cancel(self) -> None:
        """Forget the action; the heap drops the empty entry when it comes up."""
        self.action = None


class Scheduler:
    """Events in order of time, then of their making; so a seed repeats a run."""

    __slots__ = ("_heap", "_order", "after_event", "events", "now")

    def __init__(self) -> None:
        self.now = 0.0
        self.events = 0
        self.after_event: list[Action] = []
        self._heap: list[tuple[float, int, Timer]] = []
        self._order = 0

    def call_at(self, at: float, action: Action) -> Timer:
        """Given a time in seconds and an action, return the timer that will run it."""
        self._order += 1
        timer = Timer(max(at, self.now), action)
        heapq.heappush(self._heap, (timer.at, self._order, timer))
        return timer

    def call_in(self, seconds: float, action: Action) -> Timer:
        """Given a delay in seconds and an action, return the timer that will run it."""
        return self.call_at(self.now + seconds, action)

    def run_until(self, at: float) -> None:
        """Run every event up to and including a time, and leave the clock there."""
        while self.step(at):
            pass

    def step(self, until: float) -> bool:
        """Run the next event if it is not after a time; else go there, return False."""
        heap = self._heap
        while heap and heap[0][0] <= until:
            timer = heapq.heappop(heap)[2]
            action = timer.action
            if action is None:
                continue
            timer.action = None
            self.now = timer.at
            self.events += 1
            action()
            for hook in self.after_event:
                hook()
            return True
        self.now = max(self.now, until)
        return False
