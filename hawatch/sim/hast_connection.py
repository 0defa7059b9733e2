"""The two TCP connections of one primary with one secondary, seen as one thing.

Neither side learns of a silent cut by itself: a primary by a write that is not answered
within `timeout`, a secondary by 20 s without a keepalive [FACTS B4, B11].
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hawatch.sim.network import Kind

if TYPE_CHECKING:
    from hawatch.sim.hast_primary import PrimaryWorker
    from hawatch.sim.hast_secondary import SecondaryWorker
    from hawatch.sim.timers import NodeTimer

KEEPALIVE = 10.0
"""HAST_KEEPALIVE: keepalives, reconnects and the guard's rounds [FACTS B11]."""

SECONDARY_SILENCE = 2 * KEEPALIVE


class Connection:
    """One connection; each side may have closed its end without the other knowing."""

    __slots__ = (
        "_silence_timer",
        "last_write",
        "made",
        "primary",
        "primary_open",
        "secondary",
        "secondary_open",
    )

    def __init__(self, primary: PrimaryWorker, secondary: SecondaryWorker) -> None:
        self.primary = primary
        self.secondary = secondary
        self.primary_open = True
        self.secondary_open = True
        self.made = primary.node.world.now
        self.last_write = self.made
        self._silence_timer: NodeTimer | None = None

    @property
    def wire_open(self) -> bool:
        """Return whether packets of this connection reach both kernels."""
        here, there = self.primary.node, self.secondary.node
        network = here.world.network
        return (
            here.on_hast_wire
            and there.on_hast_wire
            and network.is_open(here.name, there.name, Kind.HAST)
            and network.is_open(there.name, here.name, Kind.HAST)
        )

    @property
    def answers(self) -> bool:
        """Return whether a request sent now is answered."""
        return (
            self.wire_open
            and self.secondary_open
            and self.secondary.alive
            and not self.secondary.stopped
        )

    @property
    def keepalives_flow(self) -> bool:
        """Return whether the secondary hears the primary's keepalives."""
        primary = self.primary
        return (
            self.wire_open
            and self.primary_open
            and primary.alive
            and not primary.stopped
            and primary.guard.held_until <= primary.node.world.now
        )

    def close_primary(self) -> None:
        """Close the primary's end; a secondary that can be told exits at once."""
        if self.primary_open:
            self.primary_open = False
            self.recheck()

    def close_secondary(self) -> None:
        """Close the secondary's end."""
        if self.secondary_open:
            self.secondary_open = False
            self._stop_silence_timer()
            self.recheck()

    def recheck(self) -> None:
        """Look again at what each side can know, after anything changed."""
        if self.secondary_open and self.secondary.alive:
            self._recheck_secondary()
        if self.primary_open and self.primary.alive:
            self.primary.connection_changed(self)

    def _recheck_secondary(self) -> None:
        if self.wire_open and not self.primary_open:
            self.secondary.node.timers.call_in(0.001, self._end_of_file)
        elif self.keepalives_flow:
            self._stop_silence_timer()
        elif self._silence_timer is None:
            self._silence_timer = self.secondary.node.timers.call_at(
                self._last_heard() + SECONDARY_SILENCE, self._silent
            )

    def _last_heard(self) -> float:
        """Return when the secondary heard the last write or keepalive."""
        now = self.primary.node.world.now
        rounds = math.floor((now - self.made) / KEEPALIVE)
        return max(self.last_write, self.made + rounds * KEEPALIVE)

    def _end_of_file(self) -> None:
        if self.secondary_open and self.secondary.alive:
            self.secondary.lost()

    def _silent(self) -> None:
        self._silence_timer = None
        if self.secondary_open and self.secondary.alive and not self.keepalives_flow:
            self.secondary.lost()

    def _stop_silence_timer(self) -> None:
        if self._silence_timer is not None:
            self._silence_timer.cancel()
            self._silence_timer = None
