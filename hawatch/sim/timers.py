"""A node's own timers: they stand still while it is paused and die with its power."""

from __future__ import annotations

from hawatch.sim.clock import Action, Scheduler, Timer


class NodeTimer:
    """One timer of a node; remaining is set while the node is paused."""

    __slots__ = ("_owner", "action", "remaining", "timer")

    def __init__(self, owner: NodeTimers, action: Action) -> None:
        self._owner = owner
        self.action = action
        self.remaining: float | None = None
        self.timer: Timer | None = None

    def cancel(self) -> None:
        """Forget the timer, whether it runs or stands still."""
        self._owner.forget(self)

    def fire(self) -> None:
        """Run the action: what the scheduler calls."""
        self._owner.forget(self)
        self.action()


class NodeTimers:
    """Every timer of one node, in the order in which they were made."""

    __slots__ = ("_live", "_scheduler", "frozen")

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._live: dict[NodeTimer, None] = {}
        self.frozen = False

    def __len__(self) -> int:
        """Return how many timers are to come."""
        return len(self._live)

    def call_in(self, seconds: float, action: Action) -> NodeTimer:
        """Given a delay in the node's own seconds, return the timer."""
        entry = NodeTimer(self, action)
        self._live[entry] = None
        if self.frozen:
            entry.remaining = seconds
        else:
            entry.timer = self._scheduler.call_in(seconds, entry.fire)
        return entry

    def call_at(self, at: float, action: Action) -> NodeTimer:
        """Given a time of the world's clock, return the timer."""
        return self.call_in(max(0.0, at - self._scheduler.now), action)

    def forget(self, entry: NodeTimer) -> None:
        """Drop a timer that fired or was cancelled."""
        self._live.pop(entry, None)
        if entry.timer is not None:
            entry.timer.cancel()

    def freeze(self) -> None:
        """Stop every timer where it is: the virtual machine was paused."""
        self.frozen = True
        for entry in self._live:
            if entry.timer is not None:
                entry.remaining = entry.timer.at - self._scheduler.now
                entry.timer.cancel()
                entry.timer = None

    def thaw(self) -> None:
        """Let every timer go on from where it stood."""
        self.frozen = False
        for entry in self._live:
            if entry.remaining is not None:
                entry.timer = self._scheduler.call_in(entry.remaining, entry.fire)
                entry.remaining = None

    def clear(self) -> None:
        """Drop every timer: the power went."""
        for entry in list(self._live):
            self.forget(entry)
        self.frozen = False
