"""Mounts, directories and space [FACTS F]."""

from __future__ import annotations

import msgspec


class Mount(msgspec.Struct, frozen=True, kw_only=True):
    """One line of mount(8); the last of several on a directory is the visible one."""

    device: str
    directory: str
    fstype: str
    options: tuple[str, ...] = ()

    @property
    def writable(self) -> bool:
        """Return whether the file system is mounted read-write."""
        return "read-only" not in self.options


class FstabEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of /etc/fstab."""

    device: str
    directory: str
    fstype: str
    options: tuple[str, ...]
    dump: int = 0
    passno: int = 0


class Space(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes of a file system; available is what an ordinary user may still write."""

    total: int
    used: int
    available: int

    @property
    def used_percent(self) -> float:
        """Return used as a percentage of used plus available, as df(1) counts."""
        usable = self.used + self.available
        return 100.0 * self.used / usable if usable else 100.0


class DirectoryProbe(msgspec.Struct, frozen=True, kw_only=True):
    """What a disposable child found in a mount point's directory [FACTS F7].

    own_device: the directory is on another device than its parent (a mount is there).
    sentinel: the sentinel file was read; None where none was asked for.
    empty: no entry but ., .., .snap, .sujournal.
    fsynced: a small write and fsync went through; None where it was not asked for, has
    not come back yet, or found the disk full.
    stalled: the seconds for which an earlier such write has been hanging.
    immutable: the bare directory carries schg or mode 0 (only told when unmounted).
    """

    own_device: bool
    sentinel: bool | None
    empty: bool
    fsynced: bool | None = None
    stalled: float | None = None
    immutable: bool | None = None
    error: str | None = None
