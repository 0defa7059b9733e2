"""Flips: an incident opens once, is repeated now and then, and closes once."""

from __future__ import annotations

import msgspec
import pytest
from recording_builders import (
    failing,
    finding,
    memory,
    message,
    moment,
    outcome,
    refused,
    service,
)

from hawatch.model.decision import Rule
from hawatch.model.fact import Known
from hawatch.model.finding import Finding, Severity, Streak
from hawatch.model.memory import Memory, ServiceMemory, Unfinished
from hawatch.model.moment import Moment
from hawatch.model.plan import StepResult
from hawatch.model.report import Duty
from hawatch.recording import outbox
from hawatch.recording.entries import ServiceRecord
from hawatch.recording.flips import UNDECIDED, Flips, flips
from hawatch.recording.message import Message, MessageKind
from hawatch.recording.store import MemoryStore

SICK = {"check_sql[mysql]": failing(since=990.0)}


def _flips(
    before: Memory,
    *services: ServiceRecord,
    findings: tuple[Finding, ...] = (),
    now: Moment | None = None,
    remind: float = 3600.0,
    problems: tuple[str, ...] = (),
) -> Flips:
    return flips(
        before,
        findings,
        services,
        now or moment(),
        remind=remind,
        problems=problems,
        explain="17",
    )


def _after(before: Memory, change: Flips) -> Memory:
    return msgspec.structs.replace(before, incidents=change.incidents)


def _kinds(change: Flips) -> list[MessageKind]:
    return [message.kind for message in change.messages]


def test_a_check_that_stands_failing_opens_an_incident_once() -> None:
    """It is told with what the check said and what was decided, then no more."""
    sick = memory(streaks=SICK)
    hold = service(Rule.UNHEALTHY_HOLD, refused=(refused(),))
    change = _flips(sick, hold, findings=(finding(),))
    assert change.messages == (
        Message(
            kind=MessageKind.OPENED,
            key="check_sql[mysql]",
            node="a",
            severity=Severity.CRITICAL,
            at=1000.0,
            text="no answer",
            opened=990.0,
            check="check_sql",
            subject="mysql",
            record=hold,
            explain="17",
        ),
    )
    again = _flips(_after(sick, change), hold, findings=(finding("other words"),))
    assert again.messages == ()
    assert again.incidents == change.incidents


def test_one_failure_below_fall_is_not_told() -> None:
    """Only a standing is told, never a single verdict."""
    blip = memory(streaks={"check_sql[mysql]": Streak(fails=1)})
    assert _flips(blip, findings=(finding(),)) == Flips()


def test_an_incident_closes_once_with_its_duration() -> None:
    """The end is told with the seconds that it lasted."""
    sick = memory(streaks=SICK)
    opened = _after(sick, _flips(sick, findings=(finding(),)))
    well = msgspec.structs.replace(opened, streaks={"check_sql[mysql]": Streak()})
    change = _flips(well, now=moment(1090.0))
    (closed,) = change.messages
    assert closed.kind is MessageKind.CLOSED
    assert closed.duration == 100.0
    assert closed.severity is Severity.CRITICAL
    assert closed.check == "check_sql"
    assert change.incidents == {}
    assert _flips(_after(well, change)) == Flips()


def test_a_check_that_is_no_longer_watched_closes_its_incident() -> None:
    """A node that let the service go counts anew: nothing is left open for ever."""
    sick = memory(streaks=SICK)
    opened = _after(sick, _flips(sick, findings=(finding(),)))
    gone = msgspec.structs.replace(opened, streaks={})
    assert _kinds(_flips(gone)) == [MessageKind.CLOSED]


def test_an_unknown_finding_neither_opens_nor_closes() -> None:
    """The standing decides, and unknown does not change it."""
    sick = memory(streaks=SICK)
    opened = _after(sick, _flips(sick, findings=(finding(),)))
    assert _flips(opened, findings=()).messages == ()


