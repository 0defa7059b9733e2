"""mount, umount and fsck [FACTS F]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hawatch.sim import text_storage
from hawatch.sim.promise import Promise
from hawatch.sim.shell import Reply, Shell
from hawatch.sim.storage import CLEAN, DIRTY, FS_CLEAN, FileSystem, MountEntry

if TYPE_CHECKING:
    from hawatch.sim.node import Node

JOURNAL_SECONDS = 0.3
DIRECTORIES = ("/", "/mnt", "/tmp", "/var", "/var/db")  # noqa: S108 - names only


def file_system_of(node: Node, device: str) -> FileSystem | None:
    """Return the file system on a device whose node is there, or None."""
    for service in node.world.settings.services:
        resource = node.resources[service.resource]
        if resource.path == device:
            if resource.device is None or not resource.device.visible:
                return None
            return FileSystem(node, service, resource.device)
    return None


def fstab_device(node: Node, directory: str) -> str | None:
    """Return the device that fstab gives for a directory."""
    for service in node.world.settings.services:
        if service.mount == directory:
            return node.resources[service.resource].path
    return None


def mount_now(
    node: Node, fs: FileSystem, directory: str, extra: tuple[str, ...]
) -> Promise[str]:
    """Put a file system into the mount table; a writable one is dirty from now on.

    Return a promise that is settled when the superblock is on the disk.
    """
    options: tuple[str, ...] = ("local", "noatime")
    if "ro" in extra:
        options += ("read-only",)
    else:
        options += ("soft-updates",)
        if fs.settings.su_j:
            options += ("journaled soft-updates",)
    entry = MountEntry(fs.device.path, directory, "ufs", options, fs)
    node.mounts.add(entry)
    if "ro" in extra:
        return Promise.of("")
    node.world.violations.mounted(node, fs.settings.resource)
    return node.mounts.write(entry, FS_CLEAN, DIRTY, 0)


async def mount(shell: Shell, argv: tuple[str, ...]) -> Reply:
    """Show the mount table, or mount by directory (fstab) or by device."""
    words = list(argv[1:])
    if not words:
        return Reply(out=text_storage.mount_lines(shell.node.mounts.entries))
    if words == ["--libxo", "json"]:
        return Reply(out=text_storage.mount_json(shell.node.mounts.entries))
    if words == ["-p"]:
        return Reply(out=text_storage.mount_p_lines(shell.node.mounts.entries))
    extra: list[str] = []
    places: list[str] = []
    while words:
        word = words.pop(0)
        if word == "-t":
            words.pop(0)
        elif word == "-o":
            extra += words.pop(0).split(",")
        elif word == "-r":
            extra.append("ro")
        else:
            places.append(word)
    device = places[0] if len(places) == 2 else fstab_device(shell.node, places[0])
    if device is None:
        return Reply(
            1, err=f"mount: {places[0]}: unknown special file or file system.\n"
        )
    return await _mount(shell, device, places[-1], tuple(extra))


async def _mount(
    shell: Shell, device: str, directory: str, extra: tuple[str, ...]
) -> Reply:
    node = shell.node
    fs = file_system_of(node, device)
    if fs is None:
        return Reply(1, err=text_storage.MISSING.format(device=device))
    if node.mounts.of_device(device) is not None:
        return Reply(1, err=text_storage.BUSY.format(device=device))
    if not fs.exists:
        return Reply(1, err=text_storage.NO_FILE_SYSTEM.format(device=device))
    if not fs.clean and "ro" not in extra:
        if fs.settings.su_j:
            text = text_storage.NOT_CLEAN.format(device=device, directory=directory)
            return Reply(1, err=text)
        node.kernel_log(f"WARNING: {directory} was not properly dismounted")
    await shell.uninterruptible(mount_now(node, fs, directory, extra))
    return Reply()


async def glabel(shell: Shell, argv: tuple[str, ...]) -> Reply:
    """Show the only label of a node, of the disk that it boots from."""
    del shell, argv
    return Reply(out=text_storage.LABELS)


async def umount(shell: Shell, argv: tuple[str, ...]) -> Reply:
    """Unmount: busy, forced, of a zombie, or hanging on stalled I/O [FACTS F4]."""
    node = shell.node
    force = "-f" in argv
    what = next(word for word in argv[1:] if not word.startswith("-"))
    entry = node.mounts.find(what)
    if entry is None:
        return Reply(1, err=_not_mounted(node, what))
    busy = (entry.unmounting and not entry.zombie) or (entry.users and not force)
    if busy:
        text = text_storage.UMOUNT_BUSY.format(directory=entry.directory)
        return Reply(1, err=text)
    entry.unmounting = True
    for user in list(entry.users):
        user.lose_files()
    if entry.fs is not None and entry.writable and not entry.zombie:
        await shell.uninterruptible(entry.fs.write(FS_CLEAN, CLEAN))
    node.mounts.remove(entry)
    node.world.violations.look()
    return Reply()


def _not_mounted(node: Node, what: str) -> str:
    """Return what umount says of a place where nothing is mounted."""
    if what in DIRECTORIES or fstab_device(node, what) is not None:
        return text_storage.NOT_A_ROOT.format(what=what)
    if file_system_of(node, what) is not None:
        return text_storage.UNKNOWN.format(what=what).splitlines(keepends=True)[1]
    return text_storage.UNKNOWN.format(what=what)


async def fstat(shell: Shell, argv: tuple[str, ...]) -> Reply:
    """Show who holds files open on a mounted file system [FACTS F4]."""
    entry = shell.node.mounts.visible(argv[-1])
    users = [] if entry is None else sorted(entry.users, key=lambda user: user.pid)
    return Reply(out=text_storage.fstat_lines(argv[-1], users))


async def fsck(shell: Shell, argv: tuple[str, ...]) -> Reply:
    """Check a file system: preen (-p), yes to all (-y), a mounted one, none at all."""
    node, device = shell.node, argv[-1]
    preen = "-p" in argv
    fs = file_system_of(node, device)
    if fs is None:
        text = text_storage.CANNOT_STAT.format(device=device)
        return Reply(3 if preen else 8, text)
    if not fs.exists:
        return Reply(3 if preen else 8, text_storage.NO_SUPERBLOCK)
    if node.mounts.of_device(device) is not None:
        if preen:
            return Reply(8, text_storage.NO_WRITE_ACCESS.format(device=device))
        return Reply(out=_phases(fs, " (NO WRITE)"))
    if preen and fs.clean and "-f" not in argv:
        return Reply(out=text_storage.SKIPPED.format(device=device))
    verdict = node.fsck_results.pop(0) if node.fsck_results else 0
    if preen and node.resources[fs.settings.resource].disk.incomplete:
        verdict = 8
    by_journal = fs.settings.su_j and "-f" not in argv and not fs.clean
    await shell.nap(JOURNAL_SECONDS if by_journal else fs.settings.fsck)
    if verdict == 8:
        return Reply(8, text_storage.INCONSISTENT.format(device=device))
    if verdict == 16:
        return Reply(16, _phases(fs, "") + text_storage.STILL_DIRTY)
    if verdict:
        return Reply(verdict)
    word = "IS" if fs.clean else "MARKED"
    await shell.uninterruptible(fs.write(FS_CLEAN, CLEAN))
    if by_journal:
        text = text_storage.JOURNAL if preen else text_storage.JOURNAL_YES
        return Reply(out=text.format(device=device))
    if preen:
        return Reply(out=text_storage.PREENED.format(device=device))
    return Reply(out=_phases(fs, "") + f"\n***** FILE SYSTEM {word} CLEAN *****\n")


def _phases(fs: FileSystem, no_write: str) -> str:
    return text_storage.PHASES.format(
        device=fs.device.path, directory=fs.settings.mount, no_write=no_write
    )
