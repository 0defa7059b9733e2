"""What a decision and its outcomes leave behind: intents, moves, raises, streaks."""

from __future__ import annotations

from typing import Any

import builders as b
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawatch.deciding.aftermath import (
    WHOLE_IN_THEMSELVES,
    after_plan,
    before_plan,
    without_service,
)
from hawatch.model.decision import Decision, Rule
from hawatch.model.finding import Standing, Streak
from hawatch.model.memory import Memory, Unfinished
from hawatch.model.plan import (
    AllowCarp,
    AnyStep,
    FencePeer,
    Outcome,
    Plan,
    RestoreSkew,
    StepResult,
    StopService,
)
from hawatch.model.report import Duty

NOW = b.a_moment(2000.0)
STOP = StopService(rc="mysql-server", deadline=60.0)
RAISED = b.a_raise()
RESTORE = RestoreSkew(interface="em0", vhid=1, advskew=0, advbase=1, deadline=5.0)
SETTLE = msgspec.structs.replace(RESTORE, advskew=240)


def a_decision(
    rule: Rule = Rule.UNHEALTHY_DEMOTE, *steps: AnyStep, **changes: Any
) -> Decision:
    """Return a decision to be standby, with these steps (one stop where none)."""
    values: dict[str, Any] = {
        "service": "mysql",
        "rule": rule,
        "duty": Duty.STANDBY,
        "because": "the test wants it",
        "plan": Plan(steps=steps or (STOP,)),
        "memory": b.a_memory().services["mysql"],
    }
    return Decision(**values | changes)


def with_own(decision: Decision, **changes: Any) -> Decision:
    """Return a decision whose memory differs."""
    memory = msgspec.structs.replace(decision.memory, **changes)
    return msgspec.structs.replace(decision, memory=memory)


def ended(step: AnyStep, result: StepResult, text: str = "") -> Outcome:
    """Return how a step ended."""
    return Outcome(step=step, result=result, text=text, seconds=1.0)


def unfinished(duty: Duty = Duty.STANDBY, **changes: Any) -> Unfinished:
    """Return a plan that was begun."""
    values: dict[str, Any] = {
        "rule": "unhealthy-demote",
        "duty": duty,
        "because": "earlier",
        "began": b.a_moment(1900.0),
    }
    return Unfinished(**values | changes)


def own_of(memory: Memory) -> Any:
    """Return what is remembered of the service."""
    return memory.services["mysql"]


def test_a_plan_is_marked_before_it_is_performed() -> None:
    """Rule, aim and reason survive a kill [DESIGN law 5]."""
    memory = before_plan(b.a_memory(), a_decision(), now=NOW)
    assert own_of(memory).unfinished == Unfinished(
        rule="unhealthy-demote",
        duty=Duty.STANDBY,
        because="the test wants it",
        began=NOW,
    )


@pytest.mark.parametrize("rule", sorted(WHOLE_IN_THEMSELVES))
def test_a_plan_that_is_whole_in_itself_is_not_marked(rule: Rule) -> None:
    """It is simply decided again where it was cut."""
    memory = before_plan(b.a_memory(), a_decision(rule), now=NOW)
    assert own_of(memory).unfinished is None


@pytest.mark.parametrize("allow", [[], [AllowCarp(allow=True, deadline=5.0)]])
def test_an_order_that_leaves_the_service_where_it_is_is_not_marked(
    allow: list[AnyStep],
) -> None:
    """A `restore` that fails must not be taken for a take-over to back out of."""
    decision = a_decision(Rule.ASKED, *allow, RESTORE, duty=Duty.ACTIVE)
    memory = before_plan(b.a_memory(), decision, now=NOW)
    assert own_of(memory).unfinished is None
    both = a_decision(Rule.ASKED, *allow, STOP)
    assert own_of(before_plan(b.a_memory(), both, now=NOW)).unfinished is not None


