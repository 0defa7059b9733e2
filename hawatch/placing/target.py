"""One place for a file: what is there, whether it is safe, and writing it whole."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec

from hawatch.recording.store import sync_directory
from hawatch.trust import doubt_about

TEMPORARY = ".hawatch-new"
"""Suffix of a file being written. With the dot in front, neither cron nor devd nor
periodic(8) takes it for one of theirs."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A plain file with its permissions."""

    data: bytes
    mode: int


def look(path: Path) -> Found | None:
    """Return the file that is there, None where there is none. Raises OSError."""
    try:
        descriptor = os.open(
            path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
        )
    except (FileNotFoundError, NotADirectoryError):
        return None
    with os.fdopen(descriptor, "rb") as file:
        mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
        return Found(data=file.read(), mode=mode)


def why_unsafe(path: Path, root: Path) -> str | None:
    """Given a place below root, return why no file may be put there, or None.

    The file itself and every directory up to root must belong to root (or to whoever
    runs this), nobody else may write there, and none of them may be a link: who can
    write the way decides what root reads.
    """
    steps = [path, *path.parents]
    for step in steps[: steps.index(root) + 1]:
        try:
            found = step.lstat()
        except FileNotFoundError:
            continue
        except OSError as error:
            return f"{step}: {error.strerror}"
        wanted = stat.S_ISREG if step == path else stat.S_ISDIR
        if not wanted(found.st_mode):
            kind = "a plain file" if step == path else "a directory"
            return f"{step} is not {kind}: look at it, and move it away"
        doubt = doubt_about(step, found)
        if doubt is not None:
            return str(doubt)
    return None


def make_directories(path: Path, root: Path) -> list[Path]:
    """Make the directories that a file needs; return the new ones, outermost first.

    Raises OSError.
    """
    missing = [
        directory
        for directory in path.parents
        if directory.is_relative_to(root) and not directory.exists()
    ]
    for directory in reversed(missing):
        directory.mkdir(mode=0o755)
        directory.chmod(0o755)  # whatever the umask is
    return list(reversed(missing))


def write(path: Path, data: bytes, mode: int) -> None:
    """Put a file there: afterwards it is the old or the new one, whole.

    Raises OSError; then the old one is still there.
    """
    temporary = path.with_name(f".{path.name}{TEMPORARY}")
    temporary.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(temporary, flags, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def remove(path: Path) -> None:
    """Remove a file, durably; one that is not there is no mistake. Raises OSError."""
    path.unlink(missing_ok=True)
    sync_directory(path.parent)
