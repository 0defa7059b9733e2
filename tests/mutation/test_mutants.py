"""Taking a gate or a rule away is noticed by the abstract pair in its default run.

`make mutation` tries every one, with seeds of the fault search where the abstract pair
is blind.
"""

from __future__ import annotations

import mutants
import pytest

QUICK = (
    "a silent peer is dead at once",
    "the peer's state is not asked",
    "the own copy is not judged",
    "the peer's copy need not be current",
    "a peer that takes over is not seen",
    "any copy is current",
    "no rule isolated_owner",
)


@pytest.mark.parametrize(
    "mutant",
    [mutant for mutant in mutants.mutants() if mutant.words in QUICK],
    ids=lambda mutant: mutant.words,
)
def test_the_abstract_pair_reaches_harm_without_it(mutant: mutants.Mutant) -> None:
    """The shortest story to harm is found, so the gate is what keeps from it."""
    found = mutants.by_model(mutant)
    assert found.path
    assert found.harm


def test_every_rule_but_the_last_is_among_the_mutants() -> None:
    """A new rule is tried without anybody thinking of it."""
    words = {mutant.words for mutant in mutants.mutants()}
    assert len(words) == len(mutants.mutants())
    assert {f"no rule {rule.__name__}" for rule in mutants.rules.RULES[:-1]} <= words
