"""Small tools of the simulator's own tests."""

from __future__ import annotations

from hawatch.host import CommandResult
from hawatch.model.carp import CarpState
from hawatch.sim.node import Node
from hawatch.sim.world import World


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
