"""CARP's arithmetic where a number, a bound or a reason is at stake."""

from __future__ import annotations

import pytest

from hawatch.deciding.carp import (
    COMMAND_LATENCY,
    CarpOutcome,
    LeverPlan,
    Side,
    choose_lever,
    fast_advbase,
    predict,
    predict_restore,
    two_masters,
)
from hawatch.deciding.carp_timing import advertised_skew, interval, master_down
from hawatch.model.config import LeverChoice
from hawatch.model.plan import Lever


def a_side(advskew: int = 0, **changes: object) -> Side:
    values: dict[str, object] = {"advbase": 1, "advskew": advskew, **changes}
    return Side(**values)  # type: ignore[arg-type] - a builder for tests


@pytest.mark.parametrize(
    ("advskew", "demotion", "advertised"),
    [(0, 0, 0), (254, 0, 240), (240, 0, 240), (100, 240, 240), (10, -50, 0)],
)
def test_the_advertised_skew_is_capped_at_240(
    advskew: int, demotion: int, advertised: int
) -> None:
    """240 to 254 count as 240, and a demotion counts up to it [FACTS A4]."""
    assert advertised_skew(a_side(advskew, demotion=demotion)) == advertised


def test_the_master_down_time_is_the_one_of_the_facts() -> None:
    """3.000 s with skew 0, 3.195 with 50, 3.992 with 254, demoted or not."""
    seconds = [round(master_down(a_side(k, demotion=240)), 3) for k in (0, 50, 254)]
    assert seconds == [3.0, 3.195, 3.992]


def test_the_interval_counts_the_demotion() -> None:
    """A MASTER with demotion 240 advertises every 1.9375 s."""
    assert interval(a_side(0, demotion=240)) == 1.9375


def test_the_usual_demotion_uses_the_fast_lever_within_a_second() -> None:
    """Default skews, no preempt: advbase 5 for a moment, then 1 with advskew 240."""
    plan = choose_lever(a_side(0), a_side(50), LeverChoice.AUTO, 240)
    assert isinstance(plan, LeverPlan)
    assert (plan.lever, plan.advskew, plan.advbase) == (Lever.FAST, 240, 5)
    assert (plan.settled_advbase, plan.seconds) == (1, COMMAND_LATENCY)
    assert plan.at_worst == pytest.approx(3.195 + COMMAND_LATENCY, abs=0.001)


def test_the_fast_advbase_grows_with_the_peers_own() -> None:
    """A peer with advbase 3 waits 9 to 9.94 s: 10 would not surely do."""
    own, peer = a_side(0, advbase=3), a_side(50, advbase=3)
    assert fast_advbase(own, peer) == 11


def test_a_peer_too_slow_for_any_advbase_is_refused_with_the_number() -> None:
    """At the peer's advbase 85 the needed 257 does not exist."""
    own, peer = a_side(0, advbase=85), a_side(50, advbase=85)
    answer = choose_lever(own, peer, LeverChoice.FAST, 240)
    assert isinstance(answer, str)
    assert "257" in answer


def test_a_peer_too_slow_for_fast_still_gets_state_backup() -> None:
    """AUTO falls back to the lever that is certain."""
    own, peer = a_side(0, advbase=85), a_side(50, advbase=85)
    plan = choose_lever(own, peer, LeverChoice.AUTO, 240)
    assert isinstance(plan, LeverPlan)
    assert (plan.lever, plan.advbase) == (Lever.STATE_BACKUP, 85)


def test_a_missing_number_is_named_as_the_reason() -> None:
    """A side that is a string says what is not known; no lever is chosen."""
    missing = "b never told its advskew and preempt"
    assert choose_lever(a_side(), missing, LeverChoice.AUTO, 240) == missing
    assert choose_lever(missing, a_side(), LeverChoice.AUTO, 240) == missing


def test_a_larger_advskew_in_force_is_not_lowered_by_a_demotion() -> None:
    """Advskew 254 stays 254 where the demoted one would be 239."""
    plan = choose_lever(a_side(254), a_side(50), LeverChoice.AUTO, 239)
    assert isinstance(plan, LeverPlan)
    assert plan.advskew == 254


def test_239_with_own_preempt_is_refused_against_a_peer_at_240() -> None:
    """It would take the VIP back; both levers say so."""
    own, peer = a_side(0, preempt=True), a_side(240)
    answer = choose_lever(own, peer, LeverChoice.AUTO, 239)
    assert isinstance(answer, str)
    assert "take the VIP back" in answer


@pytest.mark.parametrize("own_preempt", [False, True])
@pytest.mark.parametrize("peer_preempt", [False, True])
def test_the_skew_lever_needs_the_peers_preempt(
    *, own_preempt: bool, peer_preempt: bool
) -> None:
    """Raising advskew alone moves the VIP at preempt=1 on the peer only [FACTS A6]."""
    own, peer = a_side(0, preempt=own_preempt), a_side(50, preempt=peer_preempt)
    prediction = predict(own, peer, Lever.SKEW, 240, 1)
    expected = CarpOutcome.PEER if peer_preempt else CarpOutcome.OWN
    assert prediction.master is expected
    assert ("preempt=0" in prediction.because) == (not peer_preempt)


def test_equal_skews_make_two_masters_uncertain() -> None:
    """240 and 254 are equal: either may yield [FACTS A9]."""
    assert two_masters(a_side(240), a_side(254)).master is CarpOutcome.UNCERTAIN


def test_allow_off_gives_the_vip_to_the_peers_timer() -> None:
    """2.2 to 3.2 s with default skews, and no way back while allow is 0."""
    prediction = predict(a_side(0, preempt=True), a_side(50), Lever.ALLOW_OFF, 0, 1)
    assert prediction.master is CarpOutcome.PEER
    assert (prediction.earliest, prediction.latest) == (2.1953125, 3.1953125)
    assert not prediction.returns_by_itself


def test_a_pair_that_is_not_stable_is_not_predicted() -> None:
    """A MASTER with advbase 10 beside a BACKUP that waits 3 s is no base to reckon."""
    prediction = predict(a_side(0, advbase=10), a_side(50), Lever.FAST, 240, 10)
    assert prediction.master is CarpOutcome.UNCERTAIN


def test_restoring_a_much_smaller_advbase_returns_even_without_preempt() -> None:
    """3 s of own patience against adverts every 5 s: "master will time out"."""
    prediction = predict_restore(
        a_side(240, advbase=5),
        a_side(0, advbase=5),
        restored_advskew=0,
        restored_advbase=1,
    )
    assert prediction.returns_by_itself
    assert "master will time out" in prediction.because


def test_timers_that_run_out_together_are_a_race() -> None:
    """0.05 s of difference is jitter; beyond it, the longer one waits for sure."""
    peer = a_side(100)
    close = predict(a_side(0), peer, Lever.STATE_BACKUP, 112, 1)
    clear = predict(a_side(0), peer, Lever.STATE_BACKUP, 113, 1)
    assert close.master is CarpOutcome.UNCERTAIN
    assert close.odds == pytest.approx(1 - 1 / 256)
    assert clear.master is CarpOutcome.PEER


def test_state_backup_against_a_far_slower_peer_returns_for_certain() -> None:
    """Own timer of 3 s fires before the peer's 9 s at every phase."""
    prediction = predict(a_side(0), a_side(0, advbase=3), Lever.STATE_BACKUP, 0, 1)
    assert prediction.master is CarpOutcome.OWN
    assert (prediction.earliest, prediction.latest) == (3.0, 3.0)
