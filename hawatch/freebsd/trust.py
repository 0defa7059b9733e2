"""May root run this program? Only where nobody else could have written it.

A site's fence command switches machines off and runs as root.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from hawatch.trust import doubt_about, doubt_about_way


def why_untrusted(program: str) -> str | None:
    """Given an absolute path, return why the program must not be run, or None.

    A link is followed; what it leads to, and the way there, is judged.
    """
    real = Path(os.path.realpath(program))
    try:
        found = real.stat()
        if not stat.S_ISREG(found.st_mode):
            return f"{real} is not a plain file"
        if not found.st_mode & stat.S_IXUSR:
            return f"{real} is not executable; `chmod u+x {real}`"
        doubt = doubt_about(real, found) or doubt_about_way(real.parent)
    except OSError as error:
        return f"{program}: {error.strerror}"
    return None if doubt is None else str(doubt)
