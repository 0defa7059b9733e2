"""`hawatch explain`: the facts, the rules that were asked, the gates, the steps."""

from __future__ import annotations

import functools
from pathlib import Path

import msgspec
import pytest

from hawatch.cli import main
from hawatch.model.config import Config
from hawatch.model.decision import Rule
from hawatch.model.fact import Known
from hawatch.recording.flight import LAST, SLOTS, Flight, flights, keep
from hawatch.recording.journal import Journal
from hawatch.recording.store import MemoryStore
from hawatch.recording.told import Told, at_or_before, told_cycles
from hawatch.showing.explain import cycle_lines
from hawatch.sim.runner import stage
from hawatch.sim.scenario import FOLDER, load_scenario

SIM = ("--host", "sim:mysqld-dead-for-good")


@functools.cache
def played(node: str = "freebsd-esxi") -> tuple[Config, MemoryStore]:
    """Return what a node recorded while its mysqld died for good."""
    scenario = load_scenario(FOLDER / "mysqld-dead-for-good.toml")
    play = stage(scenario)
    play.world.run_until(play.zero + scenario.frame.end)
    return scenario.config, play.agents[node].store


def cycles(node: str = "freebsd-esxi") -> list[Told]:
    """Return every cycle that can be told."""
    store = played(node)[1]
    entries = Journal(store).entries(10_000)
    assert isinstance(entries, Known)
    return told_cycles(entries.value, flights(store))


def with_rule(rule: Rule) -> Told:
    """Return the first cycle in which a rule spoke."""
    return next(
        told
        for told in cycles()
        if told.flight is not None
        and any(one.rule is rule for one in told.flight.decisions)
    )


def explained(told: Told) -> str:
    """Return the whole explanation of a cycle."""
    return "\n".join(cycle_lines(told, played()[0]))


# -- what is told ----------------------------------------------------------------------


def test_a_demotion_is_explained_from_its_facts_to_its_last_step() -> None:
    """Everything that a person asks for the next morning, in one answer."""
    text = explained(with_rule(Rule.UNHEALTHY_DEMOTE))
    for words in (
        "on freebsd-esxi, rung by",
        "The facts for mysql:",
        "  CARP: MASTER for",
        "  mysql-server: not running",
        "  SQL: refused, Connection refused",
        "    it holds: no",
        "fail mysqld_answers_on_vip[mysql] (critical)",
        "For mysql the rule unhealthy-demote spoke:",
        "handing mysql over to freebsd-bhyve",
        "The duty was standby; the steps:",
        "VIP of vhid 1 with the peer: reached",
        "unhealthy-restart: 1 restarts within limits.cooldown, 1 allowed",
        "The gate to hand mysql over to freebsd-bhyve: open",
    ):
        assert words in text
    assert "decides otherwise" not in text
    assert "unhealthy-demote:" not in text


def test_a_gate_that_refused_is_told_with_each_of_its_reasons() -> None:
    """Asked again about the same facts, under another limit."""
    config = played()[0]
    limits = msgspec.structs.replace(config.limits, restarts=0)
    strict = msgspec.structs.replace(config, limits=limits)
    told = with_rule(Rule.UNHEALTHY_RESTART)
    assert told.flight is not None
    moved = msgspec.structs.replace(
        told.flight.snapshot.peer.report.value,  # type: ignore[union-attr]
        moves=(told.flight.snapshot.taken.wall - 60.0,),
    )
    peer = msgspec.structs.replace(told.flight.snapshot.peer, report=Known(moved))
    snapshot = msgspec.structs.replace(told.flight.snapshot, peer=peer)
    flight = msgspec.structs.replace(told.flight, snapshot=snapshot)
    text = "\n".join(cycle_lines(Told(flight=flight, record=told.record), strict))
    assert "The gate to hand mysql over to freebsd-bhyve: refuses" in text
    assert "    cooldown: the last move was 60 s ago" in text
    assert "decides otherwise:" in text
    assert "mysql: rule was unhealthy-restart, is unhealthy-hold" in text


def test_an_unknown_fact_is_told_with_its_reason() -> None:
    """Not known is no answer, and why it is not is half of the explanation."""
    _, store = played("freebsd-bhyve")
    flight = flights(store)[-1]
    snapshot = msgspec.structs.replace(flight.snapshot, interfaces={})
    changed = msgspec.structs.replace(flight, snapshot=snapshot)
    assert "  CARP: unknown (not looked at)" in explained(Told(flight=changed))


def test_a_cycle_without_its_inputs_is_told_from_the_journal_and_says_so() -> None:
    """The ring is short; the journal is not."""
    told = with_rule(Rule.UNHEALTHY_DEMOTE)
    text = explained(msgspec.structs.replace(told, flight=None))
    assert "is not recorded" in text
    assert "For mysql the rule unhealthy-demote spoke:" in text
    assert "VIP of vhid 1 with the peer: reached" in text
    assert "The facts for" not in text


