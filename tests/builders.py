"""Builders with good defaults: the healthy pair db1 (owner) and db2 (standby).

    a_snapshot()                                    the owner, all well
    a_snapshot("db2")                               the standby, all well
    a_snapshot(carp="BACKUP", hast=Unknown("hastd gone"))

Each builder takes the fields of its struct as keywords; some take words for the usual
variations.
"""

from __future__ import annotations

from typing import Any

from hawatch.configuring.effective import configuration_hash
from hawatch.model.carp import (
    CarpCounters,
    CarpState,
    CarpSysctls,
    CarpVhid,
    Interface,
    InterfaceAddress,
)
from hawatch.model.config import Config, NodeConfig, ProbeConfig, ServiceConfig
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
from hawatch.model.latch import InSync
from hawatch.model.memory import CarpSince, Memory, Sample, ServiceMemory, SkewRaise
from hawatch.model.moment import Moment
from hawatch.model.report import Duty, PeerReport, ServiceReport
from hawatch.model.services import RcStatus, SqlAnswer, SqlKind
from hawatch.model.snapshot import PeerSighting, Snapshot
from hawatch.model.storage import DirectoryProbe, FstabEntry, Mount, Space

OWNER = "db1"
STANDBY = "db2"
DEVICE = "/dev/hast/disk0"
DIRECTORY = "/var/db/mysql"
VIP = "192.0.2.251"
WALL = 1_790_000_000.0


def a_moment(monotonic: float = 1000.0, **changes: Any) -> Moment:
    """Return a moment of the boot "boot-1", that many monotonic seconds after it."""
    values: dict[str, Any] = {
        "wall": WALL + monotonic,
        "monotonic": monotonic,
        "boot": "boot-1",
    }
    return Moment(**values | changes)


def a_service_config(**changes: Any) -> ServiceConfig:
    """Return the service `mysql` with one resource, one mount and a SQL probe."""
    values: dict[str, Any] = {
        "vhid": 1,
        "interface": "em0",
        "vip": VIP,
        "resources": ("disk0",),
        "mounts": (DIRECTORY,),
        "rc": ("mysql-server",),
        "probe": ProbeConfig(password_file="/usr/local/etc/hawatch/password"),
    }
    return ServiceConfig(**values | changes)


def a_config(**changes: Any) -> Config:
    """Return the configuration of the pair; no site checks."""
    values: dict[str, Any] = {
        "nodes": {
            OWNER: NodeConfig(address="192.0.2.11"),
            STANDBY: NodeConfig(address="192.0.2.12"),
        },
        "services": {"mysql": a_service_config()},
    }
    return Config(**values | changes)


def a_vhid(state: str = "MASTER", **changes: Any) -> CarpVhid:
    """Return vhid 1 on em0; advskew 0 as on db1."""
    values: dict[str, Any] = {
        "interface": "em0",
        "vhid": 1,
        "state": CarpState(state),
        "advbase": 1,
        "advskew": 0,
    }
    return CarpVhid(**values | changes)


def an_interface(*vhids: CarpVhid, **changes: Any) -> Interface:
    """Return em0, up and active, with these vhids and the VIP."""
    values: dict[str, Any] = {
        "name": "em0",
        "up": True,
        "status": "active",
        "addresses": (InterfaceAddress(address=VIP, prefix=32, vhid=1),),
        "vhids": vhids,
    }
    return Interface(**values | changes)


def a_sysctls(**changes: Any) -> CarpSysctls:
    """Return net.inet.carp with its defaults."""
    values: dict[str, Any] = {"allow": True, "preempt": False, "demotion": 0, "log": 1}
    return CarpSysctls(**values | changes)


def a_counters(**changes: Any) -> CarpCounters:
    """Return CARP counters, all 0 unless given."""
    fields = dict.fromkeys(CarpCounters.__struct_fields__, 0)
    return CarpCounters(**fields | changes)


def a_resource(role: str = "primary", **changes: Any) -> HastResource:
    """Return disk0 in a role, connected unless its role is init."""
    connected = role != "init"
    values: dict[str, Any] = {
        "name": "disk0",
        "role": HastRole(role),
        "status": HastStatus.COMPLETE if connected else HastStatus.NONE,
        "provname": "disk0",
        "localpath": "/dev/da1",
        "remoteaddr": "192.0.2.12",
        "extentsize": 2097152,
        "keepdirty": 64,
        "replication": "memsync",
        "workerpid": 1747 if connected else None,
        "dirty": 0,
        "reads": 211,
        "writes": 150,
        "deletes": 0,
        "flushes": 0,
        "activemap_updates": 36,
        "errors": HastErrors(),
        "queues": HastQueues(),
    }
    return HastResource(**values | changes)


