"""The corpus covers what there is to decide: rules, refusals, gates, failures."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from decisions_build import build, decided
from decisions_format import BASES, CORPUS, load_cases

from hawatch.deciding import gates, gates_copy, rules
from hawatch.model.decision import Refusal, Rule

CASES = load_cases()
FAILURES = [f"H{number}" for number in range(1, 31)]
CITATION = re.compile(r"[A-K]\d*|H\d+|law [1-8]|never [1-8]")
GATES = (gates, gates_copy)


def refusals_in(path: Path) -> Iterator[int]:
    """Yield the lines of a file at which something is refused."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        refuses = isinstance(node, ast.Call) and ast.unparse(node.func) == "refuse"
        if refuses and isinstance(node, ast.Call):
            yield node.lineno


def lines_run() -> dict[str, set[int]]:
    """Decide every case, and return the lines of the gates that were run."""
    run: dict[str, set[int]] = {str(module.__file__): set() for module in GATES}

    def within(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            run[frame.f_code.co_filename].add(frame.f_lineno)
        return within

    def called(frame: FrameType, _event: str, _: Any) -> Any:
        return within if frame.f_code.co_filename in run else None

    before = sys.gettrace()
    sys.settrace(called)
    try:
        for case in CASES.values():
            decided(case)
    finally:
        sys.settrace(before)
    return run


def test_the_corpus_has_its_size() -> None:
    """Two hundred named cases at the least."""
    assert len(CASES) >= 200


def test_every_rule_decides_a_case() -> None:
    """No rule is without an example of what it does."""
    assert set(Rule) == {case.expect.rule for case in CASES.values()}


def test_every_rule_function_decides_a_case() -> None:
    """Each of the functions in the order of asking speaks in some case."""
    silent = set(rules.RULES)
    for case in CASES.values():
        situation = build(case)
        speaker = next(rule for rule in rules.RULES if rule(situation) is not None)
        silent.discard(speaker)
    assert silent == set()


def test_every_refusal_is_given_in_a_case() -> None:
    """No refusal is without an example of when it is given."""
    given = {refusal for case in CASES.values() for refusal in case.expect.refused}
    assert set(Refusal) == given


def test_every_place_where_a_gate_refuses_is_reached() -> None:
    """Each `refuse` of the gates is run by some case."""
    run = lines_run()
    unreached = [
        f"{Path(name).name}:{line}"
        for name, reached in run.items()
        for line in refusals_in(Path(name))
        if line not in reached
    ]
    assert unreached == []


@pytest.mark.parametrize("failure", FAILURES)
def test_every_failure_of_the_catalogue_is_decided(failure: str) -> None:
    """Each entry of the failure catalogue is cited by a case that stands for it."""
    assert [key for key, case in CASES.items() if failure in case.cites]


@pytest.mark.parametrize("key", CASES)
def test_a_case_is_named_by_a_sentence_and_says_what_it_stands_for(key: str) -> None:
    """A name that a person can read, and at least one fact, law or never."""
    case = CASES[key]
    assert case.name[0].isupper()
    assert len(case.name.split()) >= 3
    assert not case.name.endswith(".")
    assert case.cites
    assert [cite for cite in case.cites if not CITATION.fullmatch(cite)] == []


def test_no_two_cases_have_one_name() -> None:
    """A name is found in one file only."""
    names = [case.name for case in CASES.values()]
    assert len(names) == len(set(names))


def test_every_file_says_what_it_is_about() -> None:
    """The first line is a comment for the reader."""
    for path in CORPUS.glob("*.toml"):
        assert path.read_text(encoding="utf-8").startswith("# "), path.name
    assert (CORPUS / BASES).is_file()
