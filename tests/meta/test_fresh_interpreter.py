"""What a fresh interpreter does with the package: modules alone, commands light."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from house import ROOT, label, module_name, python_files

from hawatch.cli import COMMANDS

HEAVY = {"pytest", "apprise", "requests", "rich", "pymysql"}

EACH_ALONE = """
import importlib, os, sys, traceback, warnings
for name in sys.argv[1:]:
    importlib.import_module(name)
for name in [name for name in sys.modules if name.partition(".")[0] == "hawatch"]:
    del sys.modules[name]
failed = []
for name in sys.argv[1:]:
    child = os.fork()
    if child == 0:
        warnings.simplefilter("error")
        status = 0
        try:
            importlib.import_module(name)
        except BaseException:
            traceback.print_exc()
            status = 1
        sys.stderr.flush()
        os._exit(status)
    if os.waitpid(child, 0)[1]:
        failed.append(name)
print(*failed)
"""
"""Imports each module in a fork of an interpreter that has forgotten all of them.

Only what others wrote stays imported, which costs more than all of hawatch.
"""


def python(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a fresh interpreter and return what it said."""
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "", "PYTHONDONTWRITEBYTECODE": "1"},
    )


def test_every_module_can_be_imported_alone_without_a_warning() -> None:
    """No module depends on another one having been imported before it."""
    names = [module_name(path) for path in python_files("hawatch")]
    names = [name for name in names if not name.endswith("__main__")]
    answer = python("-c", EACH_ALONE, *names)
    assert answer.stdout.split() == [], answer.stderr


def imported_by(*words: str) -> set[str]:
    """Run a command in a fresh interpreter and return the modules it imported."""
    answer = python("-X", "importtime", "-m", "hawatch", *words)
    lines = answer.stderr.splitlines()
    timed = [line for line in lines if line.startswith("import time:")]
    said = "\n".join(line for line in lines if line not in timed)
    assert answer.returncode == 0, said
    return {line.rpartition("|")[2].strip() for line in timed}


@pytest.mark.parametrize("path", python_files("hawatch", "checks", "bench"), ids=label)
def test_a_file_compiles_without_a_warning(path: Path) -> None:
    """A cached module would hide what the compiler has to say."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compile(path.read_text(encoding="utf-8"), str(path), "exec", dont_inherit=True)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_starts_without_the_heavy_libraries(command: str) -> None:
    """A library is imported where it is needed, not where it might be."""
    imported = imported_by(command, "--help")
    assert "hawatch.cli" in imported
    assert sorted(imported & HEAVY) == []


def test_an_event_is_taken_without_the_program_behind_it() -> None:
    """While it runs, devd waits: it knows the words, and the worker all the rest."""
    imported = imported_by("event", "--help")
    late = {"hawatch.configuring.conversion", "hawatch.cycle", "msgspec", "argparse"}
    assert sorted(imported & late) == []
