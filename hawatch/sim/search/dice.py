"""A random source that knows the pair, and the words for what it draws."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

Deed = dict[str, Any]


class Dice:
    """A random source that knows the pair's names."""

    def __init__(
        self, rng: random.Random, nodes: Sequence[str], services: Sequence[str]
    ) -> None:
        self.rng = rng
        self.nodes = nodes
        self.services = services

    def node(self) -> str:
        """Return a node."""
        return self.rng.choice(self.nodes)

    def service(self) -> str:
        """Return a service."""
        return self.rng.choice(self.services)

    def flip(self, probability: float = 0.5) -> bool:
        """Return whether a coin with this probability shows its head."""
        return self.rng.random() < probability

    def span(self, low: float, high: float) -> float:
        """Return seconds, short ones as likely as long ones."""
        stretched: float = low * (high / low) ** self.rng.random()
        return round(stretched, 1)


Episode = Callable[[Dice, float], list[Deed]]
"""Given dice and a time, return what happens from then on, and how it ends."""
