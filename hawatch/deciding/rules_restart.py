"""The local remedy: a restart of a sick service where it is, and its limits."""

from __future__ import annotations

import msgspec

from hawatch.deciding.gates import is_master
from hawatch.deciding.plan import restart
from hawatch.deciding.rules_roles import storage_in_place
from hawatch.deciding.situation import Failing, Situation
from hawatch.model.decision import Decision, Refusal, Refused, Rule
from hawatch.model.fact import Unknown, is_false
from hawatch.model.finding import Remedy
from hawatch.model.latch import LatchKind
from hawatch.model.plan import Plan
from hawatch.model.report import Duty


def unhealthy_restart(s: Situation) -> Decision | None:
    """A failing check whose remedy begins with a local restart that is not used up."""
    failing = first_with(s, Remedy.RESTART)
    if failing is None or not owns(s):
        return None
    cut = was_cut(s)
    used_up = len(s.own.restarts) >= s.config.limits.restarts
    if (used_up and not cut) or s.damaged is not None:
        return None
    if not storage_in_place(s):
        return None
    if may_read_old_blocks(s):
        return None
    # One that was cut after its stop is not counted twice: hawatch stopped it.
    restarts = s.own.restarts if cut else (*s.own.restarts, s.now.wall)
    memory = msgspec.structs.replace(
        s.own, restarts=restarts, restarting=True, duty=Duty.ACTIVE
    )
    return s.decide(
        Rule.UNHEALTHY_RESTART,
        f"{failing.check} fails ({failing.message}); restarting here before anything "
        "else is tried",
        duty=Duty.ACTIVE,
        plan=Plan(steps=restart(s.config, s.view)),
        memory=memory,
        alarm=True,
    )


def was_cut(s: Situation) -> bool:
    """Return whether a restart was cut after its stop: hawatch stopped the service."""
    return s.own.restarting and is_false(s.view.alive)


def may_read_old_blocks(s: Situation) -> str | None:
    """Return why a start here might read old blocks, or None.

    What a sick local disk did not take is on the peer's only, and reads come from the
    local disk [FACTS B8, H13]: a running database has it in its memory, a new one not.
    """
    for latch in s.own.latches:
        if latch.kind is LatchKind.SUSPECT_DISK:
            return f"the disk of {latch.resource} is suspect here ({latch.reason})"
    for name, fact in s.view.resources.items():
        if isinstance(fact, Unknown):
            return f"whether the disk of {name} is well is unknown ({fact.reason})"
    return None


def restarts_used_up(s: Situation) -> Decision | None:
    """A check may only restart, and that did not help: a person has to look."""
    failing = first_with(s, Remedy.RESTART)
    if failing is None or not owns(s):
        return None
    used, allowed = len(s.own.restarts), s.config.limits.restarts
    if used >= allowed:
        detail = f"{used} of {allowed} within limits.cooldown"
        refused = Refused(refusal=Refusal.RESTARTS_USED_UP, detail=detail)
        why = f"local restarts are used up ({detail})"
    elif (doubt := may_read_old_blocks(s)) is not None:
        refused = Refused(refusal=Refusal.OWN_COPY_LATCHED, detail=doubt)
        why = f"a restart might read old blocks: {doubt}"
    else:
        return None
    return s.decide(
        Rule.UNHEALTHY_HOLD,
        f"{failing.check} fails ({failing.message}), {why}, and it may not demote",
        refused=(refused,),
        alarm=True,
    )


def owns(s: Situation) -> bool:
    """Return whether this node holds the VIP and at least part of the service."""
    return is_master(s) and not is_false(s.view.holding)


def first_with(s: Situation, remedy: Remedy) -> Failing | None:
    """Return the first failing check whose remedies hold one, or None."""
    return next((f for f in s.failing if remedy in f.remedies), None)
