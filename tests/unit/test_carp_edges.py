"""CARP's arithmetic, row by row: who, from when on, until when, and how likely.

Ticks of 1/256 s. Each row stands for changes of the arithmetic that would spoil it; the
brute force beside it shows that what is certain here comes true.
"""

from __future__ import annotations

from typing import Any

import pytest

from hawatch.deciding.carp import (
    CarpOutcome,
    LeverPlan,
    Prediction,
    choose_lever,
    predict,
    predict_restore,
    two_masters,
)
from hawatch.deciding.carp_timing import TICKS, Side
from hawatch.model.config import LeverChoice
from hawatch.model.plan import Lever

Row = tuple[CarpOutcome, float, float, bool, float]


def side(advbase: int, advskew: int, **changes: Any) -> Side:
    """Return one node's numbers."""
    return Side(advbase=advbase, advskew=advskew, **changes)


def row(found: Prediction) -> Row:
    """Return a prediction as the tables write it: times in ticks."""
    return (
        found.master,
        found.earliest * TICKS,
        found.latest * TICKS,
        found.returns_by_itself,
        round(found.odds, 5),
    )


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (
            (
                side(1, 13, demotion=100, preempt=True),
                side(1, 0),
                Lever.STATE_BACKUP,
                239,
                1,
            ),
            (CarpOutcome.PEER, 399, 768, False, 1),
        ),
        (
            (
                side(1, 100, demotion=13, preempt=True),
                side(1, 240, preempt=True),
                Lever.FAST,
                240,
                1,
            ),
            (CarpOutcome.OWN, 0, 0, False, 0),
        ),
        (
            (side(1, 100, demotion=13), side(4, 0), Lever.STATE_BACKUP, 1, 4),
            (CarpOutcome.UNCERTAIN, 0, 6145, False, 0.96748),
        ),
        (
            (
                side(1, 240, demotion=-50, preempt=True),
                side(1, 240, demotion=240, preempt=True),
                Lever.ALLOW_OFF,
                254,
                1,
            ),
            (CarpOutcome.PEER, 512, 1008, False, 1),
        ),
        (
            (
                side(1, 12, demotion=100, preempt=True),
                side(4, 239, preempt=True),
                Lever.STATE_BACKUP,
                13,
                10,
            ),
            (CarpOutcome.UNCERTAIN, 0, 11004, False, 0.5),
        ),
        (
            (
                side(1, 0, demotion=13),
                side(3, 0, demotion=-50, preempt=True),
                Lever.SKEW,
                13,
                10,
            ),
            (CarpOutcome.UNCERTAIN, 0, 3072, False, 0.5),
        ),
        (
            (side(1, 239, preempt=True), side(1, 0, preempt=True), Lever.SKEW, 0, 2),
            (CarpOutcome.PEER, 0, 495, False, 1),
        ),
        (
            (side(1, 0), side(1, 12), Lever.SKEW, 12, 3),
            (CarpOutcome.UNCERTAIN, 0, 3096, False, 0.5),
        ),
        (
            (
                side(4, 12, preempt=True),
                side(1, 254, preempt=True),
                Lever.ALLOW_OFF,
                239,
                4,
            ),
            (CarpOutcome.UNCERTAIN, 0, 4106, False, 0.5),
        ),
        (
            (
                side(1, 50, demotion=13),
                side(4, 14, demotion=240),
                Lever.STATE_BACKUP,
                240,
                4,
            ),
            (CarpOutcome.UNCERTAIN, 0, 6398, False, 0.5),
        ),
        (
            (
                side(1, 239, demotion=13, preempt=True),
                side(2, 1, preempt=True),
                Lever.STATE_BACKUP,
                245,
                1,
            ),
            (CarpOutcome.OWN, 1013, 1013, True, 0),
        ),
        (
            (side(1, 254), side(2, 9), Lever.STATE_BACKUP, 254, 1),
            (CarpOutcome.OWN, 1022, 1022, False, 0),
        ),
        (
            (side(1, 254), side(2, 8), Lever.STATE_BACKUP, 254, 1),
            (CarpOutcome.UNCERTAIN, 0, 2566, False, 0),
        ),
    ],
)
def test_a_lever_does_what_the_numbers_say(asked: Any, expected: Row) -> None:
    """The MASTER's side, the BACKUP's, the lever and what it sets [FACTS A4-A7]."""
    assert row(predict(*asked)) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (
            (side(3, 254, demotion=13), side(3, 13, preempt=True), 12, 1),
            (CarpOutcome.UNCERTAIN, 0, 3097, False, 0.5),
        ),
        (
            (side(4, 1, demotion=-50, preempt=True), side(1, 100), 240, 1),
            (CarpOutcome.PEER, 0, 0, False, 1),
        ),
        (
            (
                side(1, 111, demotion=240, preempt=True),
                side(3, 83, preempt=True),
                81,
                1,
            ),
            (CarpOutcome.OWN, 0, 851, True, 0),
        ),
        (
            (
                side(1, 14, demotion=-50),
                side(3, 50, demotion=100, preempt=True),
                254,
                3,
            ),
            (CarpOutcome.UNCERTAIN, 0, 4912, False, 0.5),
        ),
    ],
)
def test_a_restore_does_what_the_numbers_say(asked: Any, expected: Row) -> None:
    """This BACKUP's side, the MASTER's, and the values that are put back."""
    assert row(predict_restore(*asked)) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (
            (side(1, 12), side(1, 133, preempt=True)),
            (CarpOutcome.OWN, 0, 268, False, 0),
        ),
        (
            (side(1, 1, demotion=240, preempt=True), side(1, 240)),
            (CarpOutcome.UNCERTAIN, 0, 1008, False, 0.5),
        ),
        (
            (side(4, 14, demotion=13, preempt=True), side(3, 1, demotion=100)),
            (CarpOutcome.PEER, 0, 869, False, 1),
        ),
    ],
)
def test_of_two_masters_the_numbers_say_who_stays(asked: Any, expected: Row) -> None:
    """Equal intervals say nothing [FACTS A9]."""
    assert row(two_masters(*asked)) == expected


def test_a_plan_counts_the_commands_and_the_worst_case() -> None:
    """Half a second for the commands on top of what CARP takes."""
    own, peer = side(4, 14, preempt=True), side(2, 100, demotion=240)
    plan = choose_lever(own, peer, LeverChoice.AUTO, 239)
    assert isinstance(plan, LeverPlan)
    assert (plan.lever, plan.advskew, plan.advbase, plan.settled_advbase) == (
        Lever.FAST,
        239,
        8,
        4,
    )
    assert (plan.seconds * TICKS, plan.at_worst * TICKS) == (128, 1764)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            (
                side(1, 240, preempt=True),
                side(2, 1, demotion=-50),
                LeverChoice.AUTO,
                240,
            ),
            (
                "fast: with advskew 240 and preempt=1 this node would take the VIP "
                "back from the peer's 0; state-backup: this node is faster: it takes "
                "the VIP back at once"
            ),
        ),
        (
            (
                side(2, 1, demotion=13),
                side(3, 0, preempt=True),
                LeverChoice.STATE_BACKUP,
                239,
            ),
            (
                "state-backup: own timer may fire before the peer's: 6.934 s from now "
                "against 6.945 to 9.000 s"
            ),
        ),
    ],
)
def test_a_refused_lever_tells_its_numbers(asked: Any, said: str) -> None:
    """Each lever that was tried has its own reason."""
    assert said in str(choose_lever(*asked))
