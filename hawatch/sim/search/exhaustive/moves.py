"""Everything that may happen next to the abstract pair."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from hawatch.model.decision import Decision
from hawatch.sim.search.exhaustive.concrete import look
from hawatch.sim.search.exhaustive.state import (
    LONG,
    NETS,
    NODES,
    NodeState,
    PairState,
    other,
    synced,
)
from hawatch.sim.search.exhaustive.steps import decided, perform

Next = tuple[str, PairState, str]
"""What happened in words, the pair after it, and a never that came true, or ""."""

SYNCED = {"stale", "split-brain"}


def successors(pair: PairState) -> Iterator[Next]:
    """Yield every next state."""
    for name in NODES:
        node = pair.node(name)
        if node.up and node.plan:
            yield f"{name}: {node.plan[0]}", _tidy(perform(pair, name)), ""
        elif node.up and not node.acted:
            yield _look(pair, name)
    yield from _carp(pair)
    yield from _hast(pair)
    yield from _clients(pair)
    yield from _time(pair)
    yield from _accidents(pair)
    yield from _repairs(pair)


def harm(pair: PairState) -> str:
    """Return the never that a state breaks, or ""."""
    held = [n for n in NODES if pair.node(n).up and pair.node(n).mounted]
    if len(held) == 2 and all(pair.node(n).role == "p" for n in held):
        return "both nodes are primary and have it mounted"
    for name in held:
        if not pair.node(name).whole:
            return f"{name} has mounted a copy that lacks acknowledged rows"
    for name in NODES:
        node = pair.node(name)
        if node.up and node.running and not node.mounted:
            return f"the service on {name} runs without its file system"
    return ""


def _look(pair: PairState, name: str) -> Next:
    seen = _tidy(_heard(pair, name))
    decision = _decision(seen.with_(left=0), name)
    broken = ""
    if decision.move and seen.node(name).moved:
        broken = f"{name} moves a second time inside the cool-down"
    node, peer = seen.node(name), seen.node(other(name))
    lets_go = decision.move and node.role == "p" and decision.plan
    if lets_go and not broken and not (peer.up and peer.whole):
        broken = f"{name} lets go although {other(name)} cannot serve"
    return (
        f"{name} looks: [{decision.rule}] {decision.because}",
        decided(seen, name, decision),
        broken,
    )


@lru_cache(maxsize=1 << 18)
def _decision(pair: PairState, name: str) -> Decision:
    return look(pair, name)


def _heard(pair: PairState, name: str) -> PairState:
    """Take what a look shows into the memory: silence, latches, the owner's word."""
    node, peer = pair.node(name), pair.node(other(name))
    latches, vouched = set(node.latches), node.vouched
    if pair.talking:
        # The one that is asked notes it, so its own count begins anew as well.
        pair = pair.put(name, silent=0).put(other(name), silent=0)
        if node.role != "p":
            if peer.role == "p" and not pair.connected:
                latches, vouched = latches | {"stale"}, False
            elif peer.role == "p":
                latches, vouched = latches - SYNCED, True
            elif node.ahead and not peer.ahead:
                latches -= {"stale"}
        elif peer.role == "p":
            latches |= {"split-brain"}
        if node.ahead and peer.ahead:
            latches |= {"split-brain"}
    elif pair.cut_off == name and node.role != "p":
        vouched = False
    if node.role == "p" and pair.connected:
        latches -= SYNCED
    return pair.put(name, latches=tuple(sorted(latches)), vouched=vouched)


def _tidy(pair: PairState) -> PairState:
    """Break a connection that cannot be any more; hastd's hook rings on both."""
    if not pair.connected or pair.wired:
        return pair
    return pair.with_(connected=False).put("a", acted=False).put("b", acted=False)


def _carp(pair: PairState) -> Iterator[Next]:
    """Elections: who may become MASTER, and which of two stays."""
    a, b = pair.a, pair.b
    if pair.adverts and a.master and b.master:
        loser = "b" if _speed("a", a) <= _speed("b", b) else "a"
        yield (
            f"CARP: {loser} hears the faster MASTER",
            pair.put(loser, master=False),
            "",
        )
        return
    for name in NODES:
        node, peer = pair.node(name), pair.node(other(name))
        if not (node.up and node.allow) or node.master:
            continue
        alone = not pair.adverts or not peer.allow
        faster = _speed(name, node) < _speed(other(name), peer)
        if alone or (not peer.master and faster):
            yield f"CARP: {name} becomes MASTER", pair.put(name, master=True), ""


def _speed(name: str, node: NodeState) -> int:
    return (2 if node.raised else 0) * 10 + NODES.index(name) * (1 - 2 * node.raised)


def _hast(pair: PairState) -> Iterator[Next]:
    """A connection: in sync, a resync from the newer copy, or a split-brain."""
    after = synced(pair)
    if after is not None:
        yield "HAST connects and syncs", after, ""


def _clients(pair: PairState) -> Iterator[Next]:
    """A client's row is acknowledged by whoever serves at the VIP.

    Alone only after the other node had its look: hastd's hook rings it at the break,
    and a write in flight waits for hast.timeout first.
    """
    for name in NODES:
        node = pair.node(name)
        serves = node.up and node.master and node.mounted and node.running
        reached = pair.cut_off != name
        if serves and reached and not node.broken and not pair.connected:
            peer = other(name)
            if pair.node(peer).up and not pair.node(peer).acted:
                continue
            after = pair.put(name, ahead=True).put(peer, whole=False)
            if after != pair:
                yield f"a row is acknowledged by {name} alone", after, ""


def _time(pair: PairState) -> Iterator[Next]:
    """A while passes: every agent had its look and ended its plan in it.

    This is the inequality of the timers: an owner that is cut off has let go before
    the other node may promote.
    """
    up = [name for name in NODES if pair.node(name).up]
    if any(not pair.node(n).acted or pair.node(n).plan for n in up):
        return
    after = pair
    for name in up:
        silent = 0 if pair.talking else min(LONG, pair.node(name).silent + 1)
        after = after.put(name, silent=silent, acted=False)
    if after != pair:
        yield "a while passes", after, ""


def _accidents(pair: PairState) -> Iterator[Next]:
    if pair.left == 0:
        return
    less = pair.with_(left=pair.left - 1)
    for name in NODES:
        node = pair.node(name)
        if not node.up:
            continue
        yield f"{name} loses its power", _tidy(_down(less, name)), ""
        if not node.broken:
            yield f"the database on {name} fails", less.put(name, broken=True), ""
        if node.plan:
            cut = less.put(name, plan=(), acted=False)
            yield f"hawatch on {name} is killed before: {node.plan[0]}", cut, ""
    if pair.net == "ok":
        for net in NETS[1:]:
            yield f"the network: {net}", _tidy(less.with_(net=net)), ""


def _down(pair: PairState, name: str) -> PairState:
    return pair.put(
        name,
        up=False,
        master=False,
        allow=True,
        role="i",
        mounted=False,
        running=False,
        vouched=False,
        raised=False,
        plan=(),
        silent=0,
        looked=False,
        acted=False,
    )


def _repairs(pair: PairState) -> Iterator[Next]:
    for name in NODES:
        node = pair.node(name)
        if not node.up:
            yield f"{name} boots", pair.put(name, up=True), ""
        if node.broken:
            yield f"the database on {name} is mended", pair.put(name, broken=False), ""
    if pair.net != "ok":
        # What is heard again rings on both nodes: CARP's states change.
        well = pair.with_(net="ok").put("a", acted=False).put("b", acted=False)
        yield "the network is well again", well, ""
