"""What /etc/fstab says, read as libc reads it: getfsent(3), which mount(8) asks."""

from __future__ import annotations

import re

from hawatch.model.storage import Fstab, FstabEntry, SkippedLine

_FIELD = re.compile(r"[^ \t]+")
_NUMBER = re.compile(r"[ \t\v\f\r]*([+-]?[0-9]{1,9})")
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|([!-#%-/:-BD-LN-\]_-wy-~])|(.?))", re.DOTALL)
_LETTERS = dict(zip(b"nrbavtfsE", b"\n\r\b\a\v\t\f \x1b", strict=True))
_OLD_STYLE = 5
_LONGEST = 1022
"""Bytes of a line that libc takes in one piece (MAXLINELENGTH in its fstab.c)."""


class _BadLineError(Exception):
    """A line that libc complains of and leaves out."""


def parse_fstab(text: str) -> Fstab:
    r"""Given the text of /etc/fstab, return its entries and the lines left out.

    As in getfsent(3), a bad line costs itself and no other: too few fields, a damaged
    escape, or options without `rw`, `rq`, `ro` and `sw`. A line with `xx` counts as a
    comment. `\040` stands for a blank; dump and pass may be left out, and are 0 where
    they are no numbers.
    """
    entries: list[FstabEntry] = []
    skipped: list[SkippedLine] = []
    for number, line in enumerate(text.split("\n"), start=1):
        fields = _FIELD.findall(line)
        if not fields or fields[0].startswith("#"):
            continue
        try:
            entry = _entry(line, fields)
        except _BadLineError:
            skipped.append(SkippedLine(number=number, text=line.strip()))
            continue
        if entry.access != "xx":
            entries.append(entry)
    return Fstab(entries=tuple(entries), skipped=tuple(skipped))


def _entry(line: str, fields: list[str]) -> FstabEntry:
    """Return the entry of one line."""
    if len(_bytes(line)) > _LONGEST:
        raise _BadLineError
    if line == fields[0]:
        fields = _old_style(line)
    if len(fields) < 4:
        raise _BadLineError
    device, directory, fstype, options, dump, passno = [*fields, "", ""][:6]
    entry = FstabEntry(
        device=_decoded(device),
        directory=_decoded(directory),
        fstype=fstype,
        options=tuple(options.split(",")),
        dump=_number(dump),
        passno=_number(passno),
    )
    if not entry.access:
        raise _BadLineError
    return entry


def _old_style(line: str) -> list[str]:
    """Return the fields of a line without a blank: DEVICE:DIRECTORY:rw:DUMP:PASS."""
    fields = line.split(":")
    if len(fields) < _OLD_STYLE:
        raise _BadLineError
    device, directory, access, *numbers = fields
    return [device, directory, "swap" if access == "sw" else "ufs", access, *numbers]


def _number(field: str) -> int:
    """Return dump or pass as atoi(3) reads it."""
    found = _NUMBER.match(field)
    return 0 if found is None else int(found[1])


def _decoded(field: str) -> str:
    r"""Return a path with its escapes put back as strunvis(3) does.

    What is no UTF-8 stays `\xfc`. Escapes that nobody writes in a path (meta, control,
    hexadecimal) are taken for damage: the line is known not to be understood.
    """
    plain = _ESCAPE.sub(_unescaped, _bytes(field))
    return plain.decode("utf-8", "backslashreplace")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _unescaped(found: re.Match[bytes]) -> bytes:
    octal, letter, damage = found.groups()
    if damage is not None:
        raise _BadLineError
    if octal is not None:
        return bytes([int(octal, 8) & 0xFF])
    return bytes([_LETTERS.get(letter[0], letter[0])])
