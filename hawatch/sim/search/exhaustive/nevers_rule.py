"""What a rule must never do beyond what it is for, nor tell a person that is not so."""

from __future__ import annotations

from hawatch.model.decision import Decision, Rule
from hawatch.model.finding import Remedy
from hawatch.sim.search.exhaustive.accidents_storage import SUSPECT
from hawatch.sim.search.exhaustive.numbers import SITES
from hawatch.sim.search.exhaustive.state import (
    ADVERTS_ONLY,
    NodeState,
    PairState,
    other,
)


def beyond_its_rule(
    pair: PairState, name: str, decision: Decision, plan: tuple[str, ...]
) -> str:
    """Return the never that a plan breaks by its own rule's aim, or ""."""
    node = pair.node(name)
    if decision.rule is Rule.STALE_INIT and "role s" in plan:
        return _joins(pair, name)
    if node.restarting and not plan and _could_start(node):
        return f"{name} leaves down what it stopped itself"
    if "send again" in plan and not pair.talking and pair.site != ADVERTS_ONLY:
        return f"{name} restarts its worker, and {other(name)} is not heard"
    if "restart" in plan and SUSPECT in pair.node(name).latches:
        return _starts_on_old_rows(pair, name)
    idle = not pair.node(name).master and "lower skew" in plan
    if idle and decision.rule is Rule.RESTORE_SKEW and not pair.connected:
        return f"{name} lowers its skew, and could not serve"
    if pair.site == "restarts only" and set(plan) - {"restart"}:
        return f"{name} does more than to restart, which is all that is allowed"
    return ""


def _could_start(node: NodeState) -> bool:
    """Return whether a node holds everything but a service that runs."""
    owns = node.master and node.holds and not node.running and node.looked == 1
    free = not (node.blind or node.maintained or node.bound or node.released)
    return owns and free and SUSPECT not in node.latches


def _starts_on_old_rows(pair: PairState, name: str) -> str:
    """Return that a start would read what its disk missed, or "" [FACTS H13]."""
    node, peer = pair.node(name), pair.node(other(name))
    heir = peer.proved and peer.whole and not peer.latches and peer.allow
    demotes = Remedy.DEMOTE in SITES[pair.site].remedies and not node.moved
    if pair.talking and pair.connected and heir and demotes:
        return f"{name} starts on a disk that missed rows, and {other(name)} has them"
    return ""


def _joins(pair: PairState, name: str) -> str:
    """Return why a role of init must not become secondary now, or ""."""
    node, peer = pair.node(name), pair.node(other(name))
    if not (pair.talking or pair.hears(name)):
        return f"{name} joins, and nothing tells it that {other(name)} lives"
    if node.fell[:1] == "w":
        return f"{name} joins again, and nobody looked why its worker ended"
    if not pair.talking:
        return ""  # without a channel an advert has to do
    if node.ahead and peer.ahead:
        return f"{name} joins, and both copies were written alone"
    if node.ahead and peer.role != "p":
        return f"{name} joins as a standby, and its own copy is the newer one"
    return ""


def told_wrongly(
    pair: PairState, name: str, decision: Decision, plan: tuple[str, ...]
) -> str:
    """Return what a person is told that is not so, or too early, or ""."""
    node = pair.node(name)
    if decision.rule is Rule.PEER_SERVES and "drop vip" in plan:
        silent = "no advert arrives" in decision.because
        if silent and pair.adverts:
            return f"{name} says that no advert arrives, and they do"
        if not silent and not pair.adverts:
            return f"{name} says that adverts arrive, and none does"
    settles = decision.rule is Rule.CARP_HELD_BACK and not node.latches
    if decision.alarm and node.young and settles:
        return f"a person is called for {name}, which has only just booted"
    return ""
