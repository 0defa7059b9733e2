"""What a decision and its outcomes leave in the memory. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hawatch.deciding.fence import fences, with_fence_begun, with_fence_ended
from hawatch.model.decision import Decision, Rule
from hawatch.model.finding import Streak
from hawatch.model.hast import HastRole
from hawatch.model.memory import Memory, Move, ServiceMemory, Unfinished
from hawatch.model.moment import Moment
from hawatch.model.plan import AllowCarp, Outcome, RestoreSkew, SetRole, StepResult
from hawatch.model.report import Duty

WHOLE_IN_THEMSELVES = {
    Rule.UNHEALTHY_RESTART,
    Rule.STALE_INIT,
    Rule.CARP_HELD_BACK,
    Rule.RESTORE_SKEW,
    Rule.DIVERGED_HEAL,
}
"""Rules whose plan is simply tried again where it was cut: nothing to finish."""

SETTINGS = (AllowCarp, RestoreSkew)
"""Steps that leave a service where it is: an order of nothing else is whole as well."""


def before_plan(memory: Memory, decision: Decision, *, now: Moment) -> Memory:
    """Return the memory to save before a plan is performed: the intent.

    A plan that has to be finished or backed out of is marked, in place of one with
    another aim; an automatic move is counted, whether it succeeds or not.
    """
    own = decision.memory
    fencing = fences(decision.plan)
    aim = own.unfinished.duty if own.unfinished is not None else None
    if not _is_whole(decision) and not fencing and aim is not decision.duty:
        begun = Unfinished(
            rule=decision.rule,
            duty=decision.duty,
            because=decision.because,
            began=now,
        )
        own = msgspec.structs.replace(own, unfinished=begun)
    if fencing:
        memory = with_fence_begun(memory, now)
    moves = memory.moves
    if decision.move:
        move = Move(
            service=decision.service,
            at=now.wall,
            rule=decision.rule,
            monotonic=now.monotonic,
            boot=now.boot,
        )
        moves = (*moves, move)
    return _with_service(memory, decision.service, own, moves=moves)


def _is_whole(decision: Decision) -> bool:
    """Return whether nothing would have to be finished where the plan was cut.

    So it is with what is left of a plan that was given up.
    """
    given_up = (
        decision.rule is Rule.INTERRUPTED_PLAN and decision.memory.unfinished is None
    )
    settings = all(isinstance(step, SETTINGS) for step in decision.plan.steps)
    return decision.rule in WHOLE_IN_THEMSELVES or given_up or settings


def after_plan(
    memory: Memory, decision: Decision, outcomes: tuple[Outcome, ...]
) -> Memory:
    """Return the memory after a plan: ended, or still to be finished.

    A cycle that only waited ends nothing that was begun before it.
    """
    own = memory.services[decision.service]
    reached = len(outcomes) == len(decision.plan.steps) and all(
        outcome.result is StepResult.REACHED for outcome in outcomes
    )
    own = _without_restored_raise(own, outcomes)
    own = _without_vain_epoch(own, decision, outcomes)
    if outcomes:
        own = msgspec.structs.replace(own, restarting=False)
    if reached and (decision.plan or decision.rule is Rule.INTERRUPTED_PLAN):
        own = msgspec.structs.replace(own, unfinished=None)
    elif own.unfinished is not None and outcomes:
        own = _stopped(own, own.unfinished, decision, outcomes[-1])
    memory = _with_service(memory, decision.service, own)
    memory = with_fence_ended(memory, outcomes)
    if reached and decision.plan and _changed_hands(decision):
        streaks = without_service(memory.streaks, decision.service)
        memory = msgspec.structs.replace(memory, streaks=streaks)
    return memory


def _stopped(
    own: ServiceMemory, begun: Unfinished, decision: Decision, last: Outcome
) -> ServiceMemory:
    """Return the memory after a plan that stopped at its last outcome.

    One that stopped after a step that was reached only wants a fresher look: it came
    further, and is not cut short. A device takes 20 s against a silent peer [FACTS B3].
    """
    if last.result is StepResult.REACHED:
        further = msgspec.structs.replace(begun, attempts=1, stopped_at="")
        return msgspec.structs.replace(own, unfinished=further)
    marked = msgspec.structs.replace(begun, stopped_at=type(last.step).__name__)
    if last.result is not StepResult.UNKNOWN:
        failed = f"{last.step.goal}: {last.text}"
        marked = msgspec.structs.replace(marked, failed=failed)
        if decision.duty is Duty.ACTIVE and last.result is StepResult.FAILED:
            own = msgspec.structs.replace(own, failed_at=marked.began.wall)
    return msgspec.structs.replace(own, unfinished=marked)


def _changed_hands(decision: Decision) -> bool:
    """Return whether the service went, or came: its checks then count anew.

    While the VIP was here without the service they failed for that; the first look
    after the take-over must not act on it.
    """
    took_over = (Rule.MASTER_NOT_SERVING, Rule.INTERRUPTED_PLAN, Rule.ASKED)
    return decision.duty is not Duty.ACTIVE or decision.rule in took_over


def _without_vain_epoch(
    own: ServiceMemory, decision: Decision, outcomes: tuple[Outcome, ...]
) -> ServiceMemory:
    """Take back the number of a take-over that never became one.

    Where no role became primary, nothing was written: the node that had the higher
    number keeps the newer copy. A role order in doubt may still be obeyed [FACTS B7].
    """
    began = decision.rule in (Rule.MASTER_NOT_SERVING, Rule.ASKED)
    if not began or decision.duty is not Duty.ACTIVE:
        return own
    results = [
        outcome.result
        for outcome in outcomes
        if isinstance(outcome.step, SetRole) and outcome.step.role is HastRole.PRIMARY
    ]
    in_vain = {StepResult.FAILED, StepResult.REFUSED}
    if results and set(results) <= in_vain:
        return msgspec.structs.replace(own, epoch=own.epoch - 1)
    return own


def without_service(streaks: Mapping[str, Streak], service: str) -> dict[str, Streak]:
    """Return the streaks without a service's: a node that let go counts anew."""
    marks = (f"[{service}]", f"[{service}/", f"[{service}:")
    return {
        key: streak
        for key, streak in streaks.items()
        if not any(mark in key for mark in marks)
    }


def _without_restored_raise(
    own: ServiceMemory, outcomes: tuple[Outcome, ...]
) -> ServiceMemory:
    for outcome in outcomes:
        step = outcome.step
        if (
            isinstance(step, RestoreSkew)
            and outcome.result is StepResult.REACHED
            and own.raised is not None
            and step.advskew == own.raised.original_advskew
        ):
            return msgspec.structs.replace(own, raised=None)
    return own


def _with_service(
    memory: Memory,
    service: str,
    own: ServiceMemory,
    *,
    moves: tuple[Move, ...] | None = None,
) -> Memory:
    return msgspec.structs.replace(
        memory,
        services={**memory.services, service: own},
        moves=memory.moves if moves is None else moves,
    )
