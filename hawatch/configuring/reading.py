"""The file itself: whether it is safe to believe, and whether it is TOML."""

from __future__ import annotations

import codecs
import errno
import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Any

from hawatch.configuring.mistakes import ConfigError, Mistake
from hawatch.trust import foreign, writable

_POSITION = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)")


def read_file(path: Path) -> str:
    """Given the configuration's path, return its text.

    Raises ConfigError where it cannot be read, is no plain file, belongs to somebody
    else than root or the running user, or may be written by others: who writes it
    decides which commands run as root.
    """
    try:
        # O_NONBLOCK: opening a FIFO by mistake would wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise ConfigError(str(path), (_unreadable(error),)) from None
    try:
        # The status of what is open: the name could mean another file by now.
        mistakes = unsafe(path, os.fstat(descriptor))
        if mistakes:
            raise ConfigError(str(path), mistakes)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read()
    finally:
        os.close(descriptor)
    return decoded(content, str(path))


def decoded(content: bytes, source: str) -> str:
    """Given the bytes of a file of TOML and its name, return the text.

    Raises ConfigError where it is not UTF-8, or begins with a byte-order mark.
    """
    right = "save the file as UTF-8"
    if content.startswith(codecs.BOM_UTF8):
        right = "save the file as UTF-8 without one"
        mistake = Mistake(path="", wrong="begins with a byte-order mark", right=right)
        raise ConfigError(f"{source}:1", (mistake,))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        mistake = Mistake(path="", wrong="not UTF-8", right=right)
        raise ConfigError(f"{source}:{line}", (mistake,)) from None


def parse_toml(text: str, source: str) -> dict[str, Any]:
    """Given TOML and the name of its file, return the tree of plain values.

    Raises ConfigError with file, line and column where it is no TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = _POSITION.fullmatch(str(error))
        if match is None:
            where, wrong = source, str(error)
        else:
            lines = text.split("\n")
            line = int(match[2] or len(lines))
            column = int(match[3] or len(lines[-1]) + 1)
            where, wrong = f"{source}:{line}:{column}", match[1]
        mistake = Mistake(path="", wrong=wrong, right='TOML, such as name = "text"')
        raise ConfigError(where, (mistake,)) from None
    except RecursionError:
        mistake = Mistake(path="", wrong="nested too deeply", right="simpler TOML")
        raise ConfigError(source, (mistake,)) from None


def _unreadable(error: OSError) -> Mistake:
    if error.errno == errno.ENOENT:
        return Mistake(
            path="",
            wrong="there is no such file",
            right="`hawatch config init` writes one, --config FILE names another",
        )
    wrong = f"cannot be read: {error.strerror}"
    return Mistake(path="", wrong=wrong, right="a file that this user may read")


def unsafe(path: Path, status: os.stat_result) -> tuple[Mistake, ...]:
    """Return every reason why a file with this status must not be believed."""
    if not stat.S_ISREG(status.st_mode):
        return (Mistake(path="", wrong="not a plain file", right="a plain file"),)
    doubts = (foreign(path, status), writable(path, status))
    return tuple(
        Mistake(path="", wrong=doubt.wrong, right=doubt.cure)
        for doubt in doubts
        if doubt is not None
    )
