"""Small tools of the simulator's own tests."""

from __future__ import annotations

import msgspec

from hawatch.host import CommandResult
from hawatch.model.carp import CarpState
from hawatch.sim.node import Node
from hawatch.sim.pair import build_pair
from hawatch.sim.settings import PairSettings, ServiceSettings
from hawatch.sim.world import World

QUIET = (ServiceSettings(write_interval=0.0),)


def run_command(
    world: World, node: Node, line: str, *, deadline: float = 120.0
) -> CommandResult:
    """Run a command line of blank-separated words on a node, until it ends."""
    results: list[CommandResult] = []
    argv = line.split()
    world.spawn(
        node.name, world.host(node.name).change(argv, deadline=deadline), results.append
    )
    world.run_while(lambda: not results, limit=deadline + 1.0)
    return results[0]


def both(world: World) -> tuple[Node, Node]:
    """Return the nodes: the first, which serves a settled pair, and the second."""
    first, second = world.nodes.values()
    return first, second


def carp_state(node: Node, vhid: int = 1) -> CarpState:
    """Return the state of a node's vhid."""
    return node.carp.vhids[vhid].state


def role(world: World, node: Node, wanted: str, resource: str = "disk0") -> None:
    """Give a role as an operator would."""
    run_command(world, node, f"/sbin/hastctl role {wanted} {resource}")


def status(node: Node, resource: str = "disk0") -> str:
    """Return what `hastctl status` calls a resource."""
    return node.resources[resource].status


def differing(world: World, resource: str = "disk0") -> list[int]:
    """Return the extents in which the two copies differ."""
    first, second = both(world)
    return first.resources[resource].disk.differing(second.resources[resource].disk)


def a_pair(seed: int = 1, **changes: object) -> World:
    """Return a settled pair without a client's traffic."""
    settings = msgspec.structs.replace(PairSettings(services=QUIET), **changes)
    return build_pair(settings, seed)


def a_pair_that_times_out_once(**changes: object) -> World:
    """Return a pair whose next silent cut is noticed after one timeout, not two."""
    for seed in range(50):
        world = a_pair(seed, **changes)
        state = world.rng.getstate()
        if world.rng.random() >= 0.25:
            world.rng.setstate(state)
            return world
    raise AssertionError("no such seed")


def write_rows(world: World, node: Node, count: int, *, first: int = 1) -> list[str]:
    """Commit rows into as many extents at once; return the answers as they come."""
    answers: list[str] = []
    mysqld = node.services["mysql-server"]
    for row in range(first, first + count):
        mysqld.commit(2 + row, 0, row).then(answers.append)
    return answers


def hooks(world: World, node: Node) -> list[str]:
    """Return the exec hooks that ran on a node, in order."""
    found = [e.text for e in world.log if e.kind == "hook" and e.node == node.name]
    return [text.removeprefix("hook ") for text in found]
