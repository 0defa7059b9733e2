"""What a person does who is called at the end of a seed, in a scenario's own deeds.

They do what hawatch's words ask for: look at both copies, keep the one that has
everything, clear the latches that nothing else clears, make the other copy anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hawatch.deciding.rules_owner import REBOOT
from hawatch.model.decision import Decision
from hawatch.model.latch import LatchKind
from hawatch.recording.memory import load_memory
from hawatch.sim.agents import NodeAgent
from hawatch.sim.node import Node
from hawatch.sim.play import Play
from hawatch.sim.search.ground import rows_missing

Deed = dict[str, Any]

RISKS = frozenset(
    {
        LatchKind.SUSPECT_DISK,
        LatchKind.STALE,
        LatchKind.INCONSISTENT,
        LatchKind.DIVERGED,
        LatchKind.SPLIT_BRAIN,
    }
)
"""Latches whose clearing accepts what is missing on the copy that lacks the least."""


def orders(play: Play, at: float) -> list[Deed]:
    """Return the deeds of one round, beginning at a time of the scenario."""
    deeds: list[Deed] = []
    for name, agent in play.agents.agents.items():
        if any(REBOOT in said.because for said in _last_words(agent)):
            deeds.append({"time": at - 1, "do": "crash", "node": name, "seconds": 5.0})
    for settings in play.world.settings.services:
        owner = play.served_by(settings.name)
        if owner == "nobody":
            deeds += _bring_up(play, settings.name, settings.resource, at)
        else:
            deeds += _make_anew(play, settings.resource, owner, at)
    return deeds


def _bring_up(play: Play, service: str, resource: str, at: float) -> Iterator[Deed]:
    """Choose the whole copy that lacks nothing, believe it, and take the service over.

    A full file system is given room, and one that fsck leaves to a person is repaired
    by hand. A copy that was written alone, or a split-brain,
    keeps the chosen one from being primary: it is given up first, as `hawatch resync`
    does.
    """
    nodes = list(play.world.nodes.values())
    chosen = min(
        nodes,
        key=lambda node: (
            node.resources[resource].disk.incomplete,
            rows_missing(play, node, service),
        ),
    )
    for node in nodes:
        yield {
            "time": at,
            "do": "fill-filesystem",
            "node": node.name,
            "service": service,
            "full": False,
        }
        yield {"time": at, "do": "fsck-answers", "node": node.name, "codes": []}
    if _is_split(play, resource) or _wrote_alone(chosen.peer, chosen, resource):
        yield from _discard(chosen.peer.name, resource, at)
    for node in nodes:
        for kind in _held_against(play, node, chosen, resource):
            yield {
                "time": at,
                "do": "clear-latch",
                "node": node.name,
                "resource": resource,
                "kind": kind,
            }
    if not chosen.carp.allow:
        # A fence that nobody remembers: CARP is said to be off, and not by hawatch.
        yield {
            "time": at + 30,
            "do": "operator",
            "node": chosen.name,
            "words": ["restore", service],
        }
    yield {
        "time": at + 60,
        "do": "operator",
        "node": chosen.peer.name,
        "words": ["demote", service, "--force"],
    }
    yield {
        "time": at + 120,
        "do": "operator",
        "node": chosen.name,
        "words": ["takeover", service],
    }


def _last_words(agent: NodeAgent) -> tuple[Decision, ...]:
    return agent.last.decisions if agent.last is not None else ()


def _discard(node: str, resource: str, at: float) -> Iterator[Deed]:
    """Make a node's copy anew."""
    words = (["role", "init"], ["create"], ["role", "secondary"])
    for number, word in enumerate(words):
        yield {
            "time": at + 5 * number,
            "do": "run",
            "node": node,
            "argv": ["/sbin/hastctl", *word, resource],
        }


def _is_split(play: Play, resource: str) -> bool:
    """Return whether a node says that both copies were written."""
    return any(
        latch.resource == resource and latch.kind is LatchKind.SPLIT_BRAIN
        for agent in play.agents.agents.values()
        for own in load_memory(
            agent.store, agent.node.name, agent.host.now()
        ).memory.services.values()
        for latch in own.latches
    )


def _wrote_alone(node: Node, other: Node, resource: str) -> bool:
    """Return whether a node's copy has generations that the other one's lacks [B9]."""
    mine, theirs = (n.resources[resource].disk.meta for n in (node, other))
    return mine is not None and theirs is not None and mine.localcnt > theirs.remotecnt


def _held_against(play: Play, node: Node, chosen: Node, resource: str) -> list[str]:
    """Return the kinds of latches that a node holds against the chosen copy."""
    agent = play.agents[node.name]
    memory = load_memory(agent.store, node.name, agent.host.now()).memory
    found = {
        str(latch.kind)
        for own in memory.services.values()
        for latch in own.latches
        if latch.resource == resource and latch.copy_of in ("", chosen.name)
    }
    return sorted(found)


def _make_anew(play: Play, resource: str, owner: str, at: float) -> Iterator[Deed]:
    """Discard the copy that does not serve, where it is not believed."""
    peer = play.world.peer_of(owner)
    latched = any(
        latch.resource == resource
        for agent in play.agents.agents.values()
        for own in load_memory(
            agent.store, agent.node.name, agent.host.now()
        ).memory.services.values()
        for latch in own.latches
    )
    whole = peer.resources[resource].status == "complete"
    if whole and not latched:
        return
    yield from _discard(peer.name, resource, at)
    for node in (owner, peer.name):
        yield {
            "time": at + 300,
            "do": "clear-latch",
            "node": node,
            "resource": resource,
        }
