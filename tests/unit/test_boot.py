"""The id of this boot: one for all of us, another after each boot."""

from __future__ import annotations

import ctypes
import errno
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from hawatch.freebsd.boot import (
    FREEBSD_BOOT_ID,
    NAME,
    boot_id,
    boot_time,
    kernel_boot_id,
    read_opaque_sysctl,
)

SYSCTLBYNAME = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.c_char_p,
    ctypes.c_void_p,
    ctypes.POINTER(ctypes.c_size_t),
    ctypes.c_void_p,
    ctypes.c_size_t,
)
"""What sysctlbyname(3) looks like: name, old value, its size, new value, its size."""


def NO_KERNEL_ID() -> None:  # noqa: N802 - a value that is called
    """Stand for a kernel that gives its boots no id."""


def libc_with(**values: bytes) -> Callable[..., Any]:
    """Return a sysctlbyname that knows these names (with _ for a dot) and no others."""

    def call(name: bytes, old: int, size: Any, _new: int, _new_size: int) -> int:
        value = values.get(name.decode().replace(".", "_"))
        if value is None or size[0] < len(value):
            return -errno.ENOENT
        ctypes.memmove(old, value, len(value))
        size[0] = len(value)
        return 0

    return SYSCTLBYNAME(call)


def test_the_boot_time_is_the_systems() -> None:
    """The same as psutil's, which needs no import here."""
    assert abs(boot_time(time.time()) - psutil.boot_time()) < 2


def test_the_kernels_id_is_taken_where_there_is_one(tmp_path: Path) -> None:
    """No file is needed then."""
    assert boot_id(tmp_path / "run", booted=0, kernel=lambda: "c0ffee") == "c0ffee"
    assert not (tmp_path / "run").exists()


def test_this_kernel_has_an_id_that_stays() -> None:
    """Linux and FreeBSD know their boots."""
    first = kernel_boot_id()
    assert first
    assert kernel_boot_id() == first


def test_freebsds_id_is_read_as_sixteen_bytes() -> None:
    """kern.boot_id is an opaque sysctl: bytes, no text."""
    call = libc_with(kern_boot_id=bytes(range(16)))
    assert read_opaque_sysctl(FREEBSD_BOOT_ID, call) == bytes(range(16)).hex()


def test_a_kernel_without_an_id_of_its_boot_gives_none() -> None:
    """FreeBSD 12, or one whose random device is not seeded yet; zeros are no id."""
    assert read_opaque_sysctl(FREEBSD_BOOT_ID, libc_with()) is None
    assert read_opaque_sysctl(FREEBSD_BOOT_ID, libc_with(kern_boot_id=b"")) is None
    zeros = libc_with(kern_boot_id=bytes(16))
    assert read_opaque_sysctl(FREEBSD_BOOT_ID, zeros) is None


def test_a_clock_that_steps_forward_is_no_boot(tmp_path: Path) -> None:
    """The boot's time moves with the clock, the kernel's id does not [FACTS H24]."""
    now = time.time()
    before = boot_id(tmp_path, booted=now - 60, kernel=lambda: "c0ffee")
    assert boot_id(tmp_path, booted=now + 7200, kernel=lambda: "c0ffee") == before


def test_the_id_is_kept_for_the_rest_of_the_boot(tmp_path: Path) -> None:
    """Each of our processes finds the same id, and nothing else is left there."""
    run = tmp_path / "run"
    first = boot_id(run, booted=time.time() - 60, kernel=NO_KERNEL_ID)

    assert len(first) == 32
    assert boot_id(run, booted=time.time() - 61, kernel=NO_KERNEL_ID) == first
    assert [path.name for path in run.iterdir()] == [NAME]


def test_two_boots_have_two_ids(tmp_path: Path) -> None:
    """The directory was emptied in between."""
    ids = {
        boot_id(tmp_path / name, booted=time.time() - 60, kernel=NO_KERNEL_ID)
        for name in ("one", "two")
    }

    assert len(ids) == 2


def test_an_id_from_before_the_boot_is_replaced(tmp_path: Path) -> None:
    """Where nobody empties /var/run, an old id must not join two boots into one."""
    first = boot_id(tmp_path, booted=time.time() - 60, kernel=NO_KERNEL_ID)
    long_ago = time.time() - 3600
    os.utime(tmp_path / NAME, (long_ago, long_ago))

    assert boot_id(tmp_path, booted=time.time() - 60, kernel=NO_KERNEL_ID) != first


def test_without_a_place_to_keep_it_the_boots_time_has_to_do(tmp_path: Path) -> None:
    """A full disk costs precision, not the agent."""
    (tmp_path / "file").touch()
    place = tmp_path / "file" / "run"

    assert boot_id(place, booted=1_700_000_000.2, kernel=NO_KERNEL_ID) == (
        "booted-1700000000"
    )
