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
    """Events in order of time, then of their making; so a seed repeats a run.

    events: how many there were; stirring: those that may have changed something that a
    look shows.
    """

    __slots__ = (
        "_heap",
        "_order",
        "_still",
        "_until",
        "after_event",
        "events",
        "now",
        "stirring",
    )

    def __init__(self) -> None:
        self.now = 0.0
        self.events = 0
        self.stirring = 0
        self._still = False
        self._until = 0.0
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

    def changed_nothing(self) -> None:
        """Say of the event at work that it changed nothing which a look could show."""
        self._still = True

    def alone_until(self, at: float) -> bool:
        """Return whether nothing else happens up to a time, and the run goes so far."""
        heap = self._heap
        while heap and heap[0][2].action is None:
            heapq.heappop(heap)
        free = not heap or heap[0][0] > at
        return free and at <= self._until and not self.after_event

    def go_to(self, at: float) -> None:
        """Let time pass within an event that is alone until then."""
        self.now = at

    def run_until(self, at: float) -> None:
        """Run every event up to and including a time, and leave the clock there."""
        while self.step(at):
            pass

    def step(self, until: float) -> bool:
        """Run the next event if it is not after a time; else go there, return False."""
        heap = self._heap
        self._until = until
        while heap and heap[0][0] <= until:
            timer = heapq.heappop(heap)[2]
            action = timer.action
            if action is None:
                continue
            timer.action = None
            self.now = timer.at
            self.events += 1
            self._still = False
            action()
            if not self._still:
                self.stirring += 1
            for hook in self.after_event:
                hook()
            return True
        self.now = max(self.now, until)
        return False
