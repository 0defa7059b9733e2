"""One entry in full: who rang, what was known, which rules were asked, what was done.

Where the cycle's own inputs were recorded, the rules are asked again about them. What
the journal says was decided is never replaced by that: a difference is told.
"""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.deciding.gates import may_demote, may_promote
from hawatch.deciding.refusals import remedy
from hawatch.deciding.silences import silences
from hawatch.deciding.situation import Situation
from hawatch.model.config import Config
from hawatch.model.decision import Decision, Refused
from hawatch.model.fact import is_false, is_true
from hawatch.model.finding import Finding
from hawatch.model.trigger import Trigger
from hawatch.recording.entries import (
    CycleRecord,
    Ended,
    Intent,
    ServiceRecord,
    notable,
    service_record,
)
from hawatch.recording.flight import SLOTS, Flight
from hawatch.recording.replay import again, differences
from hawatch.recording.told import Told
from hawatch.showing.facts import fact_lines
from hawatch.showing.times import clock


def step_lines(entry: Intent | Ended) -> Iterator[str]:
    """Yield a line of the journal that is about one step."""
    if isinstance(entry, Intent):
        yield f"{clock(entry.wall)} {entry.service}: began: {entry.step.goal}"
        return
    outcome = entry.outcome
    text = f" ({outcome.text})" if outcome.text else ""
    yield (
        f"{clock(entry.wall)} {entry.service}: {outcome.step.goal}: "
        f"{outcome.result}{text}, {outcome.seconds:.1f} s"
    )


def cycle_lines(told: Told, config: Config) -> Iterator[str]:
    """Yield a cycle in full, as far as it was recorded."""
    record, flight = told.record, told.flight
    if record is not None:
        yield from _head(record.wall, record.node, record.triggers)
        yield f"The cycle took {record.seconds:.1f} s."
    elif flight is not None:
        taken = flight.snapshot.taken.wall
        yield from _head(taken, flight.snapshot.node, flight.triggers)
        if told.steps:
            yield "The cycle goes on or was cut; of its steps the journal has:"
        else:
            yield "The journal has no line of its own for this cycle."
        for step in told.steps:
            yield from (f"  {line}" for line in step_lines(step))
    if flight is None:
        yield (
            "What it was decided from is not recorded (the last "
            f"{SLOTS} stories that were not quiet are); the journal has:"
        )
    asked = (
        {} if flight is None else {s.service: (s, d) for s, d in again(config, flight)}
    )
    for name, (situation, _) in asked.items():
        yield f"The facts for {name}:"
        yield from (f"  {line}" for line in fact_lines(situation))
    yield from _findings(
        record.findings if flight is None and record is not None else _found(flight)
    )
    for service in _services(record, flight):
        yield from _service(service)
        if service.service in asked:
            yield from _asked(*asked[service.service])
    if flight is not None:
        yield from _differing(flight, tuple(d for _, d in asked.values()))


def _head(wall: float, node: str, triggers: tuple[Trigger, ...]) -> Iterator[str]:
    rang = ", ".join(" ".join((trigger.kind, *trigger.words)) for trigger in triggers)
    yield f"{clock(wall)} on {node}, rung by {rang or 'nobody'}"


def _found(flight: Flight | None) -> tuple[Finding, ...]:
    return notable(flight.findings) if flight is not None else ()


def _services(
    record: CycleRecord | None, flight: Flight | None
) -> tuple[ServiceRecord, ...]:
    if record is not None:
        return record.services
    decisions = flight.decisions if flight is not None else ()
    return tuple(service_record(decision) for decision in decisions)


def _findings(findings: tuple[Finding, ...]) -> Iterator[str]:
    if findings:
        yield "It found:"
    for finding in findings:
        first, *more = finding.message.splitlines() or [""]
        yield f"  {finding.verdict} {finding.key} ({finding.severity}): {first}"
        yield from (f"      {line}" for line in more)


def _service(service: ServiceRecord) -> Iterator[str]:
    yield f"For {service.service} the rule {service.rule} spoke:"
    yield f"  {service.because}"
    for refused in service.refused:
        yield f"  It refused ({refused.refusal}): {refused.detail}"
        yield f"    What to do: {remedy(refused.refusal)}"
    if service.plan:
        yield f"  The duty was {service.duty}; the steps:"
    for outcome in service.outcomes:
        text = f" ({outcome.text})" if outcome.text else ""
        goal = outcome.step.goal
        yield f"    {outcome.seconds:6.1f} s {goal}: {outcome.result}{text}"
    for step in service.plan.steps[len(service.outcomes) :]:
        yield f"       not begun: {step.goal}"


def _asked(s: Situation, decision: Decision) -> Iterator[str]:
    """Yield the rules before the one that speaks, and the gates, asked again."""
    silent = silences(s)
    if silent:
        yield f"  Asked before {decision.rule}, with nothing to say:"
    yield from (f"    {one.rule}: {one.why}" for one in silent)
    if not is_false(s.view.holding):
        yield from _gate(
            f"The gate to hand {s.service} over to {s.peer}", may_demote(s)
        )
    if not is_true(s.view.holding):
        yield from _gate(f"The gate to take {s.service} over here", may_promote(s))


def _gate(which: str, refused: tuple[Refused, ...]) -> Iterator[str]:
    yield f"  {which}: {'refuses' if refused else 'open'}"
    yield from (f"    {one.refusal}: {one.detail}" for one in refused)


def _differing(flight: Flight, today: tuple[Decision, ...]) -> Iterator[str]:
    """Yield what today's program and configuration decide otherwise."""
    found = list(differences(flight, today))
    if found:
        yield "Asked again, this program with its configuration decides otherwise:"
    yield from (f"  {line}" for line in found)
