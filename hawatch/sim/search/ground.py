"""The truth about a simulated pair, seen from outside: rows, copies, who serves."""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.model.carp import CarpState
from hawatch.model.decision import Refusal
from hawatch.model.latch import LatchKind
from hawatch.recording.memory import load_memory
from hawatch.sim.node import Node
from hawatch.sim.play import Play, Seen

RESTLESS = "not at rest"
"""How the trouble of a pair begins that is still at work."""


def rows_missing(play: Play, node: Node, service: str) -> int:
    """Return how many acknowledged rows a node's local copy does not hold."""
    client = play.world.clients[service]
    disk = node.resources[play.settings(service).resource].disk
    missing = 0
    for index, row in client.acknowledged.items():
        found = disk.read(*client.place(index))
        missing += not (isinstance(found, int) and found >= row)
    return missing


def missing_where_served(play: Play) -> int:
    """Return how many acknowledged rows are missing where clients are served now."""
    total = 0
    for name in play.world.clients:
        owner = play.served_by(name)
        if owner != "nobody":
            total += rows_missing(play, play.node(owner), name)
    return total


def troubles(play: Play, calm: float) -> Iterator[str]:
    """Yield what keeps a pair from being at rest.

    calm: how many seconds nothing may have been done.
    """
    for name, client in play.world.clients.items():
        settings = play.settings(name)
        masters = [
            node.name
            for node in play.world.nodes.values()
            if node.carp.vhids[settings.vhid].state is CarpState.MASTER
        ]
        if len(masters) != 1:
            yield f"{name}: MASTER on {' and '.join(masters) or 'nobody'}"
        if play.served_by(name) == "nobody" or not client.successes:
            yield f"{name}: nobody serves the clients"
    since = play.time - calm
    busy = [seen for seen in play.history.begun if seen.at > since]
    if busy:
        yield f"{RESTLESS}: {len(busy)} steps in the last {calm:.0f} s, {_what(busy)}"


def weaknesses(play: Play) -> Iterator[str]:
    """Yield what keeps a pair that serves from standing on two legs."""
    for settings in play.world.settings.services:
        owner = play.served_by(settings.name)
        for node in play.world.nodes.values():
            resource = node.resources[settings.resource]
            if node.name != owner and resource.status != "complete":
                yield f"{settings.resource} on {node.name}: {resource.status}"
    yield from latched(play)


def latched(play: Play, but: frozenset[LatchKind] = frozenset()) -> list[str]:
    """Return every latch that stands on either node, but some kinds, in words."""
    found = []
    for node in play.world.nodes.values():
        agent = play.agents[node.name]
        memory = load_memory(agent.store, node.name, agent.host.now()).memory
        for own in memory.services.values():
            for latch in own.latches:
                if latch.kind in but:
                    continue
                words = f"{latch.resource} {latch.kind} of {latch.copy_of}"
                found.append(f"{node.name}: {words}")
    return found


def fell_to_init(play: Play) -> bool:
    """Return whether a node left a role alone that fell under a living hastd [H13].

    Its disk may be well by now: only a person can say.
    """
    return any(
        refused.refusal is Refusal.WORKER_DIED
        for agent in play.agents.agents.values()
        if agent.last is not None
        for decision in agent.last.decisions
        for refused in decision.refused
    )


def asked_for(play: Play) -> list[str]:
    """Return what the agents shout about at the moment."""
    found = []
    for name, agent in play.agents.agents.items():
        last = agent.last
        decisions = last.decisions if last is not None else ()
        found += [
            f"{name}: [{decision.rule}] {decision.because}"
            for decision in decisions
            if decision.alarm
        ]
        memory = load_memory(agent.store, name, agent.host.now()).memory
        found += [f"{name}: {key} is open" for key in memory.incidents]
    return found


def _what(busy: list[Seen]) -> str:
    return str(busy[-1].what)[:120]
