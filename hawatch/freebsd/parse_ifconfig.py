"""What `ifconfig` prints: interfaces, their link state and their vhids [FACTS A1].

Written for 13.2, for 14 (a `peer` line after each vhid) and for 15 (VRRP beside CARP).
A carp key is noticed and dropped here: no struct and no error message carries it.
"""

from __future__ import annotations

import re

import msgspec

from hawatch.freebsd.parse_error import ParseError, whole_lines
from hawatch.freebsd.parse_ifconfig_address import parse_address, parse_ip, parse_vhid
from hawatch.model.carp import CarpState, CarpVhid, Interface, InterfaceAddress

_IFF_UP = 0x1
_MAX_BYTE = 255

_FLAG = "[A-Z][A-Z0-9_]*"
_HEADER = re.compile(
    r"(?P<name>\S+): flags="
    # 14 and 15 leave out an empty <>.
    r"(?:0(?= metric [0-9]+ mtu [0-9])|(?P<bits>[0-9a-f]{1,16})"
    rf"<(?P<flags>(?:{_FLAG}(?:,{_FLAG})*)?)>)"
    r"(?: metric [0-9]+)?(?: mtu [0-9]+)?\s*"
)
_CARP = re.compile(
    r"\s+carp: (?P<state>INIT|BACKUP|MASTER) vhid (?P<vhid>[0-9]{1,3})"
    r" advbase (?P<advbase>[0-9]{1,3}) advskew (?P<advskew>[0-9]{1,3})"
    r'(?P<key> key"")?\s*'
)
_KEY = re.compile(r'^(?P<line>\s+carp: .*?)(?P<key>\bkey\b|").*$', re.MULTILINE)
_VRRP = re.compile(r"\s+vrrp: [A-Z]+ vrid (?P<vrid>[0-9]{1,3}) .*")
_PEER = re.compile(r"\s+peer (?P<peer>\S+)(?: peer6 (?P<peer6>\S+))?\s*")
_STATUS = re.compile(r"\s+status: (?P<status>\S.*?)\s*")

_Lines = list[tuple[int, str]]


def parse_ifconfig(text: str) -> tuple[Interface, ...]:
    """Given the output of `ifconfig`, `ifconfig IF` or `ifconfig -a`, return it.

    Lines that say nothing about CARP, addresses or link state are skipped. Raises
    ParseError where one that does is mutilated, and where an address names a vhid that
    no line describes: such an output is not whole.
    """
    blocks: list[_Lines] = []
    for number, line in whole_lines(_without_keys(text), "a line of ifconfig"):
        if not line[:1].isspace():
            blocks.append([])
        if not blocks:
            raise ParseError(number, line, "the first line of an interface")
        blocks[-1].append((number, line))
    interfaces = tuple(_interface(block) for block in blocks)
    if len({interface.name for interface in interfaces}) < len(interfaces):
        raise ParseError(*blocks[-1][0], "each interface once")
    return interfaces


def _without_keys(text: str) -> str:
    """Return the text with every carp key taken out, also behind a mutilated `key`."""
    return _KEY.sub(r'\g<line>\g<key>""', text)


def _interface(block: _Lines) -> Interface:
    """Return the interface that one block of lines describes."""
    header = _HEADER.fullmatch(block[0][1])
    if header is None:
        raise ParseError(*block[0], "the first line of an interface")
    name, up = header["name"], "UP" in (header["flags"] or "").split(",")
    if up != bool(int(header["bits"] or "0", 16) & _IFF_UP):
        raise ParseError(*block[0], "flags that agree about UP")
    addresses: list[InterfaceAddress] = []
    vhids: list[CarpVhid] = []
    vrids: set[int] = set()
    statuses: list[str] = []
    previous = ""
    for number, line in block[1:]:
        word = (line.split() or [""])[0]
        if word in ("inet", "inet6"):
            addresses.append(parse_address(number, line))
        elif word == "carp:":
            vhids.append(_carp(number, line, name))
        elif word == "vrrp:":
            vrids.add(_vrid(number, line))
        elif word == "peer":
            if previous != "carp:":
                raise ParseError(number, line, "a peer line only after a carp line")
            vhids[-1] = _with_peers(number, line, vhids[-1])
        elif word == "status:":
            statuses.append(_status(number, line))
        previous = word
    _check_whole(block, addresses, vhids, vrids)
    if len(statuses) > 1:
        raise ParseError(*block[0], "one status below this line")
    return Interface(
        name=name,
        up=up,
        status=statuses[0] if statuses else None,
        addresses=tuple(addresses),
        vhids=tuple(vhids),
    )


def _check_whole(
    block: _Lines,
    addresses: list[InterfaceAddress],
    vhids: list[CarpVhid],
    vrids: set[int],
) -> None:
    """Raise ParseError where a vhid is told twice, or is only an address's word."""
    described = {vhid.vhid for vhid in vhids}
    if len(described) < len(vhids):
        raise ParseError(*block[0], "each vhid once below this line")
    used = {address.vhid for address in addresses if address.vhid is not None}
    for vhid in sorted(used - described - vrids):
        raise ParseError(*block[0], f"a carp line of vhid {vhid} below this line")


def _carp(number: int, line: str, interface: str) -> CarpVhid:
    """Return the vhid of a `carp:` line."""
    found = _CARP.fullmatch(line)
    if found is None:
        raise ParseError(number, line, "carp: STATE vhid N advbase N advskew N")
    advbase, advskew = int(found["advbase"]), int(found["advskew"])
    if max(advbase, advskew) > _MAX_BYTE:
        raise ParseError(number, line, "an advbase and an advskew of at most 255")
    return CarpVhid(
        interface=interface,
        vhid=parse_vhid(number, line, found["vhid"]),
        state=CarpState(found["state"]),
        advbase=advbase,
        advskew=advskew,
        keyed=found["key"] is not None,
    )


def _vrid(number: int, line: str) -> int:
    """Return the vrid of a `vrrp:` line: no CARP, but addresses show it as vhid."""
    found = _VRRP.fullmatch(line)
    if found is None:
        raise ParseError(number, line, "vrrp: STATE vrid N prio N interval N")
    return parse_vhid(number, line, found["vrid"])


def _with_peers(number: int, line: str, vhid: CarpVhid) -> CarpVhid:
    """Return the vhid with the peers of the line that follows it on 14 and 15."""
    found = _PEER.fullmatch(line)
    if found is None:
        raise ParseError(number, line, "peer ADDRESS peer6 ADDRESS")
    peer = parse_ip(number, line, found["peer"], 4)
    peer6 = found["peer6"]
    if peer6 is not None:
        parse_ip(number, line, peer6, 6)
    return msgspec.structs.replace(vhid, peer=peer, peer6=peer6)


def _status(number: int, line: str) -> str:
    """Return the word or words after `status:`."""
    found = _STATUS.fullmatch(line)
    if found is None:
        raise ParseError(number, line, "a status")
    return found["status"]
