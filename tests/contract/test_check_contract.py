"""One table of good, bad and ugly checks through all engines: the verdicts agree.

Inline (the simulator), bulkhead (the agent) and real pytest (the author) read the same
file. What would end the whole process is left to the bulkhead; its tests are in
tests/unit/test_check_bulkhead.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from builders import a_config, a_memory, a_snapshot

from hawatch.checking.collect import collect
from hawatch.checking.engine import run_checks
from hawatch.checking.source import save_recording
from hawatch.model.fact import Unknown

LOOK = a_snapshot(hast=Unknown("hastctl exit 71"))
HEAD = "from hawatch.api import check, skip, unknown, warn\n"

TABLE = {
    "passes": ("def check_passes(carp):\n    assert carp.is_master\n", "ok"),
    "says_nothing": ("def check_says_nothing(): pass\n", "ok"),
    "returns": ("def check_returns():\n    return None\n", "ok"),
    "default": ("def check_default(carp, limit=3):\n    assert limit == 3\n", "ok"),
    "settings": (
        """
@check(settings={'n': 2})
def check_settings(settings):
    assert settings.n == 2
""",
        "ok",
    ),
    "fails": ("def check_fails(carp):\n    assert carp.is_backup\n", "fail"),
    "fails_with_words": (
        "def check_fails_with_words():\n    assert False, 'no'\n",
        "fail",
    ),
    "fails_in_a_helper": (
        "def helper(x):\n    assert x\ndef check_fails_in_a_helper():\n    helper(0)\n",
        "fail",
    ),
    "raises_assertion": (
        "def check_raises_assertion():\n    raise AssertionError\n",
        "fail",
    ),
    "skips": ("def check_skips():\n    skip('not here')\n", "skip"),
    "warns": ("def check_warns():\n    warn('soon')\n", "warn"),
    "gives_up": ("def check_gives_up():\n    unknown('who knows')\n", "unknown"),
    "blows_up": ("def check_blows_up():\n    1 / 0\n", "unknown"),
    "lacks_attribute": (
        "def check_lacks_attribute(carp):\n    assert carp.colour\n",
        "unknown",
    ),
    "lacks_a_fact": ("def check_lacks_a_fact(hast): pass\n", "unknown"),
    "does_not_apply": ("def check_does_not_apply(witnesses): pass\n", "skip"),
    "asks_for_nonsense": ("def check_asks_for_nonsense(crap): pass\n", "unknown"),
    "is_async": ("async def check_is_async(): pass\n", "unknown"),
    "mutates": (
        "def check_mutates(carp):\n    carp.settling = True\n",
        "unknown",
    ),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with one file for each row, and a recorded look."""
    directory = tmp_path_factory.mktemp("contract")
    directory.chmod(0o755)
    for name, (text, _) in TABLE.items():
        (directory / f"check_{name}.py").write_text(HEAD + text)
    save_recording(str(directory / "look.json"), a_config(), LOOK, a_memory())
    return directory


def by_engine(place: Path, *, isolate: bool) -> dict[str, str]:
    collection = collect([place], shipped=False)
    run = run_checks(collection, a_config(), LOOK, a_memory(), isolate=isolate)
    return {one.check: one.verdict.value for one in run}


def by_pytest(place: Path, *options: str) -> dict[str, str]:
    """Run real pytest in a process of its own; read verdicts from its report."""
    report = place / "report.xml"
    environment = dict(os.environ)
    environment.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *(f"--hawatch-host=file:{place / 'look.json'}", f"--junitxml={report}"),
            *options,
            str(place),
        ],
        check=False,
        capture_output=True,
        text=True,
        cwd=place,
        env=environment,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found = {}
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - our own
        name = case.attrib["name"].split("[")[0].removeprefix("check_")
        for one in case.iter("property"):
            if one.attrib["name"] == "hawatch_verdict":
                found[name] = one.attrib["value"]
    return found


EXPECTED = {name: verdict for name, (_, verdict) in TABLE.items()}


@pytest.mark.parametrize("isolate", [False, True], ids=["inline", "bulkhead"])
def test_the_engines_verdicts_are_the_tables(place: Path, isolate: bool) -> None:
    """What the simulator finds is what the agent finds."""
    assert by_engine(place, isolate=isolate) == EXPECTED


def test_pytests_verdicts_are_the_tables(place: Path) -> None:
    """What the author sees is what the agent will find."""
    assert by_pytest(place) == EXPECTED


def test_the_shipped_checks_run_unchanged_under_pytest(tmp_path: Path) -> None:
    """The same files, the same verdicts, on both nodes."""
    collection = collect()
    directory = str(Path(collection.files[0].path).parent)
    for node in ("db1", "db2"):
        look = a_snapshot(node), a_memory(node)
        save_recording(str(tmp_path / "look.json"), a_config(), *look)
        run = run_checks(collection, a_config(), *look, isolate=True)
        expected = {one.check: one.verdict.value for one in run}
        assert by_pytest(tmp_path, directory) == expected
