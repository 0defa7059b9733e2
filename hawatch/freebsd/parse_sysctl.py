"""What `sysctl net.inet.carp` prints [FACTS A10]."""

from __future__ import annotations

import re

from hawatch.freebsd.parse_error import CarpMissingError, ParseError, whole_lines
from hawatch.model.carp import CarpSysctls

_TREE = "net.inet.carp."
_INT32 = 2**31
_LINE = re.compile(r"(?P<name>[a-z0-9_.]+): (?P<value>-?[0-9]{1,10})")


def parse_carp_sysctls(out: str, err: str = "") -> CarpSysctls:
    """Given what `sysctl net.inet.carp` printed, return the tree's values.

    Raises CarpMissingError where sysctl does not know the tree, and ParseError where a
    value is missing, is no number, or is the answer to a write (`0 -> 240`).
    """
    if "unknown oid" in err or "unknown oid" in out:
        raise CarpMissingError(1, err.strip() or out.strip(), "net.inet.carp")
    values: dict[str, int] = {}
    number = 0
    for number, line in whole_lines(out, "a line of sysctl"):
        if not line.startswith(_TREE):
            continue
        found = _LINE.fullmatch(line)
        if found is None or not -_INT32 <= int(found["value"]) < _INT32:
            raise ParseError(number, line, "name: number")
        name = found["name"].removeprefix(_TREE)
        if name in values:
            raise ParseError(number, line, "each name once")
        values[name] = int(found["value"])

    def value(name: str) -> int:
        if name not in values:
            raise ParseError(number + 1, "", f"a line {_TREE}{name}")
        return values[name]

    return CarpSysctls(
        allow=value("allow") != 0,
        preempt=value("preempt") != 0,
        demotion=value("demotion"),
        log=value("log"),
        ifdown_demotion_factor=value("ifdown_demotion_factor"),
        senderr_demotion_factor=value("senderr_demotion_factor"),
    )
