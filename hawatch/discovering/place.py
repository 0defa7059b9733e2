"""Where a machine's files are: at / or below a directory, read and never changed."""

from __future__ import annotations

import stat
from pathlib import Path

from hawatch.discovering.machine import FileStatus
from hawatch.discovering.tree_host import TreeHost
from hawatch.freebsd.host import FreeBSDHost
from hawatch.host import Host
from hawatch.model.fact import Fact, Known, Unknown

KINDS = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFLNK: "link",
}


class Place:
    """One machine: its files below root, and a host that answers its commands."""

    def __init__(self, root: Path, host: Host) -> None:
        self.root = root
        self.host = host
        self._files = FreeBSDHost("", run_dir=root / "var/run/hawatch")

    @property
    def live(self) -> bool:
        """Return whether this is the running machine itself."""
        return not isinstance(self.host, TreeHost)

    def path(self, path: str) -> Path:
        """Given an absolute path on the machine, return where it is here."""
        return self.root / path.lstrip("/")

    def text(self, path: str) -> Fact[str]:
        """Return the text of a file, named by its path on the machine."""
        found = self._files.read_text(str(self.path(path)))
        if isinstance(found, Unknown) and self.root != Path("/"):
            return Unknown(found.reason.replace(f"{self.root}/", "/"))
        return found

    def text_if_there(self, path: str) -> Fact[str]:
        """Return the text of a file that need not exist, "" where it does not."""
        if self.status(path) == Known(None):
            return Known("")
        return self.text(path)

    def names(self, directory: str) -> Fact[tuple[str, ...]]:
        """Return the sorted names in a directory; one that is missing holds none."""
        try:
            found = (entry.name for entry in self.path(directory).iterdir())
            return Known(tuple(sorted(found)))
        except (FileNotFoundError, NotADirectoryError):
            return Known(())
        except OSError as error:
            return Unknown(f"{directory}: {error.strerror}")

    def link_in(self, path: str) -> Fact[str]:
        """Return the first part of an absolute path that is a link, or ""."""
        for part in (*reversed(Path(path).parents), Path(path)):
            found = self.status(str(part))
            if isinstance(found, Unknown):
                return found
            if found.value is not None and found.value.kind == "link":
                return Known(str(part))
        return Known("")

    def status(self, path: str) -> Fact[FileStatus | None]:
        """Return what lstat(2) tells of a path, None where there is nothing."""
        try:
            found = self.path(path).lstat()
        except (FileNotFoundError, NotADirectoryError):
            return Known(None)
        except OSError as error:
            return Unknown(f"{path}: {error.strerror}")
        return Known(
            FileStatus(
                kind=KINDS.get(stat.S_IFMT(found.st_mode), "special file"),
                user=found.st_uid,
                mode=stat.S_IMODE(found.st_mode),
                size=found.st_size,
                changed=found.st_mtime_ns,
                inode=found.st_ino,
            )
        )


def this_machine(node: str) -> Place:
    """Given its name, return the machine that this runs on."""
    return Place(Path("/"), FreeBSDHost(node))


def tree(root: Path) -> Place:
    """Given a directory that holds a machine's files, return it as a place."""
    return Place(root, TreeHost(root))
