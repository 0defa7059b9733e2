"""How mount, umount and fsck tell file systems on 13.2 [FACTS F1 to F4]."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hawatch.sim.services import RcService
    from hawatch.sim.storage import MountEntry

NOT_CLEAN = (
    "mount: {device}: R/W mount on {directory} denied. Filesystem is not clean - "
    "run fsck. Forced mount will invalidate journal contents: Operation not permitted\n"
)
MISSING = "mount: {device}: Invalid fstype: Invalid argument\n"
NO_FILE_SYSTEM = "mount: {device}: Invalid argument\n"
BUSY = "mount: {device}: Device busy\n"
UMOUNT_BUSY = "umount: unmount of {directory} failed: Device busy\n"
NOT_A_ROOT = "umount: {what}: not a file system root directory\n"
UNKNOWN = (
    "umount: {what}: statfs: No such file or directory\n"
    "umount: {what}: unknown file system\n"
)

LABELS = "      Name  Status  Components\ngpt/rootfs     N/A  vtbd0p2\n"

CANNOT_STAT = "Can't stat {device}: No such file or directory\n"
NO_SUPERBLOCK = "Cannot find file system superblock\n"
NO_WRITE_ACCESS = (
    "{device}: NO WRITE ACCESS\n"
    "{device}: UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY.\n"
)
INCONSISTENT = "{device}: UNEXPECTED SOFT UPDATE INCONSISTENCY; RUN fsck MANUALLY.\n"
STILL_DIRTY = "\n***** FILE SYSTEM STILL DIRTY *****\n\n***** PLEASE RERUN FSCK *****\n"
SKIPPED = (
    "{device}: FILE SYSTEM CLEAN; SKIPPING CHECKS\n"
    "{device}: clean, 62341 free (21 frags, 7790 blocks, 0.0% fragmentation)\n"
)
PREENED = (
    "{device}: 7 files, 38690 used, 24707 free "
    "(27 frags, 3085 blocks, 0.0% fragmentation)\n"
)
JOURNAL = """** SU+J Recovering {device}
** Reading 4194304 byte journal from inode 4.
** Building recovery table.
** Resolving unreferenced inode list.
** Processing journal entries.
** 9 journal records in 2560 bytes for 11.25% utilization
** Freed 2 inodes (0 dirs) 0 blocks, and 0 frags.

***** FILE SYSTEM MARKED CLEAN *****
"""
JOURNAL_YES = """** {device}
** SU+J Recovering {device}

USE JOURNAL? yes

** Reading 4194304 byte journal from inode 4.

RECOVER? yes

** Building recovery table.
** Resolving unreferenced inode list.
** Processing journal entries.

***** FILE SYSTEM IS CLEAN *****

***** FILE SYSTEM MARKED CLEAN *****
"""
PHASES = """** {device}{no_write}
** Last Mounted on {directory}
** Phase 1 - Check Blocks and Sizes
** Phase 2 - Check Pathnames
** Phase 3 - Check Connectivity
** Phase 4 - Check Reference Counts
** Phase 5 - Check Cyl groups
7 files, 38690 used, 24707 free (27 frags, 3085 blocks, 0.0% fragmentation)
"""


def mount_lines(entries: list[MountEntry]) -> str:
    """Return plain `mount`."""
    return "".join(
        f"{entry.device} on {entry.directory} "
        f"({', '.join((entry.fstype, *entry.options))})\n"
        for entry in entries
    )


def mount_json(entries: list[MountEntry]) -> str:
    """Return `mount --libxo json`, blanks and all."""
    mounted = ", ".join(_mount_as_json(entry) for entry in entries)
    return f'{{"mount": {{"mounted": [{mounted}]}}}}\n'


def _mount_as_json(entry: MountEntry) -> str:
    place = f'"special":"{entry.device}","node":"{entry.directory}"'
    options = ",".join(json.dumps(option) for option in entry.options)
    opts = f', "opts": [{options}]' if options else ""
    return f'{{{place},"fstype":"{entry.fstype}"{opts}}}'


def fstat_lines(directory: str, users: list[RcService]) -> str:
    """Return `fstat -f DIR`: each service with its working directory and a file."""
    lines = ["USER     CMD          PID   FD MOUNT      INUM MODE         SZ|DV R/W\n"]
    for user in users:
        command = user.settings.process.rsplit("/", 1)[-1]
        who = f"mysql    {command:<8} {user.pid:7d}"
        lines.append(f"{who}   wd {directory}      2 drwxr-xr-x     512  r\n")
        lines.append(f"{who}    3 {directory}      8 -rw-r--r--       0  w\n")
    return "".join(lines)


def _pad(text: str, width: int = 24) -> str:
    """Return a text with the tabs that bring it to a column."""
    return text + "\t" * max(1, (width - len(text) + 7) // 8)


FSTAB_OPTIONS = ("noatime",)


def mount_p_lines(entries: list[MountEntry]) -> str:
    """Return `mount -p`, in fstab's form."""
    lines = []
    for entry in entries:
        shown = [o for o in entry.options if o in FSTAB_OPTIONS]
        access = "ro" if not entry.writable else "rw"
        options = ",".join((access, *shown))
        options += "\t\t" if len(options) < 8 else " \t"
        passes = "1 1" if entry.directory == "/" else "0 0"
        lines.append(
            f"{_pad(entry.device)}{_pad(entry.directory)}{entry.fstype}\t"
            f"{options}{passes}\n"
        )
    return "".join(lines)
