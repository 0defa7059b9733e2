"""A maintenance while the network is cut: who is bound by it, and until when."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest
from situation_tools import at, word

from hawatch.deciding import hands_off
from hawatch.deciding.situation import Situation
from hawatch.model.memory import HeardReport
from hawatch.model.moment import Moment
from hawatch.model.report import Maintenance

BASE = at("standby-alone")
NOW = BASE.now


def ago(seconds: float, boot: str = NOW.boot) -> Moment:
    """Return a moment of this node some seconds before now."""
    return Moment(wall=NOW.wall - seconds, monotonic=NOW.monotonic - seconds, boot=boot)


def notice(left: float, **changes: Any) -> Maintenance:
    """Return a maintenance that began ten minutes ago, with some seconds left."""
    values: dict[str, Any] = {"begun": ago(600), "ended": None}
    return Maintenance(
        why="disk", since=NOW.wall - 600, until=NOW.wall + left, **values | changes
    )


def ours(given: Maintenance | None, **told: Any) -> Situation:
    """Return a situation with a maintenance here; told is what the peer last said."""
    memory = msgspec.structs.replace(BASE.memory, maintenance=given)
    return theirs(None, msgspec.structs.replace(BASE, memory=memory), **told)


def theirs(
    left: float | None, s: Situation = BASE, *, age: float = 0.0, **told: Any
) -> Situation:
    """Return a situation in which the peer, heard age seconds ago, announced one."""
    fresh = told.pop("fresh", False)
    assert s.word.report is not None
    wall = 5.0
    given = None if left is None else notice(0.0)
    if given is not None and left is not None:
        given = msgspec.structs.replace(given, until=wall + left)
    report = msgspec.structs.replace(
        s.word.report, wall=wall, maintenance=given, **told
    )
    heard = HeardReport(report=report, heard=ago(age))
    s = msgspec.structs.replace(s, memory=msgspec.structs.replace(s.memory, peer=heard))
    return word(s, report=report, fresh=fresh)


@pytest.mark.parametrize(
    ("s", "where"),
    [
        (ours(None), None),
        (ours(notice(1)), "db2"),
        (ours(notice(0)), None),
        (ours(notice(100, ended=ago(5))), None),
        (theirs(1), "db1"),
        (theirs(0), None),
        (theirs(10, age=10), None),
        (theirs(10, age=9), "db1"),
        (theirs(10, age=99, fresh=True), "db1"),
        (word(BASE, report=None), None),
    ],
)
def test_a_maintenance_holds_until_the_end_that_was_announced(
    s: Situation, where: str | None
) -> None:
    """Here by this node's clock, there from the moment at which it was heard."""
    found = hands_off.in_maintenance(s)
    assert (found[0] if found is not None else None) == where


def test_the_seconds_left_are_told() -> None:
    """Whoever asks why nothing is done also wants to know for how long."""
    here, there = ours(notice(30)), theirs(40, age=10)
    assert hands_off.in_maintenance(here) == (
        "db2",
        here.memory.maintenance,
        pytest.approx(30),
    )
    found = hands_off.in_maintenance(there)
    assert found is not None
    assert found[2] == pytest.approx(30)
    assert hands_off.left_there(theirs(None)) == -math.inf
    assert hands_off.left_there(word(BASE, report=None)) == -math.inf


@pytest.mark.parametrize(
    ("s", "bound"),
    [
        (ours(None, heard=ago(10)), False),
        (ours(notice(60)), False),
        (ours(notice(60), heard=ago(601)), False),
        (ours(notice(60), heard=ago(600)), True),
        (ours(notice(60), heard=ago(10)), True),
        (ours(notice(60), heard=ago(10, boot="before")), False),
        (ours(notice(60, begun=None), heard=ago(10)), False),
        (
            ours(notice(60, begun=ago(600, "before")), heard=ago(10, boot="before")),
            False,
        ),
        (ours(notice(0), heard=ago(10)), False),
        (ours(notice(60, ended=ago(5)), heard=ago(10)), False),
        (theirs(1), True),
        (theirs(0), False),
    ],
)
def test_the_peer_is_bound_by_what_it_said_or_is_known_to_have_heard(
    s: Situation, *, bound: bool
) -> None:
    """A report of this node that the peer believed, made after the beginning."""
    assert hands_off.peer_keeps_off(s) is bound


@pytest.mark.parametrize(
    ("s", "silent"),
    [
        (ours(None), 900),
        (ours(notice(-100)), 100),
        (ours(notice(-1000)), 900),
        (ours(notice(50)), 0),
        (ours(notice(50, ended=ago(300)), heard=ago(301)), 0),
        (ours(notice(50, ended=ago(300)), heard=ago(300)), 900),
        (ours(notice(-100), heard=ago(10)), 100),
        (theirs(50, age=150), 100),
        (theirs(50, age=20), 0),
        (theirs(50, ours(notice(-30)), age=150), 30),
        (theirs(50, ours(notice(-300)), age=150), 100),
    ],
)
def test_silence_counts_from_the_end_of_every_maintenance(
    s: Situation, silent: float
) -> None:
    """The other node may have counted on the whole of it."""
    assert hands_off.silent_since_work(s, 900.0) == pytest.approx(silent)


def test_a_clock_that_is_set_does_not_move_the_end() -> None:
    """Within the boot in which it began, the monotonic clock counts."""
    given = notice(60)
    later = msgspec.structs.replace(NOW, wall=NOW.wall + 86_400)
    assert given.left(later) == pytest.approx(60)
    other = msgspec.structs.replace(later, boot="another")
    assert given.left(other) == pytest.approx(60 - 86_400)
