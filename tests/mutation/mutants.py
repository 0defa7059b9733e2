"""Every rule and gate taken away or turned round, one at a time, and what notices that.

Run as a program it tries each of them: first the abstract pair in its default run, then
the seeds of a default search that concern those that it does not notice. Only those
count; a shipped scenario that turns red is named besides. A mutant that nobody
notices guards nothing, or the proof does not reach what it guards.

    python tests/mutation/mutants.py              all, with the abstract pair
    python tests/mutation/mutants.py --seeds      and a default run of seeds
    python tests/mutation/mutants.py PATTERN      those whose words match
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

import hawatch.deciding
from hawatch.deciding import (
    debts,
    evidence,
    fence,
    gates,
    gates_copy,
    hands_off,
    last_owner,
    rules,
    rules_aside,
    rules_fence,
    rules_heal,
    rules_hold,
    rules_owner,
    rules_pair,
    rules_repair,
    rules_restart,
    rules_roles,
)
from hawatch.model.decision import Decision, Refusal, Rule, refuse
from hawatch.sim.runner import run_scenario
from hawatch.sim.scenario import FOLDER, load_scenario
from hawatch.sim.search.draw import draw
from hawatch.sim.search.exhaustive.explore import Result, explore
from hawatch.sim.search.exhaustive.moves import forget
from hawatch.sim.search.exhaustive.themes import THEMES
from hawatch.sim.search.kept import DEFAULT_RUN
from hawatch.sim.search.play import search_one

GATES: tuple[ModuleType, ...] = (
    gates,
    gates_copy,
    fence,
    hands_off,
    last_owner,
    rules_aside,
    rules_fence,
    rules_heal,
    rules_hold,
    rules_owner,
    rules_pair,
    rules_repair,
    rules_restart,
    rules_roles,
)
"""Where every function is tried that refuses, or says yes or no."""

FEW = ((evidence, "is_cut_off"), (debts, "healing_due"))
"""Of the evidence, those that the abstract pair asks."""

PLACES = {rule.__name__: rule for rule in rules.RULES}


class Mutant(NamedTuple):
    """A function, what takes its place, and what it says in words."""

    words: str
    original: Callable[..., Any]
    becomes: Callable[..., Any] | None


def mutants() -> list[Mutant]:
    """Return every mutant; the last rule, which always speaks, is not taken away."""
    made = [m for rule in rules.RULES[:-1] for m in _of_rule(rule)]
    for module in GATES:
        for name, function in sorted(vars(module).items()):
            own = getattr(function, "__module__", "") == module.__name__
            if isinstance(function, FunctionType) and own and name not in PLACES:
                made += _of_gate(f"{module.__name__.split('.')[-1]}.{name}", function)
    for module, name in FEW:
        made += _of_gate(f"{module.__name__.split('.')[-1]}.{name}", vars(module)[name])
    return made


def _of_rule(rule: Callable[..., Any]) -> Iterator[Mutant]:
    def turned(s: Any) -> Decision | None:
        if rule(s) is not None:
            return None
        return s.decide(Rule.NOT_KNOWN, "a rule that was turned round")  # type: ignore[no-any-return]

    yield Mutant(f"rule {rule.__name__}: never speaks", rule, None)
    yield Mutant(f"rule {rule.__name__}: turned round", rule, turned)


def _of_gate(name: str, gate: Callable[..., Any]) -> Iterator[Mutant]:
    """Yield what a gate may become, by what it returns."""
    answer = str(gate.__annotations__.get("return", ""))
    if answer == "Iterator[Refused]":
        yield Mutant(f"{name}: refuses nothing", gate, lambda *_: iter(()))
        yield Mutant(f"{name}: turned round", gate, _refuses_the_rest(gate, iter))
    elif answer == "tuple[Refused, ...]":
        yield Mutant(f"{name}: refuses nothing", gate, lambda *_: ())
        yield Mutant(f"{name}: turned round", gate, _refuses_the_rest(gate, tuple))
    elif answer == "bool":
        yield Mutant(f"{name}: always", gate, lambda *_, **__: True)
        yield Mutant(f"{name}: never", gate, lambda *_, **__: False)
        yield Mutant(f"{name}: turned round", gate, lambda *a, **k: not gate(*a, **k))
    elif answer.endswith("| None"):
        yield Mutant(f"{name}: finds nothing", gate, lambda *_: None)
    elif answer == "str | Refused":
        allows = "it is allowed"
        refused = refuse(Refusal.POLICY, "it is refused")
        yield Mutant(f"{name}: refuses nothing", gate, lambda *_: allows)
        yield Mutant(f"{name}: refuses always", gate, lambda *_: refused)


def _refuses_the_rest(gate: Callable[..., Any], made: Callable[[Any], Any]) -> Any:
    """Return a gate that refuses what it let pass, and lets pass what it refused."""
    rest = refuse(Refusal.POLICY, "it was let pass")
    return lambda *given: made([] if list(gate(*given)) else [rest])


@contextmanager
def mutated(mutant: Mutant) -> Iterator[None]:
    """Put a mutant in place for a while, wherever its name was imported."""
    kept = rules.RULES
    changed: list[tuple[ModuleType, str]] = []
    after = [mutant.becomes if rule is mutant.original else rule for rule in kept]
    rules.RULES = tuple(rule for rule in after if rule is not None)
    for info in pkgutil.iter_modules(hawatch.deciding.__path__):
        module = importlib.import_module(f"hawatch.deciding.{info.name}")
        for name, value in list(vars(module).items()):
            if value is mutant.original and mutant.becomes is not None:
                changed.append((module, name))
                setattr(module, name, mutant.becomes)
    forget()
    try:
        yield
    finally:
        rules.RULES = kept
        for module, name in changed:
            setattr(module, name, mutant.original)
        forget()


LARGE = ("power and network", "sleep", "people", "a person's word")
ORDER = [
    *(theme._replace(accidents=1) for theme in THEMES),
    *sorted(THEMES, key=lambda theme: theme.name in LARGE),
]
"""The small explorations first: each is a part of the default run."""


def by_model(mutant: Mutant) -> Result | None:
    """Explore every theme with a mutant in place; return the first that finds harm."""
    with mutated(mutant):
        for theme in ORDER:
            result = explore(theme)
            if result.harm:
                return result
    return None


def by_seeds(mutant: Mutant, seeds: Iterable[int]) -> str:
    """Play seeds with a mutant in place; return what the first failing one shows.

    One that fails without the mutant as well shows nothing.
    """
    for seed in seeds:
        with mutated(mutant):
            verdict = search_one(draw(seed))
        if verdict.harm and search_one(draw(seed)).green:
            return f"seed {seed}: {verdict.harm[0].what}"
    return ""


def by_scenarios(mutant: Mutant) -> str:
    """Play the shipped scenarios with a mutant in place; return the first red one."""
    for scenario in map(load_scenario, sorted(FOLDER.glob("*.toml"))):
        with mutated(mutant):
            green = run_scenario(scenario).green
        if not green and run_scenario(scenario).green:
            return f"scenario {scenario.name}"
    return ""


def noticed(mutant: Mutant) -> str:
    """Return what the abstract pair notices of a mutant, or ""."""
    try:
        found = by_model(mutant)
    except (AssertionError, AttributeError, KeyError, TypeError, ValueError) as problem:
        return f"{type(problem).__name__} in the abstract pair"
    if found is None:
        return ""
    return f"{found.theme}, {len(found.path)} steps: {found.harm}"


def main() -> int:
    """Print the table; return how many mutants nobody noticed."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("pattern", nargs="?", default="")
    options.add_argument("--seeds", action="store_true")
    options.add_argument("--scenarios", action="store_true")
    given = options.parse_args()
    left: list[Mutant] = []
    for mutant in mutants():
        if not re.search(given.pattern, mutant.words):
            continue
        said = noticed(mutant)
        if said:
            _tell(mutant, said)
        else:
            left.append(mutant)
    seeds = DEFAULT_RUN if given.seeds else ()
    concerned = _concerned(left, seeds)
    missed = 0
    for mutant in left:
        said = by_seeds(mutant, concerned[mutant.words])
        if not said:
            missed += 1
            many = len(concerned[mutant.words])
            said = f"NOT NOTICED, {many} of {len(seeds)} seeds concern it"
            if given.scenarios and (besides := by_scenarios(mutant)):
                said += f" (but by {besides})"
        _tell(mutant, said)
    return missed


def _concerned(left: list[Mutant], seeds: Iterable[int]) -> dict[str, list[int]]:
    """Return, by a mutant's words, the seeds in which it would decide otherwise."""
    from survey import survey

    return survey(left, seeds)


def _tell(mutant: Mutant, said: str) -> None:
    sys.stdout.write(f"| {mutant.words} | {said} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
