"""Decisions about CARP's switch, reworded where other services forbid them. Pure."""

from __future__ import annotations

import msgspec

from hawatch.deciding.situation import Situation
from hawatch.deciding.yielding import CONFIRM_MARGIN, without_latches
from hawatch.model.carp import CarpState
from hawatch.model.decision import Decision, Rule
from hawatch.model.fact import Known
from hawatch.model.latch import LatchKind
from hawatch.model.plan import (
    AllowCarp,
    AnyStep,
    Lever,
    Plan,
    RestoreSkew,
    YieldVip,
)

ONE_SWITCH = "net.inet.carp.allow is one switch for the whole node"


def kept_on(s: Situation, d: Decision, why: str) -> Decision:
    """Given a decision that fences, return it without the fence.

    Storage is let go all the same; of the VIP only advskew is raised, so that CARP
    gives it to the peer as soon as it can.
    """
    steps = tuple(left for step in d.plan.steps if (left := _slower(s, step)))
    memory = without_latches(d.memory, LatchKind.FENCED)
    memory = without_latches(memory, LatchKind.UNHEARD)
    return msgspec.structs.replace(
        d,
        because=f"{d.because}; CARP stays on, because {why} and {ONE_SWITCH}",
        plan=Plan(steps=steps),
        alarm=True,
        move=d.move and bool(steps),
        memory=memory,
    )


def kept_off(s: Situation, d: Decision, why: str) -> Decision:
    """Given a decision that switches CARP on, return it without that."""
    asked = d.rule is Rule.ASKED
    return msgspec.structs.replace(
        d,
        duty=s.own.duty,
        because=(
            f"{'not done: ' if asked else ''}CARP stays off here for {why}; "
            f"{ONE_SWITCH}"
        ),
        plan=Plan(),
        alarm=True,
        memory=s.own,
    )


def without_allow(d: Decision) -> Decision:
    """Return a decision whose order to switch CARP on another one gives."""
    steps = tuple(step for step in d.plan.steps if not isinstance(step, AllowCarp))
    return msgspec.structs.replace(d, plan=Plan(steps=steps))


def _slower(s: Situation, step: AnyStep) -> AnyStep | None:
    """Return what is left of a step where CARP stays on."""
    if not isinstance(step, YieldVip) or step.lever is not Lever.ALLOW_OFF:
        return step
    carp = s.view.carp
    if not isinstance(carp, Known) or carp.value.state is not CarpState.MASTER:
        return None
    if carp.value.advskew == step.advskew:
        return None
    return RestoreSkew(
        interface=step.interface,
        vhid=step.vhid,
        advskew=step.advskew,
        advbase=step.settled_advbase,
        deadline=CONFIRM_MARGIN,
    )
