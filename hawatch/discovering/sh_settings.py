"""Assignments of rc.conf(5) and periodic.conf(5), read without running a shell.

These files are shell scripts. What is assigned plainly is understood, earlier variables
inside it as well; what a condition guards or a command computes is told as unclear
instead of guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from hawatch.discovering.machine import Setting, Settings

_PIECE = re.compile(
    r"(?P<continued>\\\n)|(?P<blank>[ \t]+)|(?P<comment>(?<![^\s;])\#[^\n]*)"
    r"|(?P<end>[\n;&|()])|(?P<single>'[^']*')|(?P<double>\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<escaped>\\.)|(?P<plain>[^\s;&|()'\"\\]+)|(?P<odd>.)",
    re.DOTALL,
)
_ASSIGNED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")
_OPENS = frozenset({"if", "case", "for", "while", "until", "{"})
_CLOSES = frozenset({"fi", "esac", "done", "}"})
_LEADS = frozenset({"then", "else", "elif", "do", "export", "!"})


def read_sh(files: Iterable[tuple[str, str]]) -> Settings:
    """Given (path, text) of files in the order of their reading, return the settings.

    A text that is no shell as expected here costs its own line, no other.
    """
    values: dict[str, Setting] = {}
    unclear: dict[str, str] = {}
    for path, text in files:
        depth = 0
        for number, words in _statements(text):
            where = f"{path}:{number}"
            plain = [word for word in words if word not in _LEADS]
            for word in words:
                depth += (word in _OPENS) - (word in _CLOSES)
            for word in plain:
                found = _ASSIGNED.fullmatch(word)
                if found is None:
                    break
                name = found[1]
                value = _value(found[2], values)
                if value is None or depth > 0:
                    unclear[name] = where
                else:
                    unclear.pop(name, None)
                    values[name] = Setting(value=value, where=where)
    return Settings(values=values, unclear=unclear)


def _statements(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number and the words, still quoted, of each simple command."""
    words: list[str] = []
    word: str | None = None
    number = started = 1
    for piece in _PIECE.finditer(text + "\n"):
        kind = piece.lastgroup
        if kind in ("blank", "end", "comment"):
            if word is not None:
                words.append(word)
                word = None
        elif kind != "continued":
            if not words and word is None:
                started = number
            word = (word or "") + piece.group()
        if kind == "end" and words:
            yield started, words
            words = []
        number += piece.group().count("\n")


def _value(quoted: str, known: Mapping[str, Setting]) -> str | None:
    """Return a word without its quotes; None where only a shell could tell."""
    value = ""
    for piece in _PIECE.finditer(quoted):
        text = piece.group()
        if piece.lastgroup == "single":
            value += text[1:-1]
        elif piece.lastgroup == "escaped":
            value += text[1:]
        elif piece.lastgroup in ("double", "plain"):
            inner = text[1:-1] if piece.lastgroup == "double" else text
            expanded = _expanded(inner, known)
            if expanded is None:
                return None
            value += expanded
        else:
            return None
    return value


def _expanded(text: str, known: Mapping[str, Setting]) -> str | None:
    """Return a text with its variables put in; None where one is not known."""
    unknown = False

    def put(found: re.Match[str]) -> str:
        nonlocal unknown
        name = found[1] or found[2]
        unknown = unknown or name not in known
        return known[name].value if name in known else ""

    pieces = re.split(r"(\\.)", text, flags=re.DOTALL)
    result = ""
    for piece in pieces:
        if piece.startswith("\\"):
            continues = piece == "\\\n"
            result += "" if continues else piece[1:] if piece[1] in '"\\$`' else piece
            continue
        bare = _VARIABLE.sub("", piece)
        if "$" in bare or "`" in bare:
            return None
        result += _VARIABLE.sub(put, piece)
    return None if unknown else result
