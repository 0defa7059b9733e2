"""The installed wheel at work: the demo, the checks, and pytest on the checks."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from house import python_files

if TYPE_CHECKING:
    from conftest import Installed


def test_the_installed_demo_runs_to_its_end(installed: Installed) -> None:
    """The first thing that a newcomer types works without any file of the source."""
    answer = installed.run("hawatch", "demo")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr


def test_the_installed_checks_find_the_healthy_pair_healthy(
    installed: Installed,
) -> None:
    """The shipped checks are found where the wheel puts them."""
    answer = installed.run("hawatch", "check", "--host", "sim:healthy")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    told = installed.run("hawatch", "check", "--host", "sim:healthy", "--json")
    assert json.loads(told.stdout)
    for path in python_files("checks"):
        assert re.search(r"^def check_", path.read_text(), re.MULTILINE), path


def test_pytest_runs_the_installed_checks_unchanged(installed: Installed) -> None:
    """An author needs pytest and the wheel, nothing else."""
    shipped = installed.site / "hawatch" / "shipped" / "checks"
    answer = installed.run(
        "python",
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-q",
        "--hawatch-host=sim:healthy",
        shipped,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert re.search(r"\b[1-9]\d* passed", answer.stdout)
