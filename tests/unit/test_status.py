"""`hawatch status`: what the other node said some time ago is no news of now."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from builders import (
    OWNER,
    STANDBY,
    a_config,
    a_memory,
    a_moment,
    a_peer_report,
    a_service_report,
    a_snapshot,
)

from hawatch.cli import main
from hawatch.exits import Exit
from hawatch.model.fact import Known, Unknown
from hawatch.model.memory import HeardReport, Memory
from hawatch.model.moment import Moment
from hawatch.model.report import PeerReport
from hawatch.model.snapshot import PeerSighting, Snapshot
from hawatch.showing import status

OWNER_DIES = """\
title = "The owner loses its power"
story = "The standby has not heard of it since."
end = 40
look = {look}
at = [{{ time = 20, do = "crash", node = "freebsd-esxi" }}]
"""


def silent_standby() -> Snapshot:
    """Return the standby's look at a pair whose owner does not answer."""
    sighting = PeerSighting(paths={}, report=Unknown("ssh exit 255"))
    return a_snapshot(STANDBY, peer=sighting)


def heard(moment: Moment, **service: Any) -> Memory:
    """Return the standby's memory with the owner's last word, of that moment."""
    report = a_peer_report(
        OWNER, services={"mysql": a_service_report(OWNER, **service)}
    )
    return a_memory(STANDBY, peer=HeardReport(report=report, heard=moment))


def own() -> PeerReport:
    """Return the standby's own report."""
    return a_peer_report(STANDBY)


def code(snapshot: Snapshot, memory: Memory, mine: PeerReport | None = None) -> Exit:
    """Return how the command ends."""
    word = status.newest_word(a_config(), snapshot, memory)
    return status.exit_code(memory, mine or own(), word)


def head(snapshot: Snapshot, memory: Memory) -> str:
    """Return the line above the two columns."""
    return list(status.lines(a_config(), snapshot, memory, own()))[1]


def test_a_word_of_this_look_stands_without_an_age() -> None:
    """Nothing is to be warned of."""
    assert head(a_snapshot(STANDBY), a_memory(STANDBY)).endswith(" db1")
    assert code(a_snapshot(STANDBY), a_memory(STANDBY)) is Exit.WELL


def test_an_older_word_has_its_age_above_its_column() -> None:
    """Nobody takes what was so 11 seconds ago for what is so."""
    memory = heard(a_moment(989.0))
    assert head(silent_standby(), memory).endswith(" db1 (11 s ago)")


def test_a_word_that_is_not_fresh_any_more_is_called_silent() -> None:
    """peer.max_age is where a word ends being fresh."""
    memory = heard(a_moment(960.0))
    assert head(silent_standby(), memory).endswith(" db1 (SILENT, 40 s ago)")


def test_a_word_from_before_this_node_booted_is_called_silent() -> None:
    """Even where a stepped clock makes it look new."""
    memory = heard(a_moment(1000.0, boot="boot-0"))
    assert head(silent_standby(), memory).endswith(" db1 (SILENT, just now)")
    assert code(silent_standby(), memory) is Exit.NOTABLE


def test_who_served_some_time_ago_is_not_known_to_serve_now() -> None:
    """A dead owner never ends a status with 0."""
    assert code(silent_standby(), heard(a_moment(989.0))) is Exit.NOTABLE


def test_an_address_that_is_here_while_nobody_is_known_to_serve_is_wrong() -> None:
    """The clients reach this node, and it does not serve."""
    mine = a_service_report(STANDBY, carp=a_service_report(OWNER).carp)
    report = a_peer_report(STANDBY, services={"mysql": mine})
    memory = heard(a_moment(989.0))
    assert code(silent_standby(), memory, report) is Exit.WRONG


def test_who_did_not_serve_when_it_was_last_heard_is_wrong() -> None:
    """Nobody serves, as far as anybody knows."""
    memory = heard(a_moment(989.0), serving=Known(value=False))
    assert code(silent_standby(), memory) is Exit.WRONG


@pytest.mark.parametrize("options", [[], ["--periodic"], ["--json"]])
def test_status_ends_with_3_where_the_owner_died_and_the_address_came_here(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In each of its forms; JSON tells the age of the other node's report."""
    file = tmp_path / "dies.toml"
    file.write_text(OWNER_DIES.format(look=31))
    host = f"sim:{file}@freebsd-bhyve"
    assert main(["status", "--host", host, *options]) == Exit.WRONG
    said = capsys.readouterr().out
    if options == ["--json"]:
        assert json.loads(said)["peer_age"] > 10
    else:
        assert "freebsd-esxi (16 s ago)" in said
