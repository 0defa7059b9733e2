"""Reads the recorded transcripts: commands, their exact output, and fragments of it.

A transcript is a text of blocks; README.md beside the files describes the form. Many
commands are small shell scripts whose output mixes several tools; `fragments` finds the
tools' own texts in it by their shape.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

RECORDED = Path(__file__).parent / "freebsd-13.2"

_SITUATION = re.compile(rb"### situation: (.*?)(?: \| node ([ab]).*)?\n")
_STREAM = re.compile(rb"--- (?:stdout|stderr) \(\d+ bytes\)\n")
_STREAM_END = re.compile(rb"^--- (?:stderr \(|exit )", re.M)
_EXIT = re.compile(rb"--- exit (-?\d+|TIMEOUT)   \([0-9.]+s\)\n")
_UNFINISHED = b"[no newline at end]\n"
_NEXT = re.compile(rb"^(?:### situation: |\$ )", re.M)


class Recorded(NamedTuple):
    """One command of a transcript and what it said.

    A block without commands (a console, a table of measurements) has no command.
    """

    file: str
    situation: str
    node: str
    command: str
    out: str
    err: str
    status: int

    @property
    def words(self) -> tuple[str, ...]:
        """Return the command's words, none where it is a shell script."""
        if re.search(r"[;|&<>()$\n'\"]", self.command):
            return ()
        return tuple(self.command.split())

    @property
    def place(self) -> str:
        """Return where the command stands, for a test's id."""
        return f"{self.file}: {self.situation} [{self.node}] $ {self.command[:40]}"


def read_all() -> list[Recorded]:
    """Return every command of every transcript."""
    return [
        recorded for path in sorted(RECORDED.glob("*.txt")) for recorded in read(path)
    ]


def read(path: Path) -> Iterator[Recorded]:
    """Yield the commands of one transcript."""
    data = path.read_bytes()
    position = 0
    situation, node = "", ""
    while position < len(data):
        if data.startswith(b"\n", position):
            position += 1
            continue
        title = _SITUATION.match(data, position)
        if title is not None:
            situation, node = title[1].decode(), (title[2] or b"").decode()
            position = title.end()
            continue
        if not data.startswith(b"$ ", position):
            following = _NEXT.search(data, position)
            end = following.start() if following else len(data)
            noted = data[position:end].decode()
            yield Recorded(path.name, situation, node, "", noted, "", 0)
            position = end
            continue
        end = data.index(b"\n--- stdout (", position) + 1
        command = data[position + 2 : end - 1].decode()
        out, position = _stream(data, end)
        err, position = _stream(data, position)
        ended = _EXIT.match(data, position)
        assert ended is not None, (path.name, data[position:][:60])
        position = ended.end()
        status = 124 if ended[1] == b"TIMEOUT" else int(ended[1])
        yield Recorded(path.name, situation, node, command, out, err, status)


def _stream(data: bytes, position: int) -> tuple[str, int]:
    """Return the text of a stream and where it ends.

    The next title ends it: a few counts of bytes are off by a few.
    """
    title = _STREAM.match(data, position)
    assert title is not None, data[position:][:60]
    following = _STREAM_END.search(data, title.end())
    assert following is not None, data[position:][:60]
    text = data[title.end() : following.start()]
    if text.endswith(b"\n" + _UNFINISHED):
        text = text.removesuffix(b"\n" + _UNFINISHED)
    return text.decode("utf-8", "surrogateescape"), following.start()


_SHAPES = {
    "list": re.compile(r"^\S+:\n(?:  role: .*\n(?:  .*\n)+|  error: .*\n)", re.M),
    "dump": re.compile(r"^resource: .*\n(?:    .*\n)+", re.M),
    "status": re.compile(r"^Name\tStatus\t Role\t\tComponents\n(?:\S+\t\S.*\n)+", re.M),
    "ifconfig": re.compile(r"^\S+: flags=.*\n(?:\t.*\n)+", re.M),
    "carp": re.compile(r"^\tcarp: .*\n", re.M),
    "netstat": re.compile(r"^carp:\n(?:\t.*\n)+", re.M),
    "sysctl": re.compile(r"^(?:net\.inet\.carp\.\w+: -?\d+\n)+", re.M),
    "mount": re.compile(r"^\S+ on /\S* \(.*\)\n", re.M),
    "service": re.compile(r"^\w+ is (?:not running|running as pid [\d ]+)\.\n", re.M),
    "devd": re.compile(r"!system=\S+ subsystem=\S+ type=\S+[^'\n]*", re.M),
}


def fragments(kind: str, text: str) -> list[str]:
    """Return the texts of one kind of output that stand in a longer text."""
    return _SHAPES[kind].findall(text)
