"""An abstract node as what it would remember, and what its checks would find."""

from __future__ import annotations

import msgspec

from hawatch.model.carp import (
    CarpState,
)
from hawatch.model.finding import (
    Finding,
    Severity,
    Standing,
    Streak,
    Verdict,
)
from hawatch.model.hast import (
    HastRole,
)
from hawatch.model.latch import InSync, Latch, LatchKind
from hawatch.model.memory import (
    CarpSince,
    Memory,
    Move,
    SeenRole,
    ServiceMemory,
    SkewRaise,
    Unfinished,
)
from hawatch.model.moment import Moment
from hawatch.sim.search.exhaustive.numbers import (
    BEFORE,
    CHECK,
    DUTIES,
    NOW,
    SILENCES,
    SKEWS,
    skew_of,
)
from hawatch.sim.search.exhaustive.state import NodeState, PairState


def memory_of(pair: PairState, name: str) -> Memory:
    """Given a pair and a node, return what it remembers."""
    node = pair.node(name)
    evidence = InSync(since=0.0, workerpid=2, boot="boot", heard=BEFORE)
    since = Moment(
        wall=NOW.wall - SILENCES[node.silent],
        monotonic=NOW.monotonic - SILENCES[node.silent],
        boot="boot",
    )
    own = ServiceMemory(
        duty=DUTIES[node.duty],
        latches=tuple(
            Latch(
                kind=LatchKind(kind),
                resource="disk",
                since=0.0,
                reason="seen",
                copy_of=name,
            )
            for kind in node.latches
        ),
        raised=_raise(name, node),
        unfinished=_unfinished(node),
        in_sync={"disk": evidence} if node.role == "p" and pair.connected else {},
        connected=("disk",) if pair.connected else (),
        carp=CarpSince(
            state=CarpState.MASTER if node.master else CarpState.BACKUP,
            since=Moment(wall=0.0, monotonic=0.0, boot="boot"),
        ),
        peer_in_sync=(
            {"disk": msgspec.structs.replace(evidence, heard=_last_heard(node))}
            if node.vouched
            else {}
        ),
        roles={"disk": SeenRole(role=HastRole.SECONDARY, boot="before", hastd=0)},
    )
    return Memory(
        node=name,
        boot="boot",
        last=BEFORE if node.looked else None,
        streaks={
            found.key: Streak(standing=Standing.FAILING) for found in findings_of(node)
        },
        services={"db": own},
        moves=((Move(service="db", at=NOW.wall - 60, rule="x"),) if node.moved else ()),
        peer_silent_since=since if node.silent else None,
    )


def _last_heard(node: NodeState) -> Moment:
    gone = SILENCES[node.silent]
    return Moment(
        wall=BEFORE.wall - gone, monotonic=BEFORE.monotonic - gone, boot="boot"
    )


def _raise(name: str, node: NodeState) -> SkewRaise | None:
    if not node.raised:
        return None
    return SkewRaise(
        interface="em0",
        vhid=1,
        original_advskew=SKEWS[name],
        original_advbase=1,
        raised_to=skew_of(name, node),
        since=0.0,
        reason="x",
    )


def _unfinished(node: NodeState) -> Unfinished | None:
    if not node.unfinished:
        return None
    return Unfinished(
        rule="x",
        duty=DUTIES[node.unfinished],
        because="x",
        began=BEFORE,
        failed="x" if node.failed else "",
    )


def findings_of(node: NodeState) -> tuple[Finding, ...]:
    """Return the failing check of an owner whose database is broken."""
    if not (node.broken and node.master and node.role == "p"):
        return ()
    return (
        Finding(
            check=CHECK,
            subject="db",
            service="db",
            verdict=Verdict.FAIL,
            severity=Severity.CRITICAL,
            message="no answer",
        ),
    )
