"""A state directory on a disk that is really full."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hawatch.model.finding import Streak
from hawatch.model.memory import Memory
from hawatch.model.moment import Moment
from hawatch.recording.memory import load_memory, save_memory
from hawatch.recording.store import DirStore

NOW = Moment(wall=1000.0, monotonic=10.0, boot="b")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB of its own."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if os.geteuid() != 0 or mount is None or umount is None:
        pytest.skip("only root can mount a small disk")
    where = tmp_path / "disk"
    where.mkdir()
    words = [mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(where)]
    if subprocess.run(words, check=False, capture_output=True).returncode != 0:
        pytest.skip("no file system can be mounted here")
    yield where
    subprocess.run([umount, str(where)], check=True)


def fill(disk: Path) -> None:
    """Leave not one byte."""
    ballast = os.open(disk / "ballast", os.O_WRONLY | os.O_CREAT)
    with contextlib.suppress(OSError):
        while os.write(ballast, b"x" * 4096):
            pass
    os.close(ballast)


def test_failures_are_counted_on_a_disk_that_is_full(small_disk: Path) -> None:
    """The reserve gives the memory room, so that a demotion can still come about."""
    store = DirStore(str(small_disk / "state"))
    assert save_memory(store, Memory(node="a", boot="b")) is None
    fill(small_disk)
    for fails in (1, 2, 3):
        memory = Memory(node="a", boot="b", streaks={"c[node]": Streak(fails=fails)})
        assert save_memory(store, memory) is None
    loaded = load_memory(DirStore(str(small_disk / "state")), "a", NOW)
    assert loaded.memory.streaks["c[node]"].fails == 3


def test_the_reserve_is_made_again_when_there_is_room(small_disk: Path) -> None:
    """The next full disk finds it as well."""
    store = DirStore(str(small_disk / "state"))
    save_memory(store, Memory(node="a", boot="b"))
    fill(small_disk)
    save_memory(store, Memory(node="a", boot="b", sequence=1))
    (small_disk / "ballast").unlink()
    save_memory(store, Memory(node="a", boot="b", sequence=2))
    assert (small_disk / "state" / ".reserve").stat().st_size == 256 * 1024
