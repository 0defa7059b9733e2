"""What a step does to what its node holds: it takes, it gives, or it does neither."""

from __future__ import annotations

import enum

from hawatch.model.hast import HastRole
from hawatch.model.plan import (
    AllowCarp,
    AnyStep,
    DiscardCopy,
    FencePeer,
    MountFilesystem,
    Plan,
    RestartWorker,
    SetRole,
    StartService,
    StopService,
    TakeVip,
    Unmount,
    YieldVip,
)


class Grip(enum.StrEnum):
    """Taking needs a fresh look and a written intent; giving needs neither [law 3, 6].

    What only waits, proves or mends in place is neither.
    """

    TAKES = "takes"
    GIVES = "gives"
    NEITHER = "neither"


TAKING = (
    StartService,
    MountFilesystem,
    TakeVip,
    RestartWorker,
    FencePeer,
    DiscardCopy,
)
GIVING = (StopService, Unmount, YieldVip)


def grip_of(step: AnyStep) -> Grip:
    """Return what a step does; a role and CARP's switch do it by their aim."""
    if isinstance(step, SetRole):
        return Grip.TAKES if step.role is HastRole.PRIMARY else Grip.GIVES
    if isinstance(step, AllowCarp):
        return Grip.TAKES if step.allow else Grip.GIVES
    if isinstance(step, TAKING):
        return Grip.TAKES
    return Grip.GIVES if isinstance(step, GIVING) else Grip.NEITHER


def takes(step: AnyStep) -> bool:
    """Return whether a step takes something."""
    return grip_of(step) is Grip.TAKES


def lets_go(plan: Plan) -> bool:
    """Return whether every step of a plan gives something away."""
    return all(grip_of(step) is Grip.GIVES for step in plan.steps)
