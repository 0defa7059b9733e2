"""Judge a report that came over the channel: believe it, or say why not.

The channel proves who speaks (a pinned host key); this module proves that what was
said is a report, of the right node, newer than the last one, and not absurd. Both
nodes' clocks are never compared: wall clocks step [FACTS H24] and the monotonic clocks
of two machines have nothing in common.
"""

from __future__ import annotations

import msgspec

from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.memory import HeardReport
from hawatch.model.moment import Moment
from hawatch.model.report import REPORT_SCHEMA, PeerReport
from hawatch.peer.absurd import absurdity

SIZE_LIMIT = 256 * 1024
"""The longest report in bytes; an honest one has a few thousand."""

ROUND_TRIP_LIMIT = 60.0
"""Seconds between question and answer beyond which this node itself was asleep."""


class _Head(msgspec.Struct, frozen=True):
    """What every schema has, read first so that a newer one is named as such."""

    schema: int
    node: str


def judge(
    text: str,
    *,
    expected_node: str,
    heard: HeardReport | None,
    now: Moment,
    asked: Moment,
) -> Fact[PeerReport]:
    """Given what the peer said, return its report, or why it is not believed.

    heard is the last report that was believed; asked and now are this node's clocks
    before the question and after the answer. A wall clock that disagrees is no reason
    to refuse: see `clock_offset`.
    """
    late = _late(asked, now)
    if late:
        return Unknown(late)
    decoded = _decode(text)
    if isinstance(decoded, Unknown):
        return decoded
    report = decoded.value
    if report.node != expected_node:
        return Unknown(f"{report.node} answered where {expected_node} was asked")
    complaint = absurdity(report) or _old(report, heard)
    return Unknown(complaint) if complaint else Known(report)


def clock_offset(heard: HeardReport) -> float:
    """Return the seconds by which the peer's wall clock was ahead when it was heard.

    The error is at most the seconds that the question took.
    """
    return heard.report.wall - heard.heard.wall


def _late(asked: Moment, now: Moment) -> str | None:
    """Return why the answer may describe a past that this node slept through."""
    if asked.boot != now.boot:
        return "this node booted between question and answer"
    seconds = now.seconds_since(asked)
    if seconds > ROUND_TRIP_LIMIT:
        return f"the report was under way for {seconds:.0f} s"
    return None


def _decode(text: str) -> Fact[PeerReport]:
    """Return the report in a text, or where in it the mistake is."""
    # A host may hand over bytes that are no UTF-8 as lone surrogates.
    data = text.encode(errors="replace")
    if not data.strip():
        return Unknown("the peer said nothing")
    if len(data) > SIZE_LIMIT:
        return Unknown(f"the report has {len(data)} bytes, more than {SIZE_LIMIT}")
    try:
        head = msgspec.json.decode(data, type=_Head)
        if head.schema != REPORT_SCHEMA:
            return Unknown(
                f"the report has schema {head.schema}, this hawatch understands "
                f"{REPORT_SCHEMA}: install the same version on both nodes"
            )
        return Known(msgspec.json.decode(data, type=PeerReport))
    except (msgspec.DecodeError, RecursionError) as mistake:
        return Unknown(f"the report cannot be read: {mistake}")


def _old(report: PeerReport, heard: HeardReport | None) -> str | None:
    """Return why a report is not newer than the last one of the same boot.

    The peer's own clock tells, and not the number of its cycle: a peer whose memory was
    lost counts from the beginning, and is heard all the same.
    An equal clock is no newer look: no second one happens at the same instant.
    """
    if heard is None or heard.report.node != report.node:
        return None
    last = heard.report
    if report.boot != last.boot:
        return None
    if report.monotonic < last.monotonic:
        return (
            f"an old report came back: taken {last.monotonic - report.monotonic:.1f} s "
            "before the last one"
        )
    if report.monotonic == last.monotonic:
        return "the same report came back: nobody has looked on the peer since"
    return None