def a_dump(**changes: Any) -> HastDump:
    """Return disk0's metadata: connected once, never written while apart."""
    values: dict[str, Any] = {
        "name": "disk0",
        "datasize": 10737348608,
        "extentsize": 2097152,
        "keepdirty": 64,
        "localoff": 69632,
        "resuid": 12345678901234567890,
        "localcnt": 0,
        "remotecnt": 0,
        "prevrole": HastRole.SECONDARY,
    }
    return HastDump(**values | changes)


def a_hastd(role: str = "primary", **changes: Any) -> Hastd:
    """Return a running hastd with one worker for disk0, none in role init."""
    worker = HastWorker(
        resource="disk0", role=HastRole(role), pid=1747, parent=790, started=WALL
    )
    values: dict[str, Any] = {
        "pid": 790,
        "workers": () if role == "init" else (worker,),
        "answering": True,
    }
    return Hastd(**values | changes)


def a_mount(**changes: Any) -> Mount:
    """Return the HAST device on its directory, read-write."""
    values: dict[str, Any] = {
        "device": DEVICE,
        "directory": DIRECTORY,
        "fstype": "ufs",
        "options": ("local", "noatime", "soft-updates"),
    }
    return Mount(**values | changes)


def an_fstab_entry(**changes: Any) -> FstabEntry:
    """Return the line of /etc/fstab as it should be."""
    values: dict[str, Any] = {
        "device": DEVICE,
        "directory": DIRECTORY,
        "fstype": "ufs",
        "options": ("rw", "noauto", "noatime"),
    }
    return FstabEntry(**values | changes)


def a_directory(*, mounted: bool = True, **changes: Any) -> DirectoryProbe:
    """Return a probe of the directory: with the file system, or bare and protected."""
    values: dict[str, Any] = {
        "own_device": mounted,
        "sentinel": mounted,
        "empty": not mounted,
        "immutable": None if mounted else True,
    }
    return DirectoryProbe(**values | changes)


def a_space(percent: float = 40.0) -> Space:
    """Return a file system of 100 GB, used to that percentage."""
    used = int(percent * 1_000_000_000)
    return Space(total=108_000_000_000, used=used, available=100_000_000_000 - used)


def an_rc_status(*, alive: bool = True, **changes: Any) -> RcStatus:
    """Return mysql-server, running with one process, or stopped."""
    pids = (1234,) if alive else ()
    values: dict[str, Any] = {
        "name": "mysql-server",
        "running": alive,
        "pids": pids,
        "processes": pids,
    }
    return RcStatus(**values | changes)


def a_sql_answer(kind: str = "answers", **changes: Any) -> SqlAnswer:
    """Return what db1's server answers on the VIP."""
    named = kind in ("answers", "read-only")
    values: dict[str, Any] = {
        "kind": SqlKind(kind),
        "text": "8.0.36" if named else f"the test says {kind}",
        "seconds": 0.01,
        "hostname": OWNER if named else None,
        "version": "8.0.36" if named else None,
    }
    return SqlAnswer(**values | changes)


def a_service_report(node: str = STANDBY, **changes: Any) -> ServiceReport:
    """Return what a healthy node reports of the service."""
    owner = node == OWNER
    values: dict[str, Any] = {
        "duty": Duty.ACTIVE if owner else Duty.STANDBY,
        "carp": Known(_vhid_of(node)),
        "resources": {"disk0": Known(a_resource(_role_of(node)))},
        "dumps": {"disk0": Known(a_dump())},
        "holding": Known(owner),
        "serving": Known(owner),
        "in_sync": {"disk0": an_in_sync()} if owner else {},
    }
    return ServiceReport(**values | changes)


def a_peer_report(node: str = STANDBY, **changes: Any) -> PeerReport:
    """Return a healthy node's report; clocks and configuration agree with ours."""
    values: dict[str, Any] = {
        "node": node,
        "version": "0.1.0",
        "configuration": configuration_hash(a_config()),
        "boot": f"boot-of-{node}",
        "sequence": 7,
        "wall": a_moment().wall,
        "monotonic": 500.0,
        "sysctls": Known(a_sysctls()),
        "counters": Known(a_counters()),
        "services": {"mysql": a_service_report(node)},
        "idle": 3.0,
    }
    return PeerReport(**values | changes)


def an_in_sync(**changes: Any) -> InSync:
    """Return the evidence that the worker 1747 sent everything."""
    values: dict[str, Any] = {"since": WALL, "workerpid": 1747, "boot": "boot-1"}
    return InSync(**values | changes)


