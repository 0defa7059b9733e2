"""Everything of a pair that a look could show, as one value that compares.

What moves by itself in a pair at rest is left out: clocks, counters of adverts and of
writes. A node that looks while this value stays the same sees what it saw before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hawatch.sim.hast_resource import Resource
from hawatch.sim.services import RcService
from hawatch.sim.storage import FS_FULL, MountEntry

if TYPE_CHECKING:
    from hawatch.sim.node import Node
    from hawatch.sim.world import World


def shown(world: World) -> tuple[Any, ...]:
    """Return what looks at both nodes of a world would show, without what drifts."""
    return (
        world.witness_up,
        world.network.shape(),
        *(_node(node) for node in world.nodes.values()),
    )


def _node(node: Node) -> tuple[Any, ...]:
    carp, hastd = node.carp, node.hastd
    return (
        node.power,
        node.boot_count,
        node.paused,
        node.interface_up,
        node.carrier,
        node.backlink_carrier,
        node.devd.alive,
        node.wall_offset,
        node.sshd,
        node.hast_conf_error,
        node.faults.left(),
        carp.allow,
        carp.preempt,
        carp.demotion,
        carp.log,
        hastd.alive,
        hastd.stopped,
        hastd.waiting,
        hastd.pid,
        hastd.queued,
        *[
            (v.number, v.state, v.advbase, v.advskew, v.local_route, v.addresses)
            for v in carp.vhids.values()
        ],
        *[_resource(resource) for resource in node.resources.values()],
        *[_mount(entry) for entry in node.mounts.entries if entry.fs is not None],
        *[_service(node, service) for service in node.services.values()],
    )


def _resource(resource: Resource) -> tuple[Any, ...]:
    primary, secondary = resource.primary, resource.secondary
    disk, device, meta = resource.disk, resource.device, resource.disk.meta
    return (
        resource.role,
        None
        if primary is None
        else (
            primary.pid,
            primary.alive,
            primary.connected,
            primary.map.dirty,
            primary.read_errors,
            primary.write_errors,
        ),
        None if secondary is None else (secondary.pid, secondary.write_errors),
        None if device is None else (device.visible, device.stalled),
        None
        if meta is None
        else (meta.resuid, meta.localcnt, meta.remotecnt, meta.prevrole),
        disk.missing,
        disk.read_fails,
        disk.write_fails,
    )


def _mount(entry: MountEntry) -> tuple[Any, ...]:
    fs = entry.fs
    return (
        entry.device,
        entry.directory,
        entry.options,
        entry.zombie,
        entry.unmounting,
        entry.sentinel,
        None if fs is None or entry.zombie else fs.read(FS_FULL),
    )


def _service(node: Node, service: RcService) -> tuple[Any, ...]:
    bare = node.bare(service.settings.mount)
    return (
        service.pid,
        service.keeper,
        service.running,
        service.accepting,
        service.stopping,
        service.dead_files,
        service.mood,
        len(bare.names),
    )
