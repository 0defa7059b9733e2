"""A row that is written at once leaves what a row leaves that goes its whole way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hawatch.sim.network import CLIENT, Kind
from hawatch.sim.node import Node
from hawatch.sim.pair import build_pair
from hawatch.sim.settings import PairSettings, Replication, ServiceSettings
from hawatch.sim.world import World

OFTEN = PairSettings(services=(ServiceSettings(write_interval=0.02),))


def _sick(node: Node) -> None:
    disk = next(iter(node.resources.values())).disk
    disk.write_fails = not disk.write_fails


def _kill(node: Node) -> None:
    for resource in node.resources.values():
        for worker in (resource.primary, resource.secondary):
            if worker is not None:
                worker.kill()


OPERATIONS: tuple[Callable[[World, Node], None], ...] = (
    lambda world, node: world.network.cut(node.name, node.peer.name, Kind.HAST),
    lambda world, node: world.network.cut(
        node.name, node.peer.name, Kind.HAST, both=False
    ),
    lambda world, node: world.network.cut(node.name, CLIENT, Kind.CLIENT),
    lambda world, _node: world.network.heal_all(),
    lambda _world, node: node.pause(),
    lambda _world, node: node.resume(),
    lambda _world, node: node.crash(),
    lambda _world, node: _sick(node),
    lambda _world, node: _kill(node),
)
STEPS = st.lists(
    st.tuples(
        st.integers(0, len(OPERATIONS) - 1),
        st.booleans(),
        st.floats(min_value=0.0001, max_value=30.0),
    ),
    max_size=8,
)


def _shown(world: World) -> list[Any]:
    """Return what is left of the rows: at the client, in the workers, on the disks."""
    found: list[Any] = [world.now, world.rng.getstate()]
    for client in world.clients.values():
        found += [client.rows, client.successes, client.failures, client.served_by]
        found += [dict(client.acknowledged), list(client.outages), client.down_since]
    for node in world.nodes.values():
        for resource in node.resources.values():
            disk, primary, secondary = (
                resource.disk,
                resource.primary,
                resource.secondary,
            )
            found += [{k: dict(v) for k, v in disk.extents.items()}]
            found += [set(disk.dirty_map), set(disk.missed)]
            if primary is not None:
                found += [primary.writes, primary.map.updates, primary.map.dirty]
            if secondary is not None:
                found += [secondary.writes, len(secondary.queue)]
    return found


def _played(
    seed: int,
    mode: Replication,
    steps: list[tuple[int, bool, float]],
    *,
    straight: bool,
) -> tuple[list[list[Any]], int]:
    """Return what showed after each step, and how many events it took."""
    world = build_pair(msgspec.structs.replace(OFTEN, replication=mode), seed)
    for client in world.clients.values():
        client.straight = straight
    world.run_for(1.0)
    nodes = list(world.nodes.values())
    seen = [_shown(world)]
    for number, second, seconds in steps:
        OPERATIONS[number](world, nodes[second])
        world.run_for(seconds)
        seen.append(_shown(world))
    return seen, world.scheduler.events


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 1000),
    mode=st.sampled_from(Replication),
    steps=STEPS,
)
def test_a_row_written_at_once_leaves_what_the_long_way_leaves(
    seed: int, mode: Replication, steps: list[tuple[int, bool, float]]
) -> None:
    """Rows, counters, maps, disks and chance are the same, whatever happens between."""
    assert (
        _played(seed, mode, steps, straight=True)[0]
        == _played(seed, mode, steps, straight=False)[0]
    )


@pytest.mark.parametrize("mode", [Replication.MEMSYNC, Replication.FULLSYNC])
def test_rows_of_a_pair_at_rest_are_written_at_once(mode: Replication) -> None:
    """The property above does not pass because nothing is ever written at once."""
    few = _played(1, mode, [], straight=True)[1]
    assert few < _played(1, mode, [], straight=False)[1] / 2
