"""The gates: what forbids a move, each answer with its particular.

A gate returns refusals; none means that it is open. Grabbing needs proof, so here the
unknown refuses. Nothing in this file acts or chooses; rules.py asks it.
"""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.deciding.fence import fence_failure, peer_is_off, silence
from hawatch.deciding.gates_copy import own_copy
from hawatch.deciding.hands_off import left_there, silent_since_work
from hawatch.deciding.moves import ages_of_moves
from hawatch.deciding.own_facts import own_facts
from hawatch.deciding.situation import Situation
from hawatch.model.carp import CarpState
from hawatch.model.config import SilencePolicy
from hawatch.model.decision import Refusal, Refused, refuse
from hawatch.model.fact import Known, Unknown, is_false, is_true
from hawatch.model.hast import HastRole, HastStatus
from hawatch.model.report import Duty, ServiceReport
from hawatch.model.trigger import TriggerKind

ON_WORD = {
    Refusal.PEER_SILENT_NO_WITNESS,
    Refusal.PEER_SILENT_TOO_SHORT,
    Refusal.COPY_NOT_IN_SYNC,
    Refusal.COOLDOWN,
    Refusal.MOVE_LIMIT,
}
"""What an operator's word "the peer is off", or "does not serve", stands for."""


def may_demote(s: Situation) -> tuple[Refused, ...]:
    """Return why this owner must not hand over now; empty when it may.

    The peer must be reachable, fresh, eligible and willing, its copy proved current,
    and the limits of automatic moves must allow it [DESIGN 6, never 2, 3, 5].
    """
    return (*_memory(s), *_limits(s), *_peer_able(s), *_peer_copy(s))


def may_promote(s: Situation) -> tuple[Refused, ...]:
    """Return why this node must not take the service now; empty when it may."""
    return (*_memory(s), *_own_facts(s), *own_copy(s), *_peer_out(s))


def may_promote_on_word(s: Situation) -> tuple[Refused, ...]:
    """Return why not even a person's word lets this node take the service now."""
    return tuple(r for r in may_promote(s) if r.refusal not in ON_WORD)


def peer_able(s: Situation) -> tuple[Refused, ...]:
    """Return why the peer could not serve now, its copy's currency aside."""
    return tuple(_peer_able(s))


def peer_ready(s: Situation) -> tuple[Refused, ...]:
    """Return why the peer could not take the service over, limits of moves aside."""
    return (*_peer_able(s), *_peer_copy(s))


def _limits(s: Situation) -> Iterator[Refused]:
    if s.trigger.kind in (TriggerKind.OPERATOR, TriggerKind.RELEASE):
        return
    limits = s.config.limits
    recent = [age for age in ages_of_moves(s) if age < limits.per]
    if recent and min(recent) < limits.cooldown:
        yield refuse(
            Refusal.COOLDOWN,
            f"the last move was {min(recent):.0f} s ago, limits.cooldown is "
            f"{limits.cooldown:.0f} s",
        )
    if len(recent) >= limits.moves:
        yield refuse(
            Refusal.MOVE_LIMIT,
            f"{len(recent)} automatic moves in {limits.per:.0f} s, "
            f"limits.moves is {limits.moves}",
        )


def _peer_able(s: Situation) -> Iterator[Refused]:
    report, service = s.word.report, s.word.service
    if report is None:
        sighting = s.snapshot.peer.report
        yield refuse(
            Refusal.PEER_UNKNOWN,
            sighting.reason if isinstance(sighting, Unknown) else "no report",
        )
        return
    if not s.word.fresh:
        yield refuse(Refusal.PEER_STALE_REPORT, f"silent for {s.word.silent_for:.0f} s")
    if report.maintenance is not None and left_there(s) > 0:
        yield refuse(Refusal.PEER_MAINTENANCE, report.maintenance.why)
    if service is None:
        yield refuse(Refusal.CONFIGURATION_DIFFERS, f"{s.peer} knows no {s.service}")
        return
    if isinstance(service.holding, Unknown):
        yield refuse(
            Refusal.FACT_UNKNOWN, f"whether {s.peer} holds: {service.holding.reason}"
        )
    for reason in service.not_eligible:
        yield refuse(Refusal.PEER_NOT_ELIGIBLE, reason)
    if service.failing:
        failing = ", ".join(service.failing)
        yield refuse(
            Refusal.PEER_FAILING,
            f"{failing} fails on {s.peer}: `hawatch check` there says what to do",
        )
    for latch in service.latches:
        if latch.copy_of in ("", s.peer):
            yield refuse(
                Refusal.PEER_LATCHED, f"{latch.resource} {latch.kind}: {latch.reason}"
            )


def _peer_copy(s: Situation) -> Iterator[Refused]:
    """The evidence here, and the peer's word where it could contradict it.

    An idle primary believes in a connection that is gone [FACTS B4]; the secondary
    knows. Where this node is no primary any more, nothing can be connected. A primary
    whose hastd does not answer could not give its role up either [FACTS B7, H19].
    """
    for name in s.settings.resources:
        own, primary = s.view.resources[name], s.view.primaries[name]
        if isinstance(own, Unknown) and not is_false(primary):
            yield refuse(Refusal.FACT_UNKNOWN, f"HAST {name} here: {own.reason}")
        theirs = s.word.service.resources.get(name) if s.word.service else None
        if (
            is_true(primary)
            and isinstance(theirs, Known)
            and theirs.value.status is not HastStatus.COMPLETE
        ):
            yield refuse(
                Refusal.COPY_NOT_IN_SYNC, f"{name} on {s.peer} has no connection"
            )
        if name not in s.own.in_sync:
            status = own.value.status if isinstance(own, Known) else "status unknown"
            yield refuse(
                Refusal.COPY_NOT_IN_SYNC, f"{name} on {s.peer} ({status} here)"
            )
    for latch in s.own.latches:
        if latch.copy_of == s.peer:
            yield refuse(
                Refusal.PEER_LATCHED, f"{latch.resource} {latch.kind}: {latch.reason}"
            )


