"""What FreeBSD's text about a simulated node comes to, without the text.

Each function gives what the parsers make of the very command's answer; a property test
holds the two against each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hawatch.model.carp import (
    CarpCounters,
    CarpSysctls,
    CarpVhid,
    Interface,
    InterfaceAddress,
)
from hawatch.model.hast import (
    HastDump,
    HastErrors,
    HastQueues,
    HastResource,
    HastRole,
    HastStatus,
)
from hawatch.model.services import RcStatus
from hawatch.model.storage import Mount
from hawatch.sim.hast_disk import LOCALOFF, Metadata
from hawatch.sim.text_hastctl import remote_of

if TYPE_CHECKING:
    from hawatch.sim.carp import CarpStack
    from hawatch.sim.hast_resource import Resource
    from hawatch.sim.node import Node
    from hawatch.sim.services import RcService
    from hawatch.sim.storage import MountEntry


def interface(node: Node) -> Interface:
    """Return the interface that carries CARP."""
    vhids = node.carp.vhids.values()
    return Interface(
        name=node.interface,
        up=node.interface_up,
        status="active" if node.carrier else "no carrier",
        addresses=(
            InterfaceAddress(address=node.settings.address, prefix=24),
            *(
                InterfaceAddress(address=address, prefix=32, vhid=vhid.number)
                for vhid in vhids
                for address in vhid.addresses
            ),
        ),
        vhids=tuple(
            CarpVhid(
                interface=node.interface,
                vhid=vhid.number,
                state=vhid.state,
                advbase=vhid.advbase,
                advskew=vhid.advskew,
            )
            for vhid in vhids
        ),
    )


def sysctls(carp: CarpStack) -> CarpSysctls:
    """Return the net.inet.carp tree."""
    return CarpSysctls(
        allow=carp.allow,
        preempt=carp.preempt,
        demotion=carp.demotion,
        log=carp.log,
        ifdown_demotion_factor=carp.ifdown_factor,
        senderr_demotion_factor=carp.senderr_factor,
    )


def counters(carp: CarpStack) -> CarpCounters:
    """Return CARP's counters since boot."""
    found = carp.segment.counters(carp)
    return CarpCounters(
        received_inet=found.received,
        received_inet6=0,
        sent_inet=found.sent,
        sent_inet6=0,
        wrong_ttl=0,
        bad_authentication=found.bad_authentication,
        bad_vhid=found.bad_vhid,
        bad_address_list=0,
        other_discards=0,
    )


def hast_resource(resource: Resource) -> HastResource:
    """Return what hastd tells of a resource."""
    primary, secondary = resource.primary, resource.secondary
    if primary is not None and not primary.alive:
        primary = None
    worker = primary or secondary
    meta = resource.disk.meta if worker is not None else None
    queue = len(secondary.queue) if secondary is not None else 0
    waiting = len(primary.sender.sent) if primary is not None else 0
    return HastResource(
        name=resource.name,
        role=HastRole(resource.role),
        status=HastStatus(resource.status) if worker is not None else HastStatus.NONE,
        provname=resource.provname,
        localpath=resource.disk.path,
        remoteaddr=remote_of(resource),
        extentsize=meta.extentsize if meta is not None else 0,
        keepdirty=meta.keepdirty if meta is not None and primary is not None else 0,
        replication=resource.node.world.settings.replication.value,
        workerpid=worker.pid if worker is not None else None,
        dirty=resource.dirty,
        reads=primary.reads if primary is not None else 0,
        writes=worker.writes if worker is not None else 0,
        deletes=0,
        flushes=0,
        activemap_updates=primary.map.updates if primary is not None else 0,
        errors=HastErrors(
            read=primary.read_errors if primary is not None else 0,
            write=worker.write_errors if worker is not None else 0,
        ),
        queues=HastQueues(
            local=queue,
            recv=waiting,
            idle=255 - waiting - queue if worker is not None else 0,
        ),
    )


def hast_dump(name: str, meta: Metadata) -> HastDump:
    """Return the metadata on a local disk."""
    return HastDump(
        name=name,
        datasize=meta.datasize,
        extentsize=meta.extentsize,
        keepdirty=meta.keepdirty,
        localoff=LOCALOFF,
        resuid=meta.resuid,
        localcnt=meta.localcnt,
        remotecnt=meta.remotecnt,
        prevrole=HastRole(meta.prevrole),
    )


def mounts(entries: list[MountEntry]) -> tuple[Mount, ...]:
    """Return the mount table."""
    return tuple(
        Mount(
            device=entry.device,
            directory=entry.directory,
            fstype=entry.fstype,
            options=entry.options,
        )
        for entry in entries
    )


def rc_status(service: RcService) -> RcStatus:
    """Return what rc and the process table say of a service."""
    seen = service.pidfile_seen
    return RcStatus(
        name=service.settings.rc,
        running=seen,
        pids=(service.pid,) if seen else (),
        processes=(service.pid,) if service.running else (),
        keepers=(service.keeper,) if service.keeper else (),
    )
