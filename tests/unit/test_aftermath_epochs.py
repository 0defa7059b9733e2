"""What a plan that came to nothing takes back, and what a failed one leaves."""

from __future__ import annotations

from typing import Any

import builders as b
import pytest

from hawatch.deciding.aftermath import after_plan, before_plan
from hawatch.model.decision import Decision, Rule
from hawatch.model.finding import Standing, Streak
from hawatch.model.hast import HastRole
from hawatch.model.memory import Memory
from hawatch.model.plan import (
    AnyStep,
    Outcome,
    Plan,
    RestoreSkew,
    SetRole,
    StepResult,
    StopService,
)
from hawatch.model.report import Duty

NOW = b.a_moment(2000.0)
STOP = StopService(rc="mysql-server", deadline=60.0)
RESTORE = RestoreSkew(interface="em0", vhid=1, advskew=0, advbase=1, deadline=5.0)
FAILED, REFUSED = StepResult.FAILED, StepResult.REFUSED
REACHED, UNKNOWN = StepResult.REACHED, StepResult.UNKNOWN
STREAKS = {"mysql_answers[mysql]": Streak(standing=Standing.FAILING, fails=3)}


def role(wanted: HastRole = HastRole.PRIMARY) -> SetRole:
    """Return a change of disk0's role."""
    return SetRole(
        resource="disk0", role=wanted, device="/dev/hast/disk0", deadline=30.0
    )


def after(
    *ended: tuple[AnyStep, StepResult],
    rule: Rule = Rule.MASTER_NOT_SERVING,
    duty: Duty = Duty.ACTIVE,
    steps: int | None = None,
    **remembered: Any,
) -> Memory:
    """Return the memory after a plan whose steps ended so; steps: how many it had."""
    base = b.a_memory(epoch=5, streaks=STREAKS, **remembered)
    planned = [step for step, _ in ended]
    planned += [STOP] * ((steps or 0) - len(planned))
    decision = Decision(
        service="mysql",
        rule=rule,
        duty=duty,
        because="the test wants it",
        plan=Plan(steps=tuple(planned)),
        memory=base.services["mysql"],
    )
    outcomes = tuple(
        Outcome(step=step, result=result, text="so", seconds=1.0)
        for step, result in ended
    )
    return after_plan(before_plan(base, decision, now=NOW), decision, outcomes)


def epoch(*ended: tuple[AnyStep, StepResult], **changes: Any) -> int:
    """Return the number of the take-over after a plan."""
    return after(*ended, **changes).services["mysql"].epoch


@pytest.mark.parametrize(
    ("ended", "number"),
    [
        ([(role(), FAILED)], 4),
        ([(role(), REFUSED)], 4),
        ([(role(), FAILED), (role(), REFUSED)], 4),
        ([(role(), REACHED), (role(), FAILED)], 5),
        ([(role(), REACHED)], 5),
        ([(role(), UNKNOWN)], 5),
        ([(STOP, FAILED)], 5),
        ([(role(HastRole.SECONDARY), FAILED)], 5),
        ([(role(HastRole.SECONDARY), REACHED), (role(), FAILED)], 4),
        ([(STOP, REACHED), (role(), FAILED)], 4),
        ([], 5),
    ],
)
def test_a_take_over_in_which_nothing_became_primary_gives_its_number_back(
    ended: list[tuple[AnyStep, StepResult]], number: int
) -> None:
    """An order in doubt may still be obeyed; another role was none [FACTS B7]."""
    assert epoch(*ended) == number
    assert epoch(*ended, rule=Rule.ASKED) == number
    assert epoch(*ended, rule=Rule.INTERRUPTED_PLAN) == 5
    assert epoch(*ended, duty=Duty.STANDBY) == 5


@pytest.mark.parametrize(
    ("duty", "result", "marked"),
    [
        (Duty.ACTIVE, FAILED, True),
        (Duty.ACTIVE, REFUSED, False),
        (Duty.ACTIVE, UNKNOWN, False),
        (Duty.STANDBY, FAILED, False),
        (Duty.RELEASED, FAILED, False),
    ],
)
def test_only_a_take_over_that_failed_is_remembered_with_its_time(
    duty: Duty, result: StepResult, *, marked: bool
) -> None:
    """The last step tells; the time is the plan's beginning."""
    own = after((STOP, REACHED), (STOP, result), duty=duty).services["mysql"]
    before = b.a_memory().services["mysql"].failed_at
    assert own.failed_at == (NOW.wall if marked else before)
    first = after((STOP, FAILED), (STOP, REFUSED), duty=duty).services["mysql"]
    assert first.failed_at == before


@pytest.mark.parametrize(
    ("step", "result", "raised"),
    [
        (RESTORE, REACHED, False),
        (RESTORE, FAILED, True),
        (STOP, REACHED, True),
        (
            RestoreSkew(interface="em0", vhid=1, advskew=240, advbase=1, deadline=5.0),
            REACHED,
            True,
        ),
    ],
)
def test_a_raise_is_over_when_the_old_advskew_was_read_back(
    step: AnyStep, result: StepResult, *, raised: bool
) -> None:
    """Other steps and another value leave it; without a raise nothing is changed."""
    own = after((step, result), raised=b.a_raise()).services["mysql"]
    assert (own.raised is not None) is raised
    assert after((step, result)).services["mysql"].raised is None


@pytest.mark.parametrize(
    ("rule", "duty", "anew"),
    [
        (Rule.MASTER_NOT_SERVING, Duty.ACTIVE, True),
        (Rule.INTERRUPTED_PLAN, Duty.ACTIVE, True),
        (Rule.ASKED, Duty.ACTIVE, True),
        (Rule.UNHEALTHY_RESTART, Duty.ACTIVE, False),
        (Rule.UNHEALTHY_DEMOTE, Duty.STANDBY, True),
    ],
)
def test_a_service_that_came_or_went_counts_its_checks_anew(
    rule: Rule, duty: Duty, *, anew: bool
) -> None:
    """Once the whole plan was reached, and not where there was none."""
    assert (after((STOP, REACHED), rule=rule, duty=duty).streaks == {}) is anew
    assert after((STOP, FAILED), rule=rule, duty=duty).streaks == STREAKS
    assert after((STOP, REACHED), rule=rule, duty=duty, steps=2).streaks == STREAKS
    assert after(rule=rule, duty=duty).streaks == STREAKS
