"""What holds for the rules in every situation, however strange.

Situations are arbitrary, or differ a little from a case of the corpus: only the latter
come far. All promises are asked about each situation, for that is made at a cost.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from decisions_any import ANY_CASE, near
from decisions_build import build
from decisions_format import Case, load_cases
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plan_order import disorder

from hawatch.deciding.aftermath import before_plan
from hawatch.deciding.hands_off import in_maintenance, peer_keeps_off
from hawatch.deciding.rules import RULES, decide
from hawatch.deciding.silences import why_silent
from hawatch.deciding.situation import Situation
from hawatch.model import plan as steps
from hawatch.model.decision import Decision, Rule
from hawatch.model.fact import Known, Unknown, is_false, is_true
from hawatch.model.finding import Remedy, Standing, Verdict
from hawatch.model.hast import HastRole
from hawatch.model.plan import AnyStep
from hawatch.model.report import Duty
from hawatch.model.trigger import TriggerKind

CORPUS = tuple(load_cases().values())
CASES = st.one_of(ANY_CASE, *(st.sampled_from(CORPUS).flatmap(near) for _ in range(3)))
DOUBLED = tuple(case for case in CORPUS if case.expect.rule is Rule.TWO_PRIMARIES)
GRABS = (steps.MountFilesystem, steps.StartService, steps.TakeVip)
PERSON = (TriggerKind.OPERATOR, TriggerKind.RELEASE)
UNHEALTHY = (Rule.UNHEALTHY_RESTART, Rule.UNHEALTHY_DEMOTE, Rule.UNHEALTHY_HOLD)
ASKING = {Remedy.RESTART, Remedy.DEMOTE}

Promise = Callable[[Situation, Decision], None]
PROMISES: list[Promise] = []


def promise(check: Promise) -> Promise:
    """Ask this of every situation and of what is decided in it."""
    PROMISES.append(check)
    return check


def grabs(step: AnyStep) -> bool:
    """Return whether a step takes something."""
    promotes = isinstance(step, steps.SetRole) and step.role is HastRole.PRIMARY
    return promotes or isinstance(step, GRABS)


def grabbing(decision: Decision) -> bool:
    """Return whether a plan takes something."""
    return any(grabs(step) for step in decision.plan.steps)


@promise
def no_rule_raises_and_the_last_always_speaks(s: Situation, decision: Decision) -> None:
    """Every situation ends in one decision with one sentence."""
    for rule in RULES:
        rule(s)
    assert RULES[-1](s) is not None
    assert decision.because


@promise
def a_rule_is_silent_for_a_reason_and_only_then(s: Situation, _: Decision) -> None:
    """What `explain` says of a rule that was asked is what kept it from speaking."""
    for rule in RULES:
        assert (why_silent(rule, s) is None) == (rule(s) is not None), rule.__name__


@promise
def every_plan_is_in_order(_: Situation, decision: Decision) -> None:
    """Storage before the VIP, services before mounts, mounts before roles, and up."""
    assert disorder(decision.plan) == []


@promise
def nothing_is_taken_while_a_needed_fact_is_unknown(
    s: Situation, decision: Decision
) -> None:
    """Grabbing needs proof [DESIGN law 3]."""
    if not grabbing(decision):
        return
    needed = [
        s.snapshot.hastd,
        s.snapshot.mounts,
        s.snapshot.fstab,
        *s.view.resources.values(),
        *s.view.dumps.values(),
        *s.view.rc.values(),
        *(view.device for view in s.view.mounts.values()),
    ]
    assert [fact for fact in needed if isinstance(fact, Unknown)] == []


@promise
def nothing_is_taken_with_a_latched_copy(s: Situation, decision: Decision) -> None:
    """A copy that may not be current serves nobody without a human [never 3]."""
    if grabbing(decision):
        said = s.word.service.latches if s.word.service is not None else ()
        assert [m for m in s.own.latches if m.copy_of in ("", s.node)] == []
        assert [m for m in said if m.copy_of == s.node] == []


@promise
def nothing_is_taken_from_a_peer_that_may_hold_it(
    s: Situation, decision: Decision
) -> None:
    """A fresh word of the peer has to say that it holds nothing [never 1]."""
    if grabbing(decision) and s.word.fresh:
        assert s.word.service is not None
        assert is_false(s.word.service.holding)


@promise
def nothing_is_taken_without_the_vip(s: Situation, decision: Decision) -> None:
    """Only the MASTER takes over, but for an operator who knows why."""
    if grabbing(decision) and s.trigger.kind is not TriggerKind.OPERATOR:
        assert isinstance(s.view.carp, Known)
        assert s.view.carp.value.state == "MASTER"


@promise
def nothing_is_taken_on_a_damaged_memory(s: Situation, decision: Decision) -> None:
    """What is not remembered may be a reason not to [DESIGN law 6]."""
    if grabbing(decision):
        assert s.damaged is None


@promise
def maintenance_keeps_hands_off(s: Situation, decision: Decision) -> None:
    """Ours or the peer's; a person and a shutdown may act all the same.

    Only who is cut off from a peer that does not know of it has to let go.
    """
    if s.trigger.kind in PERSON or in_maintenance(s) is None:
        return
    if decision.rule is Rule.ISOLATED_OWNER:
        assert not peer_keeps_off(s)
    else:
        assert not decision.plan


@promise
def only_what_fails_in_this_look_makes_anybody_act(
    s: Situation, decision: Decision
) -> None:
    """Unknown and skipped findings neither restart nor demote [DESIGN law 1]."""
    if decision.rule not in UNHEALTHY:
        return
    asking = {f.check for f in s.failing if ASKING & set(f.remedies)}
    found = [f for f in s.findings if f.check in asking]
    assert found
    assert {f.verdict for f in found} == {Verdict.FAIL}
    assert {s.memory.streaks[f.key].standing for f in found} == {Standing.FAILING}


@promise
def nobody_is_demoted_to_a_peer_that_cannot_serve(
    s: Situation, decision: Decision
) -> None:
    """A demotion must not leave nobody able to serve [never 2]."""
    if decision.rule is not Rule.UNHEALTHY_DEMOTE:
        return
    service = s.word.service
    assert s.word.fresh
    assert service is not None
    assert (service.not_eligible, service.failing) == ((), ())
    assert not [m for m in service.latches if m.copy_of in ("", s.peer)]
    assert set(s.settings.resources) <= set(s.own.in_sync)
    assert decision.duty is Duty.STANDBY
    assert decision.move


@promise
def an_automatic_move_is_inside_the_limits(s: Situation, decision: Decision) -> None:
    """Never a second one inside the cool-down [never 5]."""
    if decision.move and s.trigger.kind is not TriggerKind.OPERATOR:
        assert decision.plan
        ages = [abs(s.now.wall - move.at) for move in s.memory.moves]
        assert not [age for age in ages if age < s.config.limits.cooldown]


@promise
def no_plan_destroys_anything(_: Situation, decision: Decision) -> None:
    """Never 8: no step says yes to fsck, and force is the last resort."""
    for step in decision.plan.steps:
        assert step.deadline > 0
        if isinstance(step, steps.CheckFilesystem):
            assert not step.allow_yes
        if isinstance(step, steps.Unmount):
            assert 0 < step.force_after < step.deadline


@promise
def primary_is_given_up_only_behind_an_unmount(
    s: Situation, decision: Decision
) -> None:
    """Where something may be mounted, it is taken off in the same plan, before."""
    gives_up = [
        step
        for step in decision.plan.steps
        if isinstance(step, steps.SetRole)
        and step.role is not HastRole.PRIMARY
        and not is_false(s.view.primaries[step.resource])
    ]
    if gives_up and not is_false(s.view.mounted):
        assert any(isinstance(step, steps.Unmount) for step in decision.plan.steps)


@promise
def a_raise_is_never_stacked(s: Situation, decision: Decision) -> None:
    """The values before the first raise are what a restore needs [FACTS A8]."""
    if s.own.raised is not None:
        assert decision.memory.raised == s.own.raised


@promise
def the_vip_is_given_away_with_a_note_of_it(s: Situation, decision: Decision) -> None:
    """A raised advskew that nobody remembers would stay for ever [FACTS H30]."""
    gives = [step for step in decision.plan.steps if isinstance(step, steps.YieldVip)]
    if gives and isinstance(s.view.carp, Known):
        assert decision.memory.raised is not None


@promise
def what_is_begun_is_marked_with_its_aim(s: Situation, decision: Decision) -> None:
    """Killed anywhere, the next cycle knows what to finish [DESIGN law 5]."""
    own = before_plan(s.memory, decision, now=s.now).services[s.service]
    aim = own.unfinished.duty if own.unfinished is not None else None
    if grabbing(decision):
        assert aim is Duty.ACTIVE or own.restarting
    if any(isinstance(step, steps.Unmount) for step in decision.plan.steps):
        assert aim in (Duty.STANDBY, Duty.RELEASED)


def ask_all(case: Case) -> None:
    """Ask every promise about one situation."""
    s = build(case)
    decision = decide(s)
    for check in PROMISES:
        check(s, decision)


@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(CASES)
def test_every_situation_keeps_every_promise(case: Case) -> None:
    """The promises above, one after the other."""
    ask_all(case)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(max_examples=50_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(CASES)
def test_every_situation_keeps_every_promise_for_long(case: Case) -> None:
    """The same, for an hour at most."""
    ask_all(case)


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.name)
def test_the_corpus_keeps_every_promise(case: Case) -> None:
    """What the named cases expect is inside the promises."""
    ask_all(case)


def mirrored(case: Case, s: Situation) -> Case:
    """Return how the peer of a situation sees it."""
    replace = msgspec.structs.replace
    return replace(
        case,
        node=s.peer,
        own=replace(
            case.own,
            carp=f"{case.peer.carp} for 100 s",
            hast="primary degraded",
            mount="yes" if case.peer.serves == "yes" else "no",
            service="running" if case.peer.serves == "yes" else "dead",
            device="present",
        ),
        peer=replace(
            case.peer,
            epoch=case.memory.epoch,
            carp=case.own.carp.split()[0],
            serves="yes" if is_true(s.view.serving) else "no",
        ),
        memory=replace(case.memory, epoch=case.peer.epoch),
    )


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(DOUBLED).flatmap(near))
def test_two_primaries_are_seen_the_same_way_by_both(case: Case) -> None:
    """Exactly one of the two lets go, whatever they have told each other [H16]."""
    case = msgspec.structs.replace(case, trigger="cron")
    s = build(case)
    if decide(s).rule is not Rule.TWO_PRIMARIES or "unknown" in case.peer.carp:
        return
    theirs = build(mirrored(case, s))
    if theirs.view.serving != Known(case.peer.serves == "yes"):
        return
    decisions = (decide(s), decide(theirs))
    assert sorted("lets go" in d.because for d in decisions) == [False, True]
