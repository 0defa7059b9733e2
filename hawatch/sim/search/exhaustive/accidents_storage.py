"""What may go wrong with HAST's daemons and with what lies on them."""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.sim.search.exhaustive.state import NODES, PairState, other

SUSPECT = "suspect-disk"

Told = tuple[str, PairState]
"""What happened in words, and the pair after it."""


def hastd(pair: PairState) -> Iterator[Told]:
    """Every role is init then, and a device goes from under its mount [F7]."""
    for name in NODES:
        node = pair.node(name)
        if node.alive and node.role != "i":
            anew = pair.put(name, role="i", fell=f"h{node.role}", acted=False)
            yield f"hastd on {name} starts anew", anew.put(name, queued=False)


def mount_gone(pair: PairState) -> Iterator[Told]:
    """The same, and the kernel forces the mount off before anybody looks [F7]."""
    for name in NODES:
        node = pair.node(name)
        if node.alive and node.holds and not node.plan:
            gone = pair.put(name, role="i", fell="kp", mounted=False, running=False)
            said = f"hastd on {name} starts anew, and the kernel takes the mount off"
            yield said, gone.put(name, acted=False)


def worker(pair: PairState) -> Iterator[Told]:
    """A primary's worker ends of what its disk does, and would again [B2]."""
    for name in NODES:
        node = pair.node(name)
        if node.alive and node.role == "p":
            ended = pair.put(name, role="i", fell="wp", sick=True, acted=False)
            yield f"the worker of {name} ends, and its role is init", ended


def queue(pair: PairState) -> Iterator[Told]:
    """A slow disk: acknowledged rows wait in the standby's queue [B8]."""
    for name in NODES:
        node, peer = pair.node(name), pair.node(other(name))
        writes = pair.connected and peer.serves and not peer.broken
        if writes and node.alive and node.role == "s" and not node.queued:
            waits = pair.put(name, queued=True)
            yield f"acknowledged rows wait in the queue of hastd on {name}", waits


def bad_block(pair: PairState) -> Iterator[Told]:
    """A write fails on the owner's disk only; the row is on the peer's [B8, H13]."""
    for name in NODES:
        node = pair.node(name)
        if node.serves and pair.connected and SUSPECT not in node.latches:
            latches = tuple(sorted({*node.latches, SUSPECT}))
            yield f"the disk of {name} misses a write", pair.put(name, latches=latches)
