"""Whom root may believe: who owns a file and its way, and who else may write or read.

hawatch runs as root what its configuration, its checks and a site's programs say. So a
file, its directory and every directory above must belong to root (or to whoever runs
this, when that is not root), and nobody else may write there.
"""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path

import msgspec

OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
OTHERS_USE = stat.S_IRWXG | stat.S_IRWXO


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """Why a path must not be believed, in words that follow its name, and the cure."""

    path: str
    wrong: str
    cure: str

    def __str__(self) -> str:
        """Return the doubt in one line."""
        return f"{self.path} {self.wrong}; `{self.cure}`"


def foreign(path: str | Path, status: os.stat_result) -> Doubt | None:
    """Return the doubt about a path that is neither root's nor ours, or None."""
    if status.st_uid in (0, os.geteuid()):
        return None
    cure = f"chown root {shlex.quote(str(path))}"
    wrong = f"belongs to user {status.st_uid}"
    return Doubt(path=str(path), wrong=wrong, cure=cure)


def writable(path: str | Path, status: os.stat_result) -> Doubt | None:
    """Return the doubt about a path that others can write, or None."""
    return _open(path, status, OTHERS_WRITE, "can be written by others", "chmod go-w")


def readable(path: str | Path, status: os.stat_result) -> Doubt | None:
    """Return the doubt about a secret that is not for its owner alone, or None."""
    return _open(path, status, OTHERS_USE, "is open to others", "chmod 600")


def doubt_about(path: str | Path, status: os.stat_result) -> Doubt | None:
    """Return the doubt about who owns a path, or else who may write it, or None."""
    return foreign(path, status) or writable(path, status)


def doubt_about_secret(path: str | Path, status: os.stat_result) -> Doubt | None:
    """Return the doubt about a file that holds a secret, or None."""
    if not stat.S_ISREG(status.st_mode):
        cure = f"ls -l {shlex.quote(str(path))}"
        return Doubt(path=str(path), wrong="is not a regular file", cure=cure)
    return foreign(path, status) or readable(path, status)


def doubt_about_way(directory: str | Path) -> Doubt | None:
    """Return the doubt about a directory or one above it; links are followed.

    Above the directory itself a sticky one (/tmp) is no danger: there, nobody can
    rename what belongs to somebody else. Raises OSError.
    """
    real = Path(os.path.realpath(directory))
    doubt = doubt_about(real, real.stat())
    for above in () if doubt is not None else real.parents:
        status = above.stat()
        sticky = bool(status.st_mode & stat.S_ISVTX)
        doubt = foreign(above, status) if sticky else doubt_about(above, status)
        if doubt is not None:
            break
    return doubt


def _open(
    path: str | Path, status: os.stat_result, bits: int, wrong: str, cure: str
) -> Doubt | None:
    if not status.st_mode & bits:
        return None
    return Doubt(path=str(path), wrong=wrong, cure=f"{cure} {shlex.quote(str(path))}")
