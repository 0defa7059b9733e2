"""Pick checks by name or with -k."""

from __future__ import annotations

import pytest
from builders import a_config, a_memory, a_snapshot

from hawatch.checking.collect import collect
from hawatch.checking.engine import run_checks
from hawatch.checking.nouns import Collection, Refused
from hawatch.checking.select import select
from hawatch.model.config import CheckConfig


def names(collection: Collection) -> list[str]:
    return [check.name for check in collection.checks]


def test_without_a_choice_all_checks_stay() -> None:
    """`hawatch check` runs everything."""
    collection = collect()
    assert select(collection) is collection


@pytest.mark.parametrize("name", ["hastd_runs", "check_hastd_runs"])
def test_a_check_is_named_with_or_without_its_prefix(name: str) -> None:
    """The configuration's name and the function's name both do."""
    assert names(select(collect(), [name])) == ["hastd_runs"]


def test_a_name_that_is_no_check_is_refused_with_the_nearest() -> None:
    """A misspelt name does not run nothing and look green."""
    with pytest.raises(ValueError, match="no check 'hastd_run'; nearest: hastd_runs"):
        select(collect(), ["hastd_run"])


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("hastd", ["hastd_runs", "hastd_answers"]),
        ("hastd and not runs", ["hastd_answers"]),
        ("HASTD and (runs or nothing)", ["hastd_runs"]),
        ("clock and check_clock", ["wall_clock_runs_evenly", "clocks_agree"]),
        ("not check", []),
    ],
)
def test_an_expression_chooses_by_words_of_name_and_file(
    expression: str, expected: list[str]
) -> None:
    """As pytest's -k: substrings, any case, and, or, not, parentheses."""
    assert names(select(collect(), expression=expression)) == expected


@pytest.mark.parametrize("expression", ["and", "a b", "f(x)", "a + b", "'a'", "("])
def test_what_is_no_expression_is_refused(expression: str) -> None:
    """With the words that are allowed."""
    with pytest.raises(ValueError, match="words, and, or, not"):
        select(collect(), expression=expression)


def test_names_and_expression_choose_together() -> None:
    """Both must hold."""
    assert names(select(collect(), ["hastd_runs"], "answers")) == []


def test_a_refused_check_can_be_chosen_and_is_dropped_otherwise() -> None:
    """Who asks for it is told why it does not run."""
    refused = Refused(name="mine", source="/x/check_mine.py:1", reason="no")
    collection = Collection(files=collect().files, refused=(refused,))
    assert select(collection, ["mine"]).refused == (refused,)
    assert select(collection, ["hastd_runs"]).refused == ()


def test_a_selection_does_not_complain_of_checks_that_were_not_chosen() -> None:
    """The configuration names checks that are absent on purpose now."""
    config = a_config(checks={"clocks_agree": CheckConfig()})
    chosen = select(collect(), ["hastd_runs"])
    run = run_checks(chosen, config, a_snapshot(), a_memory(), isolate=False)
    assert [one.check for one in run] == ["hastd_runs"]
