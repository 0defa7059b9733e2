"""An abstract node as what it would remember, and what its checks would find."""

from __future__ import annotations

import msgspec

from hawatch.model.carp import (
    CarpState,
)
from hawatch.model.decision import Rule
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
    HeardReport,
    Memory,
    Move,
    PeerFence,
    Sample,
    SeenRole,
    ServiceMemory,
    SkewRaise,
    Unfinished,
)
from hawatch.model.moment import Moment
from hawatch.model.report import Maintenance
from hawatch.sim.search.exhaustive.numbers import (
    BEFORE,
    CHECK,
    COUNTERS,
    DUTIES,
    LONG_AGO,
    NOW,
    ROLES,
    SILENCES,
    SKEWS,
    WHOLE_NODE,
    skew_of,
)
from hawatch.sim.search.exhaustive.state import NodeState, PairState, other

AT_BOOT = Moment(wall=0.0, monotonic=0.0, boot="boot")
LAST = (None, BEFORE, LONG_AGO)
"""When the last cycle ended, by how a node has looked."""


def memory_of(pair: PairState, name: str, heard: HeardReport | None = None) -> Memory:
    """Given a pair, a node and what it heard of the peer last, return its memory."""
    node = pair.node(name)
    evidence = InSync(since=0.0, workerpid=2, boot="boot", heard=BEFORE)
    since = Moment(
        wall=NOW.wall - SILENCES[node.silent],
        monotonic=NOW.monotonic - SILENCES[node.silent],
        boot="boot",
    )
    in_sync = node.role == "p" and pair.connected and not node.debt
    own = ServiceMemory(
        duty=DUTIES[node.duty],
        epoch=int(pair.later == name),
        latches=_latches(pair, name),
        released_in="boot" if node.released else "",
        restarts=(NOW.wall - 60,) if node.restarted else (),
        restarting=node.restarting,
        failed_at=NOW.wall - 60 if node.vain else 0.0,
        raised=_raise(name, node),
        unfinished=_unfinished(node),
        in_sync={"disk": evidence} if in_sync else {},
        connected=("disk",) if pair.connected else (),
        carp=CarpSince(
            state=CarpState.MASTER if node.master else CarpState.BACKUP,
            since=BEFORE if node.young else AT_BOOT,
        ),
        peer_in_sync=(
            {"disk": msgspec.structs.replace(evidence, heard=last_heard(node))}
            if node.vouched
            else {}
        ),
        roles={"disk": _seen(node)},
    )
    return Memory(
        node=name,
        boot="boot",
        last=LAST[node.looked],
        streaks={
            found.key: Streak(standing=Standing.FAILING) for found in findings_of(node)
        },
        samples=(Sample(taken=BEFORE, counters=COUNTERS),) if node.looked else (),
        services={"db": own},
        moves=_moves(node),
        peer_silent_since=since if node.silent else None,
        witnessed=_witnessed(node),
        maintenance=(
            Maintenance(
                why="x",
                since=BEFORE.wall,
                until=NOW.wall + 600,
                begun=BEFORE,
                ended=NOW if node.ended else None,
            )
            if node.maintained or node.ended
            else None
        ),
        fence=_fence(node),
        peer=heard,
    )


def _moves(node: NodeState) -> tuple[Move, ...]:
    """Return the last move; one that is under way began with its plan."""
    if not node.moved:
        return ()
    under_way = node.moved == 2 and node.unfinished
    at = BEFORE.wall if under_way else NOW.wall - 60
    return (Move(service="db", at=at, rule="x"),)


def _fence(node: NodeState) -> PeerFence | None:
    if not node.fence:
        return None
    return PeerFence(begun=BEFORE, confirmed=node.fence == "off")


def _latches(pair: PairState, name: str) -> tuple[Latch, ...]:
    held = tuple(
        Latch(
            kind=LatchKind(kind),
            resource="disk",
            since=0.0,
            reason="seen",
            copy_of=name,
        )
        for kind in pair.node(name).latches
    )
    if not pair.node(name).debt:
        return held
    debt = Latch(
        kind=LatchKind.DIVERGED,
        resource="disk",
        since=0.0,
        reason="seen",
        copy_of=other(name),
        workerpid=2,
        boot="boot",
        updates=0,
    )
    return (*held, debt)


def _seen(node: NodeState) -> SeenRole:
    """Return the last role that was seen; init is none. hastd's pid is 1 now."""
    if node.role != "i":
        return SeenRole(role=ROLES[node.role], boot="boot", hastd=1)
    if not node.fell:
        return SeenRole(role=HastRole.SECONDARY, boot="before", hastd=0)
    same = node.fell[0] == "w"
    return SeenRole(role=ROLES[node.fell[1]], boot="boot", hastd=int(same))


def _witnessed(node: NodeState) -> Moment:
    gone = SILENCES[1] if node.alone else 0.0
    return Moment(
        wall=BEFORE.wall - gone, monotonic=BEFORE.monotonic - gone, boot="boot"
    )


def last_heard(node: NodeState) -> Moment:
    """Return when a node heard its peer last."""
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
        rule=Rule.UNHEALTHY_DEMOTE if node.for_peer else "x",
        duty=DUTIES[node.unfinished],
        because="x",
        began=BEFORE,
        failed="x" if node.failed else "",
    )


def findings_of(node: NodeState) -> tuple[Finding, ...]:
    """Return the failing checks: of the whole node, and of an owner's database."""
    found: list[Finding] = []
    ill = node.broken or (node.mounted and not node.running)
    if ill and node.master and node.role == "p":
        found.append(_failing(CHECK, "db", "db", "no answer"))
    if node.ails:
        found.append(_failing(WHOLE_NODE, "node", None, "no space"))
    return tuple(found)


def _failing(check: str, subject: str, service: str | None, message: str) -> Finding:
    return Finding(
        check=check,
        subject=subject,
        service=service,
        verdict=Verdict.FAIL,
        severity=Severity.CRITICAL,
        message=message,
    )
