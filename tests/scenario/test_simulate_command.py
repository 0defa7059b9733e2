"""`hawatch simulate`: one line each, failures with their story, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hawatch.cli import main
from hawatch.sim.scenario import shipped

RED = """
title = "It expects what does not happen"
end = 60
at = [{ time = 5, do = "kill-mysqld", node = "freebsd-esxi" }]
expect = [{ that = "served-by", node = "freebsd-bhyve" }]
"""


def test_a_green_scenario_is_one_line_and_exit_code_0(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Like a test that passed."""
    assert main(["simulate", "event-storm"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("event-storm PASSED (60 s in ")
    assert "1 passed" in told[-1]
    assert len(told) == 2


def test_a_red_scenario_ends_with_3_and_tells_what_led_to_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was expected, what was found, and the last things that happened."""
    path = tmp_path / "red.toml"
    path.write_text(RED)
    assert main(["simulate", str(path)]) == 3
    told = capsys.readouterr().out
    assert "red FAILED" in told
    assert "NOT MET clients are served by freebsd-bhyve at the end" in told
    assert "at 60.0 s: freebsd-esxi" in told
    assert "[unhealthy-restart]" in told
    assert "1 failed" in told


def test_an_unknown_name_is_a_mistake_with_the_nearest_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit code 2, and what was probably meant."""
    assert main(["simulate", "healty"]) == 2
    assert 'did you mean "healthy"?' in capsys.readouterr().err


def test_a_file_with_mistakes_is_not_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, and every mistake with file and path."""
    path = tmp_path / "wrong.toml"
    path.write_text(RED.replace("kill-mysqld", "kill-mysql").replace("that", "what"))
    assert main(["simulate", str(path)]) == 2
    told = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[1] for line in told] == [
        "$.at[0].do",
        "$.expect[0].that",
    ]


def test_a_file_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Not as a scenario with a strange name."""
    assert main(["simulate", "gone.toml"]) == 2
    assert "gone.toml: No such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["simulate", "status"])
def test_a_file_that_is_no_text_is_told(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its name, and what it should be."""
    path = tmp_path / "bin.toml"
    path.write_bytes(b"\xff\xfe\x00")
    how = [str(path)] if command == "simulate" else ["--host", f"sim:{path}"]
    assert main([command, *how]) == 2
    assert capsys.readouterr().err == f"{path}:1: not UTF-8; save the file as UTF-8\n"


@pytest.mark.parametrize("command", ["simulate", "status"])
def test_words_that_a_simulated_program_does_not_know_are_told(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends with 2 and one line, where they were typed."""
    path = tmp_path / "odd.toml"
    path.write_text(
        'title = "x"\nend = 9\nlook = 5\nat = [{ time = 1, do = "run", '
        'node = "freebsd-esxi", argv = ["/usr/bin/netstat", "-r"] }]\n'
    )
    how = [str(path)] if command == "simulate" else ["--host", f"sim:{path}"]
    assert main([command, *how]) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert told.endswith("the simulated netstat does not know /usr/bin/netstat -r")


@pytest.mark.parametrize("count", ["0", "-1", "few"])
def test_a_search_of_no_seed_is_refused(
    count: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would find nothing, and say so as if it had searched."""
    with pytest.raises(SystemExit) as ended:
        main(["simulate", "--seeds", count])
    assert ended.value.code == 2
    assert f"{count}: a whole number, 1 or more" in capsys.readouterr().err


def test_the_list_names_every_shipped_scenario(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Names to type, with their titles."""
    assert main(["simulate", "--list"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told] == shipped()


def test_the_report_as_json_holds_verdicts_and_story(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """For machines, everything that the screen is made of."""
    assert main(["simulate", "--json", "event-storm"]) == 0
    (report,) = json.loads(capsys.readouterr().out)
    assert report["name"] == "event-storm"
    assert all(verdict["met"] for verdict in report["verdicts"])
    assert report["harm"] == []
    assert report["rows_lost"] == {"mysql": 0}
    assert report["story"]


def test_the_whole_story_is_told_when_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """-v also shows what was met."""
    assert main(["simulate", "-v", "mysqld-restart-helps"]) == 0
    told = capsys.readouterr().out
    assert "mysql ended" in told
    assert "met     at most 0 acknowledged rows lost (0 rows lost)" in told
