"""From an abstract pair to the rules' own values, and to what they decide."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from hawatch.deciding.aftermath import before_plan
from hawatch.deciding.rules import decide_all
from hawatch.deciding.situation import situation
from hawatch.model.decision import Decision
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.memory import ServiceMemory
from hawatch.model.report import PeerReport
from hawatch.model.trigger import Trigger, TriggerKind
from hawatch.peer.report import build_report
from hawatch.sim.search.exhaustive.memories import findings_of, memory_of
from hawatch.sim.search.exhaustive.numbers import CHECK, NOW, SITES, WHOLE_NODE
from hawatch.sim.search.exhaustive.snapshots import snapshot_of
from hawatch.sim.search.exhaustive.state import NodeState, PairState, other


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
    memory = memory_of(pair, name, _last_word(pair, name))
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


def _last_word(pair: PairState, name: str) -> PeerReport | None:
    """Return what a peer that has let go said before it went down."""
    if pair.talking or not pair.node(name).freed:
        return None
    gone = NodeState(duty="R", released=True)
    said = PairState(a=gone, b=gone, later=pair.later, site=pair.site)
    return report_of(said, other(name))


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
