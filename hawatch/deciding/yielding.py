"""Which step gives the VIP away, by the arithmetic, and what is remembered of it."""

from __future__ import annotations

import msgspec

from hawatch.deciding.carp import (
    CarpOutcome,
    Prediction,
    Side,
    choose_lever,
    predict_restore,
)
from hawatch.deciding.situation import Situation
from hawatch.model.carp import CarpState, CarpSysctls, CarpVhid
from hawatch.model.decision import Refusal, Refused
from hawatch.model.fact import Known, Unknown, why_unknown
from hawatch.model.latch import Latch, LatchKind
from hawatch.model.memory import ServiceMemory, SkewRaise
from hawatch.model.plan import Lever, RestoreSkew, YieldVip

CONFIRM_MARGIN = 5.0
"""Seconds beyond the prediction before a hand-over counts as failed."""


def demoted_skew(s: Situation) -> int:
    """Return this node's own raised advskew; the two nodes never use the same one."""
    return s.config.carp.demoted_advskew - sorted(s.config.nodes).index(s.node)


def yield_vip(s: Situation) -> YieldVip | Refused:
    """Return the step that hands the VIP to the peer, or why none is certain."""
    own, theirs = own_side(s), peer_side(s)
    if isinstance(own, str):
        return Refused(refusal=Refusal.FACT_UNKNOWN, detail=own)
    if isinstance(theirs, str):
        return Refused(refusal=Refusal.FACT_UNKNOWN, detail=theirs)
    if takes_no_part(s):
        detail = f"{s.peer} takes no part in CARP: its vhid is INIT"
        return Refused(refusal=Refusal.NO_LEVER, detail=detail)
    settled = original_advbase(s, own)
    chosen = choose_lever(own, theirs, s.config.carp.lever, demoted_skew(s))
    if isinstance(chosen, str):
        return Refused(refusal=Refusal.NO_LEVER, detail=chosen)
    return YieldVip(
        interface=s.interface,
        vhid=s.settings.vhid,
        lever=chosen.lever,
        advskew=chosen.advskew,
        advbase=chosen.advbase,
        settled_advbase=settled,
        predicted=chosen.seconds,
        deadline=chosen.at_worst + CONFIRM_MARGIN,
    )


def fence_vip(s: Situation) -> YieldVip:
    """Return the step that drops every VIP of this node, whoever may take it.

    advskew is raised in the same step, so that CARP does not bring the VIP back when
    it is allowed again.
    """
    own = own_side(s)
    advbase = 1 if isinstance(own, str) else original_advbase(s, own)
    return YieldVip(
        interface=s.interface,
        vhid=s.settings.vhid,
        lever=Lever.ALLOW_OFF,
        advskew=demoted_skew(s),
        advbase=advbase,
        settled_advbase=advbase,
        predicted=0.0,
        deadline=CONFIRM_MARGIN,
    )


def give_vip_up(s: Situation) -> YieldVip:
    """Return the step that hands the VIP over, or the fence where none is certain."""
    lever = yield_vip(s)
    return fence_vip(s) if isinstance(lever, Refused) else lever


def with_raise(s: Situation, step: YieldVip, reason: str) -> ServiceMemory:
    """Return the memory with the raise that a step makes; a raise is never stacked."""
    own = s.own
    carp = s.view.carp
    if own.raised is None and isinstance(carp, Known):
        raised = SkewRaise(
            interface=step.interface,
            vhid=step.vhid,
            original_advskew=carp.value.advskew,
            original_advbase=carp.value.advbase,
            raised_to=step.advskew,
            since=s.now.wall,
            reason=reason,
        )
        own = msgspec.structs.replace(own, raised=raised)
    if step.lever is Lever.ALLOW_OFF:
        own = with_latches(s, own, LatchKind.FENCED, reason)
    return own


def raised_before_joining(s: Situation) -> tuple[RestoreSkew, SkewRaise] | None:
    """Return the raise without which this node would take the VIP from who serves.

    With CARP off its demotion is for that alone. Allowed again, with preempt=1 and the
    smaller skew, it takes the VIP within a second, long before it has storage [FACTS
    A7, H8]. None where it would not, nobody serves, or its skew is raised already.
    """
    own = own_side(s)
    if s.own.raised is not None or isinstance(own, str) or not s.word.serves:
        return None
    prediction = _if_allowed(s)
    if prediction is None or prediction.master is CarpOutcome.PEER:
        return None
    raised = SkewRaise(
        interface=s.interface,
        vhid=s.settings.vhid,
        original_advskew=own.advskew,
        original_advbase=own.advbase,
        raised_to=demoted_skew(s),
        since=s.now.wall,
        reason=f"{s.peer} serves, and {prediction.because}",
    )
    step = RestoreSkew(
        interface=s.interface,
        vhid=s.settings.vhid,
        advskew=raised.raised_to,
        advbase=own.advbase,
        deadline=CONFIRM_MARGIN,
    )
    return step, raised


