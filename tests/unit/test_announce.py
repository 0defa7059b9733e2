"""What is wrong is told before a plan is performed; nothing is called over early."""

from __future__ import annotations

from hawatch.checking.collect import collect
from hawatch.model.trigger import TriggerKind
from hawatch.recording import outbox
from hawatch.sim.agents import PairAgents
from hawatch.sim.faults import Fault, FaultKind
from hawatch.sim.pair import build_pair
from hawatch.sim.source import find_scenario


def test_a_person_is_told_while_a_long_check_still_runs() -> None:
    """A full fsck may take an hour; the take-over is told when it begins."""
    world = build_pair()
    pair = PairAgents(world, find_scenario("healthy").config, collect())
    pair.start()
    world.run_for(40.0)
    owner, standby = world.nodes.values()
    slow = Fault(("/sbin/fsck",), FaultKind.SLOW, seconds=3000.0)
    standby.faults.add(slow)
    owner.crash()
    world.run_for(400.0)
    agent = pair[standby.name]
    assert agent.busy
    told = [outbox.read_message(agent.store, n) for n in outbox.pending(agent.store)]
    keys = [fact.value.key for fact in told if hasattr(fact, "value")]
    assert any(key.startswith("master-not-serving[") for key in keys)


def test_a_plan_that_fails_again_and_again_is_told_once() -> None:
    """The early word must not close what is still open, to open it anew."""
    world = build_pair()
    pair = PairAgents(world, find_scenario("healthy").config, collect())
    pair.start()
    world.run_for(40.0)
    owner = next(iter(world.nodes.values()))
    owner.faults.add(Fault(("/sbin/umount",), FaultKind.FAIL, count=None))
    pair[owner.name].ring(TriggerKind.OPERATOR, "switchover", "mysql")
    world.run_for(300.0)
    store = pair[owner.name].store
    told = [outbox.read_message(store, n) for n in outbox.pending(store)]
    opened = [
        fact.value.key
        for fact in told
        if hasattr(fact, "value") and fact.value.kind == "opened"
    ]
    assert opened.count("action[mysql]") == 1
