"""The journal in sentences: what happened, and one entry in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hawatch.deciding.refusals import remedy
from hawatch.model.decision import Rule
from hawatch.model.moment import Moment
from hawatch.model.plan import StepResult
from hawatch.model.trigger import TriggerKind
from hawatch.recording.entries import CycleRecord, Ended, Entry, Intent
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


def explain_lines(entry: Entry) -> Iterator[str]:
    """Yield one entry in full."""
    if isinstance(entry, Intent):
        yield f"{clock(entry.wall)} {entry.service}: began: {entry.step.goal}"
        return
    if isinstance(entry, Ended):
        outcome = entry.outcome
        text = f" ({outcome.text})" if outcome.text else ""
        yield (
            f"{clock(entry.wall)} {entry.service}: {outcome.step.goal}: "
            f"{outcome.result}{text}, {outcome.seconds:.1f} s"
        )
        return
    yield from _explain_cycle(entry)


def _explain_cycle(entry: CycleRecord) -> Iterator[str]:
    rang = ", ".join(
        " ".join((trigger.kind, *trigger.words)) for trigger in entry.triggers
    )
    yield f"{clock(entry.wall)} on {entry.node}, rung by {rang or 'nobody'}"
    yield f"The cycle took {entry.seconds:.1f} s."
    if entry.findings:
        yield "It found:"
    for finding in entry.findings:
        first, *more = finding.message.splitlines() or [""]
        yield f"  {finding.verdict} {finding.key} ({finding.severity}): {first}"
        yield from (f"      {line}" for line in more)
    for service in entry.services:
        yield f"For {service.service} the rule {service.rule} spoke:"
        yield f"  {service.because}"
        for refused in service.refused:
            yield f"  It refused ({refused.refusal}): {refused.detail}"
            yield f"    What to do: {remedy(refused.refusal)}"
        if service.plan:
            yield f"  The duty was {service.duty}; the steps:"
        for outcome in service.outcomes:
            text = f" ({outcome.text})" if outcome.text else ""
            yield (
                f"    {outcome.seconds:6.1f} s {outcome.step.goal}: "
                f"{outcome.result}{text}"
            )
        for step in service.plan.steps[len(service.outcomes) :]:
            yield f"       not begun: {step.goal}"


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
