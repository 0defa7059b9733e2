"""The runbook of refusals against the enumeration and its one table."""

from __future__ import annotations

import re

import pytest
from pages import DOCS, section, text_of

from hawatch.cli import COMMANDS
from hawatch.deciding.refusals import REMEDIES, remedy, sentence
from hawatch.model.decision import Refusal

PAGE = DOCS / "reference" / "refusals.md"
PARTS = ("It means: ", "Why it refuses: ", "Look at: ", "What to do: ")


def test_every_refusal_has_a_sentence_and_a_remedy() -> None:
    """Messages, explain and the runbook are made from this one table."""
    assert set(REMEDIES) == set(Refusal)
    assert all(sentence(refusal) and remedy(refusal) for refusal in Refusal)


def test_the_page_has_every_refusal_once_and_nothing_else() -> None:
    """A refusal that is new, or gone, is noticed here."""
    titles = re.findall(r"^### `(.+)`$", text_of(PAGE), re.MULTILINE)
    assert sorted(titles) == sorted(Refusal)


@pytest.mark.parametrize("refusal", Refusal)
def test_a_refusal_is_explained_in_four_parts(refusal: Refusal) -> None:
    """Meaning, reason, where to look, what to do, in this order."""
    text = section(PAGE, f"`{refusal}`")
    places = [text.find(f"\n{part}") for part in PARTS]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("refusal", Refusal)
def test_meaning_and_remedy_are_those_of_the_program(refusal: Refusal) -> None:
    """A person finds the words of the message on the page."""
    text = section(PAGE, f"`{refusal}`")
    assert f"It means: {sentence(refusal)}.\n" in text
    assert f"What to do: {remedy(refusal)}\n" in text


@pytest.mark.parametrize("refusal", Refusal)
def test_a_remedy_names_only_commands_that_exist(refusal: Refusal) -> None:
    """A runbook that names a command of long ago costs minutes at night."""
    named = re.findall(r"hawatch ([a-z]+)", remedy(refusal))
    assert [command for command in named if command not in COMMANDS] == []
