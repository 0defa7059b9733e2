"""Where records live: a directory that survives a power cut, or its double in memory.

On a soft-updates file system a file that was not fsynced is gone for about 30 seconds
after it was written [FACTS E5]: a durable write syncs the file and its directory.
Every method raises OSError as the system does; the callers turn it into a reason.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from hawatch.recording.reserve import Reserve
from hawatch.trust import doubt_about

TEMPORARY = ".new"
"""Suffix of a file being written; its name also starts with a dot."""


class StoreError(Exception):
    """The directory cannot be trusted or made; the text says what to type."""


class Store(Protocol):
    """Named pieces of data; a name is "file" or "folder/file"."""

    def read(self, name: str) -> bytes | None:
        """Return the content, or None where there is no such name."""
        ...

    def replace(self, name: str, data: bytes, *, durable: bool = True) -> None:
        """Give a name new content: afterwards it has the old or the new one, whole."""
        ...

    def append(self, name: str, data: bytes, *, durable: bool = True) -> None:
        """Add data at the end; a power cut may leave a part of it."""
        ...

    def rename(self, name: str, to: str) -> None:
        """Move a name over another one, in one durable step."""
        ...

    def remove(self, name: str) -> None:
        """Remove a name; one that is not there is no mistake."""
        ...

    def names(self, prefix: str) -> list[str]:
        """Return the sorted names that start with prefix, within one folder."""
        ...


def complaint(error: OSError) -> str:
    """Return an OSError in a few words, without the path."""
    return (error.strerror or str(error)).lower()


def checked_name(name: str) -> str:
    """Return a name that stays inside the store.

    Raises ValueError for an absolute one, one with "..", or more than one folder.
    """
    parts = name.split("/")
    if len(parts) > 2 or any(part in ("", ".", "..") for part in parts):
        raise ValueError(f"not a name in a store: {name!r}")
    return name


class DirStore:
    """A directory of one's own, mode 0750.

    Raises StoreError where it cannot be made, belongs to somebody else or can be
    written by group or others: whoever writes the memory decides what this node does.
    """

    def __init__(self, path: str) -> None:
        self._root = Path(path)
        self._reserve = Reserve(self._root)
        try:
            self._root.mkdir(mode=0o750, parents=True, exist_ok=True)
            found = self._root.stat()
        except OSError as error:
            raise StoreError(
                f"{path}: {complaint(error)}; type: install -d -m 0750 {path}"
            ) from error
        doubt = doubt_about(path, found)
        if doubt is not None:
            raise StoreError(str(doubt))

    def read(self, name: str) -> bytes | None:
        """Return the content, or None where there is no such file."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def replace(self, name: str, data: bytes, *, durable: bool = True) -> None:
        """Write a file beside the old one, sync it, rename it, sync the directory."""
        self._with_reserve(lambda: self._replace(name, data, durable=durable))
        self._reserve.keep()

    def _with_reserve(self, write: Callable[[], None]) -> None:
        """Write; on a full disk give the reserve up and write once more."""
        try:
            write()
        except OSError as error:
            if error.errno != errno.ENOSPC or not self._reserve.give_up():
                raise
            write()

    def _replace(self, name: str, data: bytes, *, durable: bool) -> None:
        path = self._path(name)
        self._make_folder(path.parent)
        temporary = path.with_name(f".{path.name}{TEMPORARY}")
        try:
            with _opened(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as file:
                _write_all(file, data)
                if durable:
                    os.fsync(file)
            temporary.replace(path)
        except OSError:
            # On a full disk even the part that was written is somebody's space.
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        if durable:
            sync_directory(path.parent)

    def append(self, name: str, data: bytes, *, durable: bool = True) -> None:
        """Write at the end of a file; a failed write leaves the file as it was."""
        self._with_reserve(lambda: self._append(name, data, durable=durable))

    def _append(self, name: str, data: bytes, *, durable: bool) -> None:
        path = self._path(name)
        self._make_folder(path.parent)
        new = not path.exists()
        with _opened(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND) as file:
            before = os.fstat(file).st_size
            try:
                _write_all(file, data)
                if durable:
                    os.fsync(file)
            except OSError:
                with contextlib.suppress(OSError):
                    os.ftruncate(file, before)
                raise
        if durable and new:
            sync_directory(path.parent)

    def rename(self, name: str, to: str) -> None:
        """Rename a file and sync its directory."""
        path, target = self._path(name), self._path(to)
        self._make_folder(target.parent)
        path.replace(target)
        sync_directory(target.parent)
        if path.parent != target.parent:
            sync_directory(path.parent)

    def remove(self, name: str) -> None:
        """Remove a file and sync its directory."""
        path = self._path(name)
        try:
            path.unlink()
        except FileNotFoundError:
            return
        sync_directory(path.parent)

    def names(self, prefix: str) -> list[str]:
        """Return the sorted names that start with prefix; half-written ones are not."""
        folder = prefix.rpartition("/")[0]
        base = f"{folder}/" if folder else ""
        try:
            with os.scandir(self._root / folder) as entries:
                found = [
                    base + entry.name
                    for entry in entries
                    if entry.is_file() and not entry.name.startswith(".")
                ]
        except FileNotFoundError:
            return []
        return sorted(name for name in found if name.startswith(prefix))

    def _path(self, name: str) -> Path:
        return self._root / checked_name(name)

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(mode=0o750)
            sync_directory(folder.parent)


class MemoryStore:
    """The double for simulated nodes, with a disk that fills and a power that fails.

    What was written but not durably is lost by `crash`. While `fill` holds, every
    write raises ENOSPC; reading and removing go on.
    """

    def __init__(self) -> None:
        self._live: dict[str, bytes] = {}
        self._disk: dict[str, bytes] = {}
        self._full = False

    def read(self, name: str) -> bytes | None:
        """Return the content, or None where there is no such name."""
        return self._live.get(checked_name(name))

    def replace(self, name: str, data: bytes, *, durable: bool = True) -> None:
        """Give a name new content."""
        self._need_room()
        self._live[checked_name(name)] = data
        if durable:
            self._disk[name] = data

    def append(self, name: str, data: bytes, *, durable: bool = True) -> None:
        """Add data; a durable append takes the earlier ones to the disk as well."""
        self._need_room()
        self._live[name] = self._live.get(checked_name(name), b"") + data
        if durable:
            self._disk[name] = self._live[name]

    def rename(self, name: str, to: str) -> None:
        """Move a name; content that never reached the disk is empty after a crash."""
        if name not in self._live:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        self._live[checked_name(to)] = self._live.pop(name)
        self._disk[to] = self._disk.pop(name, b"")

    def remove(self, name: str) -> None:
        """Remove a name, durably."""
        self._live.pop(checked_name(name), None)
        self._disk.pop(name, None)

    def names(self, prefix: str) -> list[str]:
        """Return the sorted names that start with prefix, within one folder."""
        folders = prefix.count("/")
        return sorted(
            name
            for name in self._live
            if name.startswith(prefix) and name.count("/") == folders
        )

    def crash(self) -> None:
        """Cut the power: only what was written durably is left."""
        self._live = dict(self._disk)

    def fill(self) -> None:
        """Let every write raise OSError(ENOSPC) from now on."""
        self._full = True

    @property
    def is_full(self) -> bool:
        """Return whether writes fail."""
        return self._full

    def free(self) -> None:
        """Let writes succeed again."""
        self._full = False

    def damage(self, name: str) -> None:
        """Spoil the middle of a content, on the disk as well."""
        data = bytearray(self._live[name])
        middle = len(data) // 2
        data[middle : middle + 8] = b"\x00" * 8
        self._live[name] = self._disk[name] = bytes(data)

    def _need_room(self) -> None:
        if self._full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@contextlib.contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    file = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o640)
    try:
        yield file
    finally:
        os.close(file)


def _write_all(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def sync_directory(folder: Path) -> None:
    """Make the names in a directory survive a power cut. Raises OSError."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