def test_an_open_incident_is_repeated_when_it_is_due() -> None:
    """Once per period, also when the clock stepped back; never where it is off."""
    sick = memory(streaks=SICK)
    opened = _after(sick, _flips(sick, findings=(finding(),)))
    assert _flips(opened, now=moment(4589.0)).messages == ()
    change = _flips(opened, now=moment(4590.0))
    assert _kinds(change) == [MessageKind.REMINDER]
    assert change.messages[0].opened == 990.0
    reminded = _after(opened, change)
    assert _flips(reminded, now=moment(4600.0)).messages == ()
    assert _kinds(_flips(reminded, now=moment(8190.0))) == [MessageKind.REMINDER]
    assert _kinds(_flips(reminded, now=moment(0.0))) == [MessageKind.REMINDER]
    assert _flips(reminded, now=moment(9e9), remind=0.0).messages == ()


def test_an_alarming_decision_is_an_incident_of_its_rule() -> None:
    """Another rule is another incident; a quiet decision closes both."""
    hold = service(Rule.UNHEALTHY_HOLD, alarm=True)
    split = service(Rule.SPLIT_BRAIN, alarm=True)
    first = _flips(memory(), hold)
    assert list(first.incidents) == ["unhealthy-hold[mysql]"]
    assert first.messages[0].text == "because it is so"
    second = _flips(_after(memory(), first), split)
    assert _kinds(second) == [MessageKind.CLOSED, MessageKind.OPENED]
    third = _flips(_after(memory(), second), service())
    assert _kinds(third) == [MessageKind.CLOSED]


@pytest.mark.parametrize("rule", sorted(UNDECIDED))
def test_a_cycle_that_decided_nothing_about_it_ends_no_incident_of_a_rule(
    rule: Rule,
) -> None:
    """Maintenance, a pause, a fact that is unknown: the database is dead all the same.

    It was told as over, and opened anew by the next cycle [never 8].
    """
    hold = service(Rule.UNHEALTHY_HOLD, alarm=True)
    opened = _after(memory(), _flips(memory(), hold))
    quiet = _flips(opened, service(rule))
    assert quiet.messages == ()
    assert list(quiet.incidents) == ["unhealthy-hold[mysql]"]
    assert _flips(_after(opened, quiet), hold).messages == ()
    late = _flips(opened, service(rule), now=moment(4600.0))
    assert _kinds(late) == [MessageKind.REMINDER]


def test_a_cycle_about_another_service_closes_nothing() -> None:
    """What was not asked is not over."""
    alarm = service(Rule.SPLIT_BRAIN, alarm=True)
    both = memory(services={"mysql": ServiceMemory()})
    opened = _after(both, _flips(both, alarm))
    assert _flips(opened).messages == ()


def test_a_plan_that_reached_its_goal_is_told_each_time() -> None:
    """An automatic move is a warning, a repair is information."""
    moved = service(Rule.UNHEALTHY_DEMOTE, outcomes=(outcome(),), move=True)
    healed = service(Rule.STALE_INIT, outcomes=(outcome(), outcome()))
    for record, severity in ((moved, Severity.WARNING), (healed, Severity.INFO)):
        change = _flips(memory(), record)
        assert _kinds(change) == [MessageKind.ACTION]
        assert change.messages[0].severity is severity
        assert change.messages[0].record == record
        assert change.incidents == {}


def test_a_plan_that_fails_again_and_again_is_one_incident() -> None:
    """It opens once, stays open while its end is unknown, closes on success."""
    missed = (outcome(), outcome(StepResult.FAILED, "exit 1"))
    failed = service(Rule.MASTER_NOT_SERVING, outcomes=missed)
    change = _flips(memory(), failed)
    assert _kinds(change) == [MessageKind.OPENED]
    assert change.messages[0].text == "mysql-server running: exit 1"
    opened = _after(memory(), change)
    assert _flips(opened, failed).messages == ()
    assert _flips(opened, service(Rule.LOOK_AGAIN)).messages == ()
    pending = ServiceMemory(
        unfinished=Unfinished(rule="x", duty=Duty.ACTIVE, because="x", began=moment())
    )
    waiting = msgspec.structs.replace(opened, services={"mysql": pending})
    assert _flips(waiting, service(Rule.PEER_SERVES)).messages == ()
    done = service(Rule.MASTER_NOT_SERVING, outcomes=(outcome(),))
    assert _kinds(_flips(opened, done)) == [MessageKind.CLOSED, MessageKind.ACTION]


