"""The wire between the vhids, and the folding of its quiet stretches.

In a settled pair the same advert goes out every second and changes nothing. Such a
stretch is folded: no event is scheduled, and what would have happened is worked out
when somebody reads a counter, or when anything that matters is about to change.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from hawatch.model.carp import CarpState
from hawatch.sim.carp import WIRE_DELAY, CarpStack, Counters
from hawatch.sim.carp_vhid import Advert, Vhid
from hawatch.sim.network import Kind

if TYPE_CHECKING:
    from hawatch.sim.node import Node
    from hawatch.sim.world import World


class Fold:
    """One MASTER's unscheduled adverts: at `next_at`, then each interval."""

    __slots__ = ("advert", "interval", "listeners", "next_at", "vhid")

    def __init__(
        self, vhid: Vhid, next_at: float, listeners: tuple[CarpStack, ...]
    ) -> None:
        self.vhid = vhid
        self.advert = vhid.advert()
        self.interval = vhid.interval
        self.next_at = next_at
        self.listeners = listeners

    def sent_by(self, now: float) -> int:
        """Return how many adverts have gone out since the fold was made."""
        if now < self.next_at:
            return 0
        return math.floor((now - self.next_at) / self.interval) + 1


class CarpSegment:
    """Carries adverts from each node to the others.

    folding False schedules every advert: slow, and the measure of the folded runs.
    """

    __slots__ = ("_folds", "_world", "folding")

    def __init__(self, world: World) -> None:
        self._world = world
        self.folding = True
        self._folds: dict[Vhid, Fold] = {}

    def carry(self, advert: Advert) -> None:
        """Deliver an advert to every node that it reaches."""
        sender = self._world.nodes[advert.sender]
        for node in self._world.nodes.values():
            if node is not sender and self._reaches(sender, node, throw=True):
                self._world.scheduler.call_in(
                    WIRE_DELAY, partial(self._arrive, node, advert)
                )

    def counters(self, stack: CarpStack) -> Counters:
        """Return a node's counters with what is folded away added in."""
        self._account()
        return stack.counters

    def fold_soon(self, vhid: Vhid) -> None:
        """Try to fold a MASTER's adverts once the one just sent has arrived."""
        vhid.stack.timers.call_in(3 * WIRE_DELAY, lambda: self._try_fold(vhid))

    def _try_fold(self, vhid: Vhid) -> None:
        """Fold a MASTER's coming adverts if none of them can change anything."""
        if not self.folding:
            return
        sender = self._world.nodes[vhid.stack.node_name]
        listeners = []
        for node in self._world.nodes.values():
            if node is sender or not self._reaches(sender, node, throw=False):
                continue
            if self._world.network.loss(sender.name, node.name, Kind.CARP):
                return
            if not self._is_quiet(node.carp, vhid):
                return
            listeners.append(node.carp)
        timer = vhid.advert_timer
        if timer is None or timer.timer is None:
            return
        for stack in listeners:
            self._stop_waiting(stack, vhid)
        fold = Fold(vhid, timer.timer.at, tuple(listeners))
        timer.cancel()
        vhid.advert_timer = None
        self._folds[vhid] = fold

    def unfold(self) -> None:
        """Schedule real events again, because something is about to change."""
        if not self._folds:
            return
        self._account()
        folds, self._folds = self._folds, {}
        for fold in folds.values():
            fold.vhid.schedule_advert(fold.next_at - self._world.now)
            last = fold.next_at - fold.interval
            for stack in fold.listeners:
                listener = stack.vhids.get(fold.advert.vhid)
                if (
                    listener is not None
                    and listener.state is CarpState.BACKUP
                    and listener.digest == fold.advert.digest
                ):
                    listener.restart_down_timer(last + WIRE_DELAY)

    def _account(self) -> None:
        """Count what the folded adverts have done up to now."""
        now = self._world.now
        for fold in self._folds.values():
            count = fold.sent_by(now)
            if not count:
                continue
            fold.next_at += count * fold.interval
            fold.vhid.stack.counters.sent += count
            for stack in fold.listeners:
                if not stack.usable:
                    continue
                stack.counters.received += count
                listener = stack.vhids.get(fold.advert.vhid)
                if listener is None:
                    stack.counters.bad_vhid += count
                elif listener.digest != fold.advert.digest:
                    stack.counters.bad_authentication += count

    def _arrive(self, node: Node, advert: Advert) -> None:
        if not node.on_the_wire:
            return
        listener = node.carp.vhids.get(advert.vhid)
        if (
            listener is not None
            and listener.digest == advert.digest
            and listener.answer_to(advert)
        ):
            self.unfold()
        node.carp.receive(advert)

    def _reaches(self, sender: Node, target: Node, *, throw: bool) -> bool:
        if not (sender.on_the_wire and target.on_the_wire):
            return False
        network = self._world.network
        check = network.passes if throw else network.is_open
        return check(sender.name, target.name, Kind.CARP)

    @staticmethod
    def _is_quiet(stack: CarpStack, vhid: Vhid) -> bool:
        """Return whether a listener would do nothing but wait on at each advert."""
        listener = stack.vhids.get(vhid.number)
        if listener is None or listener.digest != vhid.digest or not stack.usable:
            return True
        if listener.answer_to(vhid.advert()):
            return False
        return (
            listener.state is not CarpState.BACKUP
            or listener.master_down > vhid.interval + 2 * WIRE_DELAY
        )

    @staticmethod
    def _stop_waiting(stack: CarpStack, vhid: Vhid) -> None:
        listener = stack.vhids.get(vhid.number)
        if (
            listener is not None
            and listener.digest == vhid.digest
            and listener.down_timer is not None
        ):
            listener.down_timer.cancel()
            listener.down_timer = None
