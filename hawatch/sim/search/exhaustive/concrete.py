"""From an abstract node to the values that the rules look at, and back."""

from __future__ import annotations

import msgspec

from hawatch.deciding.rules import decide
from hawatch.deciding.situation import situation
from hawatch.model.carp import (
    CarpCounters,
    CarpState,
    CarpSysctls,
    CarpVhid,
    Interface,
)
from hawatch.model.config import Config, NodeConfig, ServiceConfig, WitnessConfig
from hawatch.model.decision import Decision
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.finding import (
    CheckPolicy,
    Finding,
    Remedy,
    Severity,
    Standing,
    Streak,
    Verdict,
)
from hawatch.model.hast import (
    Hastd,
    HastDump,
    HastErrors,
    HastQueues,
    HastResource,
    HastRole,
    HastStatus,
    HastWorker,
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
from hawatch.model.report import Duty, PeerReport
from hawatch.model.services import RcStatus
from hawatch.model.snapshot import PeerSighting, Snapshot
from hawatch.model.storage import DirectoryProbe, FstabEntry, Mount
from hawatch.model.trigger import Trigger, TriggerKind
from hawatch.peer.report import build_report
from hawatch.sim.search.exhaustive.state import NodeState, PairState, other

CONFIG = Config(
    nodes={"a": NodeConfig(address="192.0.2.1"), "b": NodeConfig(address="192.0.2.2")},
    services={
        "db": ServiceConfig(
            vhid=1,
            interface="em0",
            vip="192.0.2.3",
            resources=("disk",),
            mounts=("/db",),
            rc=("db-server",),
        )
    },
    witness=WitnessConfig(ping=("192.0.2.254",)),
)
CHECK = "database_answers"
POLICIES = {CHECK: CheckPolicy(remedy=(Remedy.DEMOTE,))}
ROLES = {"p": HastRole.PRIMARY, "s": HastRole.SECONDARY, "i": HastRole.INIT}
DUTIES = {"A": Duty.ACTIVE, "S": Duty.STANDBY, "R": Duty.RELEASED}
NOW = Moment(wall=1e9, monotonic=10_000.0, boot="boot")
BEFORE = Moment(wall=1e9 - 10, monotonic=9_990.0, boot="boot")
SILENCES = (0.0, CONFIG.witness.give_up + 1, CONFIG.witness.promote_after + 1)
SKEWS = {"a": 0, "b": 100}
COUNTERS = CarpCounters(**dict.fromkeys(CarpCounters.__struct_fields__, 0))


def look(pair: PairState, name: str) -> Decision:
    """Given a pair, return what the rules decide on a node that looks now."""
    node = pair.node(name)
    report: Fact[PeerReport] = Unknown("no answer")
    if pair.talking:
        report = Known(_report(pair, other(name)))
    snapshot = _snapshot(pair, name, report)
    memory = _memory(pair, name)
    findings = _findings(node)
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
        _snapshot(pair, name, Unknown("not asked")),
        _memory(pair, name),
        sequence=1,
        version="0",
        configuration="",
        demoting=[CHECK],
    )


def _snapshot(pair: PairState, name: str, report: Fact[PeerReport]) -> Snapshot:
    node = pair.node(name)
    role = ROLES[node.role]
    primary = node.role == "p"
    worker = primary or (node.role == "s" and pair.connected)
    carp = CarpState.MASTER if node.master else CarpState.BACKUP
    witnessed = pair.cut_off != name
    return Snapshot(
        node=name,
        taken=NOW,
        boot_time=Known(0.0),
        sysctls=Known(CarpSysctls(allow=node.allow, preempt=False, demotion=0, log=1)),
        counters=Known(COUNTERS),
        interfaces={
            "em0": Known(
                Interface(
                    name="em0",
                    up=True,
                    status="active",
                    vhids=(
                        CarpVhid(
                            interface="em0",
                            vhid=1,
                            state=carp if node.allow else CarpState.INIT,
                            advbase=1,
                            advskew=_skew(name, node),
                        ),
                    ),
                )
            )
        },
        hastd=Known(
            Hastd(
                pid=1,
                workers=(
                    (
                        HastWorker(
                            resource="disk", role=role, pid=2, parent=1, started=0.0
                        ),
                    )
                    if worker
                    else ()
                ),
            )
        ),
        resources={"disk": Known(_resource(pair, node, worker=worker))},
        dumps={"disk": Known(_dump(node))},
        devices={"disk": Known(primary)},
        mounts=Known(
            (Mount(device="/dev/hast/disk", directory="/db", fstype="ufs"),)
            if node.mounted
            else ()
        ),
        fstab=Known(
            (
                FstabEntry(
                    device="/dev/hast/disk",
                    directory="/db",
                    fstype="ufs",
                    options=("rw", "noauto"),
                ),
            )
        ),
        directories={
            "/db": Known(
                DirectoryProbe(
                    own_device=node.mounted, sentinel=None, empty=not node.mounted
                )
            )
        },
        rc={
            "db-server": Known(
                RcStatus(
                    name="db-server",
                    running=node.running,
                    processes=(3,) if node.running else (),
                )
            )
        },
        witnesses={"192.0.2.254": Known(0.01) if witnessed else Unknown("no answer")},
        peer=PeerSighting(report=report),
    )


def _skew(name: str, node: NodeState) -> int:
    if node.raised:
        return CONFIG.carp.demoted_advskew - ("a", "b").index(name)
    return SKEWS[name]


def _resource(pair: PairState, node: NodeState, *, worker: bool) -> HastResource:
    status = HastStatus.NONE
    if node.role == "p":
        status = HastStatus.COMPLETE if pair.connected else HastStatus.DEGRADED
    elif worker:
        status = HastStatus.COMPLETE
    return HastResource(
        name="disk",
        role=ROLES[node.role],
        status=status,
        provname="disk",
        localpath="/dev/da1",
        remoteaddr="192.0.2.9",
        extentsize=2097152,
        keepdirty=64,
        replication="fullsync",
        workerpid=2 if worker else None,
        dirty=0,
        reads=0,
        writes=0,
        deletes=0,
        flushes=0,
        activemap_updates=0,
        errors=HastErrors(),
        queues=HastQueues(),
    )


def _dump(node: NodeState) -> HastDump:
    return HastDump(
        name="disk",
        datasize=1 << 30,
        extentsize=2097152,
        keepdirty=64,
        localoff=4608,
        resuid=7,
        localcnt=int(node.ahead),
        remotecnt=0,
        prevrole=HastRole.PRIMARY if node.last_primary else HastRole.SECONDARY,
    )


def _memory(pair: PairState, name: str) -> Memory:
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
            found.key: Streak(standing=Standing.FAILING) for found in _findings(node)
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
        raised_to=_skew(name, node),
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


def _findings(node: NodeState) -> tuple[Finding, ...]:
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
