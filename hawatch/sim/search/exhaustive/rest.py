"""Where the abstract pair comes to rest, and whether it may rest there.

Two questions on the explored graph. When no further accident happens and everything is
mended, does fair play end in one owner with a current standby, nothing left raised,
fenced or latched? And where nothing is mended, does it end in peace at all, with a node
that could serve serving, or a person told?

Fair play ends in a terminal component: a set of states that reach each other and
nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hawatch.sim.search.exhaustive.state import (
    ADVERTS_ONLY,
    METADATA,
    NODES,
    NodeState,
    PairState,
    other,
)


class Edge(NamedTuple):
    """A transition between two states, by their numbers. ring: a look told a person."""

    after: int
    kind: str
    alarm: bool
    said: str


class Unrest(NamedTuple):
    """Where the pair must not stay: a state, why, and what goes on there for ever."""

    state: int
    why: str
    round: tuple[str, ...] = ()


def unrest(states: Sequence[PairState], edges: Sequence[list[Edge]]) -> Unrest | None:
    """Return where the pair must not stay, the first that is reached, or None."""
    found: list[Unrest] = []
    for kinds, judge in ((MENDED, at_rest), (LEFT, left_alone)):
        for members in terminal(edges, kinds):
            told = _told(members, edges, kinds)
            pairs = [states[m] for m in members]
            goes_on = _goes_on(members, edges, kinds)
            if goes_on is not None and not _is_tried_again(pairs):
                found.append(goes_on)
            elif why := judge(pairs, told=told):
                found.append(Unrest(min(members), why))
    return min(found, default=None)


MENDED = frozenset({"look", "step", "world", "repair"})
LEFT = frozenset({"look", "step", "world"})


def _goes_on(
    members: list[int], edges: Sequence[list[Edge]], kinds: frozenset[str]
) -> Unrest | None:
    """Return the round of a component in which a step is taken again and again."""
    inside = set(members)
    for member in sorted(members):
        for edge in edges[member]:
            if edge.kind == "step" and edge.after in inside:
                back = _way(edge.after, member, inside, edges, kinds)
                why = "it never comes to rest: what follows goes on for ever"
                return Unrest(member, why, (edge.said, *back))
    return None


def _way(
    start: int,
    end: int,
    inside: set[int],
    edges: Sequence[list[Edge]],
    kinds: frozenset[str],
) -> tuple[str, ...]:
    """Return the shortest way from one state of a component to another, in words."""
    ways: dict[int, tuple[str, ...]] = {start: ()}
    queue = [start]
    for here in queue:
        if here == end:
            break
        for edge in edges[here]:
            new = edge.after in inside and edge.after not in ways
            if edge.kind in kinds and new:
                ways[edge.after] = (*ways[here], edge.said)
                queue.append(edge.after)
    return ways[end]


def _is_tried_again(pairs: list[PairState]) -> bool:
    """Return whether it is tried anew on purpose: cut adverts, a stop that is deaf."""
    nodes = [pair.node(name) for pair in pairs for name in NODES]
    return any(node.stuck or "unheard" in node.latches for node in nodes)


def _told(
    members: list[int], edges: Sequence[list[Edge]], kinds: frozenset[str]
) -> bool:
    return any(edge.alarm for m in members for edge in edges[m] if edge.kind in kinds)


def at_rest(members: list[PairState], *, told: bool) -> str:
    """Return what is wrong with a pair at rest in which everything is mended."""
    if told:
        idle = members[0]
        for name in NODES:
            latches = idle.node(name).latches
            if "fenced" in latches and "split-brain" not in latches:
                return f"everything is mended, and hawatch leaves CARP off on {name}"
        serving = any(idle.node(n).serves for n in NODES)
        if serving and not idle.connected and not _is_excused(idle):
            return "everything is mended, nothing is latched, and no standby connects"
        unsure = idle.site == ADVERTS_ONLY  # nobody can say which copy is current
        if serving or unsure or any(_has_reason(idle.node(n)) for n in NODES):
            return ""
        return "everything is mended, both copies are good, and nobody serves"
    for pair in members:
        why = next(_wrong(pair), "")
        if why:
            return f"everything is mended and nobody is told, but {why}"
    return ""


def _is_excused(pair: PairState) -> bool:
    """Return whether a person has to choose a copy, or to allow what they forbade.

    A connection would clear the latch of a copy that is stale.
    """
    nodes = [pair.node(n) for n in NODES]
    latched = any(set(node.latches) - {"stale"} for node in nodes)
    return latched or any(node.debt or not node.allow for node in nodes)


def _has_reason(node: NodeState) -> bool:
    """Return whether a person has to choose, or the cool-down has to pass."""
    waits = node.moved or node.vain
    return bool(waits or node.latches or node.debt or not node.whole)


def left_alone(members: list[PairState], *, told: bool) -> str:
    """Return what is wrong with a pair at rest in which nothing is mended."""
    pair = members[0]
    if any(pair.node(n).maintained or _cannot_tell(pair.node(n)) for n in NODES):
        return ""  # a person works on it; what cannot be read is told by itself
    ill = [n for n in NODES if _ill(pair.node(n))]
    serving = [n for n in NODES if pair.node(n).serves and not pair.node(n).broken]
    if ill and not serving and not told:
        return f"nobody serves since {ill[0]} is ill, and nobody is told"
    held = [n for n in NODES if pair.node(n).alive and not pair.node(n).allow]
    if held and not serving and not told:
        return f"nobody serves while CARP is off on {held[0]}, and nobody is told"
    waits = any(pair.node(n).moved or pair.node(n).vain for n in NODES)
    if serving or waits or pair.net != "ok":
        return ""
    forbidden = any(pair.node(n).alive and not pair.node(n).allow for n in NODES)
    if told and (forbidden or pair.site == "restarts only"):
        return ""
    for name in NODES:
        if _able(pair, name) or _heir(pair, name) or _was_owner(pair, name):
            return f"nobody serves, although {name} could"
    return ""


def _cannot_tell(node: NodeState) -> bool:
    """Return whether a node cannot say what the other one has to know of it."""
    return node.blind not in ("", METADATA)


def _ill(node: NodeState) -> bool:
    """Return whether something stands that a rule must speak of."""
    return node.alive and bool(node.broken or not node.link)


def _able(pair: PairState, name: str) -> bool:
    node, peer = pair.node(name), pair.node(other(name))
    well = node.alive and node.link and node.allow and not node.broken
    return (
        well
        and not node.blind
        and not node.ails
        and node.whole
        and not node.latches
        and node.proved
        and pair.talking
        and peer.whole
        and not _cannot_tell(peer)
        and not (peer.blind and _is_doubtful(node, peer))
    )


def _is_doubtful(node: NodeState, peer: NodeState) -> bool:
    """Return whether a peer that cannot read its metadata may have written alone.

    Or it holds the VIP that it has given away before: they would throw it to and fro.
    """
    return node.missed or (peer.master and peer.raised)


def _heir(pair: PairState, name: str) -> bool:
    """Return whether a node stood by in sync when the other one went."""
    node = pair.node(name)
    well = node.alive and node.link and node.allow and not node.broken
    knows = node.proved and node.whole and not node.blind and not node.latches
    return well and knows and not pair.node(other(name)).alive


def _was_owner(pair: PairState, name: str) -> bool:
    """Return whether a node owned it in this boot, and its device and mount went."""
    node, peer = pair.node(name), pair.node(other(name))
    well = node.alive and node.link and node.allow and not node.broken
    whole = node.whole and not node.latches and not node.sick and not node.blind
    last = node.fell == "kp" and pair.later == name
    heard = (pair.talking and not peer.blind) or not peer.up
    return well and whole and last and heard


def _wrong(pair: PairState) -> Iterator[str]:
    """Yield what is wrong with a pair at rest."""
    serving = [n for n in NODES if pair.node(n).serves]
    if len(serving) != 1:
        yield f"{len(serving)} nodes serve"
        return
    standby = other(serving[0])
    if not pair.connected:
        yield f"{standby} is not connected"
    for name in NODES:
        node = pair.node(name)
        if not node.allow:
            yield f"CARP is off on {name}"
        if node.unfinished:
            yield f"a plan on {name} was begun and never ended"
        if node.latches or node.debt:
            yield f"a latch is left on {name}"
        if not node.whole:
            yield f"{name} lacks acknowledged rows"
    if pair.node(standby).raised:
        yield f"the skew of {standby} is left raised"


def terminal(edges: Sequence[list[Edge]], kinds: frozenset[str]) -> Iterator[list[int]]:
    """Yield the terminal components of the graph with edges of some kinds."""
    ways = [[e.after for e in out if e.kind in kinds] for out in edges]
    number = [-1] * len(edges)
    found = list(_components(ways, number))
    for index, members in enumerate(found):
        if all(number[after] == index for m in members for after in ways[m]):
            yield members


def _components(ways: list[list[int]], number: list[int]) -> Iterator[list[int]]:
    """Yield the strongly connected components [Tarjan], and number their states."""
    order = [-1] * len(ways)
    low = [0] * len(ways)
    stack: list[int] = []
    count = done = 0
    for root in range(len(ways)):
        work = [(root, 0)] if order[root] < 0 else []
        while work:
            state, at = work.pop()
            if at == 0:
                order[state] = low[state] = count
                count += 1
                stack.append(state)
            else:
                low[state] = min(low[state], low[ways[state][at - 1]])
            while at < len(ways[state]) and order[ways[state][at]] >= 0:
                if number[ways[state][at]] < 0:
                    low[state] = min(low[state], order[ways[state][at]])
                at += 1
            if at < len(ways[state]):
                work += [(state, at + 1), (ways[state][at], 0)]
            elif low[state] == order[state]:
                members = _popped(stack, state)
                for member in members:
                    number[member] = done
                done += 1
                yield members


def _popped(stack: list[int], state: int) -> list[int]:
    members = [stack.pop()]
    while members[-1] != state:
        members.append(stack.pop())
    return members
