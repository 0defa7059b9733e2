"""Deeds on mysqld: it dies, hangs, slows down, refuses to stop or to start."""

from __future__ import annotations

from hawatch.sim.action import OnService
from hawatch.sim.play import Play
from hawatch.sim.services import Mood


class KillMysqld(OnService, frozen=True, kw_only=True):
    """mysqld dies; for_good: it cannot be started again."""

    for_good: bool = False

    def act(self, play: Play) -> None:
        """Kill it."""
        service = play.rc(self.node, self.service)
        service.will_not_start = service.will_not_start or self.for_good
        service.kill()


class Mysqld(OnService, frozen=True, kw_only=True):
    """mysqld is in this mood from now on: "hung", "slow", "read-only", "well", ..."""

    mood: Mood

    def act(self, play: Play) -> None:
        """Change the mood."""
        play.rc(self.node, self.service).mood = self.mood


class StartMysqld(OnService, frozen=True, kw_only=True):
    """Somebody starts mysqld by hand."""

    def act(self, play: Play) -> None:
        """Start it."""
        play.rc(self.node, self.service).start()


class WillNotStop(OnService, frozen=True, kw_only=True):
    """mysqld ignores SIGTERM, or obeys it again."""

    broken: bool = True

    def act(self, play: Play) -> None:
        """Break or mend it."""
        play.rc(self.node, self.service).will_not_stop = self.broken


class WillNotStart(OnService, frozen=True, kw_only=True):
    """mysqld cannot be started, or can again."""

    broken: bool = True

    def act(self, play: Play) -> None:
        """Break or mend it."""
        play.rc(self.node, self.service).will_not_start = self.broken


class ClientWrites(OnService, frozen=True, kw_only=True):
    """The clients write a row every so many seconds from now on."""

    every: float

    def act(self, play: Play) -> None:
        """Let them."""
        play.world.clients[play.settings(self.service).name].interval = self.every
