"""The journal's lines as values: a cycle that was notable, an intent, an outcome."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Union

import msgspec

from hawatch.model.decision import Decision, Refused, Rule
from hawatch.model.finding import Finding, Verdict
from hawatch.model.plan import AnyStep, Outcome, Plan
from hawatch.model.report import Duty
from hawatch.model.trigger import Trigger, TriggerKind

ALWAYS_TOLD = frozenset({TriggerKind.BOOT, TriggerKind.RELEASE, TriggerKind.OPERATOR})
"""Triggers whose cycle is journaled even if it found all well."""


class ServiceRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What one cycle decided and did for one service."""

    service: str
    rule: Rule
    duty: Duty
    because: str
    plan: Plan = Plan()
    outcomes: tuple[Outcome, ...] = ()
    refused: tuple[Refused, ...] = ()
    alarm: bool = False
    move: bool = False


class Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="entry"):
    """What every line has; the journal gives the id. wall is seconds since 1970."""

    id: str = ""
    wall: float
    boot: str
    sequence: int = 0


class CycleRecord(Line, frozen=True, kw_only=True, tag="cycle"):
    """One cycle; findings are those that are neither OK nor SKIP."""

    node: str
    triggers: tuple[Trigger, ...] = ()
    services: tuple[ServiceRecord, ...] = ()
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0

    @property
    def substance(self) -> tuple[object, ...]:
        """Return what makes two cycles tell the same story, without the numbers."""
        return (
            sorted((f.key, f.verdict) for f in self.findings),
            sorted(
                (s.service, s.rule, s.duty, s.alarm, [r.refusal for r in s.refused])
                for s in self.services
                if s.rule is not Rule.ALL_WELL
            ),
        )

    @property
    def eventful(self) -> bool:
        """Return whether something was done or asked for in this cycle."""
        return any(s.outcomes for s in self.services) or any(
            t.kind in ALWAYS_TOLD for t in self.triggers
        )


class Intent(Line, frozen=True, kw_only=True, tag="intent"):
    """A step that is about to be performed."""

    service: str
    step: AnyStep


class Ended(Line, frozen=True, kw_only=True, tag="outcome"):
    """What came of the step."""

    service: str
    outcome: Outcome


Entry = Union[CycleRecord, Intent, Ended]  # noqa: UP007 - msgspec decodes it by its tag


def service_record(
    decision: Decision, outcomes: Sequence[Outcome] = ()
) -> ServiceRecord:
    """Given a decision and what came of its plan, return the record of both."""
    return ServiceRecord(
        service=decision.service,
        rule=decision.rule,
        duty=decision.duty,
        because=decision.because,
        plan=decision.plan,
        outcomes=tuple(outcomes),
        refused=decision.refused,
        alarm=decision.alarm,
        move=decision.move,
    )


def notable(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings that belong into a record."""
    return tuple(f for f in findings if f.verdict not in (Verdict.OK, Verdict.SKIP))
