"""Run the checks on one look, and give every finding: the door to checking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from hawatch.checking.bulkhead import run_isolated
from hawatch.checking.collect import collect_configured
from hawatch.checking.facts import bind, nearest
from hawatch.checking.here import LastLook, Work
from hawatch.checking.nouns import (
    DEFAULT_LIMITS,
    Check,
    Collection,
    Limits,
    Refused,
)
from hawatch.checking.subject import Look
from hawatch.checking.verdicts import finding_of, withheld
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
    last: LastLook | None = None,
) -> tuple[Finding, ...]:
    """Given collected checks and one look, return a finding per check and subject.

    isolate: each file runs in a forked child within the limits; without it the checks
    are called here, which is for the shipped ones in the simulator. Disabled checks are
    left out. What was refused, and what the configuration says of checks that do not
    exist, is found UNKNOWN: it is never silently absent. last: what was found before,
    for who looks often in one process; it is brought up to date.
    """
    look = Look(config, snapshot, memory)
    work = _work(collection, config)
    if isolate:
        findings = _find_in_children(work, look, limits)
    else:
        findings = (last or LastLook()).findings(work, look)
    refused = (*collection.refused, *misnamed(collection, config))
    return (*findings, *(_refusal(one) for one in refused))


@kept_for_newest(2)
def _work(collection: Collection, config: Config) -> Work:
    """Return the enabled checks by file, with their timeouts and numbers."""
    policies = policies_of(collection, config)
    return [
        (
            file,
            [
                (_with_timeout(check, config), policies[check.name])
                for check in file.checks
                if config.checks.get(check.name, NO_CONFIG).enabled
            ],
        )
        for file in collection.files
    ]


def _find_in_children(work: Work, look: Look, limits: Limits) -> list[Finding]:
    """Run each file in a forked child; return the findings of all, in order."""
    bound = [
        (file, policy, one)
        for file, checks in work
        for check, policy in checks
        for one in bind(check, look)
    ]
    callable_ones = [
        (file, [one for at, _, one in bound if at is file and one.withheld is None])
        for file, _ in work
    ]
    cells = run_isolated(callable_ones, limits=limits)
    judged = (judgement for cell in cells for judgement in cell)
    return [
        finding_of(
            one,
            next(judged) if one.withheld is None else withheld(one),
            policy.severity,
        )
        for _, policy, one in bound
    ]


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


def known_settings(config: Config) -> dict[str, Mapping[str, Any] | None]:
    """Return the settings of all checks, shipped and configured, by name.

    None where a check was refused: it has none that are known.
    """
    collection = collect_configured(config)
    found: dict[str, Mapping[str, Any] | None]
    found = {refused.name: None for refused in collection.refused}
    return found | {check.name: check.settings for check in collection.checks}


def _with_timeout(check: Check, config: Config) -> Check:
    said = config.checks.get(check.name)
    if said is None or not said.timeout:
        return check
    return msgspec.structs.replace(check, timeout=said.timeout)


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
