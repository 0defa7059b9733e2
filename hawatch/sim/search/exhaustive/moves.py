"""Everything that may happen next to the abstract pair."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from hawatch.deciding import evidence
from hawatch.model.fact import Unknown
from hawatch.sim.search.exhaustive.accidents import accidents
from hawatch.sim.search.exhaustive.concrete import Look, look, report_of
from hawatch.sim.search.exhaustive.nevers import broken_by
from hawatch.sim.search.exhaustive.repairs import repairs
from hawatch.sim.search.exhaustive.snapshots import snapshot_of
from hawatch.sim.search.exhaustive.state import (
    LONG,
    NODES,
    NodeState,
    PairState,
    off,
    other,
    synced,
    tidy,
)
from hawatch.sim.search.exhaustive.steps import decided, perform, words_of
from hawatch.sim.search.exhaustive.themes import MAIN, Theme


class Next(NamedTuple):
    """What happened in words, the pair after it, and a never that came true, or "".

    kind: "look", "step", "world", "repair" or "accident". alarm: a look told a person.
    """

    said: str
    pair: PairState
    harm: str = ""
    kind: str = "world"
    alarm: bool = False


SYNCED = {"stale", "split-brain", "diverged"}


def successors(pair: PairState, theme: Theme = MAIN) -> Iterator[Next]:
    """Yield every next state."""
    for name in NODES:
        node = pair.node(name)
        if node.alive and node.plan:
            said = f"{name}: {node.plan[0]}"
            yield Next(said, tidy(perform(pair, name)), kind="step")
        elif node.alive and not node.acted:
            yield _look(pair, name)
    yield from _carp(pair)
    yield from _hast(pair)
    yield from _clients(pair)
    yield from _time(pair, theme)
    yield from _ends(pair)
    for said, after in accidents(pair, theme.kinds):
        yield Next(said, after, kind="accident")
    for said, after in repairs(pair):
        yield Next(said, after, kind="repair")


def _look(pair: PairState, name: str) -> Next:
    seen = tidy(_heard(pair, name))
    found = _decision(seen.with_(left=0), name)
    decision = found.decision
    return Next(
        f"{name} looks: [{decision.rule}] {decision.because}",
        decided(seen, name, found),
        broken_by(seen, name, decision, words_of(decision), fence=found.fence),
        kind="look",
        alarm=decision.alarm,
    )


@lru_cache(maxsize=1 << 18)
def _decision(pair: PairState, name: str) -> Look:
    return look(pair, name)


@lru_cache(maxsize=8)
def _believes_itself_cut_off(pair: PairState, name: str) -> bool:
    return evidence.is_cut_off(snapshot_of(pair, name, Unknown("no answer")))


def forget() -> None:
    """Forget what was decided: the rules are others now."""
    _decision.cache_clear()
    report_of.cache_clear()
    _believes_itself_cut_off.cache_clear()


def _heard(pair: PairState, name: str) -> PairState:
    """Take what a look shows into the memory: silence, latches, the owner's word."""
    pair = _maintenance_heard(pair, name)
    node, peer = pair.node(name), pair.node(other(name))
    latches, vouched, fence = set(node.latches), node.vouched, node.fence
    proved = node.proved and (node.role == "p" or pair.cut_off != name)
    freed, missed = node.freed, node.missed or not pair.talking
    if pair.talking:
        freed = peer.released and peer.duty != "A" and not peer.holds
        # The one that is asked notes it, so its own count begins anew as well.
        pair = pair.put(name, silent=0).put(other(name), silent=0, fence="")
        fence = ""
        if node.role != "p":
            if peer.role == "p" and not pair.connected:
                latches, vouched = latches | {"stale"}, False
                proved = False
            elif peer.role == "p" and peer.debt:
                latches, vouched = latches | {"diverged"}, False
                proved = False
            elif peer.role == "p":
                latches, vouched = latches - SYNCED, True
                proved, missed = True, False
            elif node.ahead and not peer.ahead:
                latches -= {"stale"}
        elif peer.role == "p":
            latches |= {"split-brain"}
        if node.ahead and peer.ahead:
            latches |= {"split-brain"}
    elif node.role != "p" and vouched:
        where = PairState(a=NodeState(), b=NodeState(), net=pair.net)
        vouched = not _believes_itself_cut_off(where, name)
    if node.role == "p" and pair.connected and not node.debt:
        latches -= SYNCED
    if node.allow and not node.unfinished:
        latches -= {"fenced", "unheard"}
    return pair.put(
        name,
        latches=tuple(sorted(latches)),
        vouched=vouched,
        proved=proved,
        fence=fence,
        freed=freed,
        missed=vouched and missed,
        alone=node.alone and pair.cut_off == name,
    )


