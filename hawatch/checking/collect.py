"""Find check files, and refuse those that somebody else could have written.

Checks run as root, so a site's file is believed only where root may believe it and its
way [hawatch.trust]. The shipped checks are as much part of hawatch as the code that
reads them; whoever could change them could change this line as well, so they are not
asked.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

import hawatch
from hawatch.checking.nouns import PREFIX, CheckFile, Collection, Refused
from hawatch.checking.scan import scan
from hawatch.legible import legible
from hawatch.model.config import Config
from hawatch.trust import Doubt, doubt_about, doubt_about_way

PATTERN = f"{PREFIX}*.py"
MAX_BYTES = 1_000_000


class Untrusted(Exception):  # noqa: N818 - the adjective is the reason
    """A file or directory that somebody else could change."""


def shipped_checks_dir() -> Path:
    """Return where the shipped checks are: in the wheel, or in the source tree."""
    package = Path(hawatch.__file__).parent
    in_wheel = package / "shipped" / "checks"
    return in_wheel if in_wheel.is_dir() else package.parent / "checks"


def collect_configured(config: Config) -> Collection:
    """Return the shipped checks and those of the configured directories."""
    return collect(config.agent.checks)


def collect(
    directories: Iterable[str | Path] = (), *, shipped: bool = True
) -> Collection:
    """Given the site's directories, return all checks, the shipped ones first.

    A directory that does not exist holds none. Of two checks with one name the first
    runs and the other is refused, so that no site check can stand in for a shipped one.
    """
    found: list[tuple[CheckFile, list[Refused]]] = []
    refused: list[Refused] = []
    if shipped:
        directory = shipped_checks_dir()
        for path in sorted(directory.glob(PATTERN)):
            text = path.read_text(encoding="utf-8")
            found.append(scan(text, str(path), shipped=True))
    for site in directories:
        for path, text, why in _trusted_files(Path(site)):
            if why is None:
                found.append(scan(text, str(path), shipped=False))
            else:
                refused.append(Refused(name=path.name, source=str(path), reason=why))
    return _unique(found, refused)


def _unique(
    found: list[tuple[CheckFile, list[Refused]]], refused: list[Refused]
) -> Collection:
    first: dict[str, str] = {}
    files: list[CheckFile] = []
    for file, mistakes in found:
        refused.extend(mistakes)
        kept = []
        for check in file.checks:
            if check.name in first:
                reason = f"the name is taken by {first[check.name]}"
                refused.append(
                    Refused(name=check.name, source=check.source, reason=reason)
                )
            else:
                first[check.name] = check.source
                kept.append(check)
        files.append(CheckFile(path=file.path, text=file.text, checks=tuple(kept)))
    return Collection(files=tuple(files), refused=tuple(refused))


def _trusted_files(directory: Path) -> Iterator[tuple[Path, str, str | None]]:
    """Yield each check file with its text, or with the reason why it is refused."""
    try:
        names = sorted(path for path in directory.iterdir() if path.match(PATTERN))
        _believe(doubt_about_way(directory))
    except FileNotFoundError:
        return
    except (OSError, Untrusted) as error:
        yield directory, "", _why(error)
        return
    for path in names:
        if legible(str(path)) != str(path):
            yield Path(legible(str(path))), "", "its name is not UTF-8"
            continue
        try:
            yield path, read_trusted(path), None
        except (OSError, UnicodeDecodeError, Untrusted) as error:
            yield path, "", _why(error)


def read_trusted(path: Path) -> str:
    """Return a check file's text, read from the very file that was examined.

    A link is followed; what it leads to, and the way there, must be trusted as well.
    Raises Untrusted with the reason, OSError or UnicodeDecodeError.
    """
    real = Path(os.path.realpath(path))
    _believe(doubt_about_way(real.parent))
    # O_NONBLOCK: opening a FIFO by mistake would wait for a writer.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with os.fdopen(os.open(real, flags), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise Untrusted("not a plain file")
        _believe(doubt_about(real, status))
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise Untrusted(f"longer than {MAX_BYTES} bytes")
    return content.decode("utf-8")


def _believe(doubt: Doubt | None) -> None:
    """Raise Untrusted where there is a doubt."""
    if doubt is not None:
        raise Untrusted(str(doubt))


def _why(error: Exception) -> str:
    if isinstance(error, Untrusted):
        return str(error)
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    if isinstance(error, OSError) and error.errno is not None:
        if error.errno in (errno.ELOOP, errno.EMLINK):  # Linux, FreeBSD [open(2)]
            return "a link that changed while it was read"
        return f"cannot be read: {os.strerror(error.errno)}"
    return str(error)
