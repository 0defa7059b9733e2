"""`--host sim:SCENARIO@NODE`: what the commands get of a simulated pair."""

from __future__ import annotations

from pathlib import Path

import pytest

from hawatch.checking.nouns import Collection
from hawatch.checking.select import select
from hawatch.checking.source import NoSource, load
from hawatch.cli import main
from hawatch.cycle import run_cycle
from hawatch.model.decision import Rule
from hawatch.model.fact import Known
from hawatch.model.finding import Standing, Verdict
from hawatch.model.plan import StepResult
from hawatch.model.trigger import Trigger, TriggerKind
from hawatch.sim.scenario import FOLDER
from hawatch.sim.source import NoScenario, find_scenario, open_simulated, open_stage


def test_a_healthy_node_has_nothing_to_say(capsys: pytest.CaptureFixture[str]) -> None:
    """`hawatch run` on it is quiet and ends with 0, like cron on a good day."""
    assert main(["run", "--host", "sim:healthy"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("node", ["freebsd-esxi", "freebsd-bhyve"])
def test_each_node_of_a_healthy_pair_passes_every_check(
    node: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The owner and the standby are both looked at."""
    assert main(["check", "--host", f"sim:healthy@{node}"]) == 0
    told = capsys.readouterr().out
    assert "FAILED" not in told
    assert "UNKNOWN" not in told


def test_a_scenario_is_played_up_to_its_look() -> None:
    """What has happened by then is in the node's memory."""
    config, snapshot, memory = load("sim:mysqld-restart-helps")
    assert snapshot.node == "freebsd-esxi"
    assert isinstance(snapshot.sql["mysql"], Known)
    assert not snapshot.sql["mysql"].value.serves
    (streak,) = [
        streak
        for key, streak in memory.streaks.items()
        if key.startswith("mysqld_answers_on_vip")
    ]
    assert streak.standing is Standing.WELL
    assert streak.fails >= 1
    assert set(config.services) == {"mysql"}


def test_a_command_goes_on_with_the_world_where_it_stands() -> None:
    """A switchover runs its steps, and the peer takes over meanwhile."""
    opened = open_simulated("healthy", pretends=False, checks=lambda c: c)
    asked = Trigger(kind=TriggerKind.OPERATOR, words=("switchover", "mysql"))
    result = opened.run(run_cycle(opened.agent, asked))
    assert [decision.rule for decision in result.decisions] == [Rule.ASKED]
    assert [outcome.result for outcome in result.outcomes["mysql"]] == ["reached"] * 4
    assert opened.simulated


def test_a_dry_run_on_a_simulated_node_changes_nothing() -> None:
    """The same code runs, and the host refuses: mysqld goes on where it was."""
    opened = open_simulated("healthy", pretends=True, checks=lambda c: c)
    asked = Trigger(kind=TriggerKind.OPERATOR, words=("switchover", "mysql"))
    result = opened.run(run_cycle(opened.agent, asked))
    outcomes = result.outcomes["mysql"]
    assert len(outcomes) == 4
    assert all(outcome.result is not StepResult.REACHED for outcome in outcomes)
    again = opened.run(run_cycle(opened.agent))
    assert [decision.rule for decision in again.decisions] == [Rule.ALL_WELL]
    assert isinstance(again.snapshot.sql["mysql"], Known)
    assert again.snapshot.sql["mysql"].value.serves


def test_only_the_chosen_checks_are_run() -> None:
    """What a command narrows down stays narrow."""

    def few(collection: Collection) -> Collection:
        return select(collection, ["hastd_runs"], "")

    opened = open_simulated("healthy", pretends=True, checks=few)
    result = opened.run(run_cycle(opened.agent))
    assert [finding.check for finding in result.findings] == ["hastd_runs"]
    assert result.findings[0].verdict is Verdict.OK


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("helthy", 'did you mean "healthy"?'),
        ("healthy@freebsd-esx", 'did you mean "freebsd-esxi"?'),
        ("gone.toml", "No such file"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(spec: str, told: str) -> None:
    """A typing mistake costs one look."""
    with pytest.raises(NoScenario, match=told.replace("?", r"\?")):
        open_stage(spec)
    with pytest.raises(NoSource, match=told.replace("?", r"\?")):
        load(f"sim:{spec}")


def test_a_file_of_ones_own_is_a_scenario_as_well() -> None:
    """The path of a TOML file works wherever a name does."""
    assert find_scenario(str(FOLDER / "healthy.toml")).name == "healthy"


def test_a_command_that_can_never_end_is_told() -> None:
    """A node that lost its power answers nobody."""
    here = open_stage("healthy")
    here.play.world.scheduler.call_in(0.5, here.play.node(here.node).crash)

    async def forever() -> None:
        await here.play.agents[here.node].host.sleep(1.0)

    with pytest.raises(RuntimeError, match="went down, or waits for ever"):
        here.drive(forever())


ALONE = """
title = "the owner lost its power"
story = "a test"
end = 900
look = 120
at = [
    { time = 10, do = "crash", node = "freebsd-esxi" },
]
expect = [
    { that = "served-by", node = "nobody", at = 60 },
]
"""


def take_over(folder: Path, story: str) -> int:
    """Type it on the other node, after the story."""
    file = folder / "alone.toml"
    file.write_text(story)
    host = f"sim:{file}@freebsd-bhyve"
    return main(["switchover", "--peer-is-off", "--host", host])


def test_a_take_over_that_had_to_look_again_is_followed_to_its_end(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The device of a silent peer's disk comes late [B3]: nothing was stopped."""
    assert take_over(tmp_path, ALONE) == 0
    told = capsys.readouterr().out
    assert "looking again before the rest" in told
    assert "going on with what was begun" in told
    assert "stopped:" not in told
    assert told.splitlines()[-2].endswith("mysql answers SQL")


def test_a_take_over_that_fails_is_told_where_it_stopped(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """It is not tried again and again while a person waits."""
    dead = """at = [
    { time = 20, do = "kill-mysqld", node = "freebsd-bhyve", for_good = true },"""
    assert take_over(tmp_path, ALONE.replace("at = [", dead, 1)) == 3
    told = capsys.readouterr().out
    assert told.splitlines()[-1].startswith("stopped: mysql-server running: ")
    assert told.count("going on with what was begun") == 1


def test_a_verb_that_is_refused_is_answered_once(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The refusal with its remedy, and no further look."""
    cut = """at = [
    { time = 5, do = "cut", between = ["freebsd-esxi", "freebsd-bhyve"] },"""
    file = tmp_path / "cut.toml"
    file.write_text(ALONE.replace("at = [", cut, 1).replace("time = 10", "time = 500"))
    assert main(["switchover", "--host", f"sim:{file}"]) == 3
    told = capsys.readouterr().out
    assert told.count("mysql: ") == 1
    assert "refused  peer-stale-report" in told
