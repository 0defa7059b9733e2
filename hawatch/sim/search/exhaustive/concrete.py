"""From an abstract pair to the rules' own values, and to what they decide."""

from __future__ import annotations

from hawatch.deciding.rules import decide
from hawatch.deciding.situation import situation
from hawatch.model.decision import Decision
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.report import PeerReport
from hawatch.model.trigger import Trigger, TriggerKind
from hawatch.peer.report import build_report
from hawatch.sim.search.exhaustive.memories import findings_of, memory_of
from hawatch.sim.search.exhaustive.numbers import BEFORE, CHECK, CONFIG, NOW, POLICIES
from hawatch.sim.search.exhaustive.snapshots import snapshot_of
from hawatch.sim.search.exhaustive.state import PairState, other


def look(pair: PairState, name: str) -> Decision:
    """Given a pair, return what the rules decide on a node that looks now."""
    node = pair.node(name)
    report: Fact[PeerReport] = Unknown("no answer")
    if pair.talking:
        report = Known(_report(pair, other(name)))
    snapshot = snapshot_of(pair, name, report)
    memory = memory_of(pair, name)
    findings = findings_of(node)
    return decide(
        situation(
            CONFIG,
            "db",
            snapshot,
            memory,
            findings,
            POLICIES,
            Trigger(kind=TriggerKind.CRON, words=(), at=NOW.wall),
            last=BEFORE if node.looked else None,
            damaged=None,
        )
    )


def _report(pair: PairState, name: str) -> PeerReport:
    return build_report(
        CONFIG,
        snapshot_of(pair, name, Unknown("not asked")),
        memory_of(pair, name),
        sequence=1,
        version="0",
        configuration="",
        demoting=[CHECK],
    )
