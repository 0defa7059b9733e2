"""Why a rule had nothing to say: told exactly where it said nothing."""

from __future__ import annotations

import pytest
from decisions_build import build
from decisions_format import load_cases

from hawatch.deciding.rules import RULES, decide
from hawatch.deciding.silences import WHY, rule_name, silences, why_silent

CASES = load_cases()


def test_every_rule_and_nothing_else_has_its_reasons() -> None:
    """A new rule is explained before it can be silent."""
    assert list(WHY) == [rule.__name__ for rule in RULES]


@pytest.mark.parametrize("key", CASES)
def test_a_rule_of_a_case_is_silent_for_a_reason_and_only_then(key: str) -> None:
    """All rules are asked about each case, those after the one that spoke as well."""
    s = build(CASES[key])
    wrong = [
        rule_name(rule)
        for rule in RULES
        if (why_silent(rule, s) is None) != (rule(s) is not None)
    ]
    assert wrong == []


def test_the_rules_before_the_one_that_spoke_are_told_in_order() -> None:
    """The trace ends where the decision was made."""
    s = build(
        CASES["health/A dead mysqld is restarted here before anything else is tried"]
    )
    told = silences(s)
    order = [rule_name(rule) for rule in RULES]
    assert [one.rule for one in told] == order[: order.index("unhealthy-restart")]
    assert decide(s).rule == "unhealthy-restart"
    assert told[0].why == "nobody shuts down"


def test_every_reason_for_silence_is_heard_somewhere_in_the_corpus() -> None:
    """No rule's reasons are words that no situation leads to."""
    heard = {
        rule_name(rule)
        for case in CASES.values()
        for rule in RULES
        if why_silent(rule, build(case)) is not None
    }
    assert heard == {rule_name(rule) for rule in RULES[:-1]}