def test_a_decision_without_a_plan_marks_nothing() -> None:
    """Nothing was begun."""
    decision = a_decision(Rule.ALL_WELL, plan=Plan())
    assert own_of(before_plan(b.a_memory(), decision, now=NOW)).unfinished is None


def test_an_order_to_fence_the_peer_is_no_plan_to_be_finished() -> None:
    """It is never given twice; what it brought is remembered apart."""
    fence = FencePeer(peer="db2", deadline=30.0)
    decision = a_decision(Rule.MASTER_NOT_SERVING, fence)
    memory = before_plan(b.a_memory(), decision, now=NOW)
    assert own_of(memory).unfinished is None
    assert memory.fence is not None
    assert (memory.fence.begun, memory.fence.confirmed) == (NOW, False)
    reached = after_plan(memory, decision, (ended(fence, StepResult.REACHED),))
    assert reached.fence is not None
    assert reached.fence.confirmed
    failed = after_plan(memory, decision, (ended(fence, StepResult.FAILED, "exit 1"),))
    assert failed.fence is not None
    assert (failed.fence.confirmed, failed.fence.text) == (False, "exit 1")


def test_a_plan_that_goes_on_keeps_its_mark() -> None:
    """The count of attempts and the first reason are the decision's to change."""
    begun = unfinished(attempts=2)
    decision = with_own(a_decision(Rule.INTERRUPTED_PLAN), unfinished=begun)
    assert own_of(before_plan(b.a_memory(), decision, now=NOW)).unfinished == begun


def test_a_release_takes_the_place_of_a_promotion_that_was_begun() -> None:
    """Cut in its middle, the release goes on, not the promotion [never 1]."""
    decision = with_own(
        a_decision(Rule.TWO_PRIMARIES, duty=Duty.RELEASED),
        unfinished=unfinished(Duty.ACTIVE),
    )
    begun = own_of(before_plan(b.a_memory(), decision, now=NOW)).unfinished
    assert (begun.rule, begun.duty) == ("two-primaries", Duty.RELEASED)


def test_a_move_is_counted_before_it_is_tried() -> None:
    """Whether it succeeds or not: a loop of failing moves is a loop [never 5]."""
    memory = before_plan(b.a_memory(), a_decision(move=True), now=NOW)
    assert [(m.service, m.at, m.rule) for m in memory.moves] == [
        ("mysql", NOW.wall, "unhealthy-demote")
    ]
    again = before_plan(memory, a_decision(move=True), now=NOW)
    assert len(again.moves) == 2


def test_what_is_no_move_is_not_counted() -> None:
    """A promotion after the peer's release is the end of the peer's move."""
    assert before_plan(b.a_memory(), a_decision(), now=NOW).moves == ()


def test_a_plan_that_reached_its_end_is_over() -> None:
    """Nothing is left to be finished."""
    decision = a_decision()
    memory = before_plan(b.a_memory(), decision, now=NOW)
    memory = after_plan(memory, decision, (ended(STOP, StepResult.REACHED),))
    assert own_of(memory).unfinished is None


def test_a_step_that_failed_is_remembered_with_its_text() -> None:
    """The next cycle backs out, and a person reads why."""
    decision = a_decision()
    memory = before_plan(b.a_memory(), decision, now=NOW)
    memory = after_plan(memory, decision, (ended(STOP, StepResult.FAILED, "busy"),))
    assert own_of(memory).unfinished.failed == "mysql-server stopped: busy"


def test_a_step_of_unknown_outcome_did_not_fail() -> None:
    """An order that may come late is looked at again, not backed out of [FACTS B7]."""
    decision = a_decision()
    memory = before_plan(b.a_memory(), decision, now=NOW)
    memory = after_plan(memory, decision, (ended(STOP, StepResult.UNKNOWN, "late"),))
    assert own_of(memory).unfinished.failed == ""


