"""The words of hast.conf, cut as hastd's lexer cuts them (sbin/hastd/token.l)."""

from __future__ import annotations

import re

from hawatch.freebsd.parse_error import ParseError

_TOKEN = re.compile(
    r"(?P<word>[A-Za-z0-9._/:\[\]-]+|[{}])|(?P<skipped>#[^\n]*|[ \t\n]+)|(?P<echoed>.)",
    re.DOTALL,
)
_NUMBER = re.compile(r"[0-9]+")
_KEYWORDS = frozenset(
    {"control", "pidfile", "listen", "replication", "checksum", "compression"}
    | {"timeout", "exec", "metaflush", "resource", "name", "local", "remote", "source"}
    | {"on", "off", "fullsync", "memsync", "async", "none", "crc32", "sha256"}
    | {"hole", "lzf"}
)
_MAX_INT = 2**31 - 1


class Words:
    """A cursor over the words of a text.

    echoed are the characters that no rule of the lexer knows: it prints and skips them.
    """

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._words: list[tuple[int, str]] = []
        self._position = 0
        self.echoed = ""
        number = 1
        for token in _TOKEN.finditer(text):
            if token["word"]:
                self._words.append((number, token["word"]))
            self.echoed += token["echoed"] or ""
            number += token.group().count("\n")

    @property
    def ended(self) -> bool:
        """Return whether all words are taken."""
        return self._position >= len(self._words)

    def take(self) -> str:
        """Return the next word; raise ParseError at the end of the text."""
        if self.ended:
            raise ParseError(
                len(self._lines), "", "more words: a section is not closed"
            )
        self._position += 1
        return self._words[self._position - 1][1]

    def next_is(self, word: str) -> bool:
        """Return whether the next word is this one."""
        return not self.ended and self._words[self._position][1] == word

    def string(self) -> str:
        """Return the next word, which must be no keyword, no number and no brace."""
        word = self.take()
        if word in _KEYWORDS or word in "{}" or _NUMBER.fullmatch(word):
            raise self.error("a name, a path or an address")
        return word

    def choice(self, choices: frozenset[str]) -> str:
        """Return the next word, which must be one of some keywords."""
        word = self.take()
        if word not in choices:
            raise self.error(f"one of {', '.join(sorted(choices))}")
        return word

    def positive(self) -> int:
        """Return the next word, which must be a number above 0."""
        word = self.take()
        if _NUMBER.fullmatch(word) is None or not 0 < int(word[:20]) <= _MAX_INT:
            raise self.error("a number above 0")
        return int(word)

    def expect(self, brace: str) -> None:
        """Take a brace."""
        if self.take() != brace:
            raise self.error(brace)

    def error(self, expected: str) -> ParseError:
        """Return the error that points at the word which was taken last."""
        number = self._words[self._position - 1][0]
        return ParseError(number, self._lines[number - 1].strip(), expected)
