"""A SQL client of one service: it writes numbered rows and remembers what was promised.

A row goes to a slot that later rows use again, so that years fit into memory: a copy
has lost a row if its slot holds something older than what was acknowledged there last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hawatch.sim.network import CLIENT, Kind
from hawatch.sim.services import Mood, RcService
from hawatch.sim.straight import written_straight

if TYPE_CHECKING:
    from hawatch.sim.clock import Timer
    from hawatch.sim.node import Node
    from hawatch.sim.settings import ServiceSettings
    from hawatch.sim.world import World

TIMEOUT = 10.0
FIRST_EXTENT = 2
WORTH_TELLING = 2
"""Failures in a row before the log hears of it."""


class Client:
    """acknowledged: slot -> newest acknowledged row. outages: (from, to) in seconds.

    straight False sends every row through every event: slow, and the measure of the
    other way.
    """

    __slots__ = (
        "_attempt",
        "_failed_in_a_row",
        "_timer",
        "acknowledged",
        "down_since",
        "failures",
        "interval",
        "outages",
        "rows",
        "served_by",
        "settings",
        "straight",
        "successes",
        "world",
    )

    def __init__(self, world: World, settings: ServiceSettings) -> None:
        self.world = world
        self.settings = settings
        self.interval = settings.write_interval
        self.straight = True
        self.acknowledged: dict[int, int] = {}
        self.rows = 0
        self.successes = 0
        self.failures = 0
        self.served_by: str | None = None
        self.down_since: float | None = None
        self.outages: list[tuple[float, float]] = []
        self._attempt = 0
        self._failed_in_a_row = 0
        self._timer: Timer | None = None

    def start(self) -> None:
        """Begin to write; with an interval of 0 only `write` does."""
        if self.interval > 0:
            self._again(self.interval)

    def stop(self) -> None:
        """Write no more."""
        if self._timer is not None:
            self._timer.cancel()

    def write(self) -> None:
        """Write the next row through the VIP to whichever node answers."""
        self.rows += 1
        self._attempt += 1
        row, attempt = self.rows, self._attempt
        service = self._server()
        if service is None:
            self._failed(attempt)
            return
        if self.straight and written_straight(self, service, row):
            self._answered(service, attempt, row, "")
            return
        extent, slot = self.place(row)
        self._timer = self.world.scheduler.call_in(
            TIMEOUT, lambda: self._failed(attempt)
        )
        committed = service.commit(extent, slot, row)
        committed.then(lambda error: self._answered(service, attempt, row, error))

    def place(self, row: int) -> tuple[int, int]:
        """Return a row's extent and slot."""
        index = row % self._capacity
        spread = self._spread
        return FIRST_EXTENT + index % spread, index // spread

    def lost_on(self, service: RcService) -> int:
        """Return how many slots of a service hold less than was acknowledged."""
        lost = 0
        for index, row in self.acknowledged.items():
            extent, slot = self.place(index)
            found = service.row(extent, slot)
            if found is None or found < row:
                lost += 1
        return lost

    @property
    def _spread(self) -> int:
        settings = self.world.settings
        return max(1, min(settings.spread, settings.extents - FIRST_EXTENT))

    @property
    def _capacity(self) -> int:
        return self._spread * self.world.settings.slots

    def _server(self) -> RcService | None:
        """Return the service that the VIP leads to, if it takes a write."""
        holders = [
            node
            for node in self.world.vip_holders(self.settings.vhid)
            if self.world.network.passes(CLIENT, node.name, Kind.CLIENT)
            and self._hears(node)
        ]
        if not holders:
            return None
        node = holders[0] if len(holders) == 1 else self.world.rng.choice(holders)
        service = node.services[self.settings.rc]
        well = service.accepting and service.mood in (Mood.WELL, Mood.SLOW)
        return service if well else None

    def _hears(self, node: Node) -> bool:
        return self.world.network.is_open(node.name, CLIENT, Kind.CLIENT)

    def _answered(self, service: RcService, attempt: int, row: int, error: str) -> None:
        if attempt != self._attempt:
            return
        if error or not (service.node.on_the_wire and self._hears(service.node)):
            self._failed(attempt)
            return
        self._attempt += 1
        now = self.world.now
        self.successes += 1
        self.acknowledged[row % self._capacity] = row
        if self.served_by != service.node.name:
            self.served_by = service.node.name
            self.world.note(
                service.node.name,
                f"serves the clients of {self.settings.name}",
                "client",
            )
        if self.down_since is not None:
            self.outages.append((self.down_since, now))
            self._tell_end(service.node, now - self.down_since)
            self.down_since = None
            self._failed_in_a_row = 0
        self.world.violations.row_accepted(
            service.node, self.settings.name, self.settings.resource
        )
        self._again(self.interval)

    def _failed(self, attempt: int) -> None:
        if attempt != self._attempt:
            return
        self._attempt += 1
        self.failures += 1
        self._failed_in_a_row += 1
        if self.down_since is None:
            self.down_since = self.world.now
        if self._failed_in_a_row == WORTH_TELLING:
            self.world.note(
                "", f"clients of {self.settings.name} are not served", "client"
            )
        self._again(self.interval)

    def _tell_end(self, node: Node, seconds: float) -> None:
        if self._failed_in_a_row >= WORTH_TELLING:
            self.world.note(
                node.name,
                f"clients of {self.settings.name} are served again "
                f"after {seconds:.1f} s",
                "client",
            )

    def _again(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if seconds > 0:
            self._timer = self.world.scheduler.call_in(seconds, self.write)
