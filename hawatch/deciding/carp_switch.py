"""`net.inet.carp.allow` is one switch for a whole node; its services agree on it here.

Each service's rules ask for what that service needs. Off takes the address of every
service of the node along, on lets every one take part again. What goes before what:

    a person's word                     on, unless a service lets go in this very cycle
    held here, or being taken over      on
    the peer serves, and its adverts    off: a second MASTER would spoil what works
    do not arrive here
    this node may serve it              on
    any other reason for a fence        off
    tidying up: nothing is held here    on

The same order holds for switching off and for switching on again, so that what one
cycle has done the next one does not undo. A pair with one service has nothing to agree.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from hawatch.deciding.carp_words import kept_off, kept_on, without_allow
from hawatch.deciding.gates_fence import may_serve_here
from hawatch.deciding.situation import Situation
from hawatch.deciding.yielding import raised_before_joining
from hawatch.model.decision import Decision, Rule
from hawatch.model.fact import Known, is_false
from hawatch.model.hast import HastRole
from hawatch.model.latch import LatchKind
from hawatch.model.plan import (
    AllowCarp,
    AnyStep,
    Lever,
    Plan,
    SetRole,
    StopService,
    Unmount,
    YieldVip,
)
from hawatch.model.report import Duty
from hawatch.model.trigger import TriggerKind

Asked = tuple[Situation, Decision]
"""What a service's rules looked at, and what they decided by themselves."""


def switches_off(step: AnyStep) -> bool:
    """Return whether a step takes every VIP of the node away."""
    if isinstance(step, YieldVip):
        return step.lever is Lever.ALLOW_OFF
    return isinstance(step, AllowCarp) and not step.allow


def switches_on(step: AnyStep) -> bool:
    """Return whether a step lets the node take part in CARP again."""
    return isinstance(step, AllowCarp) and step.allow


def agreed(asked: Iterable[Asked]) -> tuple[Decision, ...]:
    """Given each service's situation and decision, return decisions that agree.

    The one that switches CARP on comes last: what has to be slower first, is.
    """
    everyone = tuple(asked)
    if not everyone or everyone[0][0].trigger.kind is TriggerKind.RELEASE:
        return tuple(decision for _, decision in everyone)
    decided = tuple((s, _off_or_not(s, d, _others(everyone, s))) for s, d in everyone)
    decided = tuple((s, _on_or_not(s, d, _others(decided, s))) for s, d in decided)
    return _one_order(decided)


def _others(everyone: tuple[Asked, ...], s: Situation) -> tuple[Asked, ...]:
    return tuple((o, d) for o, d in everyone if o.service != s.service)


def _off_or_not(s: Situation, d: Decision, others: tuple[Asked, ...]) -> Decision:
    """Return a decision whose fence goes no further than the other services allow."""
    sysctls = s.snapshot.sysctls
    is_off = isinstance(sysctls, Known) and not sysctls.value.allow
    if is_off or not any(switches_off(step) for step in d.plan.steps):
        return d
    unheard = any(latch.kind is LatchKind.UNHEARD for latch in d.memory.latches)
    spoils = unheard and s.word.serves
    for other, theirs in others:
        if _has(other, theirs):
            return kept_on(s, d, f"{other.service} is held here")
        if not spoils and may_serve_here(other):
            return kept_on(s, d, f"{other.service} may be served here")
    return d


def _on_or_not(s: Situation, d: Decision, others: tuple[Asked, ...]) -> Decision:
    """Return a decision that lifts a fence only where no other service forbids it."""
    if not any(switches_on(step) for step in d.plan.steps):
        return d
    for other, theirs in others:
        if any(switches_off(step) for step in theirs.plan.steps):
            return kept_off(s, d, f"{other.service} lets go ({theirs.because})")
    if d.rule is Rule.ASKED:
        return d
    needed = may_serve_here(s)
    for other, theirs in others:
        reason = _fence_of(theirs)
        if reason is not None and (not needed or _spoils(other)):
            return kept_off(s, d, f"{other.service}: {reason}")
        if not needed and _lets_go(theirs) and not is_false(other.view.holding):
            return kept_off(s, d, f"{other.service}, which is still held")
    return d


def _one_order(decided: tuple[Asked, ...]) -> tuple[Decision, ...]:
    """Return the decisions with one order to switch on, at their end."""
    on = [d for _, d in decided if any(switches_on(step) for step in d.plan.steps)]
    if not on:
        return tuple(d for _, d in decided)
    chosen = next((d for d in on if d.rule is Rule.ASKED), on[-1])
    before = [_joining(s, d) for s, d in decided if d is not chosen]
    return (*before, chosen)


def _joining(s: Situation, d: Decision) -> Decision:
    """Return another service's decision in the cycle that switches CARP on."""
    if d.plan:
        return without_allow(d)
    slower = raised_before_joining(s) if d.rule is Rule.CARP_HELD_BACK else None
    if slower is None:
        return d
    step, raised = slower
    return msgspec.structs.replace(
        d,
        because=f"{d.because}; CARP is allowed again all the same, so this node joins "
        "with its advskew raised",
        plan=Plan(steps=(step,)),
        memory=msgspec.structs.replace(d.memory, raised=raised),
    )


def _has(s: Situation, d: Decision) -> bool:
    """Return whether a service is held here and stays, or is being taken over."""
    if d.duty is Duty.ACTIVE and d.plan:
        return True
    return not is_false(s.view.holding) and not _lets_go(d)


def _lets_go(d: Decision) -> bool:
    if d.duty is Duty.ACTIVE:
        return False
    return any(
        isinstance(step, StopService | Unmount | YieldVip)
        or (isinstance(step, SetRole) and step.role is not HastRole.PRIMARY)
        for step in d.plan.steps
    )


def _fence_of(d: Decision) -> str | None:
    """Return why a service wants CARP to stay off, or None."""
    if any(switches_on(step) for step in d.plan.steps):
        return None
    fenced = (m.reason for m in d.memory.latches if m.kind is LatchKind.FENCED)
    return next(fenced, None)


def _spoils(s: Situation) -> bool:
    """Return whether CARP here would harm a service that works on the peer, or lets go.

    A service that is still held here has not let go, whatever its plan said.
    """
    if not is_false(s.view.holding):
        return True
    unheard = any(latch.kind is LatchKind.UNHEARD for latch in s.own.latches)
    return unheard and s.word.serves and not _tried_again(s)


def _tried_again(s: Situation) -> bool:
    """Return whether the cool-down of a standing fence for unheard adverts is over."""
    since = [m.since for m in s.own.latches if m.kind is LatchKind.UNHEARD]
    return s.age(min(since)) >= s.config.limits.cooldown
