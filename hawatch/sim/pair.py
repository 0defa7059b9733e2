"""Builders of worlds: a settled pair, or one that is only switched on."""

from __future__ import annotations

import enum
from functools import partial

from hawatch.model.carp import CarpState
from hawatch.sim.commands_storage import mount_now
from hawatch.sim.hast_disk import LocalDisk
from hawatch.sim.power import Power
from hawatch.sim.settings import PairSettings, ServiceSettings
from hawatch.sim.storage import (
    CLEAN,
    FS_CLEAN,
    FS_DATABASE,
    FS_EXTENT,
    FS_ID,
    FS_SENTINEL,
    FileSystem,
)
from hawatch.sim.world import World


class Start(enum.StrEnum):
    """SETTLED: serving. COLD: both have just got power. OFF: nobody has."""

    SETTLED = "settled"
    COLD = "cold"
    OFF = "off"


def build_pair(
    settings: PairSettings | None = None,
    seed: int = 0,
    start: Start = Start.SETTLED,
) -> World:
    """Given settings and a seed, return a world.

    In a settled one the first node is MASTER, primary, mounted and serving, the second
    BACKUP and secondary, complete and in sync. In every one the copies are alike, clean
    and know each other, as after an orderly shutdown.
    """
    world = World(settings or PairSettings(), seed)
    for service in world.settings.services:
        _make_copies(world, service)
    if start is not Start.OFF:
        for node in world.nodes.values():
            node.power_on()
    if start is Start.SETTLED:
        _settle(world)
    return world


def _make_copies(world: World, service: ServiceSettings) -> None:
    """Write the same file system, with a database, to both copies."""
    resuid = world.rng.getrandbits(63) | 1
    for node in world.nodes.values():
        disk: LocalDisk = node.resources[service.resource].disk
        disk.create(world.settings.extentsize)
        if disk.meta is not None:
            disk.meta.resuid = resuid
            disk.meta.prevrole = "secondary"
        for block, value in (
            (FS_ID, resuid),
            (FS_CLEAN, CLEAN),
            (FS_DATABASE, 1),
            (FS_SENTINEL, 1),
        ):
            disk.write(FS_EXTENT, block, value)


def _settle(world: World) -> None:
    """Do what an operator does after the first boot, and start the clients."""
    first, second = world.nodes.values()
    world.run_while(lambda: second.power is not Power.UP, limit=60.0)
    for resource in second.resources.values():
        second.hastd.submit(partial(second.hastd.set_role, resource, "secondary"))
    world.run_for(0.5)
    for resource in first.resources.values():
        first.hastd.submit(partial(first.hastd.set_role, resource, "primary"))
    world.run_while(lambda: not _all_complete(world), limit=60.0)
    world.run_while(lambda: not _all_master(world), limit=60.0)
    for service in world.settings.services:
        resource = first.resources[service.resource]
        if resource.device is not None:
            fs = FileSystem(first, service, resource.device)
            mount_now(first, fs, service.mount, ())
            world.run_for(0.1)
            first.services[service.rc].start()
    slowest = max(service.start for service in world.settings.services)
    world.run_for(slowest + 1.0)
    world.violations.clear()
    world.log.clear()
    world.settled_at = world.now
    for client in world.clients.values():
        client.start()


def _all_complete(world: World) -> bool:
    first = next(iter(world.nodes.values()))
    return all(
        resource.primary is not None
        and resource.primary.connected
        and resource.device is not None
        and resource.device.visible
        and resource.dirty == 0
        for resource in first.resources.values()
    )


def _all_master(world: World) -> bool:
    first = next(iter(world.nodes.values()))
    return all(v.state is CarpState.MASTER for v in first.carp.vhids.values())
