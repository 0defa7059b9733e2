"""The wheel: built once, installed into an empty environment, away from the source."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from house import ROOT


class Installed:
    """An environment with the wheel in it, and a directory far from the source."""

    def __init__(self, home: Path, away: Path) -> None:
        self.home = home
        self.away = away
        self.python = home / "bin" / "python"
        self.site = next((home / "lib").glob("python3*")) / "site-packages"

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment and return what it said."""
        kept = {
            name: os.environ[name]
            for name in ("HOME", "TMPDIR", "LANG")
            if name in os.environ
        }
        return subprocess.run(
            [self.home / "bin" / words[0], *words[1:]],
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
            cwd=self.away,
            env={**kept, "PATH": "/usr/bin:/bin"},
        )


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with the tools of this environment; return its path."""
    folder = tmp_path_factory.mktemp("dist")
    words = ("-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder))
    built = subprocess.run(
        [sys.executable, *words, str(ROOT)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.glob("hawatch-*.whl")
    return path


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Install the wheel into an empty environment.

    What it needs is lent by this environment, behind the wheel's own packages on the
    path: a line in a .pth file does not bring the .pth files of that directory, so the
    editable installation of the source is not lent.
    """
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False, symlinks=True)
    result = Installed(home, tmp_path_factory.mktemp("away"))
    words = ("-m", "pip", "--python", str(result.python), "install", "--quiet")
    subprocess.run(
        [sys.executable, *words, "--no-deps", "--no-index", str(wheel)],
        timeout=100,
        check=True,
    )
    lent = sysconfig.get_path("purelib")
    (result.site / "zz_lent.pth").write_text(f"{lent}\n")
    return result


@pytest.fixture(scope="session")
def wheel_names(wheel: Path) -> set[str]:
    """Return the names of the files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())
