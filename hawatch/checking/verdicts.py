"""From a bound check and its judgement to a finding."""

from __future__ import annotations

from hawatch.checking.facts import Bound
from hawatch.checking.judge import Judgement
from hawatch.checking.subject import Scope
from hawatch.model.finding import Finding, Severity, Verdict


def withheld(one: Bound) -> Judgement:
    """Return the judgement of a check that is not called."""
    return Judgement(one.withheld or Verdict.UNKNOWN, one.reason)


def finding_of(one: Bound, judgement: Judgement, severity: Severity) -> Finding:
    """Return what a check found about its subject."""
    node = one.subject.scope is Scope.NODE
    return Finding(
        check=one.check.name,
        subject=one.subject.text,
        service=None if node else one.subject.service,
        verdict=judgement.verdict,
        message=judgement.message,
        severity=severity,
        seconds=judgement.seconds,
        source=one.check.source,
    )
