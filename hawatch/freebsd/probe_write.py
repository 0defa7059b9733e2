"""A small write that is synced: all that shows a stalled disk [FACTS E6, F7].

On stalled I/O only fsync blocks, and who is in it does not die of SIGKILL. So this runs
in a disposable child of its own, which holds a lock for as long as it lives: where one
write has not come back, no look after it adds another stuck process.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import time

import msgspec

from hawatch.model.fact import Fact, Unknown
from hawatch.model.storage import DirectoryProbe

PROBE_FILE = ".hawatch-probe"
"""Written, synced and removed; one that a killed probe left is written over."""

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""A disk without room is not dead, and its copy is as full [FACTS H17]."""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the write: DirectoryProbe's fields of the same names."""

    fsynced: bool | None = None
    stalled: float | None = None
    error: str | None = None


def lock_path(run_dir: str, directory: str) -> str:
    """Return the lock of a directory's write, in the run directory."""
    digest = hashlib.sha256(directory.encode()).hexdigest()[:12]
    return f"{run_dir}/fsync-{digest}.lock"


def write_through(directory: str, lock: str) -> Written:
    """Given a mounted directory and its lock, write a file there, sync and remove it.

    Nothing is written where no other file system is mounted: it would hide under the
    next mount. All goes through one descriptor of the directory, which a forced unmount
    kills, so that no write slips onto the root file system in between.
    Raise OSError where the directory or the lock cannot be opened: then nobody wrote.
    """
    root = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if os.fstat(root).st_dev == os.stat("..", dir_fd=root).st_dev:
            return Written()
        turn = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            since = os.fstat(turn).st_mtime
            stalled = max(0.0, time.monotonic() - since)
            return Written(
                stalled=stalled, error=f"a write has been hanging for {stalled:.0f} s"
            )
        # The file's time is the monotonic clock's: that never steps, and needs no room
        # on a full disk.
        now = time.monotonic_ns()
        os.utime(turn, ns=(now, now))
        return _write(root)
    finally:
        os.close(root)


def with_write(probe: DirectoryProbe, written: Fact[Written]) -> DirectoryProbe:
    """Return a look with what became of the write; one that hangs is no verdict yet."""
    if isinstance(written, Unknown):
        return msgspec.structs.replace(
            probe, error=probe.error or f"{PROBE_FILE}: {written.reason}"
        )
    found = written.value
    return msgspec.structs.replace(
        probe,
        fsynced=found.fsynced,
        stalled=found.stalled,
        error=probe.error or found.error,
    )


def _write(root: int) -> Written:
    """Write, sync and remove the probe file; tell whether all of it went through."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    try:
        descriptor = os.open(PROBE_FILE, flags, 0o600, dir_fd=root)
        try:
            os.write(descriptor, b"%d\n" % time.time_ns())
            os.fsync(descriptor)
        finally:  # after a failed sync these fail as well, and tell nothing new
            with contextlib.suppress(OSError):
                os.close(descriptor)
            with contextlib.suppress(OSError):
                os.unlink(PROBE_FILE, dir_fd=root)
    except OSError as error:
        verdict = None if error.errno in FULL else False
        return Written(fsynced=verdict, error=f"{PROBE_FILE}: {error.strerror}")
    return Written(fsynced=True)
