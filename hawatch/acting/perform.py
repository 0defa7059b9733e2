"""The loop over a plan's steps: intent, effect, read-back, outcome."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from hawatch.acting import (
    steps_carp,
    steps_discard,
    steps_fence,
    steps_service,
    steps_storage,
    steps_worker,
)
from hawatch.acting.site import ChangeRefused, Ended, Site
from hawatch.model import plan as steps
from hawatch.model.grip import lets_go, takes
from hawatch.model.plan import AnyStep, Outcome, Plan, StepResult

PERFORMERS: dict[type[Any], Callable[[Site, Any], Awaitable[Ended]]] = {
    steps.StopService: steps_service.stop_service,
    steps.StartService: steps_service.start_service,
    steps.RestartService: steps_service.restart_service,
    steps.AwaitSql: steps_service.await_sql,
    steps.SetRole: steps_storage.set_role,
    steps.AwaitDevice: steps_storage.await_device,
    steps.CheckFilesystem: steps_storage.check_filesystem,
    steps.MountFilesystem: steps_storage.mount_filesystem,
    steps.ProveMount: steps_storage.prove_mount,
    steps.Unmount: steps_storage.unmount,
    steps.RestartWorker: steps_worker.restart_worker,
    steps.YieldVip: steps_carp.yield_vip,
    steps.RestoreSkew: steps_carp.restore_skew,
    steps.TakeVip: steps_carp.take_vip,
    steps.AllowCarp: steps_carp.allow_carp,
    steps.FencePeer: steps_fence.fence_peer,
    steps.DiscardCopy: steps_discard.discard_copy,
}

FRESH = 5.0
"""Seconds for which the look that a plan was made from holds for what it grabs.

A device comes up to 20 s after a promotion against a silent peer, and a check of a file
system may take an hour: the peer may be back by then, and resync this very copy."""

LOOKING = (steps.AwaitDevice, steps.ProveMount, steps.AwaitSql)
"""Steps that wait for what the ones before have done; a dry run waits for nothing."""


class Recorder(Protocol):
    """Where intents and outcomes are written."""

    def intent(self, step: AnyStep) -> str | None:
        """Write that a step begins; return why it could not be written."""
        ...

    def outcome(self, outcome: Outcome) -> None:
        """Write how a step ended."""
        ...


async def perform(site: Site, plan: Plan, recorder: Recorder) -> tuple[Outcome, ...]:
    """Given a plan, perform its steps until one does not reach its goal.

    Nor is a step begun that takes something when the plan has taken longer than FRESH:
    the next look decides anew. One whose intent could not be written is refused;
    letting go is never stopped by that [DESIGN law 6]. On a site that only pretends,
    every step is shown with its first command. Returns the outcomes of the steps that
    were begun; raises nothing that a machine can cause.
    """
    outcomes: list[Outcome] = []
    planned = site.clock()
    for step in plan.steps:
        began = site.clock()
        if outcomes and takes(step) and began - planned > FRESH:
            break
        unwritten = recorder.intent(step)
        if unwritten is not None and takes(step):
            ended = Ended(StepResult.REFUSED, f"not recorded: {unwritten}")
        else:
            ended = await _reach(site, step)
        outcome = Outcome(
            step=step,
            result=ended.result,
            text=ended.text,
            seconds=site.clock() - began,
        )
        recorder.outcome(outcome)
        outcomes.append(outcome)
        goes_on = site.pretends or (lets_go(plan) and _is_seen_by_the_next(outcome))
        if ended.result is not StepResult.REACHED and not goes_on:
            break
    return tuple(outcomes)


async def _reach(site: Site, step: AnyStep) -> Ended:
    if site.pretends and isinstance(step, LOOKING):
        return Ended(StepResult.REFUSED, f"would wait for: {step.goal}")
    try:
        return await PERFORMERS[type(step)](site, step)
    except ChangeRefused as refused:
        return Ended(StepResult.REFUSED, f"would run: {refused}")


def _is_seen_by_the_next(outcome: Outcome) -> bool:
    """Return whether nobody can tell of a stop, and the unmount after it will show it.

    A release does not wait for an rc script that hangs [DESIGN law 3]. Where a service
    may not be killed, its file system is not forced off under it either.
    """
    step = outcome.step
    stops = isinstance(step, steps.StopService) and step.kill
    return stops and outcome.result is StepResult.UNKNOWN
