"""Deeds on the network: paths that are cut, lossy or well again, and cables."""

from __future__ import annotations

from typing import Annotated

import msgspec

from hawatch.sim.action import Action, OnNode
from hawatch.sim.network import Kind
from hawatch.sim.play import Play

Probability = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]


class Between(Action, frozen=True, kw_only=True):
    """A deed on the path between two ends: nodes, "client" or "witness".

    one_way: only from the first to the second.
    """

    between: tuple[str, str]
    one_way: bool = False


class Cut(Between, frozen=True, kw_only=True):
    """Traffic of these kinds is swallowed; without kinds, all of it."""

    kinds: tuple[Kind, ...] = ()

    def act(self, play: Play) -> None:
        """Cut the path."""
        play.world.network.cut(*self.between, *self.kinds, both=not self.one_way)


class Heal(Between, frozen=True, kw_only=True):
    """Traffic of these kinds passes again; without kinds, all of it."""

    kinds: tuple[Kind, ...] = ()

    def act(self, play: Play) -> None:
        """Heal the path."""
        play.world.network.heal(*self.between, *self.kinds, both=not self.one_way)


class Lose(Between, frozen=True, kw_only=True):
    """Each packet of a kind is lost with a probability."""

    kind: Kind = Kind.CARP
    probability: Probability

    def act(self, play: Play) -> None:
        """Make the path lossy."""
        play.world.network.lose(
            *self.between, self.kind, self.probability, both=not self.one_way
        )


class Isolate(OnNode, frozen=True, kw_only=True):
    """A node is cut off from everybody, silently."""

    def act(self, play: Play) -> None:
        """Isolate the node."""
        play.world.network.isolate(self.node)


class HealAll(Action, frozen=True, kw_only=True):
    """Every path is open and without loss again."""

    def act(self, play: Play) -> None:
        """Heal everything."""
        play.world.network.heal_all()


class LinkDown(OnNode, frozen=True, kw_only=True):
    """The cable is pulled; with seconds, it is back after that time."""

    seconds: float | None = None

    def act(self, play: Play) -> None:
        """Pull the cable."""
        node = play.node(self.node)
        node.set_link(up=False)
        if self.seconds is not None:
            self._later(play, self.seconds, lambda: node.set_link(up=True))


class LinkUp(OnNode, frozen=True, kw_only=True):
    """The cable is plugged in again."""

    def act(self, play: Play) -> None:
        """Plug the cable."""
        play.node(self.node).set_link(up=True)


class WitnessDown(Action, frozen=True, kw_only=True):
    """The witness answers nobody."""

    def act(self, play: Play) -> None:
        """Silence the witness."""
        play.world.witness_up = False


class WitnessUp(Action, frozen=True, kw_only=True):
    """The witness answers again."""

    def act(self, play: Play) -> None:
        """Wake the witness."""
        play.world.witness_up = True
