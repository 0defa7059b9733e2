"""How long ago the automatic moves of both nodes were, whatever the wall clocks do."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from builders import a_moment, a_peer_report
from situation_tools import at, own, word

from hawatch.deciding.moves import ages_of_moves
from hawatch.deciding.situation import Situation
from hawatch.model.memory import HeardReport, Move, Unfinished
from hawatch.model.report import Duty


def moved(s: Situation, *, ago: float, **changes: Any) -> Situation:
    """Return a situation after a move of this node some seconds ago."""
    values: dict[str, Any] = {
        "service": s.service,
        "at": s.now.wall - ago,
        "rule": "x",
        "monotonic": s.now.monotonic - ago,
        "boot": s.now.boot,
    }
    memory = msgspec.structs.replace(s.memory, moves=(Move(**values | changes),))
    return msgspec.structs.replace(s, memory=memory)


def without_word(s: Situation) -> Situation:
    """Return a situation in which the peer was never heard."""
    return word(s, report=None, service=None, fresh=False)


@pytest.mark.parametrize(
    ("changes", "age"),
    [
        ({}, 120.0),
        ({"at": 5.0}, 120.0),
        ({"boot": "an earlier boot"}, 120.0),
        ({"boot": ""}, 120.0),
    ],
    ids=["now", "the wall clock was set", "before a boot", "of an older version"],
)
def test_an_own_move_is_as_old_as_the_best_clock_says(
    changes: dict[str, Any], age: float
) -> None:
    """Within a boot the clock that never steps; across one only the wall is left."""
    s = moved(without_word(at("standby")), ago=120.0, **changes)
    assert list(ages_of_moves(s)) == [pytest.approx(age)]


def test_another_services_move_is_not_this_ones() -> None:
    """Both go with the owner that dies, one after the other."""
    s = moved(without_word(at("standby")), ago=20.0, service="orders")
    assert list(ages_of_moves(s)) == []


def test_a_move_that_is_still_under_way_is_none_of_before() -> None:
    """To hold it against itself would back out of every take-over that was cut."""
    s = without_word(at("standby"))
    began = msgspec.structs.replace(s.now, wall=s.now.wall - 40.0)
    s = own(
        s,
        unfinished=Unfinished(
            rule="x", duty=Duty.ACTIVE, because="the test wants it", began=began
        ),
    )
    assert list(ages_of_moves(moved(s, ago=40.0))) == []
    assert list(ages_of_moves(moved(s, ago=41.0))) == [pytest.approx(41.0)]


@pytest.mark.parametrize(
    ("fresh", "age"), [(True, 300.0), (False, 350.0)], ids=["heard now", "heard before"]
)
def test_the_peers_moves_are_told_by_its_own_clock(fresh: bool, age: float) -> None:
    """What has gone by since it was heard comes on top."""
    s = at("standby")
    report = a_peer_report(wall=77_000.0, moves=(76_700.0,))
    heard = HeardReport(
        report=report,
        heard=a_moment(s.now.monotonic - 50.0, boot=s.now.boot),
    )
    memory = msgspec.structs.replace(s.memory, peer=heard, moves=())
    s = msgspec.structs.replace(word(s, report=report, fresh=fresh), memory=memory)
    assert list(ages_of_moves(s)) == [pytest.approx(age)]


def test_a_peer_that_was_never_heard_has_made_no_move() -> None:
    """Nothing is known of it, and nothing is made up."""
    assert list(ages_of_moves(without_word(at("standby")))) == []
