"""The day before, for periodic(8): incidents, moves, evidence, room."""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.agent import Agent
from hawatch.model.fact import Known, Unknown
from hawatch.model.memory import Memory
from hawatch.model.plan import StepResult
from hawatch.model.report import Duty
from hawatch.model.snapshot import Snapshot
from hawatch.recording.entries import CycleRecord, Entry
from hawatch.recording.journal import Journal
from hawatch.showing.history import history_lines
from hawatch.showing.times import DAY, ago, span

MOST_LINES = 20


def daily_lines(agent: Agent, snapshot: Snapshot, memory: Memory) -> Iterator[str]:
    """Yield what an administrator wants to read in the morning."""
    now = snapshot.taken.wall
    entries = Journal(agent.store).entries(2000)
    yield ""
    if isinstance(entries, Unknown):
        yield f"the journal cannot be read: {entries.reason}"
        told: tuple[Entry, ...] = ()
    else:
        told = entries.value
    since = [entry for entry in told if entry.wall >= now - DAY]
    lines = list(history_lines(since))
    yield f"since yesterday: {len(lines)} notable decisions"
    yield from lines[-MOST_LINES:]
    proven = last_proven(told)
    yield (
        "no failover has been proved yet; a rehearsal is `hawatch switchover`"
        if proven is None
        else f"last proven failover {ago(now - proven)}"
    )
    for own in memory.services.values():
        for name, evidence in own.in_sync.items():
            age = span(now - evidence.since)
            yield f"{name}: the peer's copy is in sync since {age}"
    for directory, fact in snapshot.space.items():
        if isinstance(fact, Known):
            trend = _trend(memory, directory)
            yield f"{directory}: {fact.value.used_percent:.0f} % used{trend}"


def last_proven(entries: tuple[Entry, ...]) -> float | None:
    """Return when a take-over last reached all of its goals here (wall clock)."""
    for entry in reversed(entries):
        if not isinstance(entry, CycleRecord):
            continue
        for service in entry.services:
            whole = len(service.outcomes) == len(service.plan.steps) > 1
            reached = all(o.result is StepResult.REACHED for o in service.outcomes)
            if service.duty is Duty.ACTIVE and whole and reached:
                return entry.wall
    return None


def _trend(memory: Memory, directory: str) -> str:
    """Return when the room ends at the pace of the kept samples, where it shrinks."""
    marks = [
        (s.taken, s.used[directory]) for s in memory.samples if directory in s.used
    ]
    if len(marks) < 2 or marks[-1][1] <= marks[0][1]:
        return ""
    seconds = marks[-1][0].seconds_since(marks[0][0])
    grown = marks[-1][1] - marks[0][1]
    return f", grew by {grown} bytes in {span(seconds)}" if seconds else ""
