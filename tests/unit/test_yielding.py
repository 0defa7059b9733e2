"""What a step that gives the VIP away, or joins CARP again, is made of."""

from __future__ import annotations

from typing import Any

import builders as b
import pytest
from situation_tools import LOST, at, own, view

from hawatch.deciding.carp_timing import Side, master_down
from hawatch.deciding.situation import Situation
from hawatch.deciding.yielding import (
    fence_vip,
    raised_before_joining,
    restore_skew,
    would_take_vip,
    yield_vip,
)
from hawatch.model.plan import YieldVip


def lever(s: Situation) -> YieldVip:
    """Return the step of a hand-over that is certain."""
    step = yield_vip(s)
    assert isinstance(step, YieldVip)
    return step


@pytest.mark.parametrize("raised", [True, False])
def test_a_hand_over_settles_on_the_advbase_from_before_any_raise(
    *, raised: bool
) -> None:
    """One that was cut left its own advbase behind, which is nobody's wish [A7]."""
    s = at("owner", own={"advskew": 240, "advbase": 2})
    s = own(s, raised=b.a_raise(original_advbase=1) if raised else None)
    settled = 1 if raised else 2
    assert lever(s).settled_advbase == settled
    assert fence_vip(s).settled_advbase == settled


def test_a_hand_over_is_waited_for_until_the_peers_own_timer_has_run_out() -> None:
    """The decisive advert may be lost; then CARP still moves the VIP [FACTS A4]."""
    step = lever(at("owner", peer={"advskew": 100}))
    assert step.predicted < step.deadline
    assert step.deadline > master_down(Side(advbase=1, advskew=100))


JOINING: dict[str, Any] = {"allow": False, "carp": "INIT for 60 s", "preempt": True}


@pytest.mark.parametrize(
    ("ours", "theirs", "slower"), [(50, 51, True), (50, 50, False), (51, 50, False)]
)
def test_a_node_joins_slower_where_it_would_preempt_by_one_skew(
    ours: int, theirs: int, *, slower: bool
) -> None:
    """Its demotion is for CARP's being off, and ends with that [FACTS A8]."""
    joining = JOINING | {"advskew": ours, "demotion": 240}
    s = at("standby", own=joining, peer={"advskew": theirs})
    assert (raised_before_joining(s) is not None) is slower


def test_nobody_joins_slower_by_a_guess_or_twice() -> None:
    """Every number of both nodes is known, and no raise of ours is in force."""
    faster = JOINING | {"advskew": 0}
    s = at("standby", own=faster, peer={"advskew": 100})
    assert raised_before_joining(s) is not None
    assert raised_before_joining(own(s, raised=b.a_raise())) is None
    assert raised_before_joining(view(s, carp=LOST)) is None
    for missing in (
        at("standby", own=faster | {"sysctls": "unknown"}, peer={"advskew": 100}),
        at("standby", own=faster, peer={"advskew": 100, "sysctls": "unknown"}),
        at("standby", own=faster, peer={"advskew": 100, "carp": "unknown"}),
        at("standby", own=faster, peer={"advskew": 100, "knows": False}),
    ):
        assert raised_before_joining(missing) is None


def test_whether_a_node_would_take_the_vip_needs_the_numbers_of_both() -> None:
    """Not known counts as no."""
    s = at("standby", own=JOINING | {"advskew": 0}, peer={"advskew": 100})
    assert would_take_vip(s)
    assert not would_take_vip(view(s, carp=LOST))
    unheard = at("standby", own=JOINING | {"advskew": 0}, peer={"knows": False})
    assert not would_take_vip(unheard)


@pytest.mark.parametrize(
    "changes",
    [
        {"own": {"sysctls": "unknown"}},
        {"own": {"carp": "unknown"}},
        {"peer": {"sysctls": "unknown"}},
        {"peer": {"knows": False}},
    ],
    ids=str,
)
def test_a_raise_stays_with_a_reason_where_a_number_is_missing(
    changes: dict[str, Any],
) -> None:
    """Lowered by a guess it might bring the VIP back [FACTS A7]."""
    why = restore_skew(at("demoted", **changes))
    assert isinstance(why, str)
    assert why
