"""What is wrong with a configuration: a path, what was found, what would be right."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Sequence
from typing import final

import msgspec

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """One mistake; path is "$.services.mysql.vhid", or empty for the file itself."""

    path: str
    wrong: str
    right: str

    def __str__(self) -> str:
        """Return the mistake as one line."""
        where = f"{self.path}: " if self.path else ""
        return f"{where}{self.wrong}; {self.right}"


@final
class ConfigError(Exception):
    """The configuration cannot be used; mistakes holds all that is wrong with it."""

    def __init__(self, source: str, mistakes: Sequence[Mistake]) -> None:
        self.source = source
        self.mistakes = tuple(mistakes)
        super().__init__(source, self.mistakes)

    def __str__(self) -> str:
        """Return one line for each mistake, led by the file's name."""
        return "\n".join(f"{self.source}: {mistake}" for mistake in self.mistakes)


def child(path: str, key: str) -> str:
    """Given a path and a key below it, return the key's path, quoted as in TOML."""
    return f"{path}.{key}" if _BARE_KEY.fullmatch(key) else f"{path}.{quoted(key)}"


def quoted(text: str) -> str:
    """Return a text as TOML writes it, in double quotes."""
    # TOML forbids the halves of a surrogate pair and, unlike JSON, a bare DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def one_of(words: Collection[str]) -> str:
    """Return the legal words as a phrase: `"a"`, `"a" or "b"`, `"a", "b" or "c"`."""
    texts = [quoted(word) for word in words]
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} or {texts[-1]}"


def nearest(word: str, legal: Collection[str]) -> str:
    """Given an unknown word, return the advice: the nearest legal one, or all of them.

    An empty collection gives the advice to take the word away.
    """
    if not legal:
        return "take it away"
    close = difflib.get_close_matches(word, legal, n=1)
    return f"did you mean {quoted(close[0])}?" if close else one_of(sorted(legal))
