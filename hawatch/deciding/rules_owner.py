"""Rules for the node that holds the service: its health, and what is done about it."""

from __future__ import annotations

import msgspec

from hawatch.deciding.gates import is_master, may_demote
from hawatch.deciding.plan import ladder_down, restart
from hawatch.deciding.rules_heal import heal
from hawatch.deciding.rules_roles import storage_in_place
from hawatch.deciding.situation import Failing, Situation
from hawatch.deciding.yielding import fence_vip, with_raise, yield_vip
from hawatch.model.decision import Decision, Refusal, Refused, Rule
from hawatch.model.fact import Known, Unknown, is_false, is_true
from hawatch.model.finding import Remedy
from hawatch.model.hast import HastRole
from hawatch.model.latch import LatchKind
from hawatch.model.plan import Plan
from hawatch.model.report import Duty

STUCK = 60.0
"""Seconds beyond a release's deadlines after which only a reboot is left."""

REBOOT = "reboot -q -n"
"""Without a sync, which would wait for the dead device as well [FACTS F4, F6]."""


def mounted_without_primary(s: Situation) -> Decision | None:
    """Something of the service is mounted, but its device is gone or not primary.

    The kernel will force it off at the next I/O, and writes then land on the root file
    system [FACTS F7]: stop what writes, take the mount off.
    """
    dead = [view.directory for view in s.view.mounts.values() if is_true(view.zombie)]
    if not dead and is_true(s.view.mounted):
        dead = [name for name, fact in s.view.primaries.items() if is_false(fact)]
    if not dead:
        return None
    steps = ladder_down(s.config, s.snapshot, s.view, role=HastRole.SECONDARY)
    where = f"{', '.join(dead)}: mounted although its device is gone"
    if (failed := _stuck(s)) is not None:
        # Each further try would leave one more process that nothing can kill.
        return s.decide(
            Rule.MOUNTED_WITHOUT_PRIMARY,
            f"{where}, and it does not go ({failed}): `{REBOOT}` is what is left",
            duty=Duty.RELEASED,
            alarm=True,
        )
    return s.decide(
        Rule.MOUNTED_WITHOUT_PRIMARY,
        f"{where}; stopping what writes",
        duty=Duty.RELEASED,
        plan=Plan(steps=steps),
        alarm=True,
        again=True,
    )


def _stuck(s: Situation) -> str | None:
    """Return what failed last of a release that was given all its time and more.

    Where the service lives that is its stop, else the unmount: whichever came to its
    end since then is a reason to go on.
    """
    begun = s.own.unfinished
    if begun is None or begun.duty is not Duty.RELEASED:
        return None
    given = s.settings.stop_deadline + s.settings.unmount_deadline + STUCK
    if s.now.seconds_since(begun.began) <= given:
        return None
    last = "unmounted" if is_false(s.view.alive) else "stopped"
    return begun.failed if last in begun.failed.partition(":")[0] else None


def is_isolated(s: Situation) -> bool:
    """Return whether neither peer nor witness was heard for `witness.give_up`."""
    witness = s.config.witness
    return (
        s.config.peer.enabled
        and bool(witness.ping or witness.tcp)
        and not s.word.fresh
        and not any(isinstance(f, Known) for f in s.snapshot.witnesses.values())
        and s.word.silent_for >= witness.give_up
    )


def isolated_owner(s: Situation) -> Decision | None:
    """The owner sees neither peer nor witness: the peer may soon take over."""
    if not is_isolated(s) or is_false(s.view.holding):
        return None
    steps = ladder_down(
        s.config, s.snapshot, s.view, role=HastRole.SECONDARY, insist=True
    )
    fence = fence_vip(s)
    why = (
        f"cut off: neither {s.peer} nor a witness answered for "
        f"{s.word.silent_for:.0f} s; releasing before {s.peer} may take over"
    )
    return s.decide(
        Rule.ISOLATED_OWNER,
        why,
        duty=Duty.RELEASED,
        plan=Plan(steps=(*steps, fence)),
        alarm=True,
        memory=with_raise(s, fence, why),
    )


def unhealthy_restart(s: Situation) -> Decision | None:
    """A failing check whose remedy begins with a local restart that is not used up."""
    failing = first_with(s, Remedy.RESTART)
    if failing is None or not _owns(s):
        return None
    if len(s.own.restarts) >= s.config.limits.restarts or s.damaged is not None:
        return None
    if not storage_in_place(s):
        return None
    if may_read_old_blocks(s):
        return None
    memory = msgspec.structs.replace(
        s.own, restarts=(*s.own.restarts, s.now.wall), duty=Duty.ACTIVE
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


def unhealthy_demote(s: Situation) -> Decision | None:
    """A failing check whose remedy is a demotion: hand over, or hold and say why."""
    failing = first_with(s, Remedy.DEMOTE)
    if failing is None or not _owns(s):
        return None
    refused = may_demote(s)
    lever = yield_vip(s)
    if isinstance(lever, Refused):
        refused = (*refused, lever)
    if refused or isinstance(lever, Refused):
        healing = heal(s)
        if healing is not None and healing.plan:
            # The peer's copy is what keeps the service here, and that can be mended.
            return healing
        return s.decide(
            Rule.UNHEALTHY_HOLD,
            f"{failing.check} fails ({failing.message}), but handing over would not "
            f"help: {'; '.join(reason.detail for reason in refused)}",
            refused=refused,
            alarm=True,
        )
    why = f"{failing.check} failed ({failing.message})"
    steps = ladder_down(s.config, s.snapshot, s.view, role=HastRole.SECONDARY)
    return s.decide(
        Rule.UNHEALTHY_DEMOTE,
        f"{why}; handing {s.service} over to {s.peer}, which is able to serve",
        duty=Duty.STANDBY,
        plan=Plan(steps=(*steps, lever)),
        move=True,
        alarm=True,
        memory=with_raise(s, lever, why),
    )


def restarts_used_up(s: Situation) -> Decision | None:
    """A check may only restart, and that did not help: a person has to look."""
    failing = first_with(s, Remedy.RESTART)
    if failing is None or not _owns(s):
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


def _owns(s: Situation) -> bool:
    """Return whether this node holds the VIP and at least part of the service."""
    return is_master(s) and not is_false(s.view.holding)


def first_with(s: Situation, remedy: Remedy) -> Failing | None:
    """Return the first failing check whose remedies hold one, or None."""
    return next((f for f in s.failing if remedy in f.remedies), None)
