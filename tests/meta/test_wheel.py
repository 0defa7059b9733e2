"""What is shipped: the wheel has everything, and works without the source."""

from __future__ import annotations

import re
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from house import ROOT, imports, label, python_files

from hawatch import __version__

if TYPE_CHECKING:
    from conftest import Installed

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def requirement(text: str) -> str:
    """Return the name of a requirement as its import spells it."""
    return re.split(r"[<>=!~; \[]", text)[0].lower().replace("-", "_")


def test_the_wheel_holds_the_package_the_checks_and_the_sample(
    wheel_names: set[str],
) -> None:
    """Nothing that a module or a command opens stays behind in the source."""
    wanted = {label(path) for path in python_files("hawatch")}
    wanted |= {f"hawatch/shipped/{label(path)}" for path in python_files("checks")}
    data = (path for path in (ROOT / "hawatch").rglob("*.toml"))
    wanted |= {label(path) for path in data}
    wanted |= {"hawatch/shipped/etc/hawatch.toml", "hawatch/py.typed"}
    assert sorted(wanted - wheel_names) == []


def test_the_wheel_holds_nothing_else(wheel_names: set[str]) -> None:
    """No tests, no caches, no second top-level name."""
    tops = {name.partition("/")[0] for name in wheel_names}
    assert tops == {"hawatch", f"hawatch-{__version__}.dist-info"}
    assert [name for name in wheel_names if name.endswith(".pyc")] == []


def test_the_shipped_sample_is_the_sample_of_the_source(wheel: Path) -> None:
    """`hawatch config` and the documentation speak of one file."""
    with zipfile.ZipFile(wheel) as archive:
        shipped = archive.read("hawatch/shipped/etc/hawatch.toml")
    assert shipped == (ROOT / "etc" / "hawatch.toml").read_bytes()


def test_every_library_that_is_imported_is_required() -> None:
    """What this environment happens to have is not what a site has."""
    required = {requirement(text) for text in PROJECT["dependencies"]}
    optional = {
        requirement(text) for text in PROJECT["optional-dependencies"]["checks"]
    }
    used = {
        found.module.partition(".")[0]
        for path in python_files("hawatch")
        for found in imports(path)
        if label(path) != "hawatch/pytest_plugin.py"
    } - set(sys.stdlib_module_names)
    assert used - {"hawatch"} - required == set()
    assert optional == {"pytest"}


@pytest.mark.parametrize("words", [("hawatch",), ("python", "-m", "hawatch")])
def test_the_installed_program_tells_its_version(
    installed: Installed, words: tuple[str, ...]
) -> None:
    """Both ways to start it run the installed package."""
    answer = installed.run(*words, "--version")
    assert (answer.returncode, answer.stdout) == (0, f"hawatch {__version__}\n")


def test_the_installed_package_is_not_the_source(installed: Installed) -> None:
    """Otherwise the tests of this file would test nothing."""
    code = "import hawatch.cli; print(hawatch.cli.__file__)"
    where = Path(installed.run("python", "-c", code).stdout.strip())
    assert where.is_relative_to(installed.site)
