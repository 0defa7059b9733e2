"""When this boot began, and an id that no other boot has."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

NAME = "boot-id"
LINUX_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
FREEBSD_BOOT_ID = b"kern.boot_id"
LONGEST_ID = 64

_UPTIME_CLOCK: int = getattr(
    time, "CLOCK_UPTIME", getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
)


def boot_time(wall: float) -> float:
    """Given the wall clock, return when the machine booted, in seconds since 1970.

    This is FreeBSD's kern.boottime: wall clock minus uptime, so a step of the clock
    moves it as well.
    """
    return wall - time.clock_gettime(_UPTIME_CLOCK)


def kernel_boot_id() -> str | None:
    """Return the random id that the kernel gave to this boot, None where it has none.

    FreeBSD has one since 13, a sysctl of 16 bytes; Linux has a file.
    """
    with contextlib.suppress(OSError):
        return LINUX_BOOT_ID.read_text("ascii").strip()
    try:
        import ctypes

        call = ctypes.CDLL(None).sysctlbyname
    except (ImportError, OSError, AttributeError):
        return None
    return read_opaque_sysctl(FREEBSD_BOOT_ID, call)


def read_opaque_sysctl(name: bytes, call: Callable[..., Any]) -> str | None:
    """Given a sysctl's name and libc's sysctlbyname(3), return its bytes in hex.

    None where the kernel does not know it, has no value for it yet, or has only zeros.
    """
    import ctypes

    value = ctypes.create_string_buffer(LONGEST_ID)
    size = ctypes.c_size_t(LONGEST_ID)
    failed = call(
        ctypes.c_char_p(name), value, ctypes.byref(size), None, ctypes.c_size_t(0)
    )
    found = value.raw[: size.value]
    return None if failed or not any(found) else found.hex()


def boot_id(
    run_dir: str | Path,
    *,
    booted: float,
    kernel: Callable[[], str | None] = kernel_boot_id,
) -> str:
    """Return the id of the boot that began at booted (seconds since 1970).

    Where the kernel has an id, that one: a clock that steps forward moves the boot's
    time [FACTS H24] and must not look like a boot. Else a random id, kept in run_dir:
    /var/run is emptied at boot [FACTS E5], and a file from before the boot is replaced.
    Where none can be kept, the boot's time has to do.
    """
    known = kernel()
    if known:
        return known
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
