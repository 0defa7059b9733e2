"""Mounts and file systems of one node [FACTS F].

A file system's own facts (which one it is, whether it is clean, what mysqld wrote) are
blocks of the HAST device, so that they are replicated, lost and resynced like rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hawatch.sim.hast_device import GONE, GateDevice
from hawatch.sim.promise import Promise

if TYPE_CHECKING:
    from hawatch.sim.hast_disk import Block, Value
    from hawatch.sim.node import Node
    from hawatch.sim.services import RcService
    from hawatch.sim.settings import ServiceSettings

FS_EXTENT = 0
FS_ID, FS_CLEAN, FS_DATABASE, FS_PROBE = "fs", "clean", "database", "probe"
FS_FULL, FS_SENTINEL = "full", "sentinel"
CLEAN, DIRTY = 1, 0

TOTAL_BYTES = 259_674_112
ROOT_TOTAL, ROOT_USED, ROOT_AVAILABLE = 3_118_067_712, 241_831_936, 2_626_797_568


class FileSystem:
    """The file system on one HAST device of one node, mounted or not."""

    __slots__ = ("device", "node", "settings")

    def __init__(
        self, node: Node, settings: ServiceSettings, device: GateDevice
    ) -> None:
        self.node = node
        self.settings = settings
        self.device = device

    def read(self, block: Block, extent: int = FS_EXTENT) -> Value | None:
        """Return a block, as the cache or the device has it."""
        return self.device.read(extent, block)

    def write(
        self, block: Block, value: Value, extent: int = FS_EXTENT
    ) -> Promise[str]:
        """Write a block and wait for the disk; "" or the error text."""
        return self.device.write(extent, block, value)

    @property
    def exists(self) -> bool:
        """Return whether there is a file system on the device at all."""
        return self.read(FS_ID) is not None

    @property
    def clean(self) -> bool:
        """Return whether it was unmounted or checked since it was last mounted."""
        return self.read(FS_CLEAN) == CLEAN

    @property
    def full(self) -> bool:
        """Return whether no space is left on it."""
        return bool(self.read(FS_FULL))


class MountEntry:
    """One line of the mount table. fs is None on the root file system's own lines.

    contents: what was cached of the file system when it was mounted, which a zombie
    goes on showing. users: the services with open files here.
    """

    __slots__ = (
        "device",
        "directory",
        "fs",
        "fstype",
        "options",
        "sentinel",
        "unmounting",
        "users",
    )

    def __init__(
        self,
        device: str,
        directory: str,
        fstype: str,
        options: tuple[str, ...],
        fs: FileSystem | None = None,
    ) -> None:
        self.device = device
        self.directory = directory
        self.fstype = fstype
        self.options = options
        self.fs = fs
        self.users: set[RcService] = set()
        self.unmounting = False
        self.sentinel = fs is not None and bool(fs.read(FS_SENTINEL))

    @property
    def zombie(self) -> bool:
        """Return whether the device was destroyed under the mount [FACTS F7]."""
        return self.fs is not None and self.fs.device.destroyed

    @property
    def writable(self) -> bool:
        """Return whether it is mounted read-write."""
        return "read-only" not in self.options


class MountTable:
    """The mounts of one boot, in order; the last on a directory is the visible one.

    probing tells since when a probe's write to a directory has not come back.
    """

    __slots__ = ("entries", "node", "probing")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.probing: dict[str, float] = {}
        self.entries: list[MountEntry] = [
            MountEntry("/dev/gpt/rootfs", "/", "ufs", ("local", "soft-updates")),
            MountEntry("devfs", "/dev", "devfs", ()),
            MountEntry("tmpfs", "/tmp", "tmpfs", ("local",)),  # noqa: S108 - a mount
        ]

    def visible(self, directory: str) -> MountEntry | None:
        """Return the mount that one sees in a directory, None for the bare one."""
        for entry in reversed(self.entries):
            if entry.directory == directory:
                return entry
        return None

    def of_device(self, path: str) -> MountEntry | None:
        """Return the last mount of a device that still exists."""
        for entry in reversed(self.entries):
            if entry.device == path and not entry.zombie:
                return entry
        return None

    def find(self, what: str) -> MountEntry | None:
        """Return the mount that umount(8) takes for a directory or a device."""
        for entry in reversed(self.entries):
            if what in (entry.directory, entry.device):
                return entry
        return None

    def add(self, entry: MountEntry) -> None:
        """Put a mount on top, and tell devd."""
        self.entries.append(entry)
        self.node.note(f"{entry.device} mounted on {entry.directory}", "mount")
        self._event("MOUNT", entry)

    def remove(self, entry: MountEntry, why: str = "unmounted") -> None:
        """Take a mount away; who had files open there has dead descriptors now."""
        if entry not in self.entries:
            return
        self.entries.remove(entry)
        for user in list(entry.users):
            user.lose_files()
        entry.users.clear()
        self.node.note(f"{entry.directory} {why}", "mount")
        self._event("UNMOUNT", entry)

    def force_out(self, entry: MountEntry) -> None:
        """Unmount a zombie because I/O reached its dead device [FACTS F7]."""
        if entry in self.entries:
            self.node.kernel_log(
                f"UFS: forcibly unmounting {entry.device} from {entry.directory}"
            )
            self.remove(entry, "forcibly unmounted")

    def write(
        self, entry: MountEntry, block: Block, value: Value, extent: int
    ) -> Promise[str]:
        """Write and fsync through a mount; a dead device forces the mount off."""
        if entry.fs is None:
            return Promise.of("")
        if not entry.writable:
            return Promise.of("Read-only file system")
        result = entry.fs.write(block, value, extent)
        result.then(lambda error: self._after(entry, error))
        return result

    def _after(self, entry: MountEntry, error: str) -> None:
        if error == GONE:
            self.force_out(entry)

    def _event(self, kind: str, entry: MountEntry) -> None:
        self.node.devd.emit(
            f'!system=VFS subsystem=FS type={kind} mount-point="{entry.directory}" '
            f'mount-dev="{entry.device}" mount-type="{entry.fstype}"'
        )


class BareDirectory:
    """A mount point as it is on the root file system. names: what lies in it."""

    __slots__ = ("immutable", "names")

    def __init__(self, *, immutable: bool) -> None:
        self.immutable = immutable
        self.names: set[str] = set()


class RootFiles:
    """Files of the root file system; what is not synced is lost with the power [E5].

    Soft updates bring a file to the disk about 30 s after it was written.
    """

    __slots__ = ("_disk", "_node", "_young")

    DELAY = 30.0

    def __init__(self, node: Node) -> None:
        self._node = node
        self._disk: dict[str, str] = {}
        self._young: dict[str, tuple[float, str | None]] = {}

    def write(self, path: str, text: str, *, synced: bool) -> None:
        """Write a whole file; synced: fsync of the file and its directory."""
        self._settle()
        if synced:
            self._disk[path] = text
            self._young.pop(path, None)
        else:
            self._young[path] = (self._node.world.now, text)

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""
        self._settle()
        self._young[path] = (self._node.world.now, None)

    def read(self, path: str) -> str | None:
        """Return a file's text, or None where there is no such file."""
        if path in self._young:
            return self._young[path][1]
        return self._disk.get(path)

    def paths(self) -> list[str]:
        """Return every file, in order."""
        known = self._disk.keys() | self._young.keys()
        return sorted(path for path in known if self.read(path) is not None)

    def sync(self) -> None:
        """Bring everything to the disk: an orderly shutdown."""
        for path, (_at, text) in self._young.items():
            if text is None:
                self._disk.pop(path, None)
            else:
                self._disk[path] = text
        self._young.clear()

    def lose(self) -> None:
        """Lose what had not reached the disk: the power went."""
        self._settle()
        self._young.clear()

    def _settle(self) -> None:
        """Bring what is old enough to the disk."""
        limit = self._node.world.now - self.DELAY
        for path, (at, text) in list(self._young.items()):
            if at <= limit:
                del self._young[path]
                if text is None:
                    self._disk.pop(path, None)
                else:
                    self._disk[path] = text
