"""What may go wrong in the abstract pair, by kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hawatch.sim.search.exhaustive.accidents_storage import (
    Told,
    bad_block,
    hastd,
    mount_gone,
    queue,
    worker,
)
from hawatch.sim.search.exhaustive.state import (
    METADATA,
    NETS,
    NODES,
    PairState,
    off,
    other,
    tidy,
)

BLIND = ("carp", "hast", "mounts", "services")
"""What may not be read."""


def accidents(pair: PairState, kinds: frozenset[str]) -> Iterator[Told]:
    """Given a pair and the kinds that may happen, yield every accident.

    left: how many more may happen.
    """
    if pair.left == 0:
        return
    less = pair.with_(left=pair.left - 1)
    for kind in KINDS:
        if kind in kinds:
            for said, after in KINDS[kind](less):
                yield said, tidy(after)


def _power(pair: PairState) -> Iterator[Told]:
    for name in NODES:
        if pair.node(name).alive:
            yield f"{name} loses its power", off(pair, name)


def _database(pair: PairState, mends: str = "hands") -> Iterator[Told]:
    for name in NODES:
        if pair.node(name).alive and not pair.node(name).broken:
            failed = pair.put(name, broken=mends)
            how = " (a restart would help)" if mends == "restart" else ""
            yield f"the database on {name} fails{how}", failed


def _hangs(pair: PairState) -> Iterator[Told]:
    return _database(pair, "restart")


def _dies(pair: PairState) -> Iterator[Told]:
    for name in NODES:
        if pair.node(name).alive and pair.node(name).running:
            dead = pair.put(name, running=False, broken="restart")
            yield f"the database on {name} dies", dead


def _is_dead(pair: PairState) -> Iterator[Told]:
    for name in NODES:
        if pair.node(name).alive and not pair.node(name).broken:
            dead = pair.put(name, running=False, broken="start")
            yield f"the database on {name} is dead, and no start helps", dead


def _ails(pair: PairState) -> Iterator[Told]:
    for name in NODES:
        if pair.node(name).alive and not pair.node(name).ails:
            yield f"a check of {name} itself fails", pair.put(name, ails=True)


def _vip_moves(pair: PairState) -> Iterator[Told]:
    for name in NODES:
        there = pair.node(other(name))
        part = there.alive and there.allow and there.link
        if pair.node(name).master and part and pair.adverts:
            moved = pair.put(name, master=False, acted=False)
            moved = moved.put(other(name), master=True, acted=False)
            yield f"somebody moves the VIP away from {name}", moved


def _killed(pair: PairState) -> Iterator[Told]:
    for name in NODES:
        node = pair.node(name)
        if node.alive and node.plan:
            cut = pair.put(name, plan=(), acted=False)
            yield f"hawatch on {name} is killed before: {node.plan[0]}", cut


def _killed_in_a_restart(pair: PairState) -> Iterator[Told]:
    """After its stop; whoever hung is gone by that."""
    for name in NODES:
        node = pair.node(name)
        if node.alive and node.plan[:1] == ("restart",):
            broken = "" if node.broken == "restart" else node.broken
            cut = pair.put(name, plan=(), acted=False, running=False, broken=broken)
            yield f"hawatch on {name} is killed within its restart", cut


def _stuck(pair: PairState) -> Iterator[Told]:
    for name in NODES:
        if pair.node(name).serves and not pair.node(name).stuck:
            yield f"the database on {name} does not stop", pair.put(name, stuck=True)


def _network(pair: PairState) -> Iterator[Told]:
    if pair.net == "ok":
        for net in NETS[1:]:
            yield f"the network: {net}", pair.with_(net=net)


def _adverts_cut(pair: PairState) -> Iterator[Told]:
    if pair.net == "ok":
        yield "the network: no-carp", pair.with_(net="no-carp")


def _replication_cut(pair: PairState) -> Iterator[Told]:
    if pair.net == "ok":
        yield "the network: no-hast", pair.with_(net="no-hast")


def _all_but_replication(pair: PairState) -> Iterator[Told]:
    """A path on which replication passes is a path: nobody takes it for a death."""
    if pair.net == "ok" and pair.connected:
        yield "the network: only-hast", pair.with_(net="only-hast")


def _sleep(pair: PairState) -> Iterator[Told]:
    for name in NODES:
        if pair.node(name).alive:
            yield f"{name} stands still", pair.put(name, frozen=True)


def _owner_sleeps(pair: PairState) -> Iterator[Told]:
    for name in NODES:
        if pair.node(name).serves:
            yield f"{name} stands still", pair.put(name, frozen=True)


def _link(pair: PairState) -> Iterator[Told]:
    for name in NODES:
        if pair.node(name).alive and pair.node(name).link:
            down = pair.put(name, link=False, master=False, acted=False)
            yield f"the link of {name} to the clients is down", down


def _forbidden(pair: PairState) -> Iterator[Told]:
    for name in NODES:
        if pair.node(name).alive and pair.node(name).allow:
            forbidden = pair.put(name, allow=False, master=False, acted=False)
            yield f"somebody sets net.inet.carp.allow to 0 on {name}", forbidden


def _blind(pair: PairState) -> Iterator[Told]:
    for name in NODES:
        if pair.node(name).alive and not pair.node(name).blind:
            for what in BLIND:
                yield f"{name} cannot read {what}", pair.put(name, blind=what)


def _metadata(pair: PairState) -> Iterator[Told]:
    """The disk cannot be read any more; HAST goes on with the peer's copy."""
    for name in NODES:
        if pair.node(name).serves and pair.connected and not pair.node(name).blind:
            unread = pair.put(name, blind=METADATA)
            yield f"{name} cannot read its disk's metadata", unread