def test_records_that_cannot_be_written_are_an_incident() -> None:
    """It stays open while there are problems."""
    change = _flips(memory(), problems=("memory not saved: no space left",))
    assert list(change.incidents) == ["recording[node]"]
    opened = _after(memory(), change)
    assert _flips(opened, problems=("journal not written",)).messages == ()
    assert _kinds(_flips(opened)) == [MessageKind.CLOSED]


def test_messages_wait_on_the_disk_in_their_order() -> None:
    """Each is there after a power cut, and leaves when it is done."""
    store = MemoryStore()
    texts = [str(number) for number in range(12)]
    for text in texts:
        assert outbox.put(store, message(MessageKind.ACTION, text=text)) is None
    store.crash()
    names = outbox.pending(store)
    read = [outbox.read_message(store, name) for name in names]
    assert [fact.value.text for fact in read if isinstance(fact, Known)] == texts
    assert outbox.done(store, names[0]) is None
    assert outbox.pending(store) == names[1:]


def test_the_same_opening_is_not_put_twice_after_a_crash() -> None:
    """The incident was not remembered, but its message waits: once is enough."""
    store = MemoryStore()
    for kind in (MessageKind.OPENED, MessageKind.OPENED, MessageKind.CLOSED):
        outbox.put(store, message(kind))
    outbox.put(store, message(MessageKind.OPENED, key="check_other[node]"))
    outbox.put(store, message(MessageKind.OPENED, at=2000.0))
    kinds = [name.rpartition("-")[2] for name in outbox.pending(store)]
    assert kinds == ["opened.json", "closed.json", "opened.json", "opened.json"]


def test_a_full_disk_loses_no_alarm() -> None:
    """What could not be put is told by the next cycle that can, whatever it is."""
    store = MemoryStore()
    sick = memory(streaks=SICK)
    act = service(Rule.UNHEALTHY_RESTART, outcomes=(outcome(),))
    store.fill()
    change = _flips(sick, act, findings=(finding(),))
    told = outbox.tell(store, sick.incidents, change)
    assert told.problem == "message not written: no space left on device"
    assert [key.partition("#")[0] for key in told.incidents] == ["untold:action[mysql]"]
    store.free()
    sick = msgspec.structs.replace(sick, incidents=told.incidents)
    change = _flips(sick, findings=(finding(),), now=moment(1010.0))
    assert _kinds(change) == [MessageKind.ACTION, MessageKind.OPENED]
    assert change.messages[0].at == 1000.0
    assert change.messages[0].text == act.because
    told = outbox.tell(store, sick.incidents, change)
    assert told.problem is None
    assert list(told.incidents) == ["check_sql[mysql]"]

    store.fill()
    well = memory(incidents=told.incidents)
    untold = outbox.tell(store, well.incidents, _flips(well, now=moment(1020.0)))
    assert untold.incidents == well.incidents
    store.free()
    late = outbox.tell(store, well.incidents, _flips(well, now=moment(1030.0)))
    assert late.incidents == {}
    assert len(outbox.pending(store)) == 3


def test_an_outbox_that_overflows_refuses_and_the_incident_stays_untold() -> None:
    """A bound protects the disk; what is refused is told when there is room."""
    store = MemoryStore()
    for number in range(outbox.LIMIT):
        store.replace(f"outbox/{number:08d}-{number:08x}-1-opened.json", b"")
    sick = memory(streaks=SICK)
    told = outbox.tell(store, {}, _flips(sick, findings=(finding(),)))
    assert told.problem == "outbox full: 5000 messages wait to be sent"
    assert told.incidents == {}
