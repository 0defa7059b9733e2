"""The journal in sentences: what happened, a line each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hawatch.model.decision import Rule
from hawatch.model.moment import Moment
from hawatch.model.plan import StepResult
from hawatch.model.trigger import TriggerKind
from hawatch.recording.entries import CycleRecord, Entry, Intent
from hawatch.showing.times import clock, span


def history_lines(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield one line per notable decision, the oldest first."""
    for entry in entries:
        if not isinstance(entry, CycleRecord):
            continue
        for service in entry.services:
            if service.rule is Rule.ALL_WELL and not service.outcomes:
                continue
            done = ""
            if service.outcomes:
                seconds = sum(outcome.seconds for outcome in service.outcomes)
                last = service.outcomes[-1]
                word = "done" if last.result is StepResult.REACHED else last.result
                done = f" [{word} in {seconds:.1f} s]"
            mark = "!" if service.alarm else " "
            yield (
                f"{entry.id:>6} {clock(entry.wall)} {mark} {service.service}: "
                f"{service.because}{done}"
            )


def last_shutdown(entries: Sequence[Entry], now: Moment) -> str:
    """Return in a sentence how the boot before this one ended."""
    earlier = [entry for entry in entries if entry.boot != now.boot]
    if not earlier:
        return "no earlier boot is in the journal"
    last = earlier[-1]
    when = f"{clock(last.wall)} ({span(max(0.0, now.wall - last.wall))} ago)"
    if isinstance(last, CycleRecord) and any(
        trigger.kind is TriggerKind.RELEASE for trigger in last.triggers
    ):
        return f"the last shutdown released in order, {when}"
    if isinstance(last, Intent):
        return (
            f"the last boot ended in the middle of a step: {last.service}: "
            f"{last.step.goal}, {when}"
        )
    return f"the last boot ended without a release; last entry {when}"
