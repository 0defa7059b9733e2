"""The network: directed paths by kind of traffic, each open, cut or lossy.

Ends are node names, "client" (the machine where the SQL clients run) and "witness".
A path that is cut swallows packets without a word; a carrier that is lost belongs to
the node (`Node.set_link`), which then counts as cut on everything over that interface.
"""

from __future__ import annotations

import enum
import random
from collections.abc import Callable

CLIENT = "client"
WITNESS = "witness"


class Kind(enum.StrEnum):
    """Traffic that can be cut by itself. SSH2 is ssh over the replication network."""

    CARP = "carp"
    HAST = "hast"
    SSH = "ssh"
    SSH2 = "ssh2"
    CLIENT = "client"
    WITNESS = "witness"


class Network:
    """Which traffic passes between whom; everything passes until it is cut."""

    __slots__ = ("_cut", "_ends", "_loss", "_rng", "before_change", "on_change")

    def __init__(self, rng: random.Random, nodes: tuple[str, ...]) -> None:
        self._rng = rng
        self._ends = (*nodes, CLIENT, WITNESS)
        self._cut: set[tuple[str, str, Kind]] = set()
        self._loss: dict[tuple[str, str, Kind], float] = {}
        self.before_change: list[Callable[[], None]] = []
        self.on_change: list[Callable[[], None]] = []

    def cut(self, source: str, target: str, *kinds: Kind, both: bool = True) -> None:
        """Swallow traffic of the kinds given (all where none is) from source to target.

        both cuts the way back as well.
        """
        self._change(source, target, kinds, cut=True, both=both)

    def heal(self, source: str, target: str, *kinds: Kind, both: bool = True) -> None:
        """Let traffic of the kinds given (all where none is) pass again, unharmed."""
        self._change(source, target, kinds, cut=False, both=both)

    def isolate(self, node: str) -> None:
        """Cut a node off from everybody, silently."""
        self._tell(self.before_change)
        for other in self._ends:
            for kind in Kind:
                self._cut |= {(node, other, kind), (other, node, kind)}
        self._tell(self.on_change)

    def heal_all(self) -> None:
        """Open every path and forget every loss."""
        self._tell(self.before_change)
        self._cut.clear()
        self._loss.clear()
        self._tell(self.on_change)

    def lose(
        self,
        source: str,
        target: str,
        kind: Kind,
        probability: float,
        *,
        both: bool = True,
    ) -> None:
        """Lose each packet with a probability; it tells on adverts and on connects."""
        self._tell(self.before_change)
        for way in self._ways(source, target, both=both):
            if probability > 0.0:
                self._loss[(*way, kind)] = probability
            else:
                self._loss.pop((*way, kind), None)
        self._tell(self.on_change)

    def is_open(self, source: str, target: str, kind: Kind) -> bool:
        """Return whether traffic of a kind passes this way at all."""
        return (source, target, kind) not in self._cut

    def loss(self, source: str, target: str, kind: Kind) -> float:
        """Return the probability that a packet is lost on an open path."""
        return self._loss.get((source, target, kind), 0.0)

    def loses(self, *kinds: Kind) -> bool:
        """Return whether packets of one of these kinds are lost by chance somewhere."""
        return any(kind in kinds for _, _, kind in self._loss)

    def shape(self) -> frozenset[tuple[str, str, Kind]]:
        """Return every path that is cut: source, target, kind."""
        return frozenset(self._cut)

    def passes(self, source: str, target: str, kind: Kind) -> bool:
        """Return whether one packet sent now arrives; a lossy path throws the die."""
        if not self.is_open(source, target, kind):
            return False
        loss = self.loss(source, target, kind)
        return loss == 0.0 or self._rng.random() >= loss

    def _change(
        self,
        source: str,
        target: str,
        kinds: tuple[Kind, ...],
        *,
        cut: bool,
        both: bool,
    ) -> None:
        self._tell(self.before_change)
        for way in self._ways(source, target, both=both):
            for kind in kinds or tuple(Kind):
                if cut:
                    self._cut.add((*way, kind))
                else:
                    self._cut.discard((*way, kind))
                    self._loss.pop((*way, kind), None)
        self._tell(self.on_change)

    @staticmethod
    def _ways(source: str, target: str, *, both: bool) -> tuple[tuple[str, str], ...]:
        return ((source, target), (target, source)) if both else ((source, target),)

    @staticmethod
    def _tell(listeners: list[Callable[[], None]]) -> None:
        for listener in listeners:
            listener()
