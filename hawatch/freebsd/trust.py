"""May root run this program? Only where nobody else could have written it.

A site's fence command switches machines off and runs as root. The file, its directory
and every directory above must belong to root (or to whoever runs this, when that is not
root), and nobody else may write there.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def why_untrusted(program: str) -> str | None:
    """Given an absolute path, return why the program must not be run, or None.

    A link is followed; what it leads to, and the way there, is judged. Above the
    program's own directory a sticky one (/tmp) is no danger: there, nobody can rename
    what belongs to somebody else.
    """
    real = Path(os.path.realpath(program))
    try:
        found = real.stat()
        if not stat.S_ISREG(found.st_mode):
            return f"{real} is not a plain file"
        if not found.st_mode & stat.S_IXUSR:
            return f"{real} is not executable; `chmod u+x {real}`"
        parent, *above = real.parents
        return (
            _writable_by_others(real, found)
            or _writable_by_others(parent, parent.stat())
            or _unsafe_way(above)
        )
    except OSError as error:
        return f"{program}: {error.strerror}"


def _unsafe_way(directories: list[Path]) -> str | None:
    for directory in directories:
        found = directory.stat()
        sticky = bool(found.st_mode & stat.S_ISVTX)
        reason = _writable_by_others(directory, found, sticky=sticky)
        if reason is not None:
            return reason
    return None


def _writable_by_others(
    path: Path, found: os.stat_result, *, sticky: bool = False
) -> str | None:
    if found.st_uid not in (0, os.geteuid()):
        return f"{path} belongs to user {found.st_uid}; `chown root {path}`"
    if found.st_mode & OTHERS_WRITE and not sticky:
        return f"others can write {path}; `chmod go-w {path}`"
    return None
