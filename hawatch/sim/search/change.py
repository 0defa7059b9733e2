"""A configuration in which one timer or limit is shorter or longer than it is."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec

from hawatch.checking.engine import policies_of
from hawatch.deciding.inequalities import problems
from hawatch.model.config import CheckConfig, Config
from hawatch.model.finding import Remedy
from hawatch.sim.search.play import shipped_checks

TIMERS = (
    "agent.interval",
    "checks.*.fall",
    "checks.*.rise",
    "hast.timeout",
    "hast.role_deadline",
    "peer.connect_timeout",
    "peer.timeout",
    "peer.max_age",
    "witness.give_up",
    "witness.promote_after",
    "services.*.start_deadline",
    "services.*.stop_deadline",
    "services.*.unmount_deadline",
    "services.*.fsck_deadline",
    "services.*.probe.timeout",
    "carp.settle",
    "carp.debounce",
    "limits.restarts",
    "limits.cooldown",
    "limits.moves",
    "limits.per",
)
"""Every timer and limit that hawatch decides by. "*" means all of them alike; of the
checks, those that may restart or demote."""

COUNTS = {
    "checks.*.fall": 1,
    "checks.*.rise": 1,
    "limits.moves": 1,
    "limits.restarts": 0,
}
"""What is counted and no time, with the least that is legal."""

ACTING = {Remedy.RESTART, Remedy.DEMOTE}


def value_of(config: Config, path: str) -> float | None:
    """Return what a timer is set to (the largest of several), None where it is not."""
    values = list(_values(config, path).values())
    return max(values, default=None)


def changed(config: Config, path: str, factor: float) -> Config:
    """Given a configuration, return it with a timer multiplied."""
    section, _, name = path.rpartition(".")

    def scaled(value: float) -> float:
        if path not in COUNTS:
            return value * factor
        least = COUNTS[path]
        # Half of 1 restart is none, half of 3 failures in a row is 2.
        exact = value * factor
        return max(least, math.floor(exact) if least == 0 else math.ceil(exact))

    if section == "checks.*":
        checks = dict(config.checks)
        for check, value in _values(config, path).items():
            known = checks.get(check, CheckConfig())
            number = int(scaled(value))
            checks[check] = msgspec.structs.replace(known, **{name: number})
        return msgspec.structs.replace(config, checks=checks)
    if section.startswith("services.*"):
        services = {
            key: _replaced(one, path.split(".")[2:], scaled)
            for key, one in config.services.items()
        }
        return msgspec.structs.replace(config, services=services)
    replaced: Config = _replaced(config, path.split("."), scaled)
    return replaced


def refusal_of(config: Config) -> tuple[str, ...]:
    """Return the inequalities that a configuration breaks."""
    return tuple(problem.short for problem in problems(config))


def _values(config: Config, path: str) -> dict[str, float]:
    """Return a timer's values by whose it is."""
    words = path.split(".")
    if words[0] == "checks":
        policies = policies_of(shipped_checks(), config)
        return {
            check: getattr(policy, words[-1])
            for check, policy in policies.items()
            if ACTING & set(policy.remedy)
        }
    if words[0] == "services":
        found = {key: _at(one, words[2:]) for key, one in config.services.items()}
    else:
        found = {"": _at(config, words)}
    return {key: value for key, value in found.items() if value is not None}


def _at(thing: object, words: list[str]) -> float | None:
    for word in words:
        thing = getattr(thing, word, None)
    return thing if isinstance(thing, int | float) else None


def _replaced(thing: Any, words: list[str], scaled: Callable[[float], float]) -> Any:
    """Return a struct with the value below some words scaled, if it is there."""
    inner = getattr(thing, words[0])
    if inner is None:
        return thing
    new = _replaced(inner, words[1:], scaled) if words[1:] else scaled(inner)
    if isinstance(inner, int) and not isinstance(new, msgspec.Struct):
        new = int(new)
    return msgspec.structs.replace(thing, **{words[0]: new})
