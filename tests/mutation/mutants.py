"""Rules and gates taken away one at a time, and what notices that.

Run as a program it tries every one: first the abstract pair, then the shipped
scenarios, then seeds of the fault search, and prints a table. A mutant that nobody
notices guards nothing, or the proof does not reach what it guards.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from hawatch.deciding import evidence, gates, gates_copy, rules, rules_owner
from hawatch.sim.runner import run_scenario
from hawatch.sim.scenario import FOLDER, load_scenario
from hawatch.sim.search.draw import draw
from hawatch.sim.search.exhaustive import moves
from hawatch.sim.search.exhaustive.explore import Result, explore
from hawatch.sim.search.play import search_one

SEEDS = 20


def nothing(*_: Any) -> Iterator[Any]:
    """Refuse nothing."""
    return iter(())


def always(*_: Any) -> bool:
    """Say yes."""
    return True


def never(*_: Any) -> bool:
    """Say no."""
    return False


def nobody(*_: Any) -> None:
    """Find nothing."""


class Mutant(NamedTuple):
    """A name in a module, what it becomes, and what it says in words."""

    module: Any
    name: str
    becomes: Callable[..., Any]
    words: str


GATES = (
    Mutant(gates, "_silence", nothing, "a silent peer is dead at once"),
    Mutant(gates, "_peer_out", nothing, "the peer's state is not asked"),
    Mutant(gates, "own_copy", nothing, "the own copy is not judged"),
    Mutant(gates, "_limits", nothing, "no limits of moves"),
    Mutant(gates, "_peer_able", nothing, "the peer need not be able"),
    Mutant(gates, "_peer_copy", nothing, "the peer's copy need not be current"),
    Mutant(gates, "_connected_secondary", nothing, "a connected worker proves nothing"),
    Mutant(gates, "_own_facts", nothing, "own facts may be unknown"),
    Mutant(gates, "_is_master_there", never, "a peer that takes over is not seen"),
    Mutant(gates_copy, "_generations", nothing, "generations forbid nothing"),
    Mutant(gates_copy, "_is_current", always, "any copy is current"),
    Mutant(evidence, "_cut_off", never, "a standby that was cut off believes on"),
    Mutant(rules_owner, "healing_due", nobody, "a debt is never healed"),
)


@contextmanager
def mutated(mutant: Mutant) -> Iterator[None]:
    """Put a mutant in place for a while."""
    kept = getattr(mutant.module, mutant.name)
    moves._decision.cache_clear()
    setattr(mutant.module, mutant.name, mutant.becomes)
    try:
        yield
    finally:
        setattr(mutant.module, mutant.name, kept)
        moves._decision.cache_clear()


def without_rule(name: str) -> Mutant:
    """Return the mutant in which a rule is missing."""
    left = tuple(rule for rule in rules.RULES if rule.__name__ != name)
    return Mutant(rules, "RULES", left, f"no rule {name}")  # type: ignore[arg-type]


def mutants() -> list[Mutant]:
    """Return every gate and every rule but the last, which always speaks."""
    return [*GATES, *(without_rule(rule.__name__) for rule in rules.RULES[:-1])]


def by_model(mutant: Mutant, accidents: int = 2) -> Result:
    """Explore the abstract pair with a mutant in place."""
    with mutated(mutant):
        return explore(accidents)


def by_seeds(mutant: Mutant, seeds: range) -> str:
    """Play seeds with a mutant in place; return what the first failing one shows."""
    with mutated(mutant):
        for seed in seeds:
            verdict = search_one(draw(seed))
            if verdict.harm:
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


def main() -> int:
    """Print the table; return how many mutants nobody noticed."""
    missed = 0
    for mutant in mutants():
        began = time.monotonic()
        found = by_model(mutant)
        said = f"abstract pair, {len(found.path)} steps: {found.harm}"
        if not found.path:
            said = by_scenarios(mutant) or by_seeds(mutant, range(SEEDS))
        said = said or "NOT NOTICED"
        missed += said == "NOT NOTICED"
        seconds = time.monotonic() - began
        sys.stdout.write(f"| {mutant.words} | {said} | {seconds:.0f} s |\n")
        sys.stdout.flush()
    return missed


if __name__ == "__main__":
    sys.exit(main())
