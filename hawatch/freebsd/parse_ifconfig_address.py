"""The `inet` and `inet6` lines of `ifconfig` [FACTS A1]."""

from __future__ import annotations

import ipaddress
import re

from hawatch.freebsd.parse_error import ParseError
from hawatch.model.carp import InterfaceAddress

_MAX_VHID = 255
_MAX_PREFIX = 128

_NETMASK = re.compile(r"0x[0-9a-f]{8}")
_SMALL = re.compile(r"[0-9]{1,3}")
_SECONDS = re.compile(r"[0-9]+")
_FLAG = re.compile(r"[a-z][a-z0-9_]*")

_PAIRED = {
    4: frozenset({"-->", "netmask", "broadcast", "vhid"}),
    6: frozenset({"-->", "prefixlen", "scopeid", "vhid"}),
}
"""The words of an address line that take a value."""

_LIFETIMES = frozenset({"pltime", "vltime", "infty"})


def parse_address(number: int, line: str) -> InterfaceAddress:
    """Given an `inet` or `inet6` line and its number, return the address.

    Raises ParseError where anything on it is not what ifconfig prints: a word that is
    not understood might be the vhid.
    """
    family, *words = line.split()
    version = 6 if family == "inet6" else 4
    address = parse_ip(number, line, words[0] if words else "", version)
    values = _values(number, line, words[1:], version)
    if version == 4:
        prefix = _prefix_of_mask(number, line, values.get("netmask", ""))
    else:
        prefix = _up_to(number, line, values.get("prefixlen", ""), _MAX_PREFIX)
    vhid = values.get("vhid")
    return InterfaceAddress(
        address=address,
        prefix=prefix,
        vhid=None if vhid is None else parse_vhid(number, line, vhid),
    )


def parse_vhid(number: int, line: str, digits: str) -> int:
    """Given digits, return a vhid from 1 to 255; raise ParseError for others."""
    vhid = _up_to(number, line, digits, _MAX_VHID)
    if vhid == 0:
        raise ParseError(number, line, "a vhid from 1 to 255")
    return vhid


def parse_ip(number: int, line: str, word: str, version: int) -> str:
    """Given a word, return it where it is an address of that IP version.

    Raises ParseError for anything else.
    """
    try:
        right = ipaddress.ip_address(word).version == version
    except ValueError:
        right = False
    if not right:
        raise ParseError(number, line, f"an IPv{version} address")
    return word


def _values(number: int, line: str, words: list[str], version: int) -> dict[str, str]:
    """Return the words that take a value; an inet6 line may carry flags beside them."""
    values: dict[str, str] = {}
    remaining = iter(words)
    previous = ""
    for word in remaining:
        if word in _PAIRED[version]:
            value = next(remaining, None)
            if value is None or word in values:
                raise ParseError(number, line, f"{word} once, with its value")
            values[word] = value
        elif version == 4 or not _is_flag(word, previous):
            raise ParseError(number, line, "an address line of ifconfig")
        previous = word
    return values


def _is_flag(word: str, previous: str) -> bool:
    """Return whether a word is a flag of an IPv6 address, or one of its lifetimes."""
    if previous in _LIFETIMES and _SECONDS.fullmatch(word):
        return True
    return _FLAG.fullmatch(word) is not None


def _prefix_of_mask(number: int, line: str, mask: str) -> int:
    """Return 24 for 0xffffff00."""
    if _NETMASK.fullmatch(mask) is None:
        raise ParseError(number, line, "a netmask such as 0xffffff00")
    bits = f"{int(mask, 16):032b}"
    if "01" in bits:
        raise ParseError(number, line, "a netmask without holes")
    return bits.count("1")


def _up_to(number: int, line: str, digits: str, limit: int) -> int:
    """Return a number from 0 to limit."""
    if _SMALL.fullmatch(digits) is None or int(digits) > limit:
        raise ParseError(number, line, f"a number up to {limit}")
    return int(digits)
