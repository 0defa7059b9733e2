"""What is wrong with the order of a plan's steps, whoever made it."""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.model import plan as steps
from hawatch.model.hast import HastRole
from hawatch.model.plan import AnyStep, Plan

LATEST: dict[type[steps.Step], tuple[type[steps.Step], ...]] = {
    steps.SetRole: (steps.Unmount, steps.StopService),
    steps.Unmount: (steps.StopService,),
    steps.YieldVip: (steps.StopService, steps.Unmount, steps.SetRole),
    steps.CheckFilesystem: (steps.AwaitDevice, steps.SetRole),
    steps.ProveMount: (steps.MountFilesystem,),
    steps.StartService: (steps.MountFilesystem, steps.ProveMount),
    steps.RestartService: (steps.MountFilesystem, steps.ProveMount),
}
"""What must not come after a step; a role of primary is another matter."""


def disorder(plan: Plan) -> list[str]:
    """Return each step that comes before something that it needs; empty is well."""
    return [
        f"{step.goal} before {missing}"
        for place, step in enumerate(plan.steps)
        for missing in _missing(step, plan.steps[:place], plan.steps[place + 1 :])
    ]


def _missing(
    step: AnyStep, before: tuple[AnyStep, ...], after: tuple[AnyStep, ...]
) -> Iterator[str]:
    going_up = isinstance(step, steps.SetRole) and step.role is HastRole.PRIMARY
    if not going_up:
        yield from _later(after, *LATEST.get(type(step), ()))
    if isinstance(step, steps.Unmount):
        inner = f"{step.directory}/"
        yield from (
            other.goal
            for other in after
            if isinstance(other, steps.Unmount) and other.directory.startswith(inner)
        )
    if isinstance(step, steps.MountFilesystem):
        checked = [s.device for s in before if isinstance(s, steps.CheckFilesystem)]
        if step.device not in checked:
            yield f"a check of {step.device}"
    if isinstance(step, steps.CheckFilesystem):
        awaited = [s.device for s in before if isinstance(s, steps.AwaitDevice)]
        if step.device not in awaited:
            yield f"{step.device} is there"
    if isinstance(step, (steps.StartService, steps.RestartService)) and not any(
        isinstance(other, steps.ProveMount) for other in before
    ):
        yield "any mount is proved"


def _later(after: tuple[AnyStep, ...], *kinds: type[steps.Step]) -> Iterator[str]:
    for step in after:
        if isinstance(step, kinds):
            yield step.goal
