"""docs/reference/doctor.md says what the program does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from machines_tools import NAMES, a_tree

from hawatch.discovering.discover import discover
from hawatch.discovering.place import Place
from hawatch.discovering.tree_host import TreeHost, answer_name
from hawatch.doctoring.nouns import TrapRule
from hawatch.doctoring.security import AUDITED
from hawatch.doctoring.table import TRAPS, name_of
from hawatch.host import CommandResult, complete

PAGE = (Path(__file__).parents[2] / "docs/reference/doctor.md").read_text()


def row(rule: TrapRule) -> str:
    """Return a rule's line of the reference, made of its name and docstring."""
    return f"| `{name_of(rule)}` | {(rule.__doc__ or '').splitlines()[0]} |"


@pytest.mark.parametrize("rule", TRAPS, ids=name_of)
def test_the_reference_tells_every_trap_in_its_own_words(rule: TrapRule) -> None:
    """One text: the rule's docstring is the page's sentence."""
    assert row(rule) in PAGE.partition("## What an audit asks")[0]


@pytest.mark.parametrize("rule", AUDITED, ids=name_of)
def test_the_reference_tells_what_an_audit_asks(rule: TrapRule) -> None:
    """The same, below its own heading."""
    assert row(rule) in PAGE.partition("## What an audit asks")[2]


def test_the_reference_tells_of_no_trap_that_is_none() -> None:
    """A trap that went away leaves the page as well."""
    rows = {line for line in PAGE.splitlines() if line.startswith("| `")}
    told = {line for line in rows if not line.split("`")[1].endswith((".txt", ".json"))}
    assert told == {row(rule) for rule in (*TRAPS, *AUDITED)}


class Listening(TreeHost):
    """A tree that remembers what it was asked."""

    asked: set[str]

    async def ask(self, argv: Sequence[str], *, deadline: float) -> CommandResult:
        self.asked.add(answer_name(argv))
        return await super().ask(argv, deadline=deadline)


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_tells_every_answer_that_a_tree_may_hold(
    name: str, tmp_path: Path
) -> None:
    """Whoever makes such a directory finds the file's name on the page."""
    root = a_tree(name, tmp_path)
    host = Listening(root)
    host.asked = set()
    complete(discover(Place(root, host)))
    examples = {
        "tunefs-p": "tunefs-p-dev-hast-disk0",
        "ls-ldo": "ls-ldo-var-db-mysql",
        "fstyp": "fstyp-dev-da1",
        "hastctl-list": "hastctl-list",
        "hastctl-dump": "hastctl-dump",
    }
    for answer in host.asked:
        known = [text for start, text in examples.items() if answer.startswith(start)]
        assert f"`{(known or [answer])[0]}.txt`" in PAGE
