"""One cycle at a time: flock(2) on a file that is never deleted.

The kernel drops the lock when its holder dies, so nothing stale can be left; the pid
inside is for people only. flock belongs to the open file, which fork(2) shares: a
forked child that hangs in the kernel would keep the lock for ever, so every child
closes what its parent holds.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

PAUSE = 0.05
"""Seconds between two tries while waiting."""

_held: set[int] = set()


class LockBusyError(Exception):
    """Somebody else holds the lock; the text names its pid for people."""


class Lock:
    """An exclusive lock on a path, taken with `acquire` or a with statement.

    wait: seconds to wait for it in the with statement, 0 for not at all.
    """

    def __init__(self, path: str, *, wait: float = 0.0) -> None:
        self._path = Path(path)
        self._wait = wait
        self._file: int | None = None

    @property
    def held(self) -> bool:
        """Return whether this object holds the lock."""
        return self._file is not None

    def acquire(self, *, wait: float = 0.0) -> bool:
        """Take the lock within that many seconds; return whether it is held.

        Raises OSError where the file cannot be made or opened.
        """
        if self._file is not None:
            return True
        until = time.monotonic() + wait
        while not self._try():
            if time.monotonic() >= until:
                return False
            time.sleep(PAUSE)
        return True

    def release(self) -> None:
        """Give the lock back; the file stays: deleting it would split the lock."""
        if self._file is not None:
            _held.discard(self._file)
            os.close(self._file)
            self._file = None

    def holder(self) -> str:
        """Return the pid written inside, or "" where none is; only for people."""
        try:
            return self._path.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return ""

    def __enter__(self) -> Self:
        if not self.acquire(wait=self._wait):
            raise LockBusyError(f"{self._path} is held by pid {self.holder() or '?'}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def _try(self) -> bool:
        while (file := self._locked()) is not None:
            if self._is_still(file):
                self._file = file
                _held.add(file)
                self._sign(file)
                return True
            os.close(file)
        return False

    def _locked(self) -> int | None:
        """Return a descriptor with the lock on it, or None where it is taken."""
        # /var/run is emptied at boot [FACTS E5]: the directory may be gone.
        self._path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        file = os.open(self._path, flags, 0o640)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return None
        except OSError:
            os.close(file)
            raise
        return file

    def _sign(self, file: int) -> None:
        with contextlib.suppress(OSError):  # a full disk must not stop a release
            os.ftruncate(file, 0)
            os.pwrite(file, f"{os.getpid()}\n".encode(), 0)

    def _is_still(self, file: int) -> bool:
        """Return whether the path is the file that was locked, not a newer one."""
        mine = os.fstat(file)
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return False
        return (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino)


def _close_in_child() -> None:
    for file in _held:
        with contextlib.suppress(OSError):
            os.close(file)
    _held.clear()


os.register_at_fork(after_in_child=_close_in_child)
