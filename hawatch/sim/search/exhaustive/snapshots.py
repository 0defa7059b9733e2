"""An abstract node as the snapshot that a look at it would give."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from hawatch.model.carp import (
    CarpState,
    CarpSysctls,
    CarpVhid,
    Interface,
)
from hawatch.model.fact import Fact, Known, Unknown
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
from hawatch.model.report import PeerReport
from hawatch.model.services import RcStatus
from hawatch.model.snapshot import PeerSighting, Snapshot
from hawatch.model.storage import DirectoryProbe, FstabEntry, Mount
from hawatch.sim.search.exhaustive.numbers import (
    COUNTERS,
    NOW,
    ONE_MORE,
    ROLES,
    skew_of,
)
from hawatch.sim.search.exhaustive.state import NodeState, PairState


def snapshot_of(pair: PairState, name: str, report: Fact[PeerReport]) -> Snapshot:
    """Given a pair, a node and what it hears, return the look at it."""
    own = _own_look(
        pair.node(name),
        name,
        connected=pair.connected,
        witnessed=pair.cut_off != name,
        heard=pair.hears(name),
    )
    return msgspec.structs.replace(own, peer=PeerSighting(report=report))


@lru_cache(maxsize=1 << 16)
def _own_look(
    node: NodeState, name: str, *, connected: bool, witnessed: bool, heard: bool
) -> Snapshot:
    role = ROLES[node.role]
    primary = node.role == "p"
    worker = primary or (node.role == "s" and (connected or node.queued))
    carp = CarpState.MASTER if node.master else CarpState.BACKUP
    whole = Snapshot(
        node=name,
        taken=NOW,
        boot_time=Known(0.0),
        sysctls=Known(CarpSysctls(allow=node.allow, preempt=False, demotion=0, log=1)),
        counters=Known(ONE_MORE if heard else COUNTERS),
        interfaces={
            "em0": Known(
                Interface(
                    name="em0",
                    up=True,
                    status="active" if node.link else "no carrier",
                    vhids=(
                        CarpVhid(
                            interface="em0",
                            vhid=1,
                            state=carp if node.allow and node.link else CarpState.INIT,
                            advbase=1,
                            advskew=skew_of(name, node),
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
        resources={"disk": Known(_resource(node, worker=worker, connected=connected))},
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
    )
    return _without(whole, node.blind)


def _without(snapshot: Snapshot, blind: str) -> Snapshot:
    """Return the look without what cannot be read: a command hangs."""
    lost = Unknown("no answer in time")
    match blind:
        case "carp":
            return msgspec.structs.replace(
                snapshot, interfaces={"em0": lost}, sysctls=lost, counters=lost
            )
        case "hast":
            return msgspec.structs.replace(
                snapshot, resources={"disk": lost}, dumps={"disk": lost}
            )
        case "metadata":
            return msgspec.structs.replace(snapshot, dumps={"disk": lost})
        case "mounts":
            return msgspec.structs.replace(snapshot, mounts=lost)
        case "services":
            return msgspec.structs.replace(snapshot, rc={"db-server": lost})
        case _:
            return snapshot


def _resource(node: NodeState, *, worker: bool, connected: bool) -> HastResource:
    status = HastStatus.NONE
    if node.role == "p":
        status = HastStatus.COMPLETE if connected else HastStatus.DEGRADED
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
        queues=HastQueues(local=int(node.queued)),
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
