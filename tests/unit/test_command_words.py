"""Words on the command line that mean nothing, and where options may stand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hawatch.cli import main

PAIR = "sim:healthy"


def refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return what argparse says of words that it refuses with 2."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize("word", ["0", "-1", "nan", "inf", "1e20", "1e400", "soon"])
@pytest.mark.parametrize("words", [["status", "--watch"], ["boot", "--limit"]])
def test_seconds_that_nobody_could_wait_are_refused(
    words: list[str], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is looked at."""
    told = refused([*words, word, "--host", PAIR], capsys)
    assert f"{word}: seconds, more than 0 and at most 86400 (a day)" in told


@pytest.mark.parametrize("word", ["0", "-1", "1.5", "all"])
def test_a_history_of_less_than_one_line_is_refused(
    word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`-n -1` would show all lines but one."""
    told = refused(["history", "-n", word, "--host", PAIR], capsys)
    assert f"{word}: a whole number, 1 or more" in told


@pytest.mark.parametrize(
    "words",
    [
        ["latch", "clear", "--host", PAIR, "disk0", "stale"],
        ["latch", "clear", "disk0", "--host", PAIR, "stale"],
        ["latch", "clear", "disk0", "stale", "--host", PAIR],
    ],
)
def test_options_stand_before_behind_or_among_the_words(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The words are understood each time: there is no such latch."""
    assert main(words) == 2
    assert "no such latch" in capsys.readouterr().err


def test_names_of_checks_may_stand_on_both_sides_of_an_option(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Both are run."""
    words = ["mount_is_alive", "--host", PAIR, "hast_is_connected"]
    assert main(["check", *words]) == 0
    told = capsys.readouterr().out
    assert "mount_is_alive" in told
    assert "hast_is_connected" in told


def test_a_test_of_the_channel_leaves_nothing_on_standard_error(
    tmp_path: Path,
) -> None:
    """What the simulated pair had begun has taken its first step at the end."""
    words = ["-W", "always", "-m", "hawatch", "peer", "test", "--host", PAIR]
    done = subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("content", ["{}", "", '{"title": "cut sh'])
def test_a_file_that_is_no_recorded_cycle_is_told_before_a_configuration_is_missed(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A machine without a pair can say as well that a file was cut short."""
    file = tmp_path / "cycle.json"
    file.write_text(content)
    assert main(["replay", "--config", str(tmp_path / "none"), str(file)]) == 2
    assert capsys.readouterr().err.startswith(f"hawatch replay: {file}: ")


def test_a_ring_without_a_cycle_is_said_to_be_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And not shown as nothing at all."""
    file = tmp_path / "off.toml"
    file.write_text(
        'title = "No cycle was run"\nend = 9\nwarm = 0\nstart = "settled"\n'
    )
    assert main(["replay", "--host", f"sim:{file}"]) == 0
    told = capsys.readouterr().out
    assert told == "nothing is recorded: quiet cycles are not kept\n"


@pytest.mark.parametrize("option", ["--config", "--config=x", "--host"])
def test_an_option_behind_an_events_words_is_what_is_complained_of(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """And not the configuration that it would have replaced."""
    assert main(["event", "MASTER", "1@em0", option, "x"]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"hawatch event: {option}: only --config FILE, first")


def test_a_take_over_of_what_is_here_already_says_that_there_is_nothing_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On the healthy owner, where nothing is taken from anybody."""
    assert main(["switchover", "--peer-is-off", "--host", PAIR]) == 1
    told = capsys.readouterr().out
    assert told == "mysql: nothing to take over: all of it is here already\n"
