"""The one way in which a parser says that it does not understand a text."""

from __future__ import annotations

from collections.abc import Iterator

_SHOWN = 120


class ParseError(ValueError):
    """A text is not what the tool prints: which line, and what was expected there.

    number counts lines from 1; line is shortened, "" stands for the end of the text.
    """

    def __init__(self, number: int, line: str, expected: str) -> None:
        self.number = number
        self.line = line if len(line) <= _SHOWN else line[:_SHOWN] + "..."
        self.expected = expected
        found = repr(self.line) if line else "nothing"
        super().__init__(f"line {number}: expected {expected}, found {found}")


class CarpMissingError(ParseError):
    """The tool says that the kernel has no CARP, so its module is missing [A1]."""

    def __str__(self) -> str:
        """Return the sentence for an administrator."""
        return "the carp module is not loaded"


def whole_lines(text: str, expected: str) -> Iterator[tuple[int, str]]:
    r"""Given a tool's output, yield its lines with their numbers, without newlines.

    Only "\n" ends a line: a form feed or a carriage return that a tool passes on is
    part of its line. Raises ParseError where the last line has no newline, since a
    text that was cut short may read like another one ("vhid 1" of "vhid 10").
    """
    if not text:
        return
    lines = text.split("\n")
    last = lines.pop()
    if last:
        raise ParseError(len(lines) + 1, last, f"{expected} with a newline at its end")
    yield from enumerate(lines, start=1)
