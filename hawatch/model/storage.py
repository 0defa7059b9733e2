"""Mounts, directories and space [FACTS F]."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from hawatch.model.fact import Fact, Known, Unknown


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

    @property
    def by_label(self) -> bool:
        """Return whether the device's name is a label, which tells no disk."""
        return self.device.startswith(tuple(f"/dev/{kind}/" for kind in LABELS))


LABELS = (
    "diskid",
    "ext2fs",
    "gpt",
    "gptid",
    "iso9660",
    "label",
    "msdosfs",
    "ntfs",
    "ufs",
    "ufsid",
)
"""Directories of /dev in which devices have other names [glabel(8)]."""

_SLICES = re.compile(r"(?:p[0-9]+|s[0-9]+|[a-h]|\.(?:eli|bde|journal|nop|uzip))+")
"""What is appended to a disk's name for its parts and layers [gpart(8), geli(8)]."""


def lies_on(device: str, disk: str) -> bool:
    """Return whether a device is a disk, or by its name a partition or layer of it."""
    rest = device.removeprefix(disk)
    return device == disk or (rest != device and bool(_SLICES.fullmatch(rest)))


ACCESS = ("rw", "rq", "ro", "sw", "xx")
"""Options of which an fstab entry has one [fstab(5)]; the first one counts."""


class FstabEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of /etc/fstab."""

    device: str
    directory: str
    fstype: str
    options: tuple[str, ...]
    dump: int = 0
    passno: int = 0

    @property
    def access(self) -> str:
        """Return how it is to be mounted, "" where the options do not say it."""
        return next((word for word in self.options if word in ACCESS), "")

    @property
    def writable(self) -> bool:
        """Return whether mount(8) mounts it read-write (`rq`: with quotas)."""
        return self.access in ("rw", "rq") and "ro" not in self.options


class SkippedLine(msgspec.Struct, frozen=True):
    """A line of /etc/fstab that libc complains of and leaves out."""

    number: int
    text: str

    def mentions(self, word: str) -> bool:
        """Return whether a device or a directory stands in it as a word."""
        return word in self.text.replace(":", " ").split()

    @property
    def complaint(self) -> str:
        """Return in a few words what is wrong."""
        return f"mount skips line {self.number} of /etc/fstab: {self.text}"


class Fstab(msgspec.Struct, frozen=True, kw_only=True):
    """What mount(8) takes from /etc/fstab, and what it does not."""

    entries: tuple[FstabEntry, ...]
    skipped: tuple[SkippedLine, ...] = ()

    def entry_for(self, directory: str) -> Fact[FstabEntry | None]:
        """Return a directory's entry, the first one; known None where it has none.

        Unknown where a skipped line mentions the directory or the entry's device: what
        was meant there, a person has to say.
        """
        entry = next((e for e in self.entries if e.directory == directory), None)
        for line in self.skipped:
            if line.mentions(directory) or (entry and line.mentions(entry.device)):
                return Unknown(line.complaint)
        return Known(entry)


def on_top(mounts: Iterable[Mount], directory: str) -> tuple[Mount, ...]:
    """Return the mounts that keep the one on a directory from being unmounted.

    They lie below it, or show a part of it elsewhere, as nullfs(5) does.
    """
    below = directory.rstrip("/") + "/"
    return tuple(
        mount
        for mount in mounts
        if mount.directory.startswith(below) or f"{mount.device}/".startswith(below)
    )


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
    real: the path without links, as the mount table has it; None where nobody asked.
    """

    own_device: bool
    sentinel: bool | None
    empty: bool
    fsynced: bool | None = None
    stalled: float | None = None
    immutable: bool | None = None
    error: str | None = None
    real: str | None = None
