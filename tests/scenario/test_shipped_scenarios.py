"""Every shipped scenario, as it stands in its file."""

from __future__ import annotations

import pytest
from scenes import wrong_in

from hawatch.sim.runner import run_scenario
from hawatch.sim.scenario import FOLDER, load_scenario, shipped
from hawatch.sim.violations import Wrong

OTHER_SEEDS = range(2, 8)


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_scenario_is_green(name: str) -> None:
    """What the file expects comes true, and nothing harmful happens."""
    report = run_scenario(load_scenario(FOLDER / f"{name}.toml"))
    assert wrong_in(report) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", OTHER_SEEDS)
@pytest.mark.parametrize("name", shipped())
def test_a_scenario_does_not_hang_on_its_seed(name: str, seed: int) -> None:
    """The order of races and losses changes; what is expected does not."""
    report = run_scenario(load_scenario(FOLDER / f"{name}.toml"), seed=seed)
    assert wrong_in(report) == []


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_scenario_tells_its_story_and_expects_something(name: str) -> None:
    """A scenario is read by people, and one without expectations proves nothing."""
    scenario = load_scenario(FOLDER / f"{name}.toml")
    assert scenario.frame.title
    assert scenario.frame.story.strip()
    assert len(scenario.expectations) >= 2


def test_only_a_machine_that_stood_still_may_ever_be_a_second_writer() -> None:
    """Where no agent ran, none is faster; everywhere else harm is never accepted."""
    accepted = {
        name: load_scenario(FOLDER / f"{name}.toml").frame.accepts for name in shipped()
    }
    harmful = {name: set(found) for name, found in accepted.items() if found}
    assert harmful == {"node-paused": {Wrong.DUAL_MOUNT, Wrong.DUAL_WRITERS}}
