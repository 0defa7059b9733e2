"""Look into a mount point's directory, the only honest way: by using it [FACTS F7].

A zombie mount (its device destroyed) still stands in the mount table and answers stat,
statvfs and listdir; stalled I/O blocks only what must touch the disk. These functions
run in a disposable child and may never return. Writing is probe_write.py's.
"""

from __future__ import annotations

import os
import stat
import time

from hawatch.freebsd.probe_write import PROBE_FILE
from hawatch.model.storage import DirectoryProbe, Space

NO_DATA = frozenset({".snap", ".sujournal", PROBE_FILE})
"""What newfs, journaling and we put into an otherwise empty file system [FACTS F3]."""


def look_into(directory: str, sentinel: str) -> DirectoryProbe:
    """Given a directory, look whether it is a mount's root and whether it works.

    Everything goes through one descriptor of the directory, so that a mount or an
    unmount in between does not mix two file systems.
    Return what was found; error is the first thing that went wrong.
    Raise OSError where the directory cannot be looked at at all.
    """
    root = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        status = os.fstat(root)
        own_device = status.st_dev != os.stat("..", dir_fd=root).st_dev
        found, complaint = _read_sentinel(root, sentinel)
        empty, unlisted = _is_empty(root)
    finally:
        os.close(root)
    return DirectoryProbe(
        own_device=own_device,
        sentinel=found,
        empty=empty,
        immutable=None if own_device else is_immutable(status),
        error=complaint or unlisted,
        real=os.path.realpath(directory),
    )


def is_immutable(status: os.stat_result) -> bool:
    """Return whether nobody can write there: flag schg (FreeBSD), or mode 0."""
    flags = getattr(status, "st_flags", 0)
    return bool(flags & stat.SF_IMMUTABLE) or stat.S_IMODE(status.st_mode) == 0


def measure_space(directory: str) -> Space:
    """Return the space of the file system that holds a directory.

    Raise OSError where it cannot be asked.
    """
    answer = os.statvfs(directory)
    total = answer.f_blocks * answer.f_frsize
    available = answer.f_bavail * answer.f_frsize
    return Space(
        total=total,
        used=total - answer.f_bfree * answer.f_frsize,
        # Root has eaten into the reserve: a negative number, seen without its sign.
        available=available if available <= total else 0,
    )


def read_first_block(device: str) -> float:
    """Read 4096 bytes, a whole number of any provider's sectors; return the seconds.

    Raise OSError where the device is missing, dead or empty.
    """
    started = time.monotonic()
    descriptor = os.open(device, os.O_RDONLY)
    try:
        block = os.read(descriptor, 4096)
    finally:
        os.close(descriptor)
    if not block:
        raise OSError(0, "read nothing", device)
    return time.monotonic() - started


def _read_sentinel(root: int, name: str) -> tuple[bool | None, str | None]:
    """Return whether the sentinel could be read, and what else than absence forbade it.

    None where no name is given: then nobody promised that there is one. O_NONBLOCK and
    O_NOFOLLOW: neither a fifo nor a link to elsewhere is a sentinel.
    """
    if not name:
        return None, None
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW
    try:
        descriptor = os.open(name, flags, dir_fd=root)
    except FileNotFoundError:
        return False, None
    except OSError as error:
        return False, f"{name}: {error.strerror}"
    try:
        os.read(descriptor, 512)
        return stat.S_ISREG(os.fstat(descriptor).st_mode), None
    except OSError as error:
        return False, f"{name}: {error.strerror}"
    finally:
        os.close(descriptor)


def _is_empty(root: int) -> tuple[bool, str | None]:
    """Return whether nothing of anybody is there; False where it cannot be listed."""
    try:
        return NO_DATA.issuperset(os.listdir(root)), None
    except OSError as error:
        return False, f"listing: {error.strerror}"
