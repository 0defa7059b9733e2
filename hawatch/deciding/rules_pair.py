"""Rules about both nodes at once: two primaries, a VIP on the wrong side, fences."""

from __future__ import annotations

import math

import msgspec

from hawatch.deciding.gates import carp_age, has_vip, is_master, may_promote
from hawatch.deciding.gates_fence import may_serve_here
from hawatch.deciding.moves import failed_ago
from hawatch.deciding.plan import ladder_down
from hawatch.deciding.refusals import CHOICE
from hawatch.deciding.rules_roles import in_the_way
from hawatch.deciding.situation import Situation
from hawatch.deciding.yielding import (
    CONFIRM_MARGIN,
    fence_vip,
    give_vip_up,
    raised_before_joining,
    takes_no_part,
    with_latches,
    with_raise,
    would_take_vip,
)
from hawatch.model.carp import CarpCounters
from hawatch.model.decision import Decision, Rule
from hawatch.model.fact import Known, is_false, is_true
from hawatch.model.hast import HastRole
from hawatch.model.latch import LatchKind
from hawatch.model.plan import AllowCarp, AnyStep, Plan
from hawatch.model.report import Duty, ServiceReport


def two_primaries(s: Situation) -> Decision | None:
    """Both nodes are primary: the one by the static rule lets go and keeps its data.

    Both compute the same order from the same two reports: the later take-over first (it
    happened because the other was away, and CARP's faster node is often the one that
    slept [FACTS A9, H25]), then the holder of the VIP, the one that serves, the names.
    """
    service = s.word.service
    if service is None or not s.word.fresh:
        return None
    doubled = [
        name
        for name, fact in s.view.primaries.items()
        if is_true(fact) and _is_primary(service, name)
    ]
    if not doubled:
        return None
    ours = (s.own.epoch, is_master(s), is_true(s.view.serving), s.peer)
    theirs = (service.epoch, has_vip(service), is_true(service.serving), s.node)
    what = f"both nodes are primary for {', '.join(doubled)}"
    if ours > theirs:
        return s.decide(
            Rule.TWO_PRIMARIES,
            f"{what}; {s.peer} has to let go, {s.node} stays as it is",
            alarm=True,
        )
    why = f"{what}; {s.node} lets go and keeps its copy untouched"
    memory = with_latches(s, s.own, LatchKind.SPLIT_BRAIN, what)
    steps = list(ladder_down(s.config, s.snapshot, s.view, role=HastRole.INIT))
    if is_master(s):
        fence = fence_vip(s)
        steps.append(fence)
        raised = with_raise(s, fence, what)
        memory = with_latches(s, raised, LatchKind.SPLIT_BRAIN, what)
    return s.decide(
        Rule.TWO_PRIMARIES,
        why,
        duty=Duty.RELEASED,
        plan=Plan(steps=tuple(steps)),
        alarm=True,
        memory=memory,
    )


def peer_serves(s: Situation) -> Decision | None:
    """The VIP is here while the peer serves: give it back and say why."""
    service = s.word.service
    if service is None or not s.word.fresh or not is_master(s):
        return None
    if not is_false(s.view.holding) or not is_true(service.serving) or service.failing:
        return None
    if takes_no_part(s):
        return None  # it cannot have the VIP: it has to let go of the storage
    if min(carp_age(s), _heard_for(s)) < s.config.carp.settle:
        return s.decide(
            Rule.PEER_SERVES,
            f"the VIP is here while {s.peer} serves, which was not so, or not heard, a "
            "moment ago; letting CARP settle",
            again=True,
        )
    why = f"{s.peer} serves {s.service} while the VIP is here"
    cause = likely_cause(s) if has_vip(service) else "the VIP moved ahead of storage"
    step = fence_vip(s) if has_vip(service) else give_vip_up(s)
    memory = with_raise(s, step, why)
    if has_vip(service):
        memory = with_latches(s, memory, LatchKind.UNHEARD, cause)
    return s.decide(
        Rule.PEER_SERVES,
        f"{why} ({cause}): giving it back",
        duty=Duty.STANDBY,
        plan=Plan(steps=(step,)),
        alarm=True,
        memory=memory,
    )


