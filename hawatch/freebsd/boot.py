"""When this boot began, and an id that no other boot has."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from pathlib import Path

NAME = "boot-id"
LINUX_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

_UPTIME_CLOCK: int = getattr(
    time, "CLOCK_UPTIME", getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
)


def boot_time(wall: float) -> float:
    """Given the wall clock, return when the machine booted, in seconds since 1970.

    This is FreeBSD's kern.boottime: wall clock minus uptime, so a step of the clock
    moves it as well.
    """
    return wall - time.clock_gettime(_UPTIME_CLOCK)


def boot_id(run_dir: str | Path, *, booted: float, kernel: Path = LINUX_BOOT_ID) -> str:
    """Return the id of the boot that began at booted (seconds since 1970).

    Where the kernel has an id (Linux), that one. Else a random id, kept in run_dir:
    /var/run is emptied at boot [FACTS E5], and a file from before the boot is replaced.
    Where none can be kept, the boot's time has to do.
    """
    with contextlib.suppress(OSError):
        return kernel.read_text("ascii").strip()
    path = Path(run_dir) / NAME
    for _attempt in (1, 2):
        kept = _kept_id(path, booted)
        if kept:
            return kept
        _keep_new_id(path)
    return f"booted-{booted:.0f}"


def _kept_id(path: Path, booted: float) -> str | None:
    """Return the id kept since the boot, or None."""
    try:
        if path.stat().st_mtime < booted - 1:
            path.unlink()
            return None
        return path.read_text("ascii").strip() or None
    except (OSError, UnicodeError):
        return None


def _keep_new_id(path: Path) -> None:
    """Put a new id in place, whole or not at all; somebody else's comes first."""
    draft = path.with_name(f"{NAME}.{os.getpid()}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            draft.write_text(secrets.token_hex(16) + "\n", "ascii")
            os.link(draft, path)
        finally:
            draft.unlink(missing_ok=True)
