"""Two services of one node: the switch of CARP that they share never fights itself."""

from __future__ import annotations

import pytest
from decisions_any import ANY_CASE, near
from decisions_build import build
from decisions_format import Case, load_cases
from decisions_pair import Pair, afterwards, both_decided, load_pairs, pair_of
from decisions_words import short_name
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from hawatch.deciding.carp_switch import switches_off, switches_on
from hawatch.deciding.gates import is_master
from hawatch.deciding.rules import decide, decide_all
from hawatch.deciding.situation import Situation
from hawatch.model import plan as steps
from hawatch.model.carp import CarpState
from hawatch.model.decision import Decision, Rule
from hawatch.model.fact import Known, is_false, is_true
from hawatch.model.plan import AnyStep
from hawatch.model.report import Duty

PAIRS = load_pairs()
CORPUS = tuple(load_cases().values())
ABOUT_CARP = tuple(
    case
    for case in CORPUS
    if case.expect.rule
    in (
        Rule.CARP_HELD_BACK,
        Rule.PEER_SERVES,
        Rule.MASTER_NOT_SERVING,
        Rule.INTERRUPTED_PLAN,
        Rule.ISOLATED_OWNER,
        Rule.TWO_PRIMARIES,
        Rule.ASKED,
    )
)
CASES = st.one_of(
    ANY_CASE,
    *(st.sampled_from(ABOUT_CARP).flatmap(near) for _ in range(3)),
    st.sampled_from(CORPUS).flatmap(near),
)
SITUATIONS = st.builds(pair_of, CASES, CASES)
LETS_GO = (steps.StopService, steps.Unmount, steps.YieldVip)
OFTEN = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def orders(decisions: dict[str, Decision]) -> list[AnyStep]:
    """Return every step of a cycle in the order of performing."""
    return [step for decision in decisions.values() for step in decision.plan.steps]


def is_allowed(pair: Pair) -> bool | None:
    """Return whether CARP is allowed, or None where that is not known."""
    sysctls = pair[0].snapshot.sysctls
    return sysctls.value.allow if isinstance(sysctls, Known) else None


@pytest.mark.parametrize("key", PAIRS)
def test_both_services_decide_as_the_case_says(key: str) -> None:
    """Rule, duty, plan, refusals and alarm of each."""
    cases = dict(zip(("mysql", "orders"), PAIRS[key].cases(), strict=True))
    pair = pair_of(cases["mysql"], cases["orders"])
    for name, decision in both_decided(pair).items():
        _looks_like(cases[name], decision)


def _looks_like(case: Case, decision: Decision) -> None:
    wanted, sentence = case.expect, decision.because
    assert (wanted.rule, wanted.duty) == (decision.rule, decision.duty), sentence
    assert list(wanted.plan) == [short_name(s) for s in decision.plan.steps], sentence
    refusals = {refused.refusal for refused in decision.refused}
    if wanted.refused:
        assert set(wanted.refused) <= refusals, sentence
    assert wanted.alarm == decision.alarm, sentence
    assert wanted.says in sentence
    if wanted.latches is not None:
        assert wanted.latches == tuple(str(m.kind) for m in decision.memory.latches)
    if wanted.raised is not None:
        held = decision.memory.raised
        told = "" if held is None else f"from {held.original_advskew}"
        assert wanted.raised == told


@OFTEN
@given(SITUATIONS)
def test_one_cycle_never_gives_contradictory_orders(pair: Pair) -> None:
    """Off and on are never in the same cycle, and on is ordered once, at the end."""
    decisions = both_decided(pair)
    found = orders(decisions)
    on = [step for step in found if switches_on(step)]
    off = [step for step in found if switches_off(step)]
    event(f"on {len(on)}, off {len(off)}")
    assert not (on and off)
    assert len(on) <= 1
    if on:
        assert any(switches_on(step) for step in [*decisions.values()][-1].plan.steps)


@OFTEN
@given(SITUATIONS)
def test_a_fence_takes_nobody_along_who_is_served_here(pair: Pair) -> None:
    """A service with its VIP here stays, or lets go by its own decision [never 2]."""
    decisions = both_decided(pair)
    if is_allowed(pair) is not True:
        return
    fencing = {
        name
        for name, decision in decisions.items()
        if any(switches_off(step) for step in decision.plan.steps)
    }
    for s in pair:
        served = is_master(s) and is_true(s.view.serving)
        if served and fencing - {s.service}:
            event("served beside a fence")
            own = decisions[s.service]
            assert own.duty is not Duty.ACTIVE
            assert any(isinstance(step, LETS_GO) for step in own.plan.steps)


def is_given_away(s: Situation) -> bool:
    """Return whether the peer says that it serves what is not held here, or may."""
    service = s.word.service
    if not s.word.fresh or service is None or not is_false(s.view.holding):
        return False
    return is_true(service.serving) or is_false(service.holding)


@OFTEN
@given(SITUATIONS)
def test_what_was_switched_off_is_not_switched_on_by_the_next_look(pair: Pair) -> None:
    """Nothing else has changed, so nobody has a reason [no oscillation].

    Where the peer serves, or holds nothing either, the fence that gave it the VIP has
    done its work; and a fence that was cut is carried out before anybody asks whether
    it is still needed.
    """
    if is_allowed(pair) is not True or pair[0].trigger.kind == "operator":
        return
    if any(is_given_away(s) for s in pair):
        return
    decided = both_decided(pair)
    if any(d.rule is Rule.INTERRUPTED_PLAN for d in decided.values()):
        return
    if not any(switches_off(step) for step in orders(decided)):
        return
    event("switched off")
    after = afterwards(pair, allow=False, state=CarpState.INIT)
    found = orders(both_decided(after))
    assert [short_name(step) for step in found if switches_on(step)] == []


@OFTEN
@given(SITUATIONS)
def test_what_was_switched_on_is_not_switched_off_by_the_next_look(pair: Pair) -> None:
    """Every service joins as BACKUP, and finds no reason to fence."""
    if is_allowed(pair) is not False:
        return
    if not any(switches_on(step) for step in orders(both_decided(pair))):
        return
    event("switched on")
    after = afterwards(pair, allow=True, state=CarpState.BACKUP)
    if after[0].trigger.kind in ("operator", "release"):
        return
    found = orders(both_decided(after))
    assert [short_name(step) for step in found if switches_off(step)] == []


@OFTEN
@given(CASES)
def test_a_pair_with_one_service_has_nothing_to_agree(case: Case) -> None:
    """The rules' own decision is what is done."""
    s = build(case)
    assert decide_all([s]) == (decide(s),)
