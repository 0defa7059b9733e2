"""An owner that let go, whose disk cannot be read: how far its earlier word goes."""

from __future__ import annotations

import msgspec
import pytest
from situation_tools import LOST, at, word

from hawatch.deciding import gates_copy
from hawatch.deciding.situation import Situation
from hawatch.model.moment import Moment

RELEASED = at("standby-after-release")
VOUCHED = RELEASED.own.peer_in_sync["disk0"].heard


def released(*, dump_known: bool, since: Moment | None) -> Situation:
    """Return a released peer's situation. since: from when on every look heard it."""
    s = RELEASED
    assert s.memory.peer is not None
    assert s.word.service is not None
    heard = msgspec.structs.replace(s.memory.peer, since=since)
    s = msgspec.structs.replace(s, memory=msgspec.structs.replace(s.memory, peer=heard))
    if dump_known:
        return s
    service = msgspec.structs.replace(s.word.service, dumps={"disk0": LOST})
    return word(s, service=service)


def later(seconds: float, boot: str = "") -> Moment:
    """Return a moment some seconds after the owner had vouched for this copy."""
    assert VOUCHED is not None
    return Moment(
        wall=VOUCHED.wall + seconds,
        monotonic=VOUCHED.monotonic + seconds,
        boot=boot or VOUCHED.boot,
    )


@pytest.mark.parametrize(
    ("dump_known", "since", "vouched"),
    [
        (True, None, True),
        (True, later(5), True),
        (False, later(-100), True),
        (False, later(0), True),
        (False, later(5), False),
        (False, later(-100, boot="before"), False),
        (False, None, False),
    ],
)
def test_a_peer_that_was_out_of_hearing_has_to_show_its_generation(
    since: Moment | None, *, dump_known: bool, vouched: bool
) -> None:
    """It may have written alone meanwhile; who was heard all along has not.

    A planned hand-over away from a disk that cannot be read any more still works [H13].
    """
    s = released(dump_known=dump_known, since=since)
    assert gates_copy._vouched_for(s, "disk0") is vouched
