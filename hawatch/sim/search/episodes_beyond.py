"""Faults that hawatch does not claim to survive: drawn in a class of their own."""

from __future__ import annotations

from hawatch.sim.search.dice import Deed, Dice, Episode
from hawatch.sim.search.episodes import MOST_PAUSE, crash


def long_pause(dice: Dice, at: float) -> list[Deed]:
    """A virtual machine stands still for longer than the peer waits."""
    seconds = dice.span(MOST_PAUSE, 1800)
    return [{"time": at, "do": "pause", "node": dice.node(), "seconds": seconds}]


def no_path(dice: Dice, at: float) -> list[Deed]:
    """The nodes do not reach each other on any path, and both reach the witness."""
    between = list(dice.nodes)
    end = at + dice.span(60, 1800)
    return [
        {"time": at, "do": "cut", "between": between},
        {"time": end, "do": "heal", "between": between},
    ]


def no_agent(dice: Dice, at: float) -> list[Deed]:
    """Nobody starts hawatch on a node for a while."""
    node, end = dice.node(), at + dice.span(60, 1800)
    return [
        {"time": at, "do": "disable-agent", "node": node},
        {"time": end, "do": "enable-agent", "node": node},
    ]


def endless_fsck(dice: Dice, at: float) -> list[Deed]:
    """A check of a file system hangs."""
    deed = {"do": "command-fault", "argv": ["/sbin/fsck"], "kind": "hang"}
    return [
        *({"time": at, "node": node, **deed} for node in dice.nodes),
        *crash(dice, at + 1),
    ]


BEYOND: tuple[Episode, ...] = (long_pause, no_path, no_agent, endless_fsck)
"""What may be drawn besides everything else."""
