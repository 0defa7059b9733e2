"""What must never be decided about the peer: fenced, waited for, given to in vain."""

from __future__ import annotations

from hawatch.model.decision import Decision, Rule
from hawatch.sim.search.exhaustive.numbers import SITES
from hawatch.sim.search.exhaustive.state import NodeState, PairState, other

LEFT_BEHIND = {Rule.BACKUP_STILL_SERVING, Rule.LINK_DOWN}
"""The rules that take the service down because the VIP is with the peer."""


def about_peer(
    pair: PairState, name: str, decision: Decision, plan: tuple[str, ...], fence: str
) -> str:
    """Return the never that a decision breaks in what it does about the peer, or "".

    fence is what is remembered of an order to switch it off before the plan begins.
    """
    if "fence" in plan:
        return _fenced_wrongly(pair.node(name), name, fence)
    if not plan:
        return (
            _waits(pair, name)
            or _keeps_blindly(pair, name, decision)
            or _waits_for_released(pair, name, decision)
        )
    goes_on = decision.rule is Rule.INTERRUPTED_PLAN
    if goes_on and "unmount" in plan and _for_nobody(pair, name):
        return f"{name} lets go of what it has for {other(name)}, which is dead"
    if goes_on and "drop vip" in plan:
        return _backs_out(pair, name)
    return _given_in_vain(pair, name, decision, plan)


def _waits(pair: PairState, name: str) -> str:
    """Return what it waits for although it knows enough, or ""."""
    node = pair.node(name)
    if node.silent and _could_fence(pair, name):
        if node.fence == "off":
            return f"{other(name)} is confirmed off, and {name} takes nothing over"
        if not node.fence:
            return f"{name} waits for {other(name)}, which it could have switched off"
    if _keeps_for_nothing(pair, name):
        return f"{name} keeps the VIP of what {other(name)} serves"
    return ""


def _fenced_wrongly(node: NodeState, name: str, fence: str) -> str:
    """Return what is wrong with an order to switch the peer off, or ""."""
    peer = other(name)
    if not fence:
        return f"{name} has {peer} switched off, and would not remember it"
    if node.fence:
        return f"{name} has {peer} switched off twice"
    if node.latches or not node.whole or node.blind:
        return f"{name} has {peer} switched off, and cannot serve itself"
    return ""


def _keeps_blindly(pair: PairState, name: str, decision: Decision) -> str:
    """Return that it keeps the VIP that only the peer could use, or ""."""
    node, peer = pair.node(name), pair.node(other(name))
    idle = node.blind in ("hast", "mounts") and not node.raised and not node.holds
    heir = peer.proved and peer.whole and not peer.latches and not peer.blind
    free = peer.allow and peer.link and not peer.raised and not peer.moved
    rule = decision.rule is Rule.MASTER_NOT_SERVING
    if rule and idle and pair.talking and heir and free:
        return f"{name} cannot read {node.blind}, and keeps the VIP from {other(name)}"
    return ""


def _waits_for_released(pair: PairState, name: str, decision: Decision) -> str:
    """Return that it waits for a peer whose last word was that it has let go, or ""."""
    node = pair.node(name)
    able = node.proved and node.whole and not node.latches and not node.blind
    gone = node.freed and not pair.talking and node.silent == 0
    if decision.rule is Rule.MASTER_NOT_SERVING and able and gone:
        return f"{name} waits for {other(name)}, which said that it has let go"
    return ""


def _keeps_for_nothing(pair: PairState, name: str) -> bool:
    """Return whether it is MASTER, serves nothing, and cannot learn any more."""
    node, peer = pair.node(name), pair.node(other(name))
    alone = pair.cut_off == name or (pair.net == "only-hast" and pair.connected)
    idle = node.master and not node.holds and node.silent > 0 and node.looked == 1
    worked_on = node.maintained or node.bound
    excused = worked_on or node.blind or node.released or node.unfinished
    return alone and idle and not excused and peer.serves


def _backs_out(pair: PairState, name: str) -> str:
    """Return that a plan is given up for which nothing stands in the way, or ""."""
    node, peer = pair.node(name), pair.node(other(name))
    if node.unfinished == "A":
        whole = node.proved and node.whole and not node.latches and not node.blind
        free = not pair.talking and not peer.alive and pair.net == "ok"
        if node.moved == 2 and not node.failed and whole and free and node.silent:
            return f"{name} backs out of a take-over that it could finish"
    elif "fenced" not in node.latches:
        takes = peer.allow and peer.link and not peer.master
        if pair.talking and takes:
            return f"{name} drops the VIP, and {other(name)} is no MASTER"
    return ""


def _for_nobody(pair: PairState, name: str) -> bool:
    """Return whether a release that began for the peer's sake has nobody left."""
    node, peer = pair.node(name), pair.node(other(name))
    return node.for_peer and node.holds and bool(node.silent) and not peer.up


def _given_in_vain(
    pair: PairState, name: str, decision: Decision, plan: tuple[str, ...]
) -> str:
    """Return that something is given to a peer that could not serve, or ""."""
    node, peer = pair.node(name), pair.node(other(name))
    unable = not pair.talking or peer.latches or peer.maintained or not peer.whole
    goes_on = decision.rule is Rule.INTERRUPTED_PLAN
    serves = peer.holds and peer.running
    if "yield vip" in plan and unable and not goes_on and not serves:
        return f"{name} hands the VIP to {other(name)}, which could not serve"
    heard = pair.talking and not peer.holds and decision.rule in LEFT_BEHIND
    well = node.holds and node.running and not node.broken and not node.raised
    if heard and well and unable:
        return f"{name} tears down what works, and {other(name)} could not serve"
    return ""


def _could_fence(pair: PairState, name: str) -> bool:
    """Return whether the site can switch the peer off, and this node take over then."""
    node = pair.node(name)
    able = node.master and node.proved and node.whole and not node.latches
    free = able and not node.holds and not node.moved and not node.blind
    return free and bool(SITES[pair.site].config.witness.fence) and not pair.cut_off
