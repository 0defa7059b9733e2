"""What /etc/fstab says, read as getfsent(3) reads it."""

from __future__ import annotations

import re
from itertools import takewhile

from hawatch.freebsd.parse_error import ParseError
from hawatch.model.storage import FstabEntry

_NUMBER = re.compile(r"[0-9]{1,9}")
_FIELD = re.compile(r"[^ \t]+")
_ESCAPE = re.compile(rb"\\(?:([0-3][0-7]{2})|\\)")


def parse_fstab(text: str) -> tuple[FstabEntry, ...]:
    r"""Given the text of /etc/fstab, return its entries in order.

    Blank lines and comments are skipped, `\040` stands for a blank, dump and pass may
    be left out. Raises ParseError for a line with fewer than four fields or with a dump
    or pass that is no number.
    """
    entries = []
    for number, line in enumerate(text.split("\n"), start=1):
        words = _FIELD.findall(line)
        fields = list(takewhile(lambda word: not word.startswith("#"), words))
        if fields:
            entries.append(_entry(number, line, fields))
    return tuple(entries)


def _entry(number: int, line: str, fields: list[str]) -> FstabEntry:
    """Return the entry of one line."""
    if len(fields) < 4:
        raise ParseError(number, line, "device, directory, type and options")
    device, directory, fstype, options, *numbers = fields
    return FstabEntry(
        device=_decoded(device),
        directory=_decoded(directory),
        fstype=fstype,
        options=tuple(options.split(",")),
        dump=_number(number, line, numbers[0:1]),
        passno=_number(number, line, numbers[1:2]),
    )


def _number(number: int, line: str, field: list[str]) -> int:
    """Return dump or pass, 0 where the line has ended."""
    if not field:
        return 0
    if _NUMBER.fullmatch(field[0]) is None:
        raise ParseError(number, line, "numbers for dump and pass")
    return int(field[0])


def _decoded(field: str) -> str:
    r"""Return a path with its escaped bytes put back; what is no UTF-8 stays `\xfc`."""
    escaped = field.encode()
    plain = _ESCAPE.sub(
        lambda found: bytes([int(found[1], 8)]) if found[1] else b"\\", escaped
    )
    return plain.decode("utf-8", "backslashreplace")
