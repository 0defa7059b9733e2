"""Read a password file, and refuse one that others can read."""

from __future__ import annotations

import os
import shlex
import stat

LONGEST = 4096


def read_password(path: str) -> bytes:
    """Return the first line of a password file, or nothing where path is empty.

    Raise OSError where it cannot be read, and ValueError, with the command that mends
    it, where it is not a file of root's or ours that nobody else may read.
    """
    if not path:
        return b""
    # O_NONBLOCK: a fifo in its place must not hang us.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        unfit = why_unfit(path, os.fstat(descriptor), user=os.geteuid())
        if unfit is not None:
            raise ValueError(unfit)
        return os.read(descriptor, LONGEST).split(b"\n", 1)[0].rstrip(b"\r")
    finally:
        os.close(descriptor)


def why_unfit(path: str, status: os.stat_result, *, user: int) -> str | None:
    """Return why a file may not hold a secret of user's, and the cure; None: it may."""
    if not stat.S_ISREG(status.st_mode):
        return f"{path} is not a regular file"
    if status.st_uid not in (0, user):
        cure = f"/usr/sbin/chown root {shlex.quote(path)}"
        return f"{path} belongs to user {status.st_uid}: {cure}"
    if status.st_mode & 0o077:
        return f"{path} is open to others: /bin/chmod 600 {shlex.quote(path)}"
    return None
