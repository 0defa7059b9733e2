"""What is wrong in one cycle, whether or not a person knows of it already. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from hawatch.model.decision import Rule
from hawatch.model.finding import Finding, Severity, Standing, Streak, Verdict
from hawatch.model.memory import Incident, Memory
from hawatch.model.moment import Moment
from hawatch.model.plan import StepResult
from hawatch.recording.entries import ServiceRecord

ACTION = "action"
RECORDING = "recording"
BLIND = "blind"
BLIND_LOOKS = 3
"""Looks in a row that could not find out before a person is told."""
MOST_REASONS = 3


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Something that should be an open incident."""

    key: str
    severity: Severity
    text: str
    since: float
    check: str = ""
    subject: str = ""
    record: ServiceRecord | None = None


def find_troubles(
    memory: Memory,
    findings: Iterable[Finding],
    services: Iterable[ServiceRecord],
    problems: Sequence[str],
    now: Moment,
) -> dict[str, Trouble]:
    """Return this cycle's troubles by key: see hawatch.recording.flips.flips."""
    by_key = {finding.key: finding for finding in findings}
    by_service = {record.service: record for record in services}
    found = [
        _of_streak(key, streak, by_key.get(key), by_service, now)
        for key, streak in memory.streaks.items()
        if streak.standing is Standing.FAILING
    ]
    for record in by_service.values():
        found += _of_record(record, now)
    found += _of_blindness(memory, by_key.values(), now)
    if problems:
        found.append(
            Trouble(
                key=f"{RECORDING}[node]",
                severity=Severity.CRITICAL,
                text="; ".join(problems),
                since=now.wall,
            )
        )
    return {trouble.key: trouble for trouble in found}


def _of_streak(
    key: str,
    streak: Streak,
    finding: Finding | None,
    services: Mapping[str, ServiceRecord],
    now: Moment,
) -> Trouble:
    check, _, rest = key.partition("[")
    fails = finding is not None and finding.verdict is Verdict.FAIL
    return Trouble(
        key=key,
        severity=finding.severity if finding else Severity.WARNING,
        text=finding.message if finding and fails else streak.message,
        since=streak.since or now.wall,
        check=check,
        subject=rest.removesuffix("]"),
        record=services.get((finding.service if finding else None) or ""),
    )


def _of_blindness(
    memory: Memory, findings: Iterable[Finding], now: Moment
) -> list[Trouble]:
    """Return one trouble for all that could not be found out in several looks.

    Unknown moves nothing, so a person has to be told that hawatch is blind here.
    """
    blind = [
        finding
        for finding in findings
        if finding.verdict is Verdict.UNKNOWN
        and finding.key in memory.streaks
        and memory.streaks[finding.key].unknowns >= BLIND_LOOKS
    ]
    if not blind:
        return []
    reasons = dict.fromkeys(finding.message.splitlines()[0] for finding in blind)
    shown = "; ".join(list(reasons)[:MOST_REASONS])
    return [
        Trouble(
            key=f"{BLIND}[node]",
            severity=Severity.WARNING,
            text=f"{len(blind)} checks cannot find out: {shown}",
            since=now.wall,
        )
    ]


def _of_record(record: ServiceRecord, now: Moment) -> list[Trouble]:
    found = []
    if record.alarm:
        found.append(
            Trouble(
                key=f"{record.rule}[{record.service}]",
                severity=Severity.CRITICAL,
                text=record.because,
                since=now.wall,
                subject=record.service,
                record=record,
            )
        )
    missed = [o for o in record.outcomes if o.result is not StepResult.REACHED]
    if missed:
        found.append(
            Trouble(
                key=f"{ACTION}[{record.service}]",
                severity=Severity.CRITICAL,
                text=f"{missed[0].step.goal}: {missed[0].text}",
                since=now.wall,
                subject=record.service,
                record=record,
            )
        )
    return found


def trouble_of(incident: Incident) -> Trouble:
    """Return what an incident's own few words still tell."""
    name, _, rest = incident.key.partition("[")
    decided = name in (ACTION, BLIND, RECORDING) or name in list(Rule)
    return Trouble(
        key=incident.key,
        severity=Severity(incident.severity),
        text=incident.text,
        since=incident.opened,
        check="" if decided else name,
        subject=rest.removesuffix("]"),
    )
