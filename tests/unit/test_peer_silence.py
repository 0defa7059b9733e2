"""Silence is what was watched; anything that answers is not silent."""

from __future__ import annotations

import msgspec
import pytest
from peer_builders import a_moment, a_report

from hawatch.model.fact import REFUSED, Known, Unknown
from hawatch.model.memory import HeardReport, Memory, Sample
from hawatch.model.moment import Moment
from hawatch.model.snapshot import PeerSighting
from hawatch.peer.silence import age, remember

DEAD = Unknown("timed out")
SILENT = PeerSighting(paths={"192.0.2.12": DEAD, "10.0.0.2": DEAD}, report=DEAD)
SPEAKING = PeerSighting(
    paths={"192.0.2.12": Known(0.2), "10.0.0.2": DEAD}, report=Known(a_report())
)
MUMBLING = PeerSighting(
    paths={"192.0.2.12": DEAD, "10.0.0.2": Known(0.2)}, report=Unknown("garbage")
)
REFUSING = PeerSighting(
    paths={"192.0.2.12": DEAD, "10.0.0.2": Unknown("no", kind=REFUSED)}, report=DEAD
)


def a_memory(last: Moment | None = None, since: Moment | None = None) -> Memory:
    return Memory(node="db1", boot="here", last=last, peer_silent_since=since)


def looked(memory: Memory, sighting: PeerSighting, at: Moment) -> Memory:
    return remember(memory, sighting, at=at, longest_gap=30.0)


def test_a_good_report_is_remembered_with_the_moment_of_the_question() -> None:
    """Its age counts from before it was asked for, never from later."""
    memory = looked(a_memory(), SPEAKING, a_moment(100.0))
    at = a_moment(100.0)
    assert memory.peer == HeardReport(report=a_report(), heard=at, since=at)
    assert memory.peer_silent_since is None


def test_the_first_of_the_looks_that_heard_it_is_remembered() -> None:
    """One look that heard nothing in between begins anew."""
    memory = a_memory()
    since = []
    for seconds, sighting in ((10, SPEAKING), (20, SPEAKING), (30, SILENT)):
        memory = looked(memory, sighting, a_moment(seconds))
        sample = Sample(taken=a_moment(seconds))
        memory = msgspec.structs.replace(memory, samples=(sample,))
        since.append(memory.peer and memory.peer.since)
    memory = looked(memory, SPEAKING, a_moment(40))
    since.append(memory.peer and memory.peer.since)
    assert since == [a_moment(10), a_moment(10), a_moment(10), a_moment(40)]


def test_silence_begins_with_the_first_look_that_heard_nothing() -> None:
    """The last good report stays remembered meanwhile."""
    before = looked(a_memory(), SPEAKING, a_moment(100.0))
    memory = looked(before, SILENT, a_moment(110.0))
    assert memory.peer == before.peer
    assert memory.peer_silent_since == a_moment(110.0)


def test_silence_goes_on_as_long_as_it_is_watched() -> None:
    """Looks in quick succession keep its beginning."""
    silent = a_memory(a_moment(111.0), since=a_moment(110.0))
    memory = looked(silent, SILENT, a_moment(120.0))
    assert memory.peer_silent_since == a_moment(110.0)


@pytest.mark.parametrize(
    "last", [None, a_moment(80.0), a_moment(119.0, boot="before the reboot")]
)
def test_silence_that_was_not_watched_begins_anew(last: Moment | None) -> None:
    """Nobody vouches for the time in which this node was down or asleep."""
    silent = a_memory(last, since=a_moment(10.0))
    memory = looked(silent, SILENT, a_moment(120.0))
    assert memory.peer_silent_since == a_moment(120.0)


@pytest.mark.parametrize(
    "sighting",
    [SPEAKING, MUMBLING, REFUSING, PeerSighting(report=Unknown("no channel"))],
)
def test_whoever_answers_or_was_not_asked_is_not_silent(sighting: PeerSighting) -> None:
    """A damaged report, a refusal and a channel that is off all end silence."""
    silent = a_memory(a_moment(119.0), since=a_moment(110.0))
    assert looked(silent, sighting, a_moment(120.0)).peer_silent_since is None


def test_the_age_of_the_newest_word_is_this_nodes_own_time() -> None:
    """The wall clocks and the peer's clock have no part in it."""
    report = a_report(wall=5.0, monotonic=9e9)
    heard = HeardReport(report=report, heard=Moment(wall=1.0, monotonic=100, boot="b"))
    now = Moment(wall=9e9, monotonic=125.0, boot="b")
    assert age(SILENT, heard, now) == Known(25.0)
    assert age(SPEAKING, heard, now) == Known(0.0)


def test_the_age_is_unknown_without_a_word_in_this_boot() -> None:
    """What was heard before this node booted has no age that could be trusted."""
    heard = HeardReport(report=a_report(), heard=a_moment(100.0, boot="before"))
    assert isinstance(age(SILENT, heard, a_moment(5.0)), Unknown)
    assert age(SILENT, None, a_moment()) == Unknown("the peer was never heard")