def would_take_vip(s: Situation) -> bool:
    """Return whether this node, with CARP allowed and its skew as it is, takes the VIP.

    Not known counts as no.
    """
    prediction = _if_allowed(s)
    return prediction is not None and prediction.master is not CarpOutcome.PEER


def _if_allowed(s: Situation) -> Prediction | None:
    """Return what follows if CARP is allowed here: the demotion was for that alone."""
    own, theirs = own_side(s), peer_side(s)
    if isinstance(own, str) or isinstance(theirs, str):
        return None
    joined = msgspec.structs.replace(own, demotion=0)
    return predict_restore(joined, theirs, own.advskew, own.advbase)


def with_latches(
    s: Situation, own: ServiceMemory, kind: LatchKind, reason: str
) -> ServiceMemory:
    """Return the memory with a latch of a kind on this node's copy of each resource."""
    held = {(latch.kind, latch.resource, latch.copy_of) for latch in own.latches}
    new = tuple(
        Latch(kind=kind, resource=name, since=s.now.wall, reason=reason, copy_of=s.node)
        for name in s.settings.resources
        if (kind, name, s.node) not in held
    )
    return msgspec.structs.replace(own, latches=(*own.latches, *new))


def without_latches(own: ServiceMemory, kind: LatchKind) -> ServiceMemory:
    """Return the memory without the latches of a kind."""
    kept = tuple(latch for latch in own.latches if latch.kind is not kind)
    return msgspec.structs.replace(own, latches=kept)


def restore_skew(s: Situation) -> RestoreSkew | str:
    """Return the step that undoes our raise, or why it would move the VIP by itself."""
    raised = s.own.raised
    if raised is None:
        return "nothing is raised"
    own, theirs = own_side(s), peer_side(s)
    if isinstance(own, str):
        return own
    if isinstance(theirs, str):
        return theirs
    prediction = predict_restore(
        own, theirs, raised.original_advskew, raised.original_advbase
    )
    if prediction.master is not CarpOutcome.PEER:
        return prediction.because
    return restore_step(raised)


def restore_step(raised: SkewRaise) -> RestoreSkew:
    """Return the step that sets advskew and advbase as they were before a raise."""
    return RestoreSkew(
        interface=raised.interface,
        vhid=raised.vhid,
        advskew=raised.original_advskew,
        advbase=raised.original_advbase,
        deadline=CONFIRM_MARGIN,
    )


def own_side(s: Situation) -> Side | str:
    """Return this node's CARP numbers, or which of them is unknown."""
    carp, sysctls = s.view.carp, s.snapshot.sysctls
    if isinstance(carp, Unknown):
        return f"carp here: {carp.reason}"
    if isinstance(sysctls, Unknown):
        return f"net.inet.carp here: {sysctls.reason}"
    return _side(carp.value, sysctls.value)


def peer_side(s: Situation) -> Side | str:
    """Return the peer's CARP numbers as it last told them, or what is missing."""
    report, service = s.word.report, s.word.service
    if report is None or service is None:
        return f"{s.peer} never told its advskew and preempt"
    carp, sysctls = service.carp, report.sysctls
    if isinstance(carp, Unknown) or isinstance(sysctls, Unknown):
        return f"carp on {s.peer}: {why_unknown(carp) or why_unknown(sysctls)}"
    return _side(carp.value, sysctls.value)


def _side(carp: CarpVhid, sysctls: CarpSysctls) -> Side:
    return Side(
        advbase=carp.advbase,
        advskew=carp.advskew,
        demotion=sysctls.demotion,
        preempt=sysctls.preempt,
    )


def takes_no_part(s: Situation) -> bool:
    """Return whether the peer's link is down or its CARP is off, by its last word."""
    carp = s.word.service.carp if s.word.service is not None else None
    return isinstance(carp, Known) and carp.value.state is CarpState.INIT


def original_advbase(s: Situation, own: Side) -> int:
    """Return the advbase to settle on: the one before any raise of ours."""
    return s.own.raised.original_advbase if s.own.raised is not None else own.advbase
