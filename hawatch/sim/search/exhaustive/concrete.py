"""From an abstract pair to the rules' own values, and to what they decide."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import msgspec

from hawatch.deciding.aftermath import before_plan
from hawatch.deciding.rules import decide_all
from hawatch.deciding.situation import situation
from hawatch.model.decision import Decision
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.memory import HeardReport, ServiceMemory
from hawatch.model.report import PeerReport
from hawatch.model.trigger import Trigger, TriggerKind
from hawatch.peer.report import build_report
from hawatch.sim.search.exhaustive.memories import (
    AT_BOOT,
    findings_of,
    last_heard,
    memory_of,
)
from hawatch.sim.search.exhaustive.numbers import (
    BEFORE,
    CHECK,
    NOW,
    SITES,
    WHOLE_NODE,
)
from hawatch.sim.search.exhaustive.snapshots import snapshot_of
from hawatch.sim.search.exhaustive.state import NodeState, PairState, other

OWNER = NodeState(master=True, role="p", mounted=True, running=True, duty="A")
"""What a standby remembers of its peer."""


class Look(NamedTuple):
    """What the rules decide, and what is remembered of it before a step is taken."""

    decision: Decision
    own: ServiceMemory
    fence: str


def look(pair: PairState, name: str) -> Look:
    """Given a pair, return what the rules decide on a node that looks now."""
    node, site = pair.node(name), SITES[pair.site]
    report: Fact[PeerReport] = Unknown("no answer")
    if pair.talking:
        said = pair.with_(**{name: NodeState()}, net="ok", left=0, doubled=False)
        report = Known(report_of(said, other(name)))
    snapshot = snapshot_of(pair, name, report)
    memory = memory_of(pair, name, _heard_last(pair, name, report))
    asked = [
        situation(
            site.config,
            service,
            snapshot,
            memory,
            findings_of(node),
            site.policies,
            _trigger(node),
            last=memory.last,
            damaged="the disk is full" if node.blind == "state" else None,
        )
        for service in site.config.services
    ]
    decision = next(d for d in decide_all(asked) if d.service == "db")
    after = before_plan(memory, decision, now=NOW)
    begun = after.fence is not memory.fence
    return Look(decision, after.services["db"], "begun" if begun else node.fence)


def _heard_last(
    pair: PairState, name: str, report: Fact[PeerReport]
) -> HeardReport | None:
    """Return what is remembered of the peer's words.

    It is the one that is heard now; or the last one, where the peer said that it lets
    go, or which maintenance both know of.
    """
    node = pair.node(name)
    if isinstance(report, Known):
        since = NOW if node.missed else AT_BOOT
        return HeardReport(report=report.value, heard=BEFORE, since=since)
    if not (node.freed or node.bound):
        return None
    peer = NodeState() if node.role == "p" else OWNER
    if node.freed:
        peer = NodeState(duty="R", released=True)
    peer = msgspec.structs.replace(peer, maintained=node.bound == "theirs")
    said = report_of(_both(pair, peer), other(name))
    if node.bound == "ours":
        said = msgspec.structs.replace(said, heard=BEFORE)
    return HeardReport(report=said, heard=last_heard(node))


def _both(pair: PairState, peer: NodeState) -> PairState:
    """Return the pair as a peer knew it that was in a state when it was heard last."""
    return PairState(a=peer, b=peer, later=pair.later, site=pair.site)


def _trigger(node: NodeState) -> Trigger:
    if node.asked in ("", "release"):
        kind = TriggerKind.RELEASE if node.asked else TriggerKind.CRON
        return Trigger(kind=kind, at=NOW.wall)
    return Trigger(kind=TriggerKind.OPERATOR, words=(node.asked, "db"), at=NOW.wall)


@lru_cache(maxsize=1 << 16)
def report_of(pair: PairState, name: str) -> PeerReport:
    """Return what a node tells its peer; nothing of the peer is in it."""
    return build_report(
        SITES[pair.site].config,
        snapshot_of(pair, name, Unknown("not asked")),
        memory_of(pair, name),
        sequence=1,
        version="0",
        configuration="",
        demoting=[CHECK, WHOLE_NODE],
    )
