"""The id of this boot: one for all of us, another after each boot."""

from __future__ import annotations

import os
import time
from pathlib import Path

import psutil

from hawatch.freebsd.boot import NAME, boot_id, boot_time

NO_KERNEL_ID = Path("/nonexistent/boot_id")


def test_the_boot_time_is_the_systems() -> None:
    """The same as psutil's, which needs no import here."""
    assert abs(boot_time(time.time()) - psutil.boot_time()) < 2


def test_the_kernels_id_is_taken_where_there_is_one(tmp_path: Path) -> None:
    """Linux knows its boots."""
    kernel = tmp_path / "kernel"
    kernel.write_text("c0ffee\n")

    assert boot_id(tmp_path / "run", booted=0, kernel=kernel) == "c0ffee"
    assert not (tmp_path / "run").exists()


def test_the_id_is_kept_for_the_rest_of_the_boot(tmp_path: Path) -> None:
    """Each of our processes finds the same id, and nothing else is left there."""
    run = tmp_path / "run"
    first = boot_id(run, booted=time.time() - 60, kernel=NO_KERNEL_ID)

    assert len(first) == 32
    assert boot_id(run, booted=time.time() - 61, kernel=NO_KERNEL_ID) == first
    assert [path.name for path in run.iterdir()] == [NAME]


def test_two_boots_have_two_ids(tmp_path: Path) -> None:
    """The directory was emptied in between."""
    ids = {
        boot_id(tmp_path / name, booted=time.time() - 60, kernel=NO_KERNEL_ID)
        for name in ("one", "two")
    }

    assert len(ids) == 2


def test_an_id_from_before_the_boot_is_replaced(tmp_path: Path) -> None:
    """Where nobody empties /var/run, an old id must not join two boots into one."""
    first = boot_id(tmp_path, booted=time.time() - 60, kernel=NO_KERNEL_ID)
    long_ago = time.time() - 3600
    os.utime(tmp_path / NAME, (long_ago, long_ago))

    assert boot_id(tmp_path, booted=time.time() - 60, kernel=NO_KERNEL_ID) != first


def test_without_a_place_to_keep_it_the_boots_time_has_to_do(tmp_path: Path) -> None:
    """A full disk costs precision, not the agent."""
    (tmp_path / "file").touch()
    place = tmp_path / "file" / "run"

    assert boot_id(place, booted=1_700_000_000.2, kernel=NO_KERNEL_ID) == (
        "booted-1700000000"
    )
