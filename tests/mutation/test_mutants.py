"""Taking a gate or a rule away is noticed by the abstract pair in its default run.

`make mutation` tries every one; these are the quick ones among them.
"""

from __future__ import annotations

import mutants
import pytest
import survey

from hawatch.sim.search.kept import DEFAULT_RUN

QUICK = (
    "rule shutdown_release: never speaks",
    "rule look_again: never speaks",
    "rule operator_asked: never speaks",
    "rule unhealthy_demote: never speaks",
    "rule unhealthy_restart: never speaks",
    "rule master_not_serving: never speaks",
    "rule isolated_owner: never speaks",
    "rule maintenance: turned round",
    "gates._silence: refuses nothing",
    "gates._peer_out: refuses nothing",
    "gates_copy._is_current: always",
    "evidence.is_cut_off: always",
    "fence.fences: never",
    "rules_fence._ended_by_fence: never",
    "rules_aside._proof_of_life: finds nothing",
    "gates.peer_is_master: always",
    "gates._memory: refuses nothing",
    "gates.has_vip: always",
    "rules_pair._held_back_for_long: always",
    "rules_pair._held_back_for_long: never",
    "rules_pair._counters_as_master: finds nothing",
    "rules_repair._adverts_heard: refuses nothing",
    "rules_repair.is_good_standby: always",
    "rules_repair.secondary_is_safe: refuses nothing",
    "rules_roles._failed_lately: turned round",
    "rules_roles.storage_in_place: never",
)
BY_SEED = {"hands_off.peer_keeps_off: always": 104596}
"""What a seed of a default search shows as well."""

DECIDE = survey.rules.decide
EVERY = {mutant.words: mutant for mutant in mutants.mutants()}


@pytest.mark.parametrize("words", QUICK)
def test_the_abstract_pair_finds_harm_with_it(words: str) -> None:
    """The shortest story to harm is told, so the original is what keeps from it."""
    found = mutants.by_model(EVERY[words])
    assert found is not None
    assert found.harm


@pytest.mark.parametrize("words", BY_SEED)
def test_a_seed_shows_harm_that_it_does_not_show_without_it(words: str) -> None:
    """The whole program is played, down to the text of the commands."""
    seed = BY_SEED[words]
    assert seed in DEFAULT_RUN
    assert mutants.by_seeds(EVERY[words], [seed])


def test_the_seeds_that_concern_a_mutant_are_found_without_it() -> None:
    """A seed in which no decision would differ is played alike, and is left out."""
    shown, words = 182, "gates._memory: refuses nothing"
    quiet = "gates._drained: refuses nothing"
    found = survey.survey([EVERY[words], EVERY[quiet]], [0, shown])
    assert found == {words: [shown], quiet: []}
    assert survey.rules.decide is DECIDE


def test_a_mutant_leaves_nothing_behind() -> None:
    """What was put in its place is gone again, in every module."""
    kept = mutants.rules.RULES, mutants.gates.may_promote
    for mutant in EVERY.values():
        with mutants.mutated(mutant):
            assert mutants.rules.RULES[-1] is kept[0][-1]
    assert (mutants.rules.RULES, mutants.gates.may_promote) == kept


def test_every_rule_but_the_last_is_taken_away_and_turned_round() -> None:
    """A new rule is tried without anybody thinking of it."""
    names = [rule.__name__ for rule in mutants.rules.RULES[:-1]]
    assert {f"rule {name}: never speaks" for name in names} <= EVERY.keys()
    assert {f"rule {name}: turned round" for name in names} <= EVERY.keys()
    assert len(EVERY) == len(mutants.mutants())
