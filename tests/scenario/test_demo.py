"""`hawatch demo`: the story is told, and its exit code is what it came to."""

from __future__ import annotations

import io
import json
import re

import pytest

from hawatch.cli import main
from hawatch.deciding import rules_owner
from hawatch.deciding.situation import Situation
from hawatch.model.decision import Refusal, Refused, refuse
from hawatch.sim import demo

STORY = [
    r"freebsd-esxi .*owner: holds the address",
    r"freebsd-bhyve .*standby: HAST secondary",
    r"a client writes rows: \d+ acknowledged",
    r"mysqld ended",
    r"mysqld_answers_on_vip fails, 1 of 3",
    r"mysqld_answers_on_vip fails, 2 of 3",
    r"mysqld_answers_on_vip fails, 3 of 3",
    r"\[unhealthy-restart\]",
    r"mysql-server restarted: failed",
    r"\[unhealthy-demote\] .*handing mysql over to freebsd-bhyve",
    r"/var/db/mysql unmounted \(0\.0 s\)",
    r"disk0 secondary \(0\.1 s\)",
    r"freebsd-bhyve .*BACKUP -> MASTER",
    r"VIP of vhid 1 with the peer \(0\.1 s\)",
    r"\[master-not-serving\] .*taking mysql over",
    r"freebsd-bhyve .*disk0 primary",
    r"freebsd-bhyve .*/var/db/mysql mounted",
    r"mysqld accepts connections",
    r"served again after \d+",
    r"^freebsd-bhyve serves\.$",
    r"^Outage: \d+ s \(simulated\)\.$",
    r"^Acknowledged rows: \d+, lost: 0\.$",
]


def test_the_demo_tells_the_whole_story_in_order(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """From the first row to the last one, and it ends with 0."""
    assert main(["demo"]) == 0
    lines = capsys.readouterr().out.splitlines()
    position = 0
    for wanted in STORY:
        found = [i for i in range(position, len(lines)) if re.search(wanted, lines[i])]
        assert found, f"after line {position}: {wanted}"
        position = found[0]


def test_the_demo_as_json_has_the_ending_and_a_picture_per_beat(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """For machines, and for the screen of somebody else."""
    assert main(["demo", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    ending = told["ending"]
    assert ending["serves"] == "freebsd-bhyve"
    assert ending["rows_lost"] == 0
    assert ending["green"]
    assert 20 < ending["outage"] < 90
    first, last = told["story"][0]["picture"], told["story"][-1]["picture"]
    assert first["nodes"][0]["carp"] == "MASTER advskew 0"
    assert first["nodes"][0]["mysqld"] == "answers"
    assert last["nodes"][1]["hast"] == "primary complete"
    assert last["rows"] > first["rows"]


def test_a_demo_that_goes_wrong_says_so_and_ends_with_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is no film: where the service does not move, the demo fails."""

    def never(s: Situation) -> tuple[Refused, ...]:
        return (refuse(Refusal.POLICY, "not today"),)

    monkeypatch.setattr(rules_owner, "may_demote", never)
    assert main(["demo"]) == 3
    told = capsys.readouterr().out
    assert "nobody serves." in told
    assert "NOT as it should be:" in told
    assert "not today" in told


def test_the_screen_shows_both_nodes_and_the_story() -> None:
    """What a terminal shows is made of the same beats."""
    from rich.console import Console

    from hawatch.showing import story

    beats: list[demo.Beat] = []
    demo.play_demo(beats.append)
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(story.screen(beats))
    text = console.export_text()
    assert "freebsd-esxi" in text
    assert "freebsd-bhyve" in text
    assert "MASTER advskew 50" in text
    assert "rows acknowledged  -> freebsd-bhyve" in text
    assert "advskew back to 0" in text
