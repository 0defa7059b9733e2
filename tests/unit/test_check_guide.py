"""docs/how-to/write-a-check.md does what it says, block by block."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from builders import a_config, a_memory, a_snapshot, a_space

from hawatch.checking.collect import collect
from hawatch.checking.engine import policies_of, run_checks
from hawatch.checking.facts import FACTS, SETTINGS
from hawatch.checking.source import NoSource, load, save_recording
from hawatch.checking.subject import Scope
from hawatch.model.config import AgentConfig, CheckConfig, Config
from hawatch.model.fact import Known
from hawatch.model.finding import Remedy, Verdict

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "write-a-check.md"
TEXT = GUIDE.read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the guide's code blocks in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


@pytest.fixture
def guided(tmp_path: Path) -> Path:
    """A directory with the guide's check files, and a recorded look."""
    for block in blocks("python"):
        name, _, _ = block.partition("\n")
        (tmp_path / name.removeprefix("# ")).write_text(block)
    save_recording(str(tmp_path / "look.json"), a_config(), a_snapshot(), a_memory())
    return tmp_path


def host_of(command: list[str]) -> list[str]:
    """Return a command with a host that exists here: without a simulator, the file."""
    try:
        load("sim:healthy")
    except NoSource:
        return [word.replace("sim:healthy", "file:look.json") for word in command]
    return command


def author_commands() -> list[list[str]]:
    """Return what an author types on a laptop: the guide's pytest commands."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return [shlex.split(line) for line in lines if line.startswith("pytest ")]


def run_pytest(place: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a pytest command of the guide in the author's directory."""
    words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *command[1:]]
    return subprocess.run(
        words, check=False, capture_output=True, text=True, cwd=place, timeout=60
    )


@pytest.mark.parametrize("command", author_commands(), ids=shlex.join)
def test_the_guides_pytest_commands_pass(guided: Path, command: list[str]) -> None:
    """The reader's first check is green within the first two steps."""
    done = run_pytest(guided, host_of(command))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_reader_sees_it_fail_as_the_guide_shows(guided: Path) -> None:
    """Step 2: with 1 percent allowed, the output has the lines of the guide."""
    path = guided / "check_binlogs.py"
    path.write_text(path.read_text().replace('{"percent": 80}', '{"percent": 0}'))
    done = run_pytest(guided, host_of(author_commands()[0]))
    assert done.returncode == 1
    (shown,) = blocks("text")
    for line in shown.splitlines():
        assert line in done.stdout


def configured() -> Config:
    """Return a configuration with the guide's TOML in it."""
    (text,) = blocks("toml")
    tree = tomllib.loads(text)
    return a_config(
        agent=msgspec.convert(tree["agent"], AgentConfig),
        checks=msgspec.convert(tree["checks"], dict[str, CheckConfig]),
    )


@pytest.mark.parametrize(
    ("percent", "verdict"), [(60.0, Verdict.OK), (75.0, Verdict.FAIL)]
)
def test_the_guides_check_runs_in_hawatch_with_the_guides_configuration(
    guided: Path, percent: float, verdict: Verdict
) -> None:
    """Step 3: collected, granted, with 70 percent instead of 80."""
    config = configured()
    collection = collect([guided], shipped=False)
    assert not collection.refused
    policy = policies_of(collection, config)["room_for_binlogs"]
    assert policy.remedy == (Remedy.DEMOTE,)
    snapshot = a_snapshot(space={"/var/db/mysql": Known(a_space(percent))})
    found = run_checks(collection, config, snapshot, a_memory(), isolate=True)
    assert {one.check: one.verdict for one in found} == {
        "room_for_binlogs": verdict,
        "room_with_words": Verdict.OK,
    }


def row_of(name: str) -> str:
    spec = FACTS[name]
    doc = spec.doc.splitlines()[0].removeprefix("Return ").removesuffix(".")
    return f"| `{name}` | {spec.scope.name.lower()} | {doc} |"


def the_table(key: Callable[[str], object]) -> list[str]:
    return [
        "| fact | of each | what it is |",
        "| --- | --- | --- |",
        *(row_of(name) for name in sorted(FACTS, key=key)),
        f"| `{SETTINGS}` | node | the check's own numbers |",
    ]


def test_the_guide_lists_every_fact_as_the_program_has_it() -> None:
    """The table of names is the program's own."""
    expected = the_table(lambda name: (FACTS[name].scope, name))
    assert {spec.scope for spec in FACTS.values()} == set(Scope)
    assert TEXT.split("## The facts")[1].strip().splitlines()[2:] == expected
