"""The page of the rules against the rules: their order, and each of them."""

from __future__ import annotations

import re

import pytest
from decisions_build import build
from decisions_format import load_cases
from pages import DOCS, rows, section, text_of

from hawatch.deciding.rules import RULES
from hawatch.model.decision import Rule

PAGE = DOCS / "reference" / "rules.md"
PARTS = ("Speaks when: ", "Does: ", "Never: ")
QUOTED = re.compile(r"`([\w-]+)`")


def decided_by_each() -> list[set[str]]:
    """Return which rules each function names, in the order of asking.

    Seen on the corpus of decisions, where each function is first somewhere.
    """
    found: list[set[str]] = [set() for _ in RULES]
    for case in load_cases().values():
        situation = build(case)
        for place, rule in enumerate(RULES):
            decision = rule(situation)
            if decision is not None:
                found[place].add(decision.rule.value)
                break
    return found


def test_the_order_on_the_page_is_the_order_of_asking() -> None:
    """One row for each function, with the rules that it decides by."""
    shown = list(rows(section(PAGE, "The order")))
    numbered = [row for row in shown if row[0].isdigit()]
    assert [int(row[0]) for row in numbered] == list(range(1, len(RULES) + 1))
    assert [set(QUOTED.findall(row[1])) for row in numbered] == decided_by_each()


def test_the_page_has_every_rule_once_and_nothing_else() -> None:
    """A rule that is new, or gone, is noticed here."""
    titles = re.findall(r"^### `(.+)`$", text_of(PAGE), re.MULTILINE)
    assert sorted(titles) == sorted(Rule)


@pytest.mark.parametrize("rule", Rule)
def test_a_rule_says_when_it_speaks_what_it_does_and_what_it_never_does(
    rule: Rule,
) -> None:
    """Three parts, in this order."""
    text = section(PAGE, f"`{rule}`")
    places = [text.find(f"\n{part}") for part in PARTS]
    assert -1 not in places
    assert places == sorted(places)
