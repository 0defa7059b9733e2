"""A primary's guard: rounds of 10 s in which it tries the peer again [FACTS B11]."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hawatch.sim.hast_connect import Attempt
from hawatch.sim.hast_connection import KEEPALIVE, Connection
from hawatch.sim.hast_decision import Meeting
from hawatch.sim.promise import Promise

if TYPE_CHECKING:
    from hawatch.sim.hast_primary import PrimaryWorker
    from hawatch.sim.timers import NodeTimer

MOMENT = 0.001
"""Seconds that tell two rounds apart."""


class Guard:
    """Makes attempts. connecting: settled when the one under way has ended."""

    __slots__ = ("_timer", "_worker", "born", "connecting", "held_until")

    def __init__(self, worker: PrimaryWorker) -> None:
        self._worker = worker
        self.born = worker.node.world.now
        self.connecting: Promise[None] | None = Promise()
        self.held_until = 0.0
        self._timer: NodeTimer | None = None

    def first_attempt(self) -> None:
        """Try the peer at the worker's start."""
        Attempt(self._worker, self._ended, first=True).start()

    def wait(self) -> None:
        """Let the next round try again, if there is no connection by then."""
        if self._timer is None:
            held = max(0.0, self.held_until - self._worker.node.world.now)
            self._timer = self._worker.node.timers.call_in(
                held + self.to_next_round(), self._round
            )

    def hold(self, seconds: float) -> None:
        """Suspend the rounds, because the clock went back that far.

        Less than 0: it went forward, which shortens a pause that is under way.
        """
        now = self._worker.node.world.now
        if seconds < 0 and self.held_until <= now:
            return
        self.held_until = max(now, self.held_until) + seconds
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self.wait()

    def stop(self) -> None:
        """End with the worker."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._settle()

    def to_next_round(self) -> float:
        """Return the seconds to the next round, which is never this moment."""
        now = self._worker.node.world.now
        done = math.floor((now - self.born) / KEEPALIVE)
        left = self.born + (done + 1) * KEEPALIVE - now
        return left if left > MOMENT else left + KEEPALIVE

    def _round(self) -> None:
        self._timer = None
        if self._worker.stopped:
            self.wait()
        elif self._worker.connection is None:
            self.connecting = Promise()
            Attempt(self._worker, self._ended, first=False).start()

    def _ended(self, result: tuple[Connection, Meeting] | None) -> None:
        if result is None:
            self.wait()
        self._worker.attempt_ended(result)
        self._settle()

    def _settle(self) -> None:
        connecting, self.connecting = self.connecting, None
        if connecting is not None:
            connecting.settle(None)
