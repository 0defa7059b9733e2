"""A decision that fences, as it is where another service keeps CARP on."""

from __future__ import annotations

import msgspec
import pytest
from situation_tools import LOST, at, view

from hawatch.deciding.carp_words import kept_off, kept_on
from hawatch.deciding.situation import Situation
from hawatch.deciding.yielding import fence_vip
from hawatch.model.decision import Decision, Rule
from hawatch.model.plan import (
    AllowCarp,
    AnyStep,
    Lever,
    Plan,
    RestoreSkew,
    StopService,
)
from hawatch.model.report import Duty

STOP = StopService(rc="mysql-server", deadline=60.0)


def left(s: Situation, *steps: AnyStep, move: bool = False) -> Decision:
    """Return what is left of a plan where CARP has to stay on."""
    d = s.decide(Rule.ISOLATED_OWNER, "x", plan=Plan(steps=steps), move=move)
    return kept_on(s, d, "orders is held here")


def test_the_vip_of_a_master_is_made_slower_instead_of_being_dropped() -> None:
    """CARP gives it to the peer as soon as it can; advbase is not left raised."""
    s = at("owner")
    fence = fence_vip(s)
    stop, step = left(s, STOP, fence).plan.steps
    assert stop == STOP
    assert isinstance(step, RestoreSkew)
    assert (step.interface, step.vhid) == (fence.interface, fence.vhid)
    assert (step.advskew, step.advbase) == (240, 1)


@pytest.mark.parametrize("carp", ["BACKUP for 60 s", "INIT for 60 s", "unknown"])
def test_who_is_not_known_to_be_master_has_nothing_to_give_away(carp: str) -> None:
    """The storage is let go all the same."""
    s = at("owner", own={"carp": carp})
    assert left(s, STOP, fence_vip(s)).plan.steps == (STOP,)


def test_a_skew_that_is_raised_already_is_not_raised_again() -> None:
    """The next look would else do the same for ever."""
    s = at("owner", own={"advskew": 240})
    assert left(s, STOP, fence_vip(s)).plan.steps == (STOP,)
    assert left(view(s, carp=LOST), fence_vip(s)).plan.steps == ()


def test_only_the_fence_goes_from_a_plan() -> None:
    """A hand-over that leaves CARP on concerns no other service."""
    s = at("owner")
    hand_over = msgspec.structs.replace(fence_vip(s), lever=Lever.FAST)
    assert left(s, STOP, hand_over).plan.steps == (STOP, hand_over)


@pytest.mark.parametrize(
    ("carp", "steps", "planned", "counts"),
    [
        ("MASTER for 60 s", (), True, True),
        ("BACKUP for 60 s", (), True, False),
        ("BACKUP for 60 s", (STOP,), True, True),
        ("MASTER for 60 s", (STOP,), False, False),
    ],
)
def test_a_move_of_which_nothing_is_left_is_not_counted(
    carp: str, steps: tuple[AnyStep, ...], *, planned: bool, counts: bool
) -> None:
    """It would use up the moves of a day [never 5]; what was none becomes none."""
    s = at("owner", own={"carp": carp})
    assert left(s, *steps, fence_vip(s), move=planned).move is counts


@pytest.mark.parametrize("rule", [Rule.ASKED, Rule.CARP_HELD_BACK])
def test_a_person_whose_wish_is_not_done_is_told_so(rule: Rule) -> None:
    """Nothing is switched on, nothing is forgotten; a rule of its own asked nobody."""
    s = at("standby", own={"allow": False, "carp": "INIT for 60 s"})
    bare = msgspec.structs.replace(s.own, duty=Duty.ACTIVE, epoch=9)
    plan = Plan(steps=(AllowCarp(allow=True, deadline=5.0),))
    d = kept_off(s, s.decide(rule, "x", plan=plan, memory=bare), "orders lets go")
    assert (d.plan, d.memory, d.duty, d.alarm) == (Plan(), s.own, s.own.duty, True)
    assert d.because.startswith("not done: ") is (rule is Rule.ASKED)
    assert "CARP stays off here for orders lets go" in d.because
