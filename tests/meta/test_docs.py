"""The pages fit together: links, both READMEs, facts, and words from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from house import ROOT, label
from pages import DOCS, PAGES, READMES, anchors, blocks, headings, links, text_of

FACTS = DOCS / "reference" / "facts.md"
CHECKED = ("hawatch", "checks", "tests", "etc", "periodic", "docs", "man", "port")
SOURCES = {".py", ".md", ".toml", ".sh", ".conf", ".in", ".5", ".7", ".8", ""}

CITED = re.compile(r"\[FACTS ([^\]]+)\]|\[((?:[A-H]\d{1,2})(?:, [A-H]\d{1,2})*)\]")
LABEL = re.compile(r"\b(?:[A-K]\d{1,2}|[A-K]-never|[A-K])(?![\w-])")
RECORDED = re.compile(r"Recorded:\s((?:`[\w-]+`[,.]?\s*)+)")

STRANGE = re.compile(
    r"in this session|sandbox|language model|\bLLM\b|coding agent|/root/\.pyenv",
    re.IGNORECASE,
)


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    """A file that is there, and a heading that is in it."""
    wrong = []
    for target in links(page):
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            wrong.append(target)
    assert wrong == []


def test_every_page_can_be_reached_from_the_index() -> None:
    """A page that no link leads to is read by nobody."""
    index = DOCS / "README.md"
    reached = {
        (index.parent / link.partition("#")[0]).resolve() for link in links(index)
    }
    assert [
        label(p) for p in PAGES if p.parent != ROOT and p not in reached | {index}
    ] == []


def test_both_readmes_tell_the_same() -> None:
    """The same headings in the same order, and the same commands."""
    english, japanese = READMES
    assert [level for level, _ in headings(english)] == [
        level for level, _ in headings(japanese)
    ]
    assert blocks(english) == blocks(japanese)
    assert set(links(english)) - set(links(japanese)) == {"README.ja.md"}


def test_the_check_in_the_readme_is_the_one_of_the_guide() -> None:
    """The first check that a reader sees is one that is tested."""
    guide = blocks(DOCS / "how-to" / "write-a-check.md")
    (shown,) = [block for block in blocks(READMES[0]) if block.language == "python"]
    assert shown in guide


def labels() -> set[str]:
    """Return the labels that the fact sheet explains."""
    found = (re.match(r"[A-K](?:\d+|-never)?\b", text) for _, text in headings(FACTS))
    return {match[0] for match in found if match}


def cited() -> dict[str, str]:
    """Return each cited label with one of the files that cite it."""
    result = {}
    for folder in CHECKED:
        for path in sorted((ROOT / folder).rglob("*")):
            recorded = "golden" in path.parts and path.suffix == ".txt"
            if not path.is_file() or path.suffix not in SOURCES or recorded:
                continue
            text = path.read_text(encoding="utf-8", errors="replace")
            for whole, short in CITED.findall(text):
                for found in LABEL.findall(whole or short):
                    result[found] = label(path)
    return result


def test_every_fact_that_is_cited_is_explained() -> None:
    """Whoever meets [FACTS B3] in a comment finds B3."""
    found = cited()
    assert len(found) > 40
    assert {name: where for name, where in found.items() if name not in labels()} == {}


def test_every_fact_is_short_enough_to_be_read_in_the_middle_of_something() -> None:
    """A digest: the long form is the source that each fact names."""
    for part in re.split(r"^#{2,3} ", text_of(FACTS), flags=re.MULTILINE)[2:]:
        title, _, body = part.partition("\n")
        assert len(body.split()) <= 160, title
        assert len(body.split()) >= 2 or re.match(r"[A-K]\. ", title), title


def test_every_recording_that_the_fact_sheet_names_is_there() -> None:
    """The proof of a fact can be opened."""
    golden = ROOT / "tests" / "golden" / "freebsd-13.2"
    names = [
        name
        for group in RECORDED.findall(text_of(FACTS))
        for name in re.findall(r"`([\w-]+)`", group)
    ]
    assert len(names) > 40
    assert [name for name in names if not (golden / f"{name}.txt").exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_a_page_speaks_of_its_subject_only(page: Path) -> None:
    """Nothing of how a page came to be written is in it."""
    assert STRANGE.findall(text_of(page)) == []
