"""The owner's disk is written to at each look, where the configuration says so."""

from __future__ import annotations

from typing import Any

from pair_tools import Pair, a_pair, a_pair_config

from hawatch.live import live_report
from hawatch.model.fact import Known
from hawatch.observe import observe
from hawatch.sim.network import Kind
from hawatch.sim.node import Node

DIRECTORY = "/var/db/mysql"
CONFIG = a_pair_config(service="fsync = true")


def looked(pair: Pair, node: Node) -> Any:
    """Return what a node's newest cycle saw in the directory."""
    fact = pair.result(node).snapshot.directories[DIRECTORY]
    assert isinstance(fact, Known)
    return fact.value


def failing(pair: Pair, node: Node) -> set[str]:
    """Return the names of what fails on a node."""
    return {f.check for f in pair.result(node).findings if f.verdict.value == "fail"}


def test_only_the_owner_writes() -> None:
    """On the standby there is nothing to write to; without the option nobody does."""
    pair = a_pair(config=CONFIG)
    pair.run(20.0)
    assert looked(pair, pair.alpha).fsynced is True
    assert looked(pair, pair.beta).fsynced is None
    quiet = a_pair(config=a_pair_config())
    quiet.run(20.0)
    assert looked(quiet, quiet.alpha).fsynced is None


def test_a_report_for_the_peer_waits_for_no_disk() -> None:
    """A stalled disk must not make its node look silent."""
    pair = a_pair(config=CONFIG)
    pair.run(20.0)
    worker = pair.alpha.resources["disk0"].primary
    assert worker is not None
    worker.stop()
    done: list[Any] = []
    began = pair.world.now
    pair.world.spawn("alpha", live_report(pair.agent(pair.alpha).agent), done.append)
    pair.world.run_while(lambda: not done, limit=60.0)
    assert done
    assert pair.world.now - began < CONFIG.peer.timeout


def test_a_standby_that_vanishes_is_not_taken_for_a_dead_disk() -> None:
    """A write then waits for up to twice HAST's timeout and comes back [FACTS B11]."""
    pair = a_pair(config=CONFIG)
    pair.run(20.0)
    pair.world.network.cut("alpha", "beta", Kind.HAST)
    for _ in range(60):
        pair.run(1.0)
        assert "mount_is_alive" not in failing(pair, pair.alpha)
    assert looked(pair, pair.alpha).fsynced is True
    assert pair.servers() == ["alpha"]


def test_a_disk_that_stalls_for_good_is_noticed() -> None:
    """Everything but an fsync answers on it [FACTS E6, F7]."""
    pair = a_pair(config=CONFIG)
    pair.run(20.0)
    worker = pair.alpha.resources["disk0"].primary
    assert worker is not None
    worker.stop()
    assert pair.until(lambda: "mount_is_alive" in failing(pair, pair.alpha), 150.0)


def test_the_look_itself_never_hangs() -> None:
    """Each cycle ends, however long the write takes."""
    pair = a_pair(config=CONFIG)
    pair.run(20.0)
    worker = pair.alpha.resources["disk0"].primary
    assert worker is not None
    worker.stop()
    done: list[Any] = []
    agent = pair.agent(pair.alpha).agent
    for _ in range(3):
        done.clear()
        began = pair.world.now
        pair.world.spawn(
            "alpha", observe(agent.host, CONFIG, heard=None, ask_peer=True), done.append
        )
        pair.world.run_while(lambda: not done, limit=120.0)
        assert done
        assert pair.world.now - began < 30.0