def _state(pair: PairState) -> Iterator[Told]:
    for name in NODES:
        if pair.node(name).alive and not pair.node(name).blind:
            full = pair.put(name, blind="state")
            yield f"the disk of the memory of {name} is full", full


def _maintenance(pair: PairState) -> Iterator[Told]:
    for name in NODES:
        if pair.node(name).alive and not pair.node(name).maintained:
            begun = pair.put(name, maintained=True, ended=False)
            yield f"maintenance on {name}", begun


def _operator(pair: PairState) -> Iterator[Told]:
    for name in NODES:
        node = pair.node(name)
        if not node.alive or node.asked or node.going or node.plan:
            continue  # a command waits until the cycle that is under way has ended
        for verb in ("switchover", "restore"):
            asked = pair.put(name, asked=verb, acted=False)
            yield f"an operator types {verb} on {name}", asked
    yield from _takeover(pair)


def _takeover(pair: PairState) -> Iterator[Told]:
    for name in NODES:
        node = pair.node(name)
        free = node.alive and not node.asked and not node.going and not node.plan
        if free and not pair.node(other(name)).up:
            asked = pair.put(name, asked="takeover", acted=False)
            yield f"an operator types takeover on {name}", asked


def _shutdown(pair: PairState) -> Iterator[Told]:
    for name in NODES:
        node = pair.node(name)
        if node.alive and not node.going and not node.plan:
            asked = pair.put(name, asked="release", going=True, acted=False)
            yield f"{name} is told to shut down", asked


KINDS: dict[str, Callable[[PairState], Iterator[Told]]] = {
    "power": _power,
    "database": _database,
    "hangs": _hangs,
    "dies": _dies,
    "dead": _is_dead,
    "ails": _ails,
    "vip": _vip_moves,
    "killed": _killed,
    "stuck": _stuck,
    "killed in a restart": _killed_in_a_restart,
    "network": _network,
    "adverts": _adverts_cut,
    "replication": _replication_cut,
    "channel": _all_but_replication,
    "sleep": _sleep,
    "owner sleeps": _owner_sleeps,
    "link": _link,
    "hastd": hastd,
    "worker": worker,
    "mount gone": mount_gone,
    "queue": queue,
    "forbidden": _forbidden,
    "blind": _blind,
    "state": _state,
    "metadata": _metadata,
    "maintenance": _maintenance,
    "operator": _operator,
    "takeover": _takeover,
    "bad block": bad_block,
    "shutdown": _shutdown,
}
