"""What a snapshot says about one service of this node, in three-valued logic.

The rules and the report for the peer read a service through this view, so that both
mean the same by "holding", "serving" and "released".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from hawatch.deciding.mount_view import MountView, held_mounts, mount_view
from hawatch.deciding.three import NO, YES, all_known, any_known, not_known
from hawatch.model.carp import CarpVhid
from hawatch.model.config import Config, ServiceConfig
from hawatch.model.fact import Fact, Known, Unknown, is_false, map_fact
from hawatch.model.hast import HastDump, HastResource, HastRole
from hawatch.model.newest import kept_for_newest
from hawatch.model.services import RcStatus, SqlAnswer
from hawatch.model.snapshot import NOT_LOOKED, Snapshot

T = TypeVar("T")

__all__ = ["MountView", "ServiceView", "service_view"]


class ServiceView(msgspec.Struct, frozen=True, kw_only=True):
    """One service on this node.

    resources, dumps, devices (whether the device node exists) and primaries (whether
    this node is primary) are keyed by resource name; mounts by directory; rc by name.

    holding: a resource is primary, or something of the service is mounted, or one of
    its rc services lives. serving: every resource is primary, every mount point has
    its device read-write, every rc service lives. released: nothing is held and no
    device node or primary worker is left [FACTS I].
    """

    name: str
    carp: Fact[CarpVhid]
    resources: Mapping[str, Fact[HastResource]]
    dumps: Mapping[str, Fact[HastDump]]
    devices: Mapping[str, Fact[bool]]
    primaries: Mapping[str, Fact[bool]]
    mounts: Mapping[str, MountView]
    mounted: Fact[bool]
    rc: Mapping[str, Fact[RcStatus]]
    alive: Fact[bool]
    sql: Fact[SqlAnswer]
    holding: Fact[bool]
    serving: Fact[bool]
    released: Fact[bool]


@kept_for_newest(8)
def service_view(config: Config, snapshot: Snapshot, service: str) -> ServiceView:
    """Given the configuration, a snapshot and a service's name, return its view.

    What the snapshot does not mention is unknown ("not looked at"). Raises KeyError
    where the configuration has no such service.
    """
    wanted = config.services[service]
    primaries = {name: _primary(snapshot, name) for name in wanted.resources}
    devices = {
        name: NO if _is_left_over(snapshot, name, primaries[name]) else device
        for name, device in _pick(snapshot.devices, wanted.resources).items()
    }
    mounts = {
        directory: mount_view(snapshot, directory, wanted.resources)
        for directory in wanted.mounts
    }
    mounted = held_mounts(snapshot, mounts, wanted.resources)
    rc = _pick(snapshot.rc, wanted.rc)
    alive = [map_fact(fact, lambda status: status.alive) for fact in rc.values()]
    ready = [view.ready for view in mounts.values()]
    holding = any_known([*primaries.values(), mounted, *alive])
    return ServiceView(
        name=service,
        carp=_carp(snapshot, wanted),
        resources=_pick(snapshot.resources, wanted.resources),
        dumps=_pick(snapshot.dumps, wanted.resources),
        devices=devices,
        primaries=primaries,
        mounts=mounts,
        mounted=mounted,
        rc=rc,
        alive=any_known(alive),
        sql=snapshot.sql.get(service, NOT_LOOKED),
        holding=holding,
        serving=all_known([*primaries.values(), *ready, *alive]),
        released=not_known(any_known([holding, *devices.values()])),
    )


def _pick(facts: Mapping[str, Fact[T]], names: tuple[str, ...]) -> dict[str, Fact[T]]:
    return {name: facts.get(name, NOT_LOOKED) for name in names}


def _carp(snapshot: Snapshot, service: ServiceConfig) -> Fact[CarpVhid]:
    """Return the service's vhid on this node's interface; a missing one is unknown."""
    try:
        name = service.interface_of(snapshot.node)
    except KeyError:
        return Unknown(f"no interface is configured for {snapshot.node}")
    interface = snapshot.interfaces.get(name, NOT_LOOKED)
    if isinstance(interface, Unknown):
        return interface
    for vhid in interface.value.vhids:
        if vhid.vhid == service.vhid:
            return Known(vhid)
    return Unknown(f"{name} has no vhid {service.vhid}")


def _primary(snapshot: Snapshot, resource: str) -> Fact[bool]:
    """Return whether this node is primary for a resource, by hastctl or the processes.

    A primary's worker proves it even where hastctl got no answer; without the hastd
    parent and without any worker nobody is primary [FACTS B1, B2, H19].
    """
    resources = snapshot.resources.get(resource, NOT_LOOKED)
    said = map_fact(resources, lambda found: found.role is HastRole.PRIMARY)
    if said == YES or isinstance(snapshot.hastd, Unknown):
        return said
    worker = snapshot.hastd.value.worker_of(resource)
    if worker is not None and worker.role is HastRole.PRIMARY:
        return YES
    if worker is None and snapshot.hastd.value.pid is None:
        return NO
    return said


def _is_left_over(snapshot: Snapshot, resource: str, primary: Fact[bool]) -> bool:
    """Return whether a device node that may be there is nobody's any more.

    A primary's worker that is killed just before its role changes leaves the node, and
    nobody removes it; without a worker no I/O ever passes through it [FACTS B2].
    """
    if not is_false(primary) or isinstance(snapshot.hastd, Unknown):
        return False
    return not snapshot.hastd.value.serves_device(resource)
