"""The files that hawatch brings, in the wheel or in the source tree."""

from __future__ import annotations

from pathlib import Path

import msgspec

import hawatch
from hawatch.discovering.own_files import PLACED

SOURCES = {
    "cron.d": ("etc/cron.d/hawatch", 0o644),
    "devd": ("etc/devd/hawatch.conf", 0o644),
    "rc.d": ("etc/rc.d/hawatch", 0o755),
    "hook": ("etc/libexec/hast-event", 0o755),
    "daily": ("periodic/daily/407.status-hawatch", 0o755),
    "security": ("periodic/security/410.hawatch", 0o755),
    "newsyslog": ("etc/newsyslog.conf.d/hawatch.conf", 0o644),
    "syslog": ("etc/syslog.d/hawatch.conf", 0o644),
}
"""Each file of own_files.PLACED: where it is brought, and its mode on the machine."""


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """One file for one place; data is None where this installation lacks it."""

    target: str
    mode: int
    source: str
    data: bytes | None


def shipped_root() -> Path:
    """Return where etc/ and periodic/ are: in the wheel, or in the source tree."""
    package = Path(hawatch.__file__).parent
    in_wheel = package / "shipped"
    return in_wheel if (in_wheel / "etc").is_dir() else package.parent


def brought_files(root: Path) -> tuple[Brought, ...]:
    """Given where etc/ and periodic/ are, return every file with its place."""
    return tuple(
        Brought(
            target=PLACED[name],
            mode=mode,
            source=str(root / source),
            data=_read(root / source),
        )
        for name, (source, mode) in SOURCES.items()
    )


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
