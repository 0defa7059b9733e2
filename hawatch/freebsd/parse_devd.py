"""devd's notifications, one line each [FACTS A12, C]. They only say "look now"."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from hawatch.freebsd.parse_error import ParseError

_MAX_VHID = 255
_PAIR = re.compile(
    r'(?P<key>[A-Za-z_][A-Za-z0-9_.-]*)=(?:"(?P<quoted>(?:[^"\\]|\\.)*)"'
    r'|(?P<plain>[^\s"]*))(?:[ \t]+|$)'
)
_VHID_AT = re.compile(r"(?P<vhid>[0-9]{1,3})@(?P<interface>[^\s@]+)")


class DevdEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One notification; pairs are what it says beyond system, subsystem and type."""

    system: str
    subsystem: str
    type: str
    pairs: Mapping[str, str] = {}


def parse_event(line: str) -> DevdEvent:
    """Given a line of devd's socket, with or without its newline, return the event.

    Raises ParseError where it is no notification (`!`), where a pair cannot be read or
    comes twice, and where system, subsystem or type is missing.
    """
    text = line.removesuffix("\n").rstrip(" ")
    if not text.startswith("!") or "\n" in text:
        raise ParseError(1, text, "a notification of devd, beginning with !")
    pairs: dict[str, str] = {}
    position = 1
    while position < len(text):
        found = _PAIR.match(text, position)
        if found is None or found["key"] in pairs:
            raise ParseError(1, text, "key=value, each key once")
        quoted = found["quoted"]
        pairs[found["key"]] = (
            found["plain"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        )
        position = found.end()
    try:
        return DevdEvent(
            system=pairs.pop("system"),
            subsystem=pairs.pop("subsystem"),
            type=pairs.pop("type"),
            pairs=pairs,
        )
    except KeyError as missing:
        raise ParseError(1, text, f"{missing} in the event") from None


def parse_vhid_at_interface(subsystem: str) -> tuple[int, str]:
    """Given a CARP event's subsystem ("1@em0.100"), return vhid and interface.

    Raises ParseError for anything else.
    """
    found = _VHID_AT.fullmatch(subsystem)
    if found is None or not 0 < int(found["vhid"]) <= _MAX_VHID:
        raise ParseError(1, subsystem, "VHID@INTERFACE")
    return int(found["vhid"]), found["interface"]
