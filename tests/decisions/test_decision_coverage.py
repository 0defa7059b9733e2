"""The corpus covers what there is to decide: rules, refusals, gates, failures."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from decisions_build import build, decided
from decisions_format import BASES, CORPUS, load_cases
from decisions_pair import both_decided, load_pairs, pair_of

from hawatch.deciding import gates, rules
from hawatch.deciding.situation import Situation
from hawatch.model.decision import Refusal, Refused, Rule

Gate = Callable[[Situation], tuple[Refused, ...]]

CASES = load_cases()
FAILURES = [f"H{number}" for number in range(1, 31)]
CITATION = re.compile(r"[A-K]\d*|H\d+|law [1-8]|never [1-8]")
DECIDING = Path(str(gates.__file__)).parent


def refusals_in(path: Path) -> Iterator[int]:
    """Yield the lines of a file at which something is refused."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        if ast.unparse(node.func) in ("refuse", "Refused"):
            # A line of its own: what is built from names only is the helper's body.
            if not any("Refusal." in ast.unparse(word) for word in _words(node)):
                continue
            yield node.lineno


def _words(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def refusing() -> list[Path]:
    """Return the files in which something is refused, gates and rules alike."""
    return sorted(path for path in DECIDING.glob("*.py") if [*refusals_in(path)])


def lines_run() -> dict[str, set[int]]:
    """Decide every case, and return the lines that were run where one may refuse."""
    run: dict[str, set[int]] = {str(path): set() for path in refusing()}

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
        for pair in load_pairs().values():
            both_decided(pair_of(*pair.cases()))
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


def test_every_place_where_something_is_refused_is_reached() -> None:
    """Each refusal of a gate, a lever or a rule is run by some case."""
    names = {path.name for path in refusing()}
    assert {"gates.py", "gates_copy.py", "yielding.py", "rules_restart.py"} <= names
    run = lines_run()
    unreached = [
        f"{Path(name).name}:{line}"
        for name, reached in run.items()
        for line in refusals_in(Path(name))
        if line not in reached
    ]
    assert unreached == []


@pytest.mark.parametrize("gate", [gates.may_demote, gates.may_promote])
def test_every_gate_is_open_in_a_case_and_shut_in_another(gate: Gate) -> None:
    """A gate that always gives one answer decides nothing."""
    answers = {bool(gate(build(case))) for case in CASES.values()}
    assert answers == {True, False}


def test_the_catalogue_of_failures_is_the_one_of_the_facts() -> None:
    """A new entry of the facts is decided in a case, too."""
    page = Path(__file__).parents[2] / "docs" / "reference" / "facts.md"
    told = set(re.findall(r"\bH\d+\b", page.read_text(encoding="utf-8")))
    assert told == set(FAILURES)


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
