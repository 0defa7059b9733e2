"""What the pages show is what the program prints: every command in a console block.

A block shows commands behind "$ ", what they print, and with `$ echo $?` how they end;
without it they end with 0. "..." stands for what was left out: a line of its own for
any number of lines, inside a line for any text. Numbers with a fraction and the numbers
of journal entries are not compared. A toml or python block whose first line is a
comment with a file's name is that file.
"""

from __future__ import annotations

import functools
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from house import label
from pages import DOCS, READMES, blocks

WALKED = [
    READMES[0],
    *sorted((DOCS / "tutorial").glob("*.md")),
    *sorted((DOCS / "how-to").glob("*.md")),
]
FILE = re.compile(r"# (\S+\.(?:toml|py))\n")
ENDED = "$ echo $?"
LIMIT = 60


class Example(NamedTuple):
    """One command of a page, what it shows of the output, and how it ends."""

    page: Path
    command: str
    shown: str
    code: int


def examples(page: Path) -> list[Example]:
    """Return the commands that a page shows, in their order."""
    found: list[Example] = []
    for block in blocks(page):
        if block.language != "console":
            continue
        for part in re.split(r"^(?=\$ )", block.text, flags=re.MULTILINE):
            line, _, shown = part.partition("\n")
            if line == ENDED:
                found[-1] = found[-1]._replace(code=int(shown))
            elif line:
                found.append(Example(page, line.removeprefix("$ "), shown, 0))
    return found


EXAMPLES = [example for page in WALKED for example in examples(page)]


def comparable(text: str) -> str:
    """Return a text without what may change with every small change of the program."""
    text = re.sub(r"^ *\d+(?= \d{4}-)", "#", text, flags=re.MULTILINE)
    return re.sub(r" +", " ", re.sub(r"\d+\.\d+", "#", text)).strip()


def pattern(shown: str) -> re.Pattern[str]:
    """Return what the output must match as a whole."""
    result = ""
    for line in comparable(shown).splitlines():
        if line.strip() == "...":
            result += r"(?:.*\n)*?"
        else:
            parts = (re.escape(part) for part in line.strip().split("..."))
            result += r" ?" + ".*".join(parts) + r" ?\n"
    return re.compile(result)


def is_harmless(words: list[str]) -> bool:
    """Return whether a command stays on the simulated pair, or only reads a file."""
    simulated = any(word.startswith("sim:") for word in words)
    return words[0] == "hawatch" and (
        simulated or words[1] in ("demo", "simulate") or "--any-host" in words
    )


@functools.cache
def printed(page: Path, command: str, folder: Path) -> tuple[str, int]:
    """Return what a page's command prints, and how it ends."""
    for block in blocks(page):
        name = FILE.match(block.text)
        if block.language in ("toml", "python") and name:
            (folder / name[1]).write_text(block.text)
    done = subprocess.run(
        [sys.executable, "-m", "hawatch", *shlex.split(command)[1:]],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        timeout=LIMIT,
        env={**os.environ, "TZ": "UTC", "NO_COLOR": "1"},
    )
    return done.stdout, done.returncode


@pytest.fixture(scope="module")
def folder_of(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Path]:
    """Return a directory for each page, where its files are written."""
    return {page: tmp_path_factory.mktemp(page.stem) for page in WALKED}


def test_there_are_examples_on_the_pages_that_teach() -> None:
    """A page whose blocks are not found would be held to nothing."""
    pages = {label(example.page) for example in EXAMPLES}
    assert {"README.md", "docs/tutorial/first-hour.md"} <= pages
    assert len(EXAMPLES) >= 15


@pytest.mark.parametrize(
    "example", EXAMPLES, ids=lambda e: f"{e.page.stem}: {e.command}"
)
def test_an_example_prints_and_ends_as_its_page_shows(
    example: Example, folder_of: dict[Path, Path]
) -> None:
    """Whoever types it sees what the page promised."""
    assert is_harmless(shlex.split(example.command)), "this would touch the machine"
    output, code = printed(example.page, example.command, folder_of[example.page])
    assert code == example.code, output
    lines = comparable(output) + "\n"
    assert pattern(example.shown).fullmatch(lines), f"it prints now:\n{output}"
