"""What `mount` prints, as text or with `--libxo json` [FACTS F1]."""

from __future__ import annotations

import re

import msgspec

from hawatch.freebsd.parse_error import ParseError, whole_lines
from hawatch.freebsd.parse_json import decode_json
from hawatch.model.storage import Mount

_LINE = re.compile(
    r"(?P<device>\S.*?) on (?P<directory>/.*) "
    r"\((?P<fstype>[^(), ]+)(?P<options>(?:, [^(),]+)*)\)"
)
_SEPARATOR = " on /"


class _Mounted(msgspec.Struct, frozen=True):
    special: str
    node: str
    fstype: str
    opts: tuple[str, ...] = ()


class _Table(msgspec.Struct, frozen=True):
    mounted: tuple[_Mounted, ...]


class _Answer(msgspec.Struct, frozen=True):
    mount: _Table


def parse_mount(text: str) -> tuple[Mount, ...]:
    """Given the output of plain `mount`, return the mounts in its order.

    The last of several on one directory is the visible one. Raises ParseError where a
    line is mutilated or can be read in two ways, and where no root file system is told:
    then the table is not whole.
    """
    mounts = tuple(
        _mount(number, line) for number, line in whole_lines(text, "a line of mount")
    )
    return _with_root(mounts, text.count("\n") + 1)


def parse_mount_json(text: str) -> tuple[Mount, ...]:
    """Given the output of `mount --libxo json`, return the mounts in its order.

    Raises ParseError as parse_mount does.
    """
    answer = decode_json(text, _Answer, "mount's table")
    mounts = tuple(
        Mount(
            device=mounted.special,
            directory=mounted.node,
            fstype=mounted.fstype,
            options=mounted.opts,
        )
        for mounted in answer.mount.mounted
    )
    return _with_root(mounts, 1)


def _mount(number: int, line: str) -> Mount:
    """Return the mount of one line."""
    found = _LINE.fullmatch(line)
    if found is None:
        raise ParseError(number, line, "DEVICE on /DIRECTORY (TYPE, OPTION, ...)")
    if line.count(_SEPARATOR) > 1:
        raise ParseError(number, line, f"{_SEPARATOR!r} only once")
    return Mount(
        device=found["device"],
        directory=found["directory"],
        fstype=found["fstype"],
        options=tuple(found["options"].split(", ")[1:]),
    )


def _with_root(mounts: tuple[Mount, ...], number: int) -> tuple[Mount, ...]:
    """Return the mounts; raise ParseError where the root file system is missing."""
    if not any(mount.directory == "/" for mount in mounts):
        raise ParseError(number, "", "a root file system among the mounts")
    return mounts