def test_a_cycle_that_was_cut_is_told_with_the_steps_that_were_begun(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The scenario is looked at in the middle of a restart."""
    assert main(["explain", *SIM, "-1s"]) == 0
    text = capsys.readouterr().out
    assert "The cycle goes on or was cut; of its steps the journal has:" in text
    assert "mysql: began: mysql-server restarted" in text


# -- which cycle -----------------------------------------------------------------------


def test_every_journaled_cycle_that_was_not_quiet_has_its_inputs() -> None:
    """The ring follows the journal, so that `explain` has both."""
    journaled = [told for told in cycles() if told.record is not None]
    weighty = [
        told
        for told in journaled
        if told.record is not None
        and any(
            s.rule not in (Rule.ALL_WELL, Rule.LOOK_AGAIN) or s.plan
            for s in told.record.services
        )
    ]
    assert len(weighty) >= 2
    assert all(told.flight is not None for told in weighty)
    for told in weighty:
        assert told.flight is not None
        assert told.record is not None
        assert told.flight.sequence == told.record.sequence


def test_a_time_means_the_cycle_at_it_or_the_last_one_before() -> None:
    """Between two cycles, what was decided last still holds."""
    found = cycles()
    assert at_or_before(found, found[0].began - 1.0) is None
    assert at_or_before(found, found[1].began) is found[1]
    assert at_or_before(found, found[2].began - 0.001) is found[1]
    assert at_or_before(found, found[-1].began + 9000.0) is found[-1]


def test_the_command_takes_an_id_a_time_or_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """What `history` shows, what the clock showed, or the last that weighs."""
    scenario = tmp_path / "later.toml"
    text = (FOLDER / "mysqld-dead-for-good.toml").read_text(encoding="utf-8")
    scenario.write_text(text.replace("look = 40", "look = 90"))
    later = ("--host", f"sim:{scenario}")

    def said(*words: str) -> str:
        assert main(["explain", *later, *words]) == 0
        return capsys.readouterr().out

    newest = said()
    assert "the rule unhealthy-demote spoke" in newest
    assert said("-1m").startswith("The last cycle by then that told anything new:\n")
    head = newest.splitlines()[0]
    day, clock = head.split()[:2]
    assert "spoke" in said(f"{day}T{clock}")
    assert main(["history", *later]) == 0
    history = capsys.readouterr().out
    number = next(line.split()[0] for line in history.splitlines() if "handing" in line)
    assert said(number) == newest
    assert f"a step of the cycle {number}" in said(str(int(number) - 1))


@pytest.mark.parametrize(
    ("word", "complaint"),
    [
        ("9999", "the journal has no entry 9999"),
        ("yesterday", "neither a number of `hawatch history` nor a time"),
        ("2001-01-01T00:00", "nothing is recorded at or before 2001-01-01"),
    ],
)
def test_a_word_that_means_no_cycle_ends_with_2(
    capsys: pytest.CaptureFixture[str], word: str, complaint: str
) -> None:
    """Nothing is guessed."""
    assert main(["explain", *SIM, word]) == 2
    assert complaint in capsys.readouterr().err


# -- the ring --------------------------------------------------------------------------


def later(flight: Flight, by: int) -> Flight:
    """Return a cycle as it would be some cycles later."""
    return msgspec.structs.replace(flight, sequence=flight.sequence + by)


def without_plan(flight: Flight) -> Flight:
    """Return a cycle in which nothing was to be done."""
    plan = type(flight.decisions[0].plan)()
    decisions = [msgspec.structs.replace(one, plan=plan) for one in flight.decisions]
    return msgspec.structs.replace(flight, decisions=tuple(decisions))


def a_flight(rule: Rule = Rule.UNHEALTHY_DEMOTE) -> Flight:
    """Return a recorded cycle in which a rule spoke."""
    flight = with_rule(rule).flight
    assert flight is not None
    return flight


def test_a_failure_that_lasts_does_not_push_its_beginning_out() -> None:
    """The same story in every cycle is kept once, as in the journal."""
    store, first = MemoryStore(), without_plan(a_flight())
    for number in range(3 * SLOTS):
        keep(store, later(first, number))
    assert [one.sequence for one in flights(store)] == [first.sequence]
    keep(store, later(first, 3 * SLOTS + 5))
    assert len(flights(store)) == 2, "it came again after a quiet time"


def test_every_cycle_with_a_plan_is_kept_and_the_oldest_goes() -> None:
    """The ring has its size, whatever happens."""
    store, first = MemoryStore(), a_flight()
    for number in range(SLOTS + 3):
        keep(store, later(first, number))
    kept = sorted(one.sequence - first.sequence for one in flights(store))
    assert kept == list(range(3, SLOTS + 3))


def test_a_cycle_with_a_failing_check_is_kept_although_nothing_was_decided() -> None:
    """Two failures in a row are not three; why nothing was done is asked, too."""
    kept = [
        one for one in flights(played()[1]) if one.decisions[0].rule is Rule.ALL_WELL
    ]
    assert any(
        finding.check == "mysqld_answers_on_vip" and finding.verdict == "fail"
        for flight in kept
        for finding in flight.findings
    )


def test_what_was_kept_last_may_be_lost_or_damaged() -> None:
    """The recorder begins anew; nothing stops."""
    store, first = MemoryStore(), a_flight()
    keep(store, first)
    store.replace(LAST, b"no JSON")
    keep(store, later(first, 1))
    assert [one.sequence for one in flights(store)] == [first.sequence + 1]