def test_a_plan_of_which_the_last_steps_were_not_begun_is_not_over() -> None:
    """All reached so far is not all reached."""
    decision = a_decision(Rule.UNHEALTHY_DEMOTE, STOP, STOP)
    memory = before_plan(b.a_memory(), decision, now=NOW)
    memory = after_plan(memory, decision, (ended(STOP, StepResult.REACHED),))
    assert own_of(memory).unfinished is not None


@pytest.mark.parametrize(
    ("result", "attempts", "at"),
    [
        (StepResult.REACHED, 1, ""),
        (StepResult.FAILED, 3, "StopService"),
        (StepResult.UNKNOWN, 3, "StopService"),
    ],
)
def test_a_plan_that_came_further_is_not_one_that_was_cut_again(
    result: StepResult, attempts: int, at: str
) -> None:
    """Two devices take twenty seconds each against a silent peer [FACTS B3]."""
    begun = unfinished(attempts=3, stopped_at="Unmount")
    decision = a_decision(Rule.INTERRUPTED_PLAN, STOP, STOP)
    memory = before_plan(b.a_memory(), with_own(decision, unfinished=begun), now=NOW)
    memory = after_plan(memory, decision, (ended(STOP, result),))
    left = own_of(memory).unfinished
    assert (left.attempts, left.stopped_at) == (attempts, at)


@pytest.mark.parametrize("begun", [None, Duty.ACTIVE, Duty.STANDBY])
def test_what_is_left_of_a_plan_that_was_given_up_is_whole(begun: Duty | None) -> None:
    """Where one is still to be finished, a plan with another aim takes its place."""
    kept = unfinished(begun) if begun is not None else None
    decision = with_own(a_decision(Rule.INTERRUPTED_PLAN), unfinished=kept)
    after = own_of(before_plan(b.a_memory(), decision, now=NOW)).unfinished
    assert (after.duty if after is not None else None) is (
        Duty.STANDBY if begun is not None else None
    )


def test_a_cycle_without_a_step_ends_no_restart() -> None:
    """It was cut before, and nobody has started the service yet."""
    decision = with_own(a_decision(Rule.LOOK_AGAIN, plan=Plan()), restarting=True)
    memory = before_plan(b.a_memory(), decision, now=NOW)
    assert own_of(after_plan(memory, decision, ())).restarting


@pytest.mark.parametrize("result", [StepResult.REACHED, StepResult.FAILED])
def test_a_restart_that_ended_is_no_cut_one(result: StepResult) -> None:
    """Only one that hawatch did not live to see the end of is tried again uncounted."""
    decision = with_own(a_decision(Rule.UNHEALTHY_RESTART), restarting=True)
    memory = before_plan(b.a_memory(), decision, now=NOW)
    assert own_of(memory).restarting
    assert not own_of(after_plan(memory, decision, (ended(STOP, result),))).restarting


@pytest.mark.parametrize("rule", [Rule.MAINTENANCE, Rule.LOOK_AGAIN, Rule.ASKED])
def test_a_cycle_that_only_waits_does_not_forget_what_was_begun(rule: Rule) -> None:
    """After a boot the first look only looks; the second one finishes."""
    begun = unfinished()
    decision = with_own(a_decision(rule, plan=Plan()), unfinished=begun)
    memory = before_plan(b.a_memory(), decision, now=NOW)
    memory = after_plan(memory, decision, ())
    assert own_of(memory).unfinished == begun


def test_an_interrupted_plan_of_which_nothing_is_missing_is_over() -> None:
    """The kill came after the last step."""
    decision = with_own(
        a_decision(Rule.INTERRUPTED_PLAN, plan=Plan()), unfinished=unfinished()
    )
    memory = after_plan(before_plan(b.a_memory(), decision, now=NOW), decision, ())
    assert own_of(memory).unfinished is None


