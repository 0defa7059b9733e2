"""What `netstat -s -p carp` prints, as text or with `--libxo json` [FACTS A13]."""

from __future__ import annotations

import re

import msgspec

from hawatch.freebsd.parse_error import CarpMissingError, ParseError, whole_lines
from hawatch.freebsd.parse_json import decode_json
from hawatch.model.carp import CarpCounters

_UINT64 = 2**64


class _Counters(msgspec.Struct, frozen=True, rename="kebab"):
    """The counters by the names of netstat's JSON."""

    received_inet_packets: int
    received_inet6_packets: int
    dropped_wrong_ttl: int
    dropped_short_header: int
    dropped_bad_checksum: int
    dropped_bad_version: int
    dropped_short_packet: int
    dropped_bad_authentication: int
    dropped_bad_vhid: int
    dropped_bad_address_list: int
    sent_inet_packets: int
    sent_inet6_packets: int


class _Statistics(msgspec.Struct, frozen=True):
    carp: _Counters | None = None


class _Answer(msgspec.Struct, frozen=True):
    statistics: _Statistics


_WORDS = {
    "received_inet_packets": "packets? received \\(IPv4\\)",
    "received_inet6_packets": "packets? received \\(IPv6\\)",
    "dropped_wrong_ttl": "packets? discarded for wrong TTL",
    "dropped_short_header": "packets? shorter than header",
    "dropped_bad_checksum": "discarded for bad checksums?",
    "dropped_bad_version": "discarded packets? with a bad version",
    "dropped_short_packet": "discarded because packet too short",
    "dropped_bad_authentication": "discarded for bad authentication",
    "dropped_bad_vhid": "discarded for bad vhid",
    "dropped_bad_address_list": "discarded because of a bad address list",
    "sent_inet_packets": "packets? sent \\(IPv4\\)",
    "sent_inet6_packets": "packets? sent \\(IPv6\\)",
}
"""netstat's words for each counter; it drops the plural's s for 1."""

_LINE = re.compile(r"\t{1,2}(?P<count>[0-9]{1,20}) (?P<words>.+)")


def parse_carp_counters(text: str) -> CarpCounters:
    """Given the output of `netstat -s -p carp`, text or JSON, return the counters.

    Raises CarpMissingError where netstat says nothing about CARP (which it does with
    exit 0), and ParseError where a counter is missing or mutilated.
    """
    counters = _from_json(text) if text.startswith("{") else _from_text(text)
    if not all(0 <= count < _UINT64 for count in msgspec.structs.astuple(counters)):
        raise ParseError(1, text.split("\n", 1)[0], "unsigned 64-bit counters")
    return CarpCounters(
        received_inet=counters.received_inet_packets,
        received_inet6=counters.received_inet6_packets,
        sent_inet=counters.sent_inet_packets,
        sent_inet6=counters.sent_inet6_packets,
        wrong_ttl=counters.dropped_wrong_ttl,
        bad_authentication=counters.dropped_bad_authentication,
        bad_vhid=counters.dropped_bad_vhid,
        bad_address_list=counters.dropped_bad_address_list,
        other_discards=counters.dropped_short_header
        + counters.dropped_bad_checksum
        + counters.dropped_bad_version
        + counters.dropped_short_packet,
    )


def _from_json(text: str) -> _Counters:
    """Return the counters of the JSON form."""
    answer = decode_json(text, _Answer, "netstat's statistics of carp")
    if answer.statistics.carp is None:
        raise CarpMissingError(1, "", "statistics of carp")
    return answer.statistics.carp


def _from_text(text: str) -> _Counters:
    """Return the counters of the text form."""
    if not text.strip():
        raise CarpMissingError(1, "", "statistics of carp")
    lines = list(whole_lines(text, "a line of netstat"))
    if lines[0][1] != "carp:":
        raise ParseError(*lines[0], "carp:")
    counts: dict[str, int] = {}
    for number, line in lines[1:]:
        found = _LINE.fullmatch(line)
        if found is None:
            raise ParseError(number, line, "a counter of carp")
        for name, words in _WORDS.items():
            if re.fullmatch(words, found["words"]):
                if name in counts:
                    raise ParseError(number, line, "each counter once")
                counts[name] = int(found["count"])
    missing = [name for name in _WORDS if name not in counts]
    if missing:
        raise ParseError(len(lines) + 1, "", f"the counter {missing[0]}")
    return _Counters(**counts)
