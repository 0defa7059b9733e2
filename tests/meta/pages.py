"""The pages of the documentation, read for the tests that hold them to the program."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from house import ROOT, label

DOCS = ROOT / "docs"
READMES = (ROOT / "README.md", ROOT / "README.ja.md")
PAGES = [*READMES, *sorted(DOCS.rglob("*.md"))]

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
LINK = re.compile(r"(?<!!)\[[^\]\[]*\]\(([^)\s]+)\)")


class Block(NamedTuple):
    """One fenced block: the word behind the fence, and what is inside."""

    language: str
    text: str


@functools.cache
def text_of(page: Path) -> str:
    """Return a page's text."""
    return page.read_text(encoding="utf-8")


def blocks(page: Path) -> list[Block]:
    """Return a page's fenced blocks in their order."""
    return [Block(*found) for found in FENCE.findall(text_of(page))]


def prose(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return FENCE.sub("", text_of(page))


def headings(page: Path) -> list[tuple[int, str]]:
    """Return level and text of a page's headings."""
    return [(len(marks), text) for marks, text in HEADING.findall(prose(page))]


def anchors(page: Path) -> set[str]:
    """Return what a link behind "#" may say, as the usual hosts make it of headings."""
    plain = (text.lower().replace("`", "") for _, text in headings(page))
    return {re.sub(r"[^\w\- ]", "", text).replace(" ", "-") for text in plain}


def links(page: Path) -> Iterator[str]:
    """Yield the targets of a page's links that stay inside the project."""
    for target in LINK.findall(prose(page)):
        if not re.match(r"[a-z]+:", target):
            yield target


def section(page: Path, title: str) -> str:
    """Return the text under a heading, down to the next one of any level.

    Raises KeyError where the page has no such heading.
    """
    parts = HEADING.split(text_of(page))
    # [before, marks, title, text, marks, title, text, ...]
    for index in range(2, len(parts), 3):
        if parts[index] == title:
            return parts[index + 1]
    raise KeyError(f"{label(page)} has no heading {title!r}")


def rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of each table row, without the rows that head the tables."""
    for before, line in zip(["", *text.splitlines()], text.splitlines(), strict=False):
        if line.startswith("| ") and before.startswith("|"):
            cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
            if not cells[0].strip(" -"):
                continue
            yield [cell.strip() for cell in cells]
