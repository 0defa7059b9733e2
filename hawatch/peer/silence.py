"""What a node remembers of its peer: the last good report, and since when it is silent.

All ages are seconds of this node's own monotonic clock.
"""

from __future__ import annotations

import msgspec

from hawatch.model.fact import REFUSED, Fact, Known, Unknown
from hawatch.model.memory import HeardReport, Memory
from hawatch.model.moment import Moment
from hawatch.model.snapshot import PeerSighting


def remember(
    memory: Memory, sighting: PeerSighting, *, at: Moment, longest_gap: float
) -> Memory:
    """Given a memory and what was heard in this look, return the memory with it.

    at is the moment before the peer was asked (the snapshot's `taken`): the report is
    younger than that, so its age is never understated. The peer is silent where every
    path was asked and none answered; a peer whose sshd answers, or whose kernel refuses
    a connection, is alive, whatever its agent says [FACTS H27]. Silence starts anew
    where it was not watched: after a boot of this node, and after more than longest_gap
    seconds without a look.
    """
    heard = memory.peer
    if isinstance(sighting.report, Known):
        heard = HeardReport(
            report=sighting.report.value, heard=at, since=_heard_since(memory, at)
        )
    since = None
    if _silent(sighting):
        since = at
        before = memory.peer_silent_since
        if before is not None and _watched(memory, at, longest_gap):
            since = before
    return msgspec.structs.replace(memory, peer=heard, peer_silent_since=since)


def not_before_asked(memory: Memory, asked: Moment | None, now: Moment) -> Memory:
    """Return the memory with the peer's silence begun no earlier than its question.

    asked: when the peer last asked this node, of whatever boot.
    """
    since = memory.peer_silent_since
    if since is None or asked is None or asked.boot != now.boot:
        return memory
    if asked.monotonic <= since.monotonic:
        return memory
    return msgspec.structs.replace(memory, peer_silent_since=asked)


def age(sighting: PeerSighting, heard: HeardReport | None, now: Moment) -> Fact[float]:
    """Return how old the newest word of the peer is, in seconds of this node.

    It is 0 for a report of this very look, else the time since `heard.heard` and
    nothing else: the peer's clocks have no part in it. Unknown where nothing was ever
    heard, or only before this node booted.
    """
    if isinstance(sighting.report, Known):
        return Known(0.0)
    if heard is None:
        return Unknown("the peer was never heard")
    if heard.heard.boot != now.boot:
        return Unknown("the peer was not heard since this node booted")
    return Known(now.seconds_since(heard.heard))


def _heard_since(memory: Memory, at: Moment) -> Moment | None:
    """Return the first of the looks in a row that heard a good report."""
    before = memory.peer
    last = memory.samples[-1].taken if memory.samples else None
    if before is None or before.heard != last:
        return at
    return before.since


def _silent(sighting: PeerSighting) -> bool:
    """Return whether every path was asked in vain; nobody asked is no silence."""
    return (
        bool(sighting.paths)
        and isinstance(sighting.report, Unknown)
        and not any(_answers(path) for path in sighting.paths.values())
    )


def _answers(path: Fact[float]) -> bool:
    """Return whether somebody is there; a refused connection is an answer, too."""
    return isinstance(path, Known) or path.kind == REFUSED


def _watched(memory: Memory, at: Moment, longest_gap: float) -> bool:
    """Return whether the time since the last look is short enough to vouch for."""
    if memory.last is None or memory.last.boot != at.boot:
        return False
    return at.seconds_since(memory.last) <= longest_gap
