"""Run the checks on one look, and give every finding: the door to checking."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from time import monotonic
from types import ModuleType

import msgspec

from hawatch.checking.bulkhead import run_isolated
from hawatch.checking.facts import Bound, bind, nearest
from hawatch.checking.judge import Judgement, judge, load, verdict_of
from hawatch.checking.nouns import (
    DEFAULT_LIMITS,
    Check,
    CheckFile,
    Collection,
    Limits,
    Refused,
)
from hawatch.checking.subject import Look, Scope
from hawatch.model.config import CheckConfig, Config
from hawatch.model.finding import CheckPolicy, Finding, Remedy, Severity, Verdict
from hawatch.model.memory import Memory
from hawatch.model.newest import kept_for_newest
from hawatch.model.snapshot import Snapshot

NO_CONFIG = CheckConfig()


def run_checks(
    collection: Collection,
    config: Config,
    snapshot: Snapshot,
    memory: Memory,
    *,
    isolate: bool,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Finding, ...]:
    """Given collected checks and one look, return a finding per check and subject.

    isolate: each file runs in a forked child within the limits; without it the checks
    are called here, which is for the shipped ones in the simulator. Disabled checks are
    left out. What was refused, and what the configuration says of checks that do not
    exist, is found UNKNOWN: it is never silently absent.
    """
    look = Look(config, snapshot, memory)
    policies = policies_of(collection, config)
    findings: list[Finding] = []
    work: list[tuple[CheckFile, list[Bound]]] = []
    for file in collection.files:
        bound = [
            one
            for check in file.checks
            if config.checks.get(check.name, NO_CONFIG).enabled
            for one in bind(_with_timeout(check, config), look)
        ]
        work.append((file, bound))
    judged = iter(_judge(work, limits if isolate else None))
    for _, bound in work:
        for one in bound:
            judgement = next(judged) if one.withheld is None else _withheld(one)
            severity = policies[one.check.name].severity
            findings.append(_finding(one, judgement, severity))
    refused = (*collection.refused, *misnamed(collection, config))
    findings.extend(_refusal(one) for one in refused)
    return tuple(findings)


@kept_for_newest(2)
def policies_of(collection: Collection, config: Config) -> dict[str, CheckPolicy]:
    """Return each check's numbers: the configuration's over the decorator's.

    A site's own check may only report until agent.granted names it.
    """
    policies = {}
    for check in collection.checks:
        said = config.checks.get(check.name, NO_CONFIG)
        remedy = check.remedy if said.remedy is None else said.remedy
        if not check.shipped and check.name not in config.agent.granted:
            remedy = (Remedy.REPORT,)
        policies[check.name] = CheckPolicy(
            fall=said.fall,
            rise=said.rise,
            severity=check.severity if said.severity is None else said.severity,
            remedy=remedy,
        )
    return policies


@kept_for_newest(2)
def misnamed(collection: Collection, config: Config) -> tuple[Refused, ...]:
    """Return what the configuration says of checks that do not exist, refused."""
    if collection.selected:
        return ()
    names = {check.name for check in collection.checks}
    names |= {refused.name for refused in collection.refused}
    legal = tuple(sorted(names))
    wrong = [(name, f"checks.{name}") for name in config.checks if name not in names]
    wrong += [(n, "agent.granted") for n in config.agent.granted if n not in names]
    return tuple(
        Refused(
            name=name,
            source=where,
            reason=f"there is no such check; nearest: {', '.join(close)}",
        )
        for name, where in wrong
        for close in [nearest(name, legal)[:3]]
    )


def _with_timeout(check: Check, config: Config) -> Check:
    said = config.checks.get(check.name)
    if said is None or not said.timeout:
        return check
    return msgspec.structs.replace(check, timeout=said.timeout)


def _judge(
    work: Sequence[tuple[CheckFile, Sequence[Bound]]], limits: Limits | None
) -> list[Judgement]:
    """Return the judgements of all checks that are to be called, in order.

    Without limits they are called here, in this process.
    """
    callable_ones = [
        (file, [one for one in bound if one.withheld is None]) for file, bound in work
    ]
    if limits is None:
        cells = [_judge_here(file, bound) for file, bound in callable_ones]
    else:
        cells = run_isolated(callable_ones, limits=limits)
    return [judgement for cell in cells for judgement in cell]


def _judge_here(file: CheckFile, bound: Sequence[Bound]) -> list[Judgement]:
    if not bound:
        return []
    try:
        module = _loaded(file.path, file.text)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - isolation
        why = f"the file could not be loaded: {verdict_of(error).message}"
        return [Judgement(Verdict.UNKNOWN, why)] * len(bound)
    judgements = []
    for one in bound:
        began = monotonic()
        judgement = judge(module, one.check.function, one.arguments)
        judgements.append(
            msgspec.structs.replace(judgement, seconds=monotonic() - began)
        )
    return judgements


@lru_cache(maxsize=64)
def _loaded(path: str, text: str) -> ModuleType:
    return load(text, path)


def _withheld(one: Bound) -> Judgement:
    return Judgement(one.withheld or Verdict.UNKNOWN, one.reason)


def _finding(one: Bound, judgement: Judgement, severity: Severity) -> Finding:
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


def _refusal(refused: Refused) -> Finding:
    return Finding(
        check=refused.name,
        subject="node",
        service=None,
        verdict=Verdict.UNKNOWN,
        message=f"refused: {refused.reason}",
        severity=Severity.WARNING,
        source=refused.source,
    )
