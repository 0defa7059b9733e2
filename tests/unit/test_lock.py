"""The lock, with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hawatch.recording.lock import Lock, LockBusyError

HOLD = """
import sys, time
from hawatch.recording.lock import Lock
lock = Lock(sys.argv[1])
assert lock.acquire()
print("held", flush=True)
time.sleep(float(sys.argv[2]))
"""


def _holder(path: Path, seconds: float) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    return child


def _end(child: subprocess.Popen[str]) -> None:
    child.kill()
    child.communicate()


def test_a_lock_of_another_process_is_respected_until_it_dies(tmp_path: Path) -> None:
    """Busy while the holder lives, free at once when it is killed, nothing stale."""
    path = tmp_path / "lock"
    child = _holder(path, 60)
    lock = Lock(str(path))
    try:
        assert not lock.acquire()
        with pytest.raises(LockBusyError, match=f"held by pid {child.pid}"), lock:
            pass
    finally:
        _end(child)
    assert lock.acquire()
    assert lock.holder() == str(os.getpid())
    lock.release()
    assert path.exists()


def test_waiting_is_bounded_and_ends_when_the_lock_is_free(tmp_path: Path) -> None:
    """A wait too short fails on time; a longer one gets the lock."""
    path = tmp_path / "lock"
    child = _holder(path, 0.4)
    try:
        began = time.monotonic()
        assert not Lock(str(path)).acquire(wait=0.1)
        assert time.monotonic() - began < 0.35
        with Lock(str(path), wait=5.0) as lock:
            assert lock.held
        assert not lock.held
    finally:
        _end(child)


def test_a_lock_on_a_deleted_file_is_not_taken_for_the_lock(tmp_path: Path) -> None:
    """Where somebody deleted the file, the new file is the one that counts."""
    path = tmp_path / "lock"
    first = Lock(str(path))
    assert first.acquire()
    path.unlink()
    second = Lock(str(path))
    assert second.acquire()
    assert not Lock(str(path)).acquire()
    first.release()
    assert not Lock(str(path)).acquire()
    second.release()
    assert Lock(str(path)).acquire()


def test_a_child_that_hangs_does_not_keep_its_parents_lock(tmp_path: Path) -> None:
    """A lock is shared over fork: a child must not hold what its parent gave back."""
    lock = Lock(str(tmp_path / "lock"))
    assert lock.acquire()
    pid = os.fork()
    if pid == 0:
        time.sleep(60)
        os._exit(0)
    try:
        lock.release()
        time.sleep(0.05)
        assert Lock(str(tmp_path / "lock")).acquire()
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def test_a_child_that_ends_does_not_drop_its_parents_lock(tmp_path: Path) -> None:
    """Closing the copy in a child leaves the lock where it was."""
    lock = Lock(str(tmp_path / "lock"))
    assert lock.acquire()
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    assert not Lock(str(tmp_path / "lock")).acquire()
    lock.release()


def test_the_directory_is_made_again_after_a_boot(tmp_path: Path) -> None:
    """/var/run is emptied at boot [FACTS E5]."""
    with Lock(str(tmp_path / "run" / "hawatch" / "lock")) as lock:
        assert lock.held
        assert lock.acquire()
