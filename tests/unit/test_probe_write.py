"""A write that is synced, on real file systems, and what becomes of one that hangs."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hawatch.freebsd.host import FreeBSDHost
from hawatch.freebsd.probe_directory import look_into
from hawatch.freebsd.probe_write import (
    PROBE_FILE,
    Written,
    lock_path,
    with_write,
    write_through,
)
from hawatch.host import complete
from hawatch.model.fact import Known, Unknown
from hawatch.model.storage import DirectoryProbe

MOUNTED = Path("/dev/shm")
LOOK = DirectoryProbe(own_device=True, sentinel=None, empty=False)


@pytest.fixture
def mounted() -> Iterator[Path]:
    """Return the root of a file system that anybody may write to."""
    if not MOUNTED.is_mount():
        pytest.skip("no /dev/shm: not Linux")
    yield MOUNTED
    (MOUNTED / PROBE_FILE).unlink(missing_ok=True)


@pytest.fixture
def lock(tmp_path: Path) -> str:
    """Return where the lock of the write lies."""
    return lock_path(str(tmp_path), str(MOUNTED))


def test_a_mount_is_written_to_synced_and_left_as_it_was(
    mounted: Path, lock: str
) -> None:
    """The write is real, and nothing of it stays."""
    before = mounted.stat().st_mtime_ns
    assert write_through(str(mounted), lock) == Written(fsynced=True)
    assert mounted.stat().st_mtime_ns != before
    assert not (mounted / PROBE_FILE).exists()


def test_a_probe_file_left_by_a_killed_probe_is_written_over(
    mounted: Path, lock: str
) -> None:
    """One killed probe does not fail all later ones."""
    (mounted / PROBE_FILE).write_text("left behind")
    assert write_through(str(mounted), lock).fsynced is True
    assert not (mounted / PROBE_FILE).exists()


def test_a_link_in_place_of_the_probe_file_is_not_followed(
    mounted: Path, tmp_path: Path, lock: str
) -> None:
    """Nobody can make root write elsewhere."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (mounted / PROBE_FILE).symlink_to(victim)
    written = write_through(str(mounted), lock)
    assert written.fsynced is False
    assert written.error is not None
    assert victim.read_text() == "precious"


def test_nothing_is_written_into_a_bare_directory(tmp_path: Path, lock: str) -> None:
    """A write to an unmounted mount point would hide under the next mount."""
    before = tmp_path.stat().st_mtime_ns
    assert write_through(str(tmp_path), lock) == Written()
    assert tmp_path.stat().st_mtime_ns == before


def test_a_file_system_that_cannot_be_written_says_why(lock: str) -> None:
    """A write that fails is told with the system's words."""
    if not Path("/proc").is_mount():
        pytest.skip("no /proc: not Linux")
    written = write_through("/proc", lock)
    assert written.fsynced is False
    assert written.error is not None
    assert written.error.startswith(PROBE_FILE)


def test_a_full_disk_is_not_a_dead_one(
    mounted: Path, lock: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A move to the other node does not help: its copy is as full [FACTS H17]."""

    def no_room(_file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", no_room)
    written = write_through(str(mounted), lock)
    assert written.fsynced is None
    assert "No space left on device" in str(written.error)


def test_while_one_write_hangs_no_other_is_begun(mounted: Path, lock: str) -> None:
    """Each would be one more process that no signal reaches [FACTS E6]."""
    with open(lock, "w") as held:  # noqa: PTH123 - its descriptor is the lock
        fcntl.flock(held, fcntl.LOCK_EX)
        began = time.monotonic_ns() - 60 * 10**9
        os.utime(held.fileno(), ns=(began, began))
        (mounted / PROBE_FILE).write_text("untouched")
        written = write_through(str(mounted), lock)
        assert written.fsynced is None
        assert written.stalled == pytest.approx(60.0, abs=5.0)
        assert (mounted / PROBE_FILE).read_text() == "untouched"
    assert write_through(str(mounted), lock).fsynced is True


def test_a_write_that_hangs_costs_itself_and_not_the_look(
    mounted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look is told; the write is no verdict until it has hung for long."""
    monkeypatch.setattr(os, "fsync", lambda _file: time.sleep(60))
    host = FreeBSDHost("db1", run_dir=tmp_path)
    fact = complete(
        host.probe_directory(str(mounted), sentinel="", fsync=True, deadline=0.5)
    )
    assert isinstance(fact, Known)
    assert (fact.value.own_device, fact.value.fsynced) == (True, None)
    assert fact.value.error == f"{PROBE_FILE}: no answer within 0.5 s"


def test_the_host_writes_only_where_it_is_asked_to(
    mounted: Path, tmp_path: Path
) -> None:
    """None tells that nobody asked."""
    host = FreeBSDHost("db1", run_dir=tmp_path)
    (mounted / PROBE_FILE).write_text("untouched")
    looking = host.probe_directory(str(mounted), sentinel="", fsync=False, deadline=5)
    assert complete(looking) == Known(look_into(str(mounted), ""))
    assert (mounted / PROBE_FILE).read_text() == "untouched"
    writing = host.probe_directory(str(mounted), sentinel="", fsync=True, deadline=5)
    assert complete(writing).value.fsynced is True  # type: ignore[union-attr]


def test_the_first_thing_that_went_wrong_is_told() -> None:
    """The look's own complaint outranks the write's."""
    odd = DirectoryProbe(own_device=True, sentinel=False, empty=False, error="sentinel")
    bad = Known(Written(fsynced=False, error="write"))
    assert with_write(odd, bad).error == "sentinel"
    assert with_write(LOOK, bad).error == "write"
    assert with_write(LOOK, Unknown("late")).fsynced is None