def carp_held_back(s: Situation) -> Decision | None:
    """net.inet.carp.allow is 0: ours to lift, the interlock's, or nobody's."""
    sysctls = s.snapshot.sysctls
    if not isinstance(sysctls, Known) or sysctls.value.allow:
        return None
    fenced = _fences(s, s.service)
    elsewhere = [
        f"{name}: {reason}"
        for name in s.memory.services
        if name != s.service
        for reason in _fences(s, name)
    ]
    if in_the_way(s):
        return None  # link_down lets go, as behind a cable that was pulled
    if not fenced and not elsewhere and not s.config.carp.interlock:
        return s.decide(
            Rule.CARP_HELD_BACK,
            "net.inet.carp.allow is 0 and hawatch did not set it; no VIP can be here "
            "until `hawatch restore` allows it",
            alarm=True,
        )
    why = _why_lift(s)
    if why is None:
        reasons = [*fenced, *elsewhere] or [_why_held_back(s)]
        return s.decide(
            Rule.CARP_HELD_BACK,
            f"CARP stays off here: {reasons[0]}",
            alarm=bool(fenced) or s.is_split or _held_back_for_long(s),
        )
    # The latches of the fence stay until CARP is seen to be allowed: an order that
    # fails must not leave a fence that nobody remembers.
    memory = s.own
    steps: tuple[AnyStep, ...] = (AllowCarp(allow=True, deadline=CONFIRM_MARGIN),)
    slower = raised_before_joining(s)
    if slower is not None:
        steps = (slower[0], *steps)
        memory = msgspec.structs.replace(memory, raised=slower[1])
    return s.decide(
        Rule.CARP_HELD_BACK,
        f"{why}: CARP is allowed again",
        duty=Duty.STANDBY,
        plan=Plan(steps=steps),
        memory=memory,
    )


def _fences(s: Situation, service: str) -> list[str]:
    """Return why hawatch switched CARP off for a service, once for each latch of it."""
    own = s.own if service == s.service else s.memory.services[service]
    return [m.reason for m in own.latches if m.kind is LatchKind.FENCED]


def _heard_for(s: Situation) -> float:
    """Return for how many seconds the peer has been heard without a break.

    Where a cut has just healed the adverts may be a second later than the report: to
    fence for them would outlast the cut by a whole cool-down.
    """
    heard = s.memory.peer
    if heard is None or heard.since is None or heard.since.boot != s.now.boot:
        return math.inf
    return s.now.seconds_since(heard.since)


def _why_lift(s: Situation) -> str | None:
    """Return why CARP may take part again, or None.

    While the peer serves and its adverts do not arrive, it may not: this node would be
    a second MASTER at once. With CARP off nobody can see whether they would arrive, so
    it is tried once in a cool-down: that costs the clients a few seconds at worst. A
    peer that is gone is a reason where this node may serve, unless it has just tried
    in vain: trying again at every look would take the other services' VIPs along. Nor
    where both nodes are raised and this one is the faster: it would take the VIP, and
    give it up by the same fence, at every look.
    """
    if is_true(s.view.holding):
        return None
    if may_serve_here(s):
        return f"{s.peer} does not serve, and this node may"
    service = s.word.service
    if service is None or not s.word.fresh:
        return None
    unheard = [m.since for m in s.own.latches if m.kind is LatchKind.UNHEARD]
    if is_true(service.serving) and not unheard:
        if s.own.raised is not None and would_take_vip(s):
            return None
        return f"{s.peer} serves, and this node holds nothing"
    if unheard and s.age(min(unheard)) >= s.config.limits.cooldown:
        return "the cool-down is over: trying whether adverts arrive again"
    # Held back since the boot, the node that has to be primary begins [FACTS H10].
    fenced = any(m.kind is LatchKind.FENCED for m in s.own.latches)
    if is_false(service.holding) and fenced and failed_ago(s) is None:
        if s.own.raised is not None and would_take_vip(s):
            return None
        return f"{s.peer} is heard and holds nothing either"
    return None


def _held_back_for_long(s: Situation) -> bool:
    """Return whether a boot's question should have been answered by now."""
    return carp_age(s) >= s.config.witness.promote_after


def _why_held_back(s: Situation) -> str:
    """Return why a node that was held back at its boot stays so."""
    if s.is_split:
        return CHOICE
    reasons = "; ".join(reason.detail for reason in may_promote(s))
    return f"this node must not serve yet, and {s.peer} does not ({reasons})"


def likely_cause(s: Situation) -> str:
    """Name the likely cause of two MASTERs from the counters [FACTS A13, H5, H22]."""
    counters = s.snapshot.counters
    before = _counters_as_master(s)
    if isinstance(counters, Known) and before is not None:
        if counters.value.bad_authentication > before.bad_authentication:
            return "adverts arrive with a wrong password or another list of VIPs"
        if counters.value.accepted == before.accepted:
            return (
                "no advert arrives: promiscuous mode of the virtual switch, a "
                "multicast filter, or a cut path"
            )
    return "adverts of both nodes are on the network"


def _counters_as_master(s: Situation) -> CarpCounters | None:
    """Return the earliest counters that were read while the VIP has been here.

    Two looks may be less than a second apart, and no advert comes in between.
    """
    held = [
        sample.counters
        for sample in s.memory.samples
        if s.now.seconds_since(sample.taken) <= carp_age(s)
    ]
    last = s.memory.samples[-1].counters if s.memory.samples else None
    return next((counters for counters in held if counters is not None), last)


def _is_primary(service: ServiceReport, name: str) -> bool:
    fact = service.resources.get(name)
    return isinstance(fact, Known) and fact.value.role is HastRole.PRIMARY
