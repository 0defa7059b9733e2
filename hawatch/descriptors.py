"""What a forked child must not keep open: locks, pipes and sockets of its parent."""

from __future__ import annotations

import os

UNLIMITED = 1 << 20
"""Descriptors that are closed where the system names no limit."""


def close_from(first: int) -> None:
    """Close every descriptor from this number on, in a forked child.

    The end is one above the limit: only then Python takes closefrom(2) where it was
    built without close_range(2). FreeBSD allows many thousands of descriptors, and a
    call for each would cost more than the child's work.
    """
    limit = os.sysconf("SC_OPEN_MAX")
    os.closerange(first, (limit if limit > 0 else UNLIMITED) + 1)
