"""The seeded fault search: no never comes true, and the judge is not blind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from hawatch.model.decision import Rule
from hawatch.sim.runner import run_scenario
from hawatch.sim.scenario import load_scenario
from hawatch.sim.search.draw import Drawn, draw
from hawatch.sim.search.judge import MOVES_TOO_SOON
from hawatch.sim.search.kept import KEPT
from hawatch.sim.search.old_course import play_old_script
from hawatch.sim.search.play import Course, search_one
from hawatch.sim.search.run import run_seeds
from hawatch.sim.search.shrink import as_scenario, shrink
from hawatch.sim.search.tell import verdict_line

SEEDS = 8


def test_no_never_comes_true_in_fresh_seeds() -> None:
    """Whatever is drawn within the assumptions, the pair does no harm and recovers."""
    tally = run_seeds(range(SEEDS))
    assert [verdict_line(verdict) for verdict in tally.failed] == []
    assert tally.seeds == SEEDS
    assert tally.rows > 0


@pytest.mark.parametrize("seed", KEPT)
def test_a_seed_that_once_found_a_fault_stays_green(seed: int) -> None:
    """What was mended stays mended."""
    verdict = search_one(draw(seed))
    assert [harm.what for harm in verdict.harm] == []


def test_the_same_seed_gives_the_same_run() -> None:
    """A number is enough to see it again."""
    first, second = search_one(draw(312)), search_one(draw(312))
    assert first == second
    assert draw(7).text() == draw(7).text()


def test_the_judge_sees_the_harm_that_the_old_scripts_do() -> None:
    """The same seeds under the old policy: rows are lost and both nodes write."""
    verdicts = [play_old_script(draw(seed)) for seed in range(16)]
    kinds = {harm.what for verdict in verdicts for harm in verdict.harm}
    assert "acknowledged rows are missing" in kinds
    assert "two writable mounts" in kinds


def test_a_pair_without_any_path_between_its_nodes_is_beyond_the_assumptions() -> None:
    """Both reach the witness, so both serve: the judge calls it what it is."""
    verdict = search_one(_without_a_path())
    assert "two writable mounts" in {harm.what for harm in verdict.harm}


@pytest.mark.parametrize("kind", ["hang", "abandon"])
def test_a_check_of_the_file_system_that_hangs_costs_its_deadline(kind: str) -> None:
    """It is killed and done again, and the take-over goes on from there."""
    hangs = {"argv": ["/sbin/fsck"], "kind": kind, "times": 1, "seconds": 1.0}
    survivor = {"node": "freebsd-bhyve"}
    verdict = search_one(
        _with(
            {"time": 20.0, "do": "command-fault", **survivor, **hangs},
            {"time": 30.0, "do": "crash", "node": "freebsd-esxi", "seconds": 9000.0},
        )
    )
    assert verdict.green
    (outage,) = verdict.outages["mysql"]
    deadline = 180.0
    assert deadline < outage[1] - outage[0] < 3 * deadline


def test_the_judge_counts_a_move_and_sees_a_second_one_that_comes_too_soon() -> None:
    """A search in which nothing ever moves would say nothing about cool-downs."""
    crash = {"time": 30.0, "do": "crash", "node": "freebsd-esxi", "seconds": 9000.0}
    course = Course(_with(crash))
    verdict = course.run()
    assert verdict.moves == 1
    survivor = course.play.agents["freebsd-bhyve"]
    again = msgspec.structs.replace(
        survivor.results[-1].decisions[0], rule=Rule.UNHEALTHY_DEMOTE, move=True
    )
    for _ in range(2):
        for listener in survivor.on_begun:
            listener(survivor, again)
    seen = {harm.what for harm in course.judge.harm}
    assert MOVES_TOO_SOON in seen


def test_a_failing_seed_is_left_as_a_scenario_that_fails_the_same_way(
    tmp_path: Path,
) -> None:
    """What the search found can be played by itself, and is no longer than needed."""
    drawn = _without_a_path(_clock_at(20.0))
    verdict = search_one(drawn)
    least = shrink(drawn, verdict)
    assert len(least.faults) == 1
    path = tmp_path / "found.toml"
    path.write_text(as_scenario(least, search_one(least)))
    report = run_scenario(load_scenario(path))
    assert verdict.harm[0].what in {harm.wrong for harm in report.harm}


def _without_a_path(*more: tuple[dict[str, Any], ...]) -> Drawn:
    """Return seed 1's pair, cut between its nodes for a quarter of an hour."""
    between = ["freebsd-esxi", "freebsd-bhyve"]
    return _with(
        {"time": 30.0, "do": "cut", "between": between},
        {"time": 900.0, "do": "heal", "between": between},
        more=more,
    )


def _with(
    *deeds: dict[str, Any], more: tuple[tuple[dict[str, Any], ...], ...] = ()
) -> Drawn:
    """Return seed 1's pair with one episode of these deeds, and more episodes."""
    drawn = draw(1)
    config = {**drawn.tree["config"], "witness": {"promote_after": 180.0}}
    tree = {**drawn.tree, "config": config, "end": 2200.0}
    return msgspec.structs.replace(
        drawn, tree=tree, faults=(deeds, *more), names=("drawn",), quiet=1000.0
    )


def _clock_at(time: float) -> tuple[dict[str, Any], ...]:
    """Return an episode that has nothing to do with the harm."""
    deed = {"do": "step-clock", "node": "freebsd-bhyve", "seconds": 2.0}
    return ({"time": time, **deed},)
