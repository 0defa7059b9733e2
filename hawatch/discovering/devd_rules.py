"""Rule files of devd(8): which rule would run for an event [FACTS C].

devd runs one rule for each event, the first that matches in the order of falling
priority, so an old rule can silence a new one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from hawatch.discovering.machine import DevdRule, DevdRules

_TOKEN = re.compile(
    r"(?P<skipped>\s+|\#[^\n]*|//[^\n]*|/\*.*?\*/)|(?P<mark>[{};])"
    r"|\"(?P<text>(?:[^\"\\]|\\.)*)\"|(?P<word>[A-Za-z0-9_./-]+)|(?P<odd>.)",
    re.DOTALL,
)
_RULES = frozenset({"attach", "detach", "nomatch", "notify"})
_CLASSES = {
    "[:alnum:]": "A-Za-z0-9",
    "[:alpha:]": "A-Za-z",
    "[:digit:]": "0-9",
    "[:lower:]": "a-z",
    "[:upper:]": "A-Z",
}


class _BrokenError(Exception):
    """The text is none that devd would start with."""


def read_devd(files: Iterable[tuple[str, str]]) -> DevdRules:
    """Given (path, text) of rule files, return their rules; broken files have none."""
    rules: list[DevdRule] = []
    broken: dict[str, str] = {}
    for path, text in files:
        try:
            rules += _rules(path, text)
        except _BrokenError as error:
            broken[path] = str(error)
    return DevdRules(rules=tuple(rules), broken=broken)


def matches(rule: DevdRule, event: Mapping[str, str]) -> bool:
    """Return whether a rule is for an event.

    Expressions are extended, anchored on both sides and blind to case; a leading `!`
    inverts. A variable that the event does not have is empty.
    """
    return rule.kind == "notify" and all(
        _fits(pattern, event.get(name, "")) for name, pattern in rule.matches.items()
    )


def _fits(pattern: str, value: str) -> bool:
    wanted = not pattern.startswith("!")
    expression = pattern.removeprefix("!")
    for name, letters in _CLASSES.items():
        expression = expression.replace(name, letters)
    try:
        found = re.fullmatch(expression, value, re.IGNORECASE) is not None
    except re.error:
        return False
    return found is wanted


class _Tokens:
    """The words of one file, with the number of the line they stand on."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_cut(text))
        self._position = 0

    @property
    def ended(self) -> bool:
        return self._position >= len(self._tokens)

    @property
    def line(self) -> int:
        position = min(self._position, len(self._tokens) - 1)
        return self._tokens[position][0] if self._tokens else 1

    def take(self, kind: str, text: str = "") -> str:
        """Return the next token's text; raise _BrokenError for another kind."""
        wanted = repr(text) if text else f"a {kind}"
        if self.ended:
            raise _BrokenError(f"line {self.line}: {wanted} is missing at the end")
        number, found, value = self._tokens[self._position]
        if found != kind or (text and value != text):
            raise _BrokenError(f"line {number}: {wanted} is expected, not {value!r}")
        self._position += 1
        return value

    def next_is(self, kind: str) -> bool:
        return not self.ended and self._tokens[self._position][1] == kind

    def next_mark_is(self, mark: str) -> bool:
        return self.next_is("mark") and self._tokens[self._position][2] == mark


def _cut(text: str) -> Iterator[tuple[int, str, str]]:
    number = 1
    for token in _TOKEN.finditer(text):
        kind = str(token.lastgroup)
        if kind == "text":
            yield number, kind, re.sub(r"\\\n\s*", "", token["text"])
        elif kind != "skipped":
            yield number, kind, token.group()
        number += token.group().count("\n")


def _rules(path: str, text: str) -> list[DevdRule]:
    tokens = _Tokens(text)
    rules = []
    while not tokens.ended:
        line = tokens.line
        word = tokens.take("word")
        if word in _RULES:
            rules.append(_rule(tokens, word, f"{path}:{line}"))
        elif word == "options":
            _skip_options(tokens)
        else:
            raise _BrokenError(f"line {line}: {word!r} is no statement of devd.conf")
    return rules


def _rule(tokens: _Tokens, kind: str, where: str) -> DevdRule:
    priority = tokens.take("word")
    if not priority.isdigit():
        raise _BrokenError(
            f"line {tokens.line}: a priority is expected, not {priority!r}"
        )
    found: dict[str, str] = {}
    action = ""
    tokens.take("mark", "{")
    while not tokens.next_mark_is("}"):
        word = tokens.take("word")
        first = tokens.take("text")
        if word == "match":
            found[first] = tokens.take("text")
        elif word == "action":
            action = first
        elif word in ("class", "device-name", "media-type", "subdevice"):
            found[word] = first
        else:
            raise _BrokenError(
                f"line {tokens.line}: {word!r} is no statement of a rule"
            )
        tokens.take("mark", ";")
    tokens.take("mark", "}")
    tokens.take("mark", ";")
    return DevdRule(
        where=where, kind=kind, priority=int(priority), matches=found, action=action
    )


def _skip_options(tokens: _Tokens) -> None:
    tokens.take("mark", "{")
    while not tokens.next_mark_is("}"):
        tokens.take("word")
        while not tokens.next_mark_is(";"):
            tokens.take("word" if tokens.next_is("word") else "text")
        tokens.take("mark", ";")
    tokens.take("mark", "}")
    tokens.take("mark", ";")
