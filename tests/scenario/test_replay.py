"""The flight recorder: what was decided can be decided again, from its own inputs."""

from __future__ import annotations

import msgspec

from hawatch.model.config import Config
from hawatch.model.decision import Rule
from hawatch.model.fact import Known, Unknown
from hawatch.recording.flight import SLOTS, Flight, flights, keep, read_flight
from hawatch.recording.replay import decide_again, differences
from hawatch.recording.store import MemoryStore
from hawatch.sim.runner import stage
from hawatch.sim.scenario import FOLDER, load_scenario


def recorded(node: str = "freebsd-esxi") -> tuple[Config, MemoryStore, list[Flight]]:
    """Return what a node recorded while its mysqld died for good."""
    scenario = load_scenario(FOLDER / "mysqld-dead-for-good.toml")
    play = stage(scenario)
    play.world.run_until(play.zero + scenario.frame.end)
    store = play.agents[node].store
    return scenario.config, store, flights(store)


def test_every_recorded_cycle_is_decided_again_alike() -> None:
    """The same inputs and the same rules give the same decisions, on both nodes."""
    for node in ("freebsd-esxi", "freebsd-bhyve"):
        config, _, found = recorded(node)
        assert found
        for flight in found:
            assert list(differences(flight, decide_again(config, flight))) == []


def test_the_demotion_is_among_what_was_recorded() -> None:
    """What a person will ask about is what is kept."""
    _, _, found = recorded()
    rules = {decision.rule for flight in found for decision in flight.decisions}
    assert Rule.UNHEALTHY_DEMOTE in rules


def test_another_policy_is_shown_as_a_difference() -> None:
    """A site sees what a changed limit would have done."""
    config, _, found = recorded()
    limits = msgspec.structs.replace(config.limits, restarts=0)
    changed = msgspec.structs.replace(config, limits=limits)
    restart = next(
        flight
        for flight in found
        if any(one.rule is Rule.UNHEALTHY_RESTART for one in flight.decisions)
    )
    told = list(differences(restart, decide_again(changed, restart)))
    assert any("rule was unhealthy-restart" in line for line in told)


def test_a_full_disk_and_a_damaged_record_stop_nothing() -> None:
    """The recorder is the last thing that a cycle may fail for."""
    _, store, found = recorded()
    keep(store, msgspec.structs.replace(found[-1], damaged="no \udcfc encoder's"))
    store.fill()
    keep(store, found[-1])
    name = store.names("flight/")[0]
    store.damage(name)
    assert len(flights(store)) < len(store.names("flight/"))
    assert len(store.names("flight/")) <= SLOTS
    assert isinstance(read_flight(b"no JSON"), Unknown)
    assert isinstance(read_flight(msgspec.json.encode(found[0])), Known)
