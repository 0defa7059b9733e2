"""The seeded fault search: no never comes true, and the judge is not blind."""

from __future__ import annotations

from pathlib import Path

import pytest

from hawatch.sim.runner import run_scenario
from hawatch.sim.scenario import load_scenario
from hawatch.sim.search.draw import Drawn, Kind, draw
from hawatch.sim.search.old_course import play_old_script
from hawatch.sim.search.play import search_one
from hawatch.sim.search.run import leave_scenario, run_seeds
from hawatch.sim.search.tell import verdict_line

SEEDS = 40
ONCE_BROKEN = (3, 6, 161, 284, 292, 312, 320)
"""Seeds that found something when it was there to be found."""


def test_no_never_comes_true_in_fresh_seeds() -> None:
    """Whatever is drawn within the assumptions, the pair does no harm and recovers."""
    tally = run_seeds(range(SEEDS))
    assert [verdict_line(verdict) for verdict in tally.failed] == []
    assert tally.seeds == SEEDS
    assert tally.rows > 0


@pytest.mark.parametrize("seed", ONCE_BROKEN)
def test_a_seed_that_once_found_a_fault_stays_green(seed: int) -> None:
    """What was mended stays mended."""
    verdict = search_one(draw(seed))
    assert [harm.what for harm in verdict.harm] == []


def test_the_same_seed_gives_the_same_run() -> None:
    """A number is enough to see it again."""
    first, second = search_one(draw(7)), search_one(draw(7))
    assert first == second
    assert draw(7).text() == draw(7).text()


def test_the_judge_sees_the_harm_that_the_old_scripts_do() -> None:
    """The same seeds under the old policy: rows are lost and both nodes write."""
    verdicts = [play_old_script(draw(seed)) for seed in range(24)]
    kinds = {harm.what for verdict in verdicts for harm in verdict.harm}
    assert "acknowledged rows are missing" in kinds
    assert "two writable mounts" in kinds


def test_faults_beyond_the_assumptions_are_seen_as_harm() -> None:
    """Two nodes that cannot reach each other but both reach the witness both serve."""
    drawn = _cut_between_nodes()
    verdict = search_one(drawn)
    assert "two writable mounts" in {harm.what for harm in verdict.harm}


def test_a_failing_seed_is_left_as_a_scenario_that_fails_the_same_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the search found can be played by itself."""
    monkeypatch.setattr("hawatch.sim.search.run.draw", lambda *_: _cut_between_nodes())
    verdict = search_one(_cut_between_nodes())
    path = leave_scenario(verdict, tmp_path)
    report = run_scenario(load_scenario(path))
    assert {harm.wrong for harm in report.harm} & {verdict.harm[0].what}


def _cut_between_nodes() -> Drawn:
    """Return a drawn pair without any path between its nodes for half an hour."""
    between = ["freebsd-esxi", "freebsd-bhyve"]
    for seed in range(100):
        drawn = draw(seed, Kind.BEYOND)
        witnessed = drawn.tree["config"].get("witness", {}).get("promote_after")
        if witnessed and any(
            deed["do"] == "cut" and deed["between"] == between and "kinds" not in deed
            for episode in drawn.faults
            for deed in episode
        ):
            verdict = search_one(drawn)
            if any(harm.what == "two writable mounts" for harm in verdict.harm):
                return drawn
    raise AssertionError("no seed cuts every path")
