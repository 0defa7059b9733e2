"""Room kept aside on the state's disk, for the day when that disk is full.

One-shot cycles count failures in the memory; one that cannot be written would never
come to fall failures, and a database on a full disk would never be moved.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

NAME = ".reserve"
SIZE = 256 * 1024


class Reserve:
    """A file of SIZE bytes in a folder, given up when something else needs the room."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def keep(self) -> None:
        """Make the file where it is missing; a disk without room is no reason to fail.

        Its content is random: a file system that compresses keeps the room as well.
        """
        if self._path.exists():
            return
        try:
            self._path.write_bytes(os.urandom(SIZE))
        except OSError:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)

    def give_up(self) -> bool:
        """Remove the file; return whether that gave room."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True
