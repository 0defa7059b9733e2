"""The journal: intents before effects, torn lines, rotation, one line per story."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recording_builders import (
    BOOT,
    CutStore,
    PowerCut,
    finding,
    moment,
    outcome,
    refused,
    service,
)

from hawatch.model.decision import Rule
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.plan import StartService, StepResult, StopService
from hawatch.model.trigger import Trigger, TriggerKind
from hawatch.recording.entries import CycleRecord, Ended, Entry, Intent
from hawatch.recording.journal import FILE, KEPT, Journal
from hawatch.recording.store import MemoryStore

START = StartService(rc="mysql-server", deadline=60.0)
STOP = StopService(rc="mysql-server", deadline=60.0)
SICK = service(Rule.UNHEALTHY_HOLD, alarm=True, refused=(refused(),))


def _cycle(*services: object, **changes: object) -> CycleRecord:
    record = CycleRecord(wall=1000.0, boot=BOOT, sequence=7, node="a")
    return msgspec.structs.replace(record, services=tuple(services), **changes)


def _entries(store: MemoryStore, limit: int = 100) -> tuple[Entry, ...]:
    return _known(Journal(store).entries(limit))


def _known(fact: Fact[tuple[Entry, ...]]) -> tuple[Entry, ...]:
    assert isinstance(fact, Known)
    return fact.value


def test_every_kind_of_line_comes_back_with_its_number() -> None:
    """Lines are numbered through, also over several runs of the program."""
    store = MemoryStore()
    journal = Journal(store, sequence=7)
    assert journal.intent("mysql", START, moment()) is None
    assert journal.outcome("mysql", outcome(), moment()) is None
    record = _cycle(SICK, findings=(finding(),), seconds=0.5)
    assert Journal(store).cycle(record) is None
    intent, ended, cycle = _entries(store)
    assert intent == Intent(
        id="1", wall=1000.0, boot=BOOT, sequence=7, service="mysql", step=START
    )
    assert isinstance(ended, Ended)
    assert ended.outcome == outcome()
    assert cycle == msgspec.structs.replace(record, id="3")
    assert Journal(store).find("3") == Known(cycle)
    assert Journal(store).find("9") == Unknown("the journal has no entry 9")
    assert _entries(store, limit=1) == (cycle,)


def test_quiet_cycles_are_not_written() -> None:
    """A system that is well leaves no line."""
    store = MemoryStore()
    for _ in range(3):
        assert Journal(store).cycle(_cycle(service())) is None
    assert store.read(FILE) is None


def test_a_lasting_story_is_told_once_and_its_end_as_well() -> None:
    """The same rule and findings again are no news; all well afterwards is."""
    store = MemoryStore()
    sick = _cycle(SICK, findings=(finding("no answer in 3.0 s"),))
    later = _cycle(SICK, findings=(finding("no answer in 3.1 s"),), sequence=8)
    for record in (sick, later, _cycle(service()), _cycle(service()), sick):
        Journal(store).cycle(record)
    assert [entry.sequence for entry in _entries(store)] == [7, 7, 7]
    cycles = [e for e in _entries(store) if isinstance(e, CycleRecord)]
    assert [cycle.services[0].rule for cycle in cycles] == [
        Rule.UNHEALTHY_HOLD,
        Rule.ALL_WELL,
        Rule.UNHEALTHY_HOLD,
    ]


def test_actions_and_operators_are_always_written() -> None:
    """Doing the same twice is two stories; so is a boot that found all well."""
    store = MemoryStore()
    acted = _cycle(service(Rule.UNHEALTHY_RESTART, outcomes=(outcome(),)))
    boot = _cycle(service(), triggers=(Trigger(kind=TriggerKind.BOOT),))
    for record in (acted, acted, boot, boot):
        Journal(store).cycle(record)
    assert len(_entries(store)) == 4


def test_an_intent_without_outcome_is_unfinished() -> None:
    """Killed in the middle of a step, the next cycle finds the step."""
    store = MemoryStore()
    journal = Journal(store)
    journal.intent("mysql", STOP, moment())
    journal.outcome("mysql", outcome(), moment())
    journal.intent("mysql", START, moment())
    journal.intent("mail", STOP, moment())
    journal.outcome("mail", outcome(StepResult.FAILED), moment())
    unfinished = Journal(store).unfinished()
    assert isinstance(unfinished, Known)
    assert [intent.step for intent in unfinished.value] == [START]
    Journal(store).cycle(_cycle(SICK))
    assert Journal(store).unfinished() == Known(())


@given(cut_at=st.integers(1, 6))
def test_after_a_power_cut_the_journal_goes_on(cut_at: int) -> None:
    """A torn line is skipped, and what is written next is not glued to it."""
    store = CutStore()
    store.arm(cut_at, before=True)
    journal = Journal(store)
    whole = cut_at - 1
    for _ in range(whole):
        journal.intent("mysql", START, moment())
    with pytest.raises(PowerCut):
        journal.intent("mysql", START, moment())
    store.crash()
    store.arm(0, before=False)
    assert len(_entries(store)) == whole
    assert Journal(store).outcome("mysql", outcome(), moment()) is None
    entries = _entries(store)
    assert [entry.id for entry in entries] == [str(n) for n in range(1, whole + 2)]
    assert isinstance(entries[-1], Ended)


def test_an_intent_is_on_the_disk_when_it_has_been_written() -> None:
    """The power may go right after: the intent is there [DESIGN law 5]."""
    store = MemoryStore()
    Journal(store).intent("mysql", START, moment())
    store.crash()
    assert len(_entries(store)) == 1


def test_rotation_keeps_a_few_small_files_and_the_numbers_go_on() -> None:
    """Old lines go, new ones are all there, and no number is given twice."""
    store = MemoryStore()
    for number in range(200):
        Journal(store, sequence=number, limit=1000).intent("mysql", START, moment())
    names = store.names(FILE)
    assert len(names) == KEPT + 1
    assert all(len(store.read(name) or b"") <= 1000 for name in names)
    numbers = [int(entry.id) for entry in _entries(store, limit=1000)]
    assert numbers == list(range(numbers[0], 201))


def test_a_damaged_line_costs_only_itself() -> None:
    """Rubbish in the middle, or a line of a newer version, is passed over."""
    store = MemoryStore()
    journal = Journal(store)
    journal.intent("mysql", START, moment())
    store.append(FILE, b'{"entry":"prophecy","id":"2"}\n\xff\x00\n')
    Journal(store).intent("mysql", STOP, moment())
    steps = [e.step for e in _entries(store) if isinstance(e, Intent)]
    assert steps == [START, STOP]


def test_a_full_disk_is_a_reason_and_the_journal_recovers() -> None:
    """A write that fails is told; once there is room, lines are whole again."""
    store = MemoryStore()
    journal = Journal(store)
    store.fill()
    assert journal.intent("mysql", START, moment()) == (
        "journal not written: no space left on device"
    )
    store.free()
    assert journal.intent("mysql", START, moment()) is None
    assert [entry.id for entry in _entries(store)] == ["1"]


def test_a_journal_that_cannot_be_read_is_unknown() -> None:
    """An input error is a reason in every reader, and in the writer."""

    class Broken(MemoryStore):
        def read(self, name: str) -> bytes | None:
            raise OSError(5, "Input/output error")

    journal = Journal(Broken())
    assert isinstance(journal.entries(5), Unknown)
    assert isinstance(journal.unfinished(), Unknown)
    assert isinstance(journal.find("1"), Unknown)
    assert journal.cycle(_cycle(SICK)) == "journal not read: input/output error"
    assert journal.intent("mysql", START, moment()) is not None