def _memory(s: Situation) -> Iterator[Refused]:
    if s.damaged is not None:
        yield refuse(Refusal.NOT_RECORDED, s.damaged)


def _own_facts(s: Situation) -> Iterator[Refused]:
    yield from own_facts(s.snapshot, s.view)


def _peer_out(s: Situation) -> Iterator[Refused]:
    """Released, or confirmed off, or silent on every path for long enough."""
    service = s.word.service
    if s.word.fresh:
        if service is None:
            yield refuse(
                Refusal.CONFIGURATION_DIFFERS, f"{s.peer} knows no {s.service}"
            )
        elif isinstance(service.holding, Unknown):
            yield refuse(
                Refusal.FACT_UNKNOWN,
                f"whether {s.peer} holds: {service.holding.reason}",
            )
        elif service.holding.value:
            yield refuse(Refusal.PEER_HOLDS, f"{s.peer} still holds {s.service}")
        elif service.duty is Duty.ACTIVE and has_vip(service):
            # It has begun to take the service over: its plan is written before it acts.
            yield refuse(Refusal.PEER_HOLDS, f"{s.peer} is taking {s.service} over")
        yield from _drained(s)
        return
    if let_go_lately(s):
        yield from _drained(s)
        return
    yield from _limits(s)
    yield from _connected_secondary(s)
    if not peer_is_off(s):
        yield from _silence(s)


def let_go_lately(s: Situation) -> bool:
    """Return whether the peer's last word was that it lets go and has let go.

    A node that shuts down says so and is silent a second later. Its word holds for
    peer.max_age: it would need the VIP, its own gates and this node's word to take the
    service back meanwhile.
    """
    heard, service = s.memory.peer, s.word.service
    return (
        heard is not None
        and service is not None
        and heard.heard.boot == s.now.boot
        and s.now.seconds_since(heard.heard) <= s.config.peer.max_age
        and is_false(service.holding)
        and service.duty is not Duty.ACTIVE
    )


def _drained(s: Situation) -> Iterator[Refused]:
    """A released peer leaves a worker behind for a moment: its queue must be empty."""
    for name, resource in s.view.resources.items():
        if (
            isinstance(resource, Known)
            and resource.value.role is HastRole.SECONDARY
            and resource.value.queues.local > 0
        ):
            yield refuse(
                Refusal.SECONDARY_STILL_CONNECTED,
                f"{name} still has {resource.value.queues.local} writes queued",
            )


def has_vip(service: ServiceReport) -> bool:
    """Return whether the peer's report says that the VIP is there."""
    return isinstance(service.carp, Known) and (
        service.carp.value.state is CarpState.MASTER
    )


def _connected_secondary(s: Situation) -> Iterator[Refused]:
    for name, resource in s.view.resources.items():
        if (
            isinstance(resource, Known)
            and resource.value.role is HastRole.SECONDARY
            and resource.value.status is HastStatus.COMPLETE
        ):
            yield refuse(
                Refusal.SECONDARY_STILL_CONNECTED,
                f"the worker of {name} still holds its connection",
            )


def _silence(s: Situation) -> Iterator[Refused]:
    witness = s.config.witness
    needed = witness.promote_after
    failure = fence_failure(s)
    suffix = f", and fencing it failed: {failure}" if failure else ""
    silent = silent_since_work(s, silence(s))
    if silent < needed:
        yield refuse(
            Refusal.PEER_SILENT_TOO_SHORT,
            f"{s.peer} is silent for {silent:.0f} of {needed:.0f} s{suffix}",
        )
    if witness.ping or witness.tcp:
        if not s.snapshot.witnessed:
            yield refuse(
                Refusal.PEER_SILENT_NO_WITNESS,
                "no witness answers: it may be this node that is cut off",
            )
    elif witness.without is not SilencePolicy.PROMOTE:
        yield refuse(
            Refusal.PEER_SILENT_NO_WITNESS,
            f'no witness is configured, and witness.without is "hold"{suffix}',
        )


def carp_age(s: Situation) -> float:
    """Return for how many seconds the vhid has been seen in its present state."""
    return s.now.seconds_since(s.own.carp.since) if s.own.carp is not None else 0.0


def is_in(s: Situation, state: CarpState) -> bool:
    """Return whether the vhid is known to be in a state here."""
    return isinstance(s.view.carp, Known) and s.view.carp.value.state is state


def is_master(s: Situation) -> bool:
    """Return whether this node is known to hold the VIP."""
    return is_in(s, CarpState.MASTER)


def peer_is_master(s: Situation) -> bool:
    """Return whether the peer says in this look that the VIP is there."""
    service = s.word.service
    return s.word.fresh and service is not None and has_vip(service)
