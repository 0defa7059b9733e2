"""At most one hastctl in flight on this machine.

hastd serves its callers one by one, its queue holds 13, and a caller that gave up keeps
its place [FACTS B7]: impatient agents would fill the queue of a stuck hastd.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

LOCK_NAME = "hastctl.lock"
PULSE = 0.02

log = logging.getLogger(__name__)


@contextlib.contextmanager
def hastctl_turn(
    directory: str | Path,
    *,
    patience: float,
    monotonic: Callable[[], float] = time.monotonic,
) -> Iterator[bool]:
    """Wait at most patience seconds for the lock; give whether it is ours.

    A lock file that cannot be opened (a full or read-only disk) counts as ours: a
    failure to keep order must never stop a release [DESIGN law 6].
    """
    path = Path(directory) / LOCK_NAME
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        log.warning("hastctl runs without its lock: %s: %s", path, error.strerror)
        yield True
        return
    try:
        yield _locked(lock, monotonic() + patience, monotonic)
    finally:
        os.close(lock)


def _locked(lock: int, until: float, monotonic: Callable[[], float]) -> bool:
    """Return whether the lock was got before a reading of monotonic."""
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if monotonic() >= until:
                return False
            time.sleep(PULSE)