def test_a_restored_skew_is_forgotten_only_when_it_was_read_back() -> None:
    """What was not restored is still raised, and is remembered [FACTS A8]."""
    decision = with_own(a_decision(Rule.RESTORE_SKEW, RESTORE), raised=RAISED)
    memory = before_plan(b.a_memory(), decision, now=NOW)
    failed = after_plan(memory, decision, (ended(RESTORE, StepResult.FAILED),))
    assert own_of(failed).raised == RAISED
    reached = after_plan(memory, decision, (ended(RESTORE, StepResult.REACHED),))
    assert own_of(reached).raised is None


def test_advbase_that_is_put_back_is_no_restored_skew() -> None:
    """The raised advskew stays, so the raise is remembered [FACTS A7]."""
    decision = with_own(a_decision(Rule.INTERRUPTED_PLAN, SETTLE), raised=RAISED)
    memory = before_plan(b.a_memory(), decision, now=NOW)
    memory = after_plan(memory, decision, (ended(SETTLE, StepResult.REACHED),))
    assert own_of(memory).raised == RAISED


def a_streak() -> Streak:
    """Return a check that stands failing."""
    return Streak(standing=Standing.FAILING, fails=3, since=1.0)


STREAKS = {
    "mysql_answers[mysql]": a_streak(),
    "mount_ready[mysql:/var/db/mysql]": a_streak(),
    "hast_in_sync[mysql/disk0]": a_streak(),
    "clock_sane[node]": a_streak(),
    "mysql_answers[mysql2]": a_streak(),
}


def test_a_node_that_let_go_counts_its_service_anew() -> None:
    """What failed as the owner says nothing of the standby; other subjects stay."""
    decision = a_decision()
    memory = before_plan(b.a_memory(streaks=STREAKS), decision, now=NOW)
    memory = after_plan(memory, decision, (ended(STOP, StepResult.REACHED),))
    assert sorted(memory.streaks) == ["clock_sane[node]", "mysql_answers[mysql2]"]


def test_a_node_that_did_not_let_go_goes_on_counting() -> None:
    """A failed release and a restart both leave the streaks."""
    failed = after_plan(
        before_plan(b.a_memory(streaks=STREAKS), a_decision(), now=NOW),
        a_decision(),
        (ended(STOP, StepResult.FAILED),),
    )
    assert failed.streaks == STREAKS
    restart = a_decision(Rule.UNHEALTHY_RESTART, duty=Duty.ACTIVE)
    restarted = after_plan(
        before_plan(b.a_memory(streaks=STREAKS), restart, now=NOW),
        restart,
        (ended(STOP, StepResult.REACHED),),
    )
    assert restarted.streaks == STREAKS


@given(st.dictionaries(st.sampled_from(sorted(STREAKS)), st.just(a_streak())))
def test_forgetting_touches_only_the_subjects_of_the_service(
    streaks: dict[str, Streak],
) -> None:
    """A service whose name begins alike, and the node's own checks, are others."""
    kept = without_service(streaks, "mysql")
    others = {"clock_sane[node]", "mysql_answers[mysql2]"}
    assert set(kept) == set(streaks) & others


RESULTS = st.sampled_from(StepResult)


@given(
    st.lists(RESULTS, max_size=3),
    st.sampled_from(Rule),
    st.one_of(st.none(), st.just(unfinished()), st.just(unfinished(Duty.ACTIVE))),
)
def test_a_mark_goes_only_with_a_plan_that_was_reached(
    results: list[StepResult], rule: Rule, begun: Unfinished | None
) -> None:
    """Whatever happened before and however far the plan came."""
    decision = with_own(a_decision(rule, STOP, STOP, STOP), unfinished=begun)
    before = before_plan(b.a_memory(), decision, now=NOW)
    outcomes = tuple(ended(STOP, result) for result in results)
    after = after_plan(before, decision, outcomes)
    whole = results == [StepResult.REACHED] * 3
    if own_of(before).unfinished is not None:
        assert (own_of(after).unfinished is None) is whole
