"""Anything may happen to the simulated pair in any order; the world stays a world."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from sim_tools import both

from hawatch.sim.network import Kind
from hawatch.sim.node import Node
from hawatch.sim.pair import build_pair
from hawatch.sim.settings import PairSettings, Replication, ServiceSettings
from hawatch.sim.world import World

WORDS = (
    "/sbin/hastctl role primary disk0",
    "/sbin/hastctl role secondary disk0",
    "/sbin/hastctl role init disk0",
    "/sbin/hastctl status",
    "/sbin/hastctl list",
    "/sbin/hastctl dump",
    "/sbin/mount",
    "/sbin/mount /var/db/mysql",
    "/sbin/umount /var/db/mysql",
    "/sbin/umount -f /var/db/mysql",
    "/sbin/fsck -t ufs -p /dev/hast/disk0",
    "/usr/sbin/service mysql-server onestart",
    "/usr/sbin/service mysql-server onestop",
    "/usr/sbin/service mysql-server onestatus",
    "/usr/sbin/service hastd onestop",
    "/usr/sbin/service hastd onestart",
    "/sbin/ifconfig em0",
    "/sbin/ifconfig em0 vhid 1 advskew 254 state backup",
    "/sbin/ifconfig em0 vhid 1 advskew 0 state master",
    "/usr/bin/netstat -s -p carp",
)


def _command(world: World, node: Node) -> None:
    words = world.rng.choice(WORDS).split()
    if node.running:
        host = world.host(node.name)
        world.spawn(node.name, host.change(words, deadline=30.0))


def _kill_worker(_world: World, node: Node) -> None:
    for resource in node.resources.values():
        for worker in (resource.primary, resource.secondary):
            if worker is not None:
                worker.kill()


def _stop_worker(world: World, node: Node) -> None:
    for resource in node.resources.values():
        for worker in (resource.primary, resource.secondary):
            if worker is not None:
                worker.stop()
                world.scheduler.call_in(world.rng.uniform(1.0, 40.0), worker.cont)


DEEDS: tuple[Callable[[World, Node], None], ...] = (
    *(_command,) * 6,
    _kill_worker,
    _stop_worker,
    lambda _world, node: node.hastd.stop_process(),
    lambda _world, node: node.hastd.cont_process(),
    lambda _world, node: node.hastd.kill(),
    lambda _world, node: node.crash(),
    lambda _world, node: node.power_on(),
    lambda _world, node: node.shutdown() if node.running else None,
    lambda _world, node: node.reboot() if node.running else None,
    lambda _world, node: node.pause(),
    lambda _world, node: node.resume(),
    lambda _world, node: node.set_link(up=not node.carrier),
    lambda world, node: world.network.cut(node.name, node.peer.name),
    lambda world, node: world.network.cut(
        node.name, node.peer.name, Kind.HAST, both=False
    ),
    lambda world, node: world.network.lose(node.name, node.peer.name, Kind.CARP, 0.4),
    lambda world, _node: world.network.heal_all(),
    lambda world, node: node.clock_step(world.rng.uniform(-100.0, 100.0)),
)


def _heal(world: World) -> None:
    """Give both nodes power, network and processes again."""
    world.network.heal_all()
    for node in both(world):
        node.resume()
        node.power_on()
        node.set_link(up=True)
        node.hastd.cont_process()


@pytest.mark.parametrize("seed", range(40))
def test_no_order_of_events_stops_the_world(seed: int) -> None:
    """No exception, no endless instant; time goes on, and after healing all boots."""
    modes = tuple(Replication)
    world = build_pair(
        PairSettings(
            services=(ServiceSettings(write_interval=0.7),),
            replication=modes[seed % len(modes)],
        ),
        seed,
    )
    dice = random.Random(seed)
    for _ in range(40):
        dice.choice(DEEDS)(world, dice.choice(both(world)))
        before = world.scheduler.events
        world.run_for(dice.uniform(0.01, 25.0))
        assert world.scheduler.events - before < 20_000
    _heal(world)
    world.run_for(200.0)
    for node in both(world):
        assert node.on_the_wire
        assert len(node.timers) < 200
    holders = world.vip_holders(1)
    assert len(holders) == 1 or any(
        node.carp.vhids[1].advbase == 10 for node in both(world)
    )
