"""What every file of the project has in common."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from house import ROOT, label, python_files, tree

LONGEST = 300
LONGEST_TEST = 450
"""A file of tables may be longer than one that has to be understood."""

EXCEPTIONS: dict[str, str] = {
    "tests/unit/test_checks_shipped.py": "one table, a few lines a case",
}
"""Files that may be longer, each with the reason."""

PROGRAM = python_files("hawatch", "checks", "bench")
TESTS = python_files("tests")

CATCHERS = ("hawatch/checking/", "hawatch/cli.py", "hawatch/pytest_plugin.py")
"""Where anything at all may be caught: around a check, and on the last line."""

BROAD = {"Exception", "BaseException"}

TEXT = {".py", ".md", ".toml", ".sh", ".conf", ".txt", ".in", ".yml", ".1", ".5", ".8"}
FOREIGN = ("/" + "work/", "/" + "Users/", "/" + "home/", "/" + "tmp/")
"""Beginnings of paths that exist on somebody's machine only."""

REGISTRY = re.compile(r"py(?:pi|thonhosted)\.(?:org|io)", re.IGNORECASE)

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def calls(path: Path) -> Iterator[ast.Call]:
    """Yield every call in a file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node


def texts() -> Iterator[Path]:
    """Yield every text file of the project, without what tools leave behind."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        hidden = any(part.startswith(".") and part != ".ci" for part in parts)
        made = parts[0] in {"dist", "build"} or "__pycache__" in parts
        if hidden or made or not path.is_file():
            continue
        if path.suffix in TEXT or not path.suffix:
            yield path


def content(path: Path) -> str:
    """Return a file's text; recorded output may hold bytes that are none."""
    return path.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("path", PROGRAM + TESTS, ids=label)
def test_a_file_can_be_read_in_one_go(path: Path) -> None:
    """A file that grows beyond this has more than one job."""
    limit = LONGEST_TEST if path in TESTS else LONGEST
    length = len(path.read_text(encoding="utf-8").splitlines())
    assert length <= limit or label(path) in EXCEPTIONS


def test_no_exception_from_the_length_is_outdated() -> None:
    """A file that became short again is no exception any more."""
    long = {
        label(path)
        for path in PROGRAM + TESTS
        if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST
    }
    assert set(EXCEPTIONS) - long == set()


def test_only_the_screens_print() -> None:
    """Everybody else returns values or writes to the log."""
    wrong = [
        f"{label(path)}:{call.lineno}"
        for path in python_files("hawatch", "checks")
        if not label(path).startswith(("hawatch/showing/", "hawatch/commands/"))
        for call in calls(path)
        if isinstance(call.func, ast.Name) and call.func.id == "print"
    ]
    assert wrong == []


def test_no_command_goes_through_a_shell() -> None:
    """Commands are lists of words: nothing in a name can become a command."""
    wrong = [
        f"{label(path)}:{call.lineno}"
        for path in PROGRAM + TESTS
        for call in calls(path)
        if any(word.arg == "shell" for word in call.keywords)
        or ast.unparse(call.func) in {"os.system", "os.popen"}
    ]
    assert wrong == []


def test_only_the_engine_and_the_last_line_catch_everything() -> None:
    """Elsewhere an unforeseen exception is a bug that must be seen."""
    wrong = [
        f"{label(path)}:{node.lineno}"
        for path in python_files("hawatch")
        if not label(path).startswith(CATCHERS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in BROAD)
    ]
    assert wrong == []


def undocumented(body: list[ast.stmt], owner: str) -> Iterator[str]:
    """Yield the public definitions of a module or class that have no docstring."""
    for node in body:
        if not isinstance(node, Definition) or node.name.startswith("_"):
            continue
        if ast.get_docstring(node) is None:
            yield f"{owner}{node.name}"
        if isinstance(node, ast.ClassDef):
            yield from undocumented(node.body, f"{owner}{node.name}.")


def test_every_public_name_says_what_it_is() -> None:
    """Each module, class and function that others use has a docstring."""
    wrong = []
    for path in python_files("hawatch", "checks", "bench"):
        where = label(path)
        if ast.get_docstring(tree(path)) is None:
            wrong.append(where)
        # Each goal overrides Step.goal, which tells what a goal is.
        wrong += [
            name
            for name in undocumented(tree(path).body, f"{where}: ")
            if not (where == "hawatch/model/plan.py" and name.endswith(".goal"))
        ]
    assert wrong == []


def test_every_test_is_a_sentence_and_says_what_must_be_true() -> None:
    """A failing test tells in its name and its docstring what is broken."""
    wrong = [
        f"{label(path)}:{node.lineno} {node.name}"
        for path in TESTS
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and (ast.get_docstring(node) is None or node.name.count("_") < 3)
    ]
    assert wrong == []


def test_no_two_test_files_have_the_same_name() -> None:
    """The folders are no packages: a second file of a name would hide the first."""
    names = [path.name for path in TESTS if path.name != "conftest.py"]
    assert sorted(names) == sorted(set(names))


def test_nothing_names_the_machine_it_was_written_on() -> None:
    """A path that exists on one machine only helps nobody else."""
    wrong = [
        f"{label(path)}: {text}"
        for path in texts()
        # Recorded output says what it says, and a test may use any path.
        if not label(path).startswith(("tests/", "docs/reference/facts"))
        for text in FOREIGN
        if text in content(path)
    ]
    assert wrong == []


def test_no_package_registry_is_wired_in() -> None:
    """Where packages come from is the installing site's own choice."""
    assert [label(path) for path in texts() if REGISTRY.search(content(path))] == []
