"""Rules for what somebody asked for: the operator's verbs, and a shutdown.

They are the same cycle with the same gates; only the limits of automatic moves do not
count for a person. A verb for another service is not among a service's triggers.
"""

from __future__ import annotations

import msgspec

from hawatch.deciding.carp import CarpOutcome, Side
from hawatch.deciding.carp_timing import two_masters
from hawatch.deciding.gates import is_master, may_demote, may_promote_on_word
from hawatch.deciding.plan import ladder_down, ladder_up
from hawatch.deciding.situation import Situation
from hawatch.deciding.yielding import (
    CONFIRM_MARGIN,
    fence_vip,
    give_vip_up,
    peer_side,
    restore_step,
    with_raise,
    without_latches,
    yield_vip,
)
from hawatch.model.decision import Decision, Refusal, Refused, Rule
from hawatch.model.fact import Known, is_false
from hawatch.model.hast import HastRole
from hawatch.model.latch import LatchKind
from hawatch.model.plan import AllowCarp, AnyStep, Plan, TakeVip
from hawatch.model.report import Duty
from hawatch.model.trigger import TriggerKind


def shutdown_release(s: Situation) -> Decision | None:
    """A shutdown hands over in order; it lets go whatever the peer says [FACTS E1]."""
    if s.trigger.kind is not TriggerKind.RELEASE:
        return None
    steps = ladder_down(s.config, s.snapshot, s.view, role=HastRole.SECONDARY)
    memory = s.own
    if is_master(s):
        step = give_vip_up(s) if not may_demote(s) else fence_vip(s)
        steps = (*steps, step)
        memory = with_raise(s, step, "shutdown")
    return s.decide(
        Rule.ASKED,
        f"shutting down: releasing {s.service}",
        duty=Duty.RELEASED,
        plan=Plan(steps=steps),
        memory=msgspec.structs.replace(memory, released_in=s.now.boot),
    )


def shutting_down(s: Situation) -> Decision | None:
    """Take nothing back while the machine goes down: cron still rings then."""
    if s.own.released_in != s.now.boot or s.own.unfinished is not None:
        return None
    return s.decide(
        Rule.ASKED,
        f"{s.service} was released for a shutdown; hawatch starts anew with the boot",
        duty=Duty.RELEASED,
    )


def operator_asked(s: Situation) -> Decision | None:
    """Do what the operator asked for, or say which gate forbids it."""
    if s.trigger.kind is not TriggerKind.OPERATOR or not s.trigger.concerns(s.service):
        return None
    verb = s.trigger.verb
    if verb in ("switchover", "demote"):
        return _hand_over(s, forced=s.trigger.forced)
    if verb == "takeover":
        return _take_over(s)
    if verb == "restore":
        return _restore(s)
    return None


def _hand_over(s: Situation, *, forced: bool) -> Decision:
    if not is_master(s) and is_false(s.view.holding):
        return s.decide(
            Rule.ASKED, f"{s.node} does not hold {s.service}: nothing to hand over"
        )
    refused = () if forced else may_demote(s)
    lever = yield_vip(s)
    if isinstance(lever, Refused) and not forced:
        refused = (*refused, lever)
    if refused:
        return s.decide(
            Rule.ASKED,
            "not handed over: " + "; ".join(reason.detail for reason in refused),
            refused=refused,
            alarm=True,
        )
    step = fence_vip(s) if isinstance(lever, Refused) else lever
    why = f"an operator asked {s.node} to hand {s.service} over"
    steps = ladder_down(s.config, s.snapshot, s.view, role=HastRole.SECONDARY)
    return s.decide(
        Rule.ASKED,
        f"{why} to {s.peer}",
        duty=Duty.STANDBY,
        plan=Plan(steps=(*steps, step)),
        memory=with_raise(s, step, why),
    )


def _take_over(s: Situation) -> Decision:
    bare = without_latches(without_latches(s.own, LatchKind.FENCED), LatchKind.UNHEARD)
    s = msgspec.structs.replace(s, own=bare)
    refused = may_promote_on_word(s)
    vip = _vip_here(s)
    if isinstance(vip, Refused):
        refused = (*refused, vip)
    if refused or isinstance(vip, Refused):
        return s.decide(
            Rule.ASKED,
            "not taken over: " + "; ".join(reason.detail for reason in refused),
            refused=refused,
            alarm=True,
        )
    word = "does not serve" if s.word.fresh else "is off"
    return s.decide(
        Rule.ASKED,
        f"an operator said that {s.peer} {word}: taking {s.service} over",
        duty=Duty.ACTIVE,
        plan=Plan(
            steps=(*vip, *ladder_up(s.config, s.snapshot, s.view, heard=s.word.fresh))
        ),
        memory=s.next_owner,
    )


def _vip_here(s: Situation) -> tuple[AnyStep, ...] | Refused:
    """Return the steps that bring the VIP where it is not, or why it would not stay.

    With the numbers from before any raise: raised ones would lose it again.
    """
    sysctls, carp = s.snapshot.sysctls, s.view.carp
    if not isinstance(sysctls, Known) or not isinstance(carp, Known) or is_master(s):
        return ()
    advskew, advbase = carp.value.advskew, carp.value.advbase
    if s.own.raised is not None:
        advskew, advbase = s.own.raised.original_advskew, s.own.raised.original_advbase
    theirs = peer_side(s)
    if s.word.fresh and not isinstance(theirs, str):
        ours = Side(
            advbase=advbase,
            advskew=advskew,
            demotion=sysctls.value.demotion if sysctls.value.allow else 0,
            preempt=sysctls.value.preempt,
        )
        outcome = two_masters(ours, theirs)
        if outcome.master is not CarpOutcome.OWN:
            return Refused(
                refusal=Refusal.NO_LEVER,
                detail=f"the VIP would not stay here ({outcome.because}): first "
                f"`hawatch demote {s.service} --force` on {s.peer}",
            )
    allow = AllowCarp(allow=True, deadline=CONFIRM_MARGIN)
    take = TakeVip(
        interface=s.interface,
        vhid=s.settings.vhid,
        advskew=advskew,
        advbase=advbase,
        deadline=CONFIRM_MARGIN,
    )
    return (take,) if sysctls.value.allow else (allow, take)


def _restore(s: Situation) -> Decision:
    steps: list[AnyStep] = []
    memory = s.own
    sysctls = s.snapshot.sysctls
    if isinstance(sysctls, Known) and not sysctls.value.allow:
        steps.append(AllowCarp(allow=True, deadline=CONFIRM_MARGIN))
        memory = without_latches(memory, LatchKind.FENCED)
        memory = without_latches(memory, LatchKind.UNHEARD)
    if s.own.raised is not None:
        steps.append(restore_step(s.own.raised))
    if not steps:
        return s.decide(Rule.ASKED, "nothing is raised or fenced here")
    return s.decide(
        Rule.ASKED,
        "an operator asked to let this node take part in CARP as before",
        plan=Plan(steps=tuple(steps)),
        memory=memory,
    )
