"""Builders of the pair db1 and db2 for the tests of the peer channel."""

from __future__ import annotations

from typing import Any

from hawatch.model.carp import (
    CarpCounters,
    CarpState,
    CarpSysctls,
    CarpVhid,
    Interface,
)
from hawatch.model.config import Config, NodeConfig, ServiceConfig
from hawatch.model.fact import Fact, Known
from hawatch.model.hast import (
    Hastd,
    HastDump,
    HastErrors,
    HastQueues,
    HastResource,
    HastRole,
    HastStatus,
)
from hawatch.model.latch import InSync, Latch, LatchKind
from hawatch.model.moment import Moment
from hawatch.model.report import Duty, Maintenance, PeerReport, ServiceReport
from hawatch.model.services import RcStatus
from hawatch.model.snapshot import Snapshot
from hawatch.model.storage import DirectoryProbe, FstabEntry, Mount

DIRECTORY = "/var/db/mysql"
DEVICE = "/dev/hast/disk0"
COUNTERS = CarpCounters(
    received_inet=0,
    received_inet6=0,
    sent_inet=9,
    sent_inet6=0,
    wrong_ttl=0,
    bad_authentication=0,
    bad_vhid=0,
    bad_address_list=0,
    other_discards=0,
)


def a_moment(monotonic: float = 100.0, *, boot: str = "here") -> Moment:
    return Moment(wall=1_790_000_000.0 + monotonic, monotonic=monotonic, boot=boot)


def a_config(**changes: Any) -> Config:
    mysql = ServiceConfig(
        vhid=1,
        interface="em0",
        vip="192.0.2.251",
        resources=("disk0",),
        mounts=(DIRECTORY,),
        rc=("mysql-server",),
    )
    values: dict[str, Any] = {
        "nodes": {
            "db1": NodeConfig(address="192.0.2.11", paths=("192.0.2.11", "10.0.0.1")),
            "db2": NodeConfig(address="192.0.2.12", paths=("192.0.2.12", "10.0.0.2")),
        },
        "services": {"mysql": mysql},
    }
    return Config(**{**values, **changes})


def a_vhid(state: CarpState = CarpState.BACKUP, *, vhid: int = 1) -> CarpVhid:
    return CarpVhid(interface="em0", vhid=vhid, state=state, advbase=1, advskew=50)


def a_resource(
    role: HastRole = HastRole.SECONDARY, status: HastStatus = HastStatus.COMPLETE
) -> HastResource:
    return HastResource(
        name="disk0",
        role=role,
        status=status,
        provname="disk0",
        localpath="/dev/da1",
        remoteaddr="192.0.2.11",
        extentsize=2097152,
        keepdirty=64,
        replication="memsync",
        workerpid=669,
        dirty=0,
        reads=0,
        writes=0,
        deletes=0,
        flushes=0,
        activemap_updates=0,
        errors=HastErrors(),
        queues=HastQueues(),
    )


def a_dump() -> HastDump:
    return HastDump(
        name="disk0",
        datasize=2**28,
        extentsize=2**21,
        keepdirty=64,
        localoff=8192,
        resuid=2**63 + 5,
        localcnt=0,
        remotecnt=0,
        prevrole=HastRole.SECONDARY,
    )


def a_report(**changes: Any) -> PeerReport:
    service = ServiceReport(
        duty=Duty.STANDBY,
        carp=Known(a_vhid()),
        resources={"disk0": Known(a_resource())},
        dumps={"disk0": Known(a_dump())},
        holding=Known(value=False),
        serving=Known(value=False),
        failing=("mysql_answers",),
        latches=(
            Latch(kind=LatchKind.STALE, resource="disk0", since=1.7e9, reason="cut"),
        ),
        in_sync={"disk0": InSync(since=1.7e9, workerpid=669, boot="there")},
        not_eligible=("hastd is not running",),
    )
    values: dict[str, Any] = {
        "node": "db2",
        "version": "1.0.0",
        "configuration": "0123abcd",
        "boot": "there",
        "sequence": 7,
        "wall": 1_790_000_000.0,
        "monotonic": 5000.0,
        "sysctls": Known(CarpSysctls(allow=True, preempt=False, demotion=0, log=1)),
        "counters": Known(COUNTERS),
        "services": {"mysql": service},
        "maintenance": Maintenance(why="new disk", since=1.7e9, until=1.8e9),
        "witnessed": True,
        "moves": (1.7e9,),
    }
    return PeerReport(**{**values, **changes})


def a_snapshot(
    *,
    active: bool = False,
    taken: Moment | None = None,
    **changes: Any,
) -> Snapshot:
    """Return a look at a healthy standby, or at a healthy active node."""
    role = HastRole.PRIMARY if active else HastRole.SECONDARY
    state = CarpState.MASTER if active else CarpState.BACKUP
    mount = Mount(device=DEVICE, directory=DIRECTORY, fstype="ufs", options=("local",))
    root = Mount(device="/dev/gpt/rootfs", directory="/", fstype="ufs")
    entry = FstabEntry(
        device=DEVICE, directory=DIRECTORY, fstype="ufs", options=("rw", "noauto")
    )
    interface = Interface(name="em0", up=True, status="active", vhids=(a_vhid(state),))
    rc: Fact[RcStatus] = Known(RcStatus(name="mysql-server", running=active))
    probe = DirectoryProbe(own_device=active, sentinel=active, empty=not active)
    values: dict[str, Any] = {
        "node": "db2",
        "taken": taken or a_moment(5000.0, boot="there"),
        "sysctls": Known(CarpSysctls(allow=True, preempt=False, demotion=0, log=1)),
        "counters": Known(COUNTERS),
        "interfaces": {"em0": Known(interface)},
        "hastd": Known(Hastd(pid=563)),
        "resources": {"disk0": Known(a_resource(role))},
        "dumps": {"disk0": Known(a_dump())},
        "devices": {"disk0": Known(value=active)},
        "mounts": Known((root, mount) if active else (root,)),
        "fstab": Known((entry,)),
        "directories": {DIRECTORY: Known(probe)},
        "rc": {"mysql-server": rc},
    }
    return Snapshot(**{**values, **changes})
