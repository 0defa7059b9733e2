"""Bind a check's arguments: facts by name, from one frozen look.

The names are declared in node_facts, service_facts and storage_facts; `settings` is the
one argument that is no fact of the machine: the check's own numbers.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import msgspec

from hawatch.checking import node_facts, service_facts, storage_facts
from hawatch.checking.nouns import Check
from hawatch.checking.subject import (
    Answer,
    FactSpec,
    Look,
    NotApplicable,
    Scope,
    Subject,
)
from hawatch.model.config import CheckConfig, Config
from hawatch.model.fact import Unknown
from hawatch.model.finding import Verdict

FACTS: Mapping[str, FactSpec] = {
    **node_facts.FACTS.table,
    **service_facts.FACTS.table,
    **storage_facts.FACTS.table,
}
SETTINGS = "settings"


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """A check with one subject and its arguments.

    withheld: the function is not called, because a fact is unknown (UNKNOWN) or does
    not apply here (SKIP); reason says why.
    """

    check: Check
    subject: Subject
    arguments: Mapping[str, Any] = {}
    withheld: Verdict | None = None
    reason: str = ""


def legal_names() -> tuple[str, ...]:
    """Return the names that a check's arguments may have."""
    return (*sorted(FACTS), SETTINGS)


def nearest(name: str, names: tuple[str, ...]) -> list[str]:
    """Return the names, those first that a wrong one was most likely meant to be."""
    return sorted(
        names, key=lambda other: -difflib.SequenceMatcher(None, name, other).ratio()
    )


def wrong_arguments(arguments: tuple[str, ...]) -> str | None:
    """Return why these are no names of facts, with the legal ones, or None."""
    legal = legal_names()
    for name in arguments:
        if name not in legal:
            return (
                f"there is no fact {name!r}; facts: {', '.join(nearest(name, legal))}"
            )
    return None


def scope_of(check: Check) -> Scope:
    """Return the finest scope that a check's arguments need."""
    return _finest(check.arguments)


@lru_cache(maxsize=512)
def _finest(arguments: tuple[str, ...]) -> Scope:
    return max(
        (FACTS[name].scope for name in arguments if name != SETTINGS),
        default=Scope.NODE,
    )


def bind(check: Check, look: Look) -> tuple[Bound, ...]:
    """Given a check, return it once for each subject of its scope, with arguments."""
    specs = asked_for(check.arguments)
    return tuple(
        bind_one(check, subject, look.config, [look.answer(s, subject) for s in specs])
        for subject in look.subjects(scope_of(check))
    )


@lru_cache(maxsize=512)
def asked_for(arguments: tuple[str, ...]) -> tuple[FactSpec, ...]:
    """Return the facts among a check's arguments, in their order."""
    return tuple(FACTS[name] for name in arguments if name != SETTINGS)


def settings_of(check: Check, config: Config) -> Mapping[str, Any]:
    """Return the check's numbers, the configuration's over the decorator's.

    Raises ValueError where the configuration names one that the check does not have, or
    gives one of another type.
    """
    found = dict(check.settings)
    for name, value in config.checks.get(check.name, CheckConfig()).settings.items():
        where = f"checks.{check.name}.settings.{name}"
        if name not in found:
            known = ", ".join(nearest(name, tuple(found))) or "none"
            raise ValueError(f"{where}: no such setting; this check has {known}")
        wanted = type(check.settings[name])
        if wanted is float and type(value) is int:
            value = float(value)
        if type(value) is not wanted:
            raise ValueError(f"{where}: {wanted.__name__} is wanted, not {value!r}")
        found[name] = value
    return found


def bind_one(
    check: Check, subject: Subject, config: Config, answers: Iterable[Answer]
) -> Bound:
    """Return the check about one subject; what does not apply outweighs unknown.

    answers: to the facts that it asks for, in the order of its arguments.
    """
    told = iter(answers)
    arguments: dict[str, Any] = {}
    skipped: list[str] = []
    unknown: dict[str, list[str]] = {}
    for name in check.arguments:
        if name == SETTINGS:
            try:
                arguments[name] = SimpleNamespace(**settings_of(check, config))
            except ValueError as error:
                unknown[str(error)] = []
            continue
        answer = next(told)
        if isinstance(answer, Unknown):
            unknown.setdefault(answer.reason, []).append(name)
        elif isinstance(answer, NotApplicable):
            skipped.append(answer.reason)
        else:
            arguments[name] = answer.value
    if skipped:
        reason = "; ".join(dict.fromkeys(skipped))
        return Bound(check=check, subject=subject, withheld=Verdict.SKIP, reason=reason)
    if unknown:
        reason = "; ".join(
            f"{why} ({', '.join(names)})" if names else why
            for why, names in unknown.items()
        )
        return Bound(
            check=check, subject=subject, withheld=Verdict.UNKNOWN, reason=reason
        )
    return Bound(check=check, subject=subject, arguments=arguments)
