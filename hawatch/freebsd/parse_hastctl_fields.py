"""The shape that `hastctl list` and `hastctl dump` share: names, then their fields.

hastctl's lexer echoes the characters of hast.conf that it does not know (quotes,
semicolons, `=`) to stdout, without newlines, so they stick to the front of the first
line of the answer [FACTS B7]. They can be told apart: a resource name has none of them.
"""

from __future__ import annotations

import enum
import re
from typing import TypeVar

from hawatch.freebsd.parse_error import ParseError, whole_lines

RESOURCE_NAME = r"[A-Za-z0-9._/:\[\]-]+"
"""A resource name as a regular expression: the characters of hast.conf's words."""

ECHOED = r"(?:\\x[0-9a-f]{2}|[^A-Za-z0-9._/:\[\]{}# \t\n-])*"
r"""What the lexer may have echoed in front of the first line.

All that no rule of hastd's token.l takes: carriage returns and blanks of other
alphabets, too. A byte that is no UTF-8 reads as `\xa0` here.
"""

_MAX_UINT64 = 2**64 - 1
_FIELD = re.compile(r" +(?P<key>[a-z][a-z ]*):(?: (?P<value>.*))?")
_BYTES = re.compile(r"(?P<number>[0-9]{1,20})(?: \(.*\))?")
_WORD = re.compile(r"\S+")

E = TypeVar("E", bound=enum.StrEnum)


class Fields:
    """The fields of one resource; reading one that is missing or odd raises ParseError.

    number and line are those of the resource's first line.
    """

    def __init__(self, number: int, line: str) -> None:
        self.number = number
        self.line = line
        self._values: dict[str, tuple[int, str, str]] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def add(self, number: int, line: str) -> None:
        """Given a line below the resource's name, keep its field."""
        found = _FIELD.fullmatch(line)
        if found is None:
            raise ParseError(number, line, "an indented field, as hastctl prints it")
        if found["key"] in self._values:
            raise ParseError(number, line, f"{found['key']} once for each resource")
        self._values[found["key"]] = (number, line, found["value"] or "")

    def unsigned(self, key: str) -> int:
        """Return an unsigned 64-bit number; a humanised form behind it is ignored."""
        number, line, value = self._of(key)
        found = _BYTES.fullmatch(value)
        if found is None or int(found["number"]) > _MAX_UINT64:
            raise ParseError(number, line, "an unsigned 64-bit number")
        return int(found["number"])

    def word(self, key: str) -> str:
        """Return a value without blanks."""
        number, line, value = self._of(key)
        if _WORD.fullmatch(value) is None:
            raise ParseError(number, line, "one word")
        return value

    def choice(self, key: str, choices: type[E]) -> E:
        """Return a value of an enumeration."""
        number, line, value = self._of(key)
        try:
            return choices(value)
        except ValueError:
            raise ParseError(number, line, f"one of {', '.join(choices)}") from None

    def counters(self, key: str, names: tuple[str, ...]) -> dict[str, int]:
        """Return the numbers of a line such as `queues: local: 0, send: 0`."""
        number, line, value = self._of(key)
        pattern = ", ".join(f"{name}: ([0-9]{{1,20}})" for name in names)
        found = re.fullmatch(pattern, value)
        counts = [int(digits) for digits in found.groups()] if found else [-1]
        if not 0 <= min(counts) <= max(counts) <= _MAX_UINT64:
            raise ParseError(number, line, f"{key} with {', '.join(names)}")
        return dict(zip(names, counts, strict=True))

    def _of(self, key: str) -> tuple[int, str, str]:
        """Return where a field stands and what it says."""
        if key not in self._values:
            raise ParseError(self.number, self.line, f"{key} below this line")
        return self._values[key]


def read_resources(text: str, first_line: str) -> dict[str, Fields]:
    """Given hastctl's output, return the fields of each resource by its name.

    first_line is the form of a resource's first line: a regular expression with a
    group `name`. Raises ParseError for lines
    of another form and for a resource that appears twice.
    """
    resources: dict[str, Fields] = {}
    fields: Fields | None = None
    after_echo = re.compile(ECHOED + first_line)
    later = re.compile(first_line)
    for number, line in whole_lines(text, "a line of hastctl"):
        if fields is None and line and re.fullmatch(ECHOED, line):
            continue
        found = (after_echo if fields is None else later).fullmatch(line)
        if found is not None:
            if found["name"] in resources:
                raise ParseError(number, line, "each resource once")
            fields = resources[found["name"]] = Fields(number, line)
        elif fields is None:
            raise ParseError(number, line, "the first line of a resource")
        else:
            fields.add(number, line)
    return resources