def _maintenance_heard(pair: PairState, name: str) -> PairState:
    """Return the pair after a node heard what the peer says of a maintenance."""
    node, peer = pair.node(name), pair.node(other(name))
    if not pair.talking:
        return pair
    known = peer.bound == "theirs"
    bound = "theirs" if peer.maintained else "ours" if node.maintained and known else ""
    return pair.put(name, bound=bound, ended=node.ended and known)


def _carp(pair: PairState) -> Iterator[Next]:
    """Elections: who may become MASTER, and which of two stays."""
    a, b = pair.a, pair.b
    if pair.adverts and a.master and b.master:
        loser = "b" if _speed("a", a) <= _speed("b", b) else "a"
        yield Next(
            f"CARP: {loser} hears the faster MASTER", pair.put(loser, master=False)
        )
        return
    for name in NODES:
        node, peer = pair.node(name), pair.node(other(name))
        if not (node.alive and node.allow and node.link) or node.master:
            continue
        alone = not pair.adverts or not peer.allow
        faster = _speed(name, node) < _speed(other(name), peer)
        if alone or (not peer.master and faster):
            yield Next(f"CARP: {name} becomes MASTER", pair.put(name, master=True))


def _speed(name: str, node: NodeState) -> int:
    return (2 if node.raised else 0) * 10 + NODES.index(name) * (1 - 2 * node.raised)


def _hast(pair: PairState) -> Iterator[Next]:
    """A connection: in sync, a resync from the newer copy, or a split-brain."""
    after = synced(pair)
    if after is not None:
        yield Next("HAST connects and syncs", after)
    for name in NODES:
        if pair.node(name).alive and pair.node(name).queued:
            said = f"hastd on {name} has written what waited in its queue"
            yield Next(said, pair.put(name, queued=False))


def _clients(pair: PairState) -> Iterator[Next]:
    """A client's row is acknowledged by whoever serves at the VIP.

    Alone only after the other node had its look: hastd's hook rings it at the break,
    and a write in flight waits for hast.timeout first.
    """
    for name in NODES:
        node = pair.node(name)
        reached = pair.cut_off != name and node.link
        if node.serves and reached and not node.broken and not pair.connected:
            peer = other(name)
            if pair.node(peer).alive and not pair.node(peer).acted:
                continue
            lost = pair.site == "lossy breaks"
            after = pair.put(name, ahead=True, debt=lost).put(peer, whole=False)
            if after != pair:
                yield Next(f"a row is acknowledged by {name} alone", after)


def _time(pair: PairState, theme: Theme) -> Iterator[Next]:
    """A while passes: every agent had its look and ended its plan in it.

    This is the inequality of the timers: an owner that is cut off has let go before
    the other node may promote.
    """
    up = [name for name in NODES if pair.node(name).alive]
    if any(not pair.node(n).acted or pair.node(n).plan for n in up):
        return
    broken = ""
    doubled = theme.beyond and pair.talking and pair.a.holds and pair.b.holds
    if doubled and pair.doubled:
        broken = "both nodes own it, and both have heard so"
    for name in up:
        node = pair.node(name)
        excused = node.blind or node.maintained or node.failed
        if node.mounted and node.role != "p" and not excused:
            broken = f"{name} has looked, and leaves a mount whose device is gone"
    after = pair.with_(doubled=doubled)
    for name in up:
        node = pair.node(name)
        silent = 0 if pair.talking else min(LONG, node.silent + 1)
        freed = node.freed and pair.talking
        alone = pair.cut_off == name
        after = after.put(name, silent=silent, acted=False, freed=freed, alone=alone)
        after = after.put(name, young=max(0, node.young - 1))
    if after != pair or broken:
        yield Next("a while passes", after, broken)
    announced = any(pair.node(n).bound or pair.node(n).ended for n in NODES)
    if announced and not pair.talking:
        yield Next("the time of the maintenance is over", _free_again(pair))


def _free_again(pair: PairState) -> PairState:
    """Return the pair after an announced maintenance, which both count off alike.

    A standby counts the silence from here on; an owner is cut off as long as it was.
    """
    for name in NODES:
        node = pair.node(name)
        knew = node.maintained or node.bound or node.ended
        pair = pair.put(
            name,
            bound="",
            ended=False,
            maintained=False,
            acted=False,
            silent=0 if knew and node.role != "p" else node.silent,
        )
    return pair


def _ends(pair: PairState) -> Iterator[Next]:
    """A shutdown ends, once hawatch has released what it had to."""
    for name in NODES:
        node = pair.node(name)
        if node.alive and node.going and not node.asked and not node.plan:
            broken = ""
            if node.running and not node.failed:
                broken = f"{name} goes down while it holds the service"
            yield Next(f"{name} goes down", tidy(off(pair, name)), broken)
