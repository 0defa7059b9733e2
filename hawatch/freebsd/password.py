"""Read a password file, and refuse one that others can read."""

from __future__ import annotations

import os

from hawatch.trust import doubt_about_secret

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
        doubt = doubt_about_secret(path, os.fstat(descriptor))
        if doubt is not None:
            raise ValueError(str(doubt))
        return os.read(descriptor, LONGEST).split(b"\n", 1)[0].rstrip(b"\r")
    finally:
        os.close(descriptor)
