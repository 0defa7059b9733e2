"""Which process lives in which jail: what `ps -ax -o jid= -o pid=` prints [ps(1)]."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hawatch.freebsd.parse_error import ParseError, whole_lines

_LINE = re.compile(r" *(?P<jid>[0-9]{1,10}) +(?P<pid>[0-9]{1,10}) *")


def parse_jails(text: str) -> Mapping[int, int]:
    """Given ps's output, return the jail's id by pid; the host itself is 0.

    Raises ParseError for a line that is not two numbers.
    """
    jails: dict[int, int] = {}
    for number, line in whole_lines(text, "JID PID"):
        found = _LINE.fullmatch(line)
        if found is None:
            raise ParseError(number, line, "JID PID")
        jails[int(found["pid"])] = int(found["jid"])
    return jails