def a_snapshot(
    node: str = OWNER,
    *,
    carp: str | CarpVhid | Unknown | None = None,
    hast: str | HastResource | Unknown | None = None,
    sql: str | SqlAnswer | Unknown | None = None,
    **changes: Any,
) -> Snapshot:
    """Return a healthy look at a node.

    carp: a state, a vhid or why it is unknown; hast: a role, a resource or why it is
    unknown; sql: a kind, an answer or why it is unknown. Other keywords are the
    Snapshot's own fields.
    """
    owner = node == OWNER
    peer = STANDBY if owner else OWNER
    values: dict[str, Any] = {
        "node": node,
        "taken": a_moment(),
        "boot_time": Known(WALL),
        "sysctls": Known(a_sysctls()),
        "counters": Known(a_counters(sent_inet=1000)),
        "interfaces": {"em0": _interface(node, carp)},
        "hastd": Known(a_hastd(_role_of(node))),
        "resources": {"disk0": _resource(node, hast)},
        "dumps": {"disk0": Known(a_dump())},
        "devices": {"disk0": Known(owner)},
        "mounts": Known((a_mount(),) if owner else ()),
        "fstab": Known((an_fstab_entry(),)),
        "directories": {DIRECTORY: Known(a_directory(mounted=owner))},
        "space": {DIRECTORY: Known(a_space())},
        "rc": {"mysql-server": Known(an_rc_status(alive=owner))},
        "sql": {"mysql": _sql(sql)},
        "peer": PeerSighting(
            paths={"192.0.2.12" if owner else "192.0.2.11": Known(0.2)},
            report=Known(a_peer_report(peer)),
        ),
    }
    return Snapshot(**values | changes)


def a_sample(monotonic: float = 990.0, **changes: Any) -> Sample:
    """Return the readings of an earlier look; counters as in `a_snapshot`."""
    values: dict[str, Any] = {
        "taken": a_moment(monotonic),
        "counters": a_counters(sent_inet=1000),
        "dirty": {"disk0": 0},
        "errors": {"disk0": 0},
    }
    return Sample(**values | changes)


def a_raise(**changes: Any) -> SkewRaise:
    """Return a raise of em0's vhid 1 from advskew 0 to 240."""
    values: dict[str, Any] = {
        "interface": "em0",
        "vhid": 1,
        "original_advskew": 0,
        "original_advbase": 1,
        "raised_to": 240,
        "since": 1.0,
        "reason": "unhealthy",
    }
    return SkewRaise(**values | changes)


def a_memory(node: str = OWNER, **changes: Any) -> Memory:
    """Return what a healthy node remembers; keywords of the service go into it.

    Fields of ServiceMemory (latches, duty, raised, ...) are the service mysql's.
    """
    owner = node == OWNER
    state = CarpState.MASTER if owner else CarpState.BACKUP
    service: dict[str, Any] = {
        "duty": Duty.ACTIVE if owner else Duty.STANDBY,
        "in_sync": {"disk0": an_in_sync()} if owner else {},
        "connected": ("disk0",),
        "carp": CarpSince(state=state, since=a_moment(100.0)),
    }
    for name in ServiceMemory.__struct_fields__:
        if name in changes:
            service[name] = changes.pop(name)
    values: dict[str, Any] = {
        "node": node,
        "boot": "boot-1",
        "sequence": 42,
        "last": a_moment(990.0),
        "services": {"mysql": ServiceMemory(**service)},
        "samples": (a_sample(),),
    }
    return Memory(**values | changes)


def _role_of(node: str) -> str:
    return "primary" if node == OWNER else "secondary"


def _vhid_of(node: str) -> CarpVhid:
    return a_vhid("MASTER") if node == OWNER else a_vhid("BACKUP", advskew=50)


def _interface(node: str, carp: str | CarpVhid | Unknown | None) -> Fact[Interface]:
    if isinstance(carp, Unknown):
        return carp
    if isinstance(carp, CarpVhid):
        return Known(an_interface(carp))
    if carp is None:
        return Known(an_interface(_vhid_of(node)))
    return Known(an_interface(a_vhid(carp, advskew=_vhid_of(node).advskew)))


def _resource(
    node: str, hast: str | HastResource | Unknown | None
) -> Fact[HastResource]:
    if isinstance(hast, Unknown):
        return hast
    if isinstance(hast, HastResource):
        return Known(hast)
    return Known(a_resource(hast or _role_of(node)))


def _sql(sql: str | SqlAnswer | Unknown | None) -> Fact[SqlAnswer]:
    if isinstance(sql, Unknown):
        return sql
    return Known(sql if isinstance(sql, SqlAnswer) else a_sql_answer(sql or "answers"))
