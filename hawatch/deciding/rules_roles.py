"""Rules that bring storage and service to where CARP's VIP is, and back."""

from __future__ import annotations

from hawatch.deciding.gates import (
    carp_age,
    is_master,
    may_promote,
    peer_able,
    refuse,
)
from hawatch.deciding.generations import Forecast, court, forecast
from hawatch.deciding.plan import ladder_down, ladder_up
from hawatch.deciding.situation import Situation
from hawatch.deciding.yielding import restore_skew, with_raise, yield_vip
from hawatch.model.carp import CarpState
from hawatch.model.decision import Decision, Refusal, Refused, Rule
from hawatch.model.fact import Known, Unknown, is_false, is_true
from hawatch.model.hast import HastResource, HastRole
from hawatch.model.latch import LatchKind
from hawatch.model.plan import AnyStep, Plan, SetRole
from hawatch.model.report import Duty
from hawatch.model.trigger import TriggerKind


def master_not_serving(s: Situation) -> Decision | None:
    """The VIP is here, the storage or the service is not."""
    if not is_master(s) or not is_false(s.view.serving):
        return None
    if storage_in_place(s) and s.own.duty is Duty.ACTIVE:
        return None
    refused = may_promote(s)
    if not refused:
        silent = not s.word.fresh
        why = "is silent and was given long enough" if silent else "has let go"
        return s.decide(
            Rule.MASTER_NOT_SERVING,
            f"the VIP is here and {s.peer} {why}: taking {s.service} over",
            duty=Duty.ACTIVE,
            plan=Plan(steps=ladder_up(s.config, s.snapshot, s.view)),
            move=silent,
        )
    if s.trigger.kind is not TriggerKind.OPERATOR and _peer_should_serve(s, refused):
        lever = yield_vip(s)
        if not isinstance(lever, Refused):
            why = "; ".join(reason.detail for reason in refused)
            return s.decide(
                Rule.MASTER_NOT_SERVING,
                f"the VIP is here, but this node must not serve ({why}); giving it to "
                f"{s.peer}",
                duty=Duty.STANDBY,
                plan=Plan(steps=(lever,)),
                refused=refused,
                alarm=True,
                memory=with_raise(s, lever, why),
            )
    return s.decide(
        Rule.MASTER_NOT_SERVING,
        "the VIP is here without the service: "
        + "; ".join(reason.detail for reason in refused),
        refused=refused,
        alarm=carp_age(s) >= s.config.carp.debounce,
    )


def backup_still_serving(s: Situation) -> Decision | None:
    """The VIP went to the peer while the service, or part of it, is still here."""
    if not _is(s, CarpState.BACKUP) or is_false(s.view.holding):
        return None
    if isinstance(s.view.holding, Unknown):
        return None
    raised = s.own.raised is not None
    if not raised and carp_age(s) < _patience(s):
        return s.decide(
            Rule.BACKUP_STILL_SERVING,
            f"the VIP has just left; letting CARP and {s.peer} settle before anything "
            "is torn down",
            again=True,
        )
    steps = ladder_down(s.config, s.snapshot, s.view, role=HastRole.SECONDARY)
    return s.decide(
        Rule.BACKUP_STILL_SERVING,
        f"the VIP is with {s.peer}: releasing {s.service} here",
        duty=Duty.STANDBY,
        plan=Plan(steps=steps),
        alarm=True,
    )


def link_down(s: Situation) -> Decision | None:
    """INIT: a link that went down. Nothing is torn down unless the peer took over."""
    if not _is(s, CarpState.INIT):
        return None
    long = carp_age(s) >= s.config.carp.debounce
    theirs = (
        s.word.service.carp if s.word.service is not None and s.word.fresh else None
    )
    taken = isinstance(theirs, Known) and theirs.value.state is CarpState.MASTER
    if is_true(s.view.holding) and taken and long:
        steps = ladder_down(s.config, s.snapshot, s.view, role=HastRole.SECONDARY)
        return s.decide(
            Rule.LINK_DOWN,
            f"{s.interface} is down and {s.peer} has the VIP: releasing {s.service} so "
            "that it can serve",
            duty=Duty.STANDBY,
            plan=Plan(steps=steps),
            alarm=True,
        )
    return s.decide(
        Rule.LINK_DOWN,
        f"vhid {s.settings.vhid} on {s.interface} is INIT (a link that is down); "
        "nothing is torn down for that",
        alarm=long,
    )


def stale_init(s: Situation) -> Decision | None:
    """A role of init after hastd started anew becomes secondary where that is safe."""
    held_back = isinstance(s.snapshot.sysctls, Known) and not (
        s.snapshot.sysctls.value.allow
    )
    if not _is(s, CarpState.BACKUP) and not (_is(s, CarpState.INIT) and held_back):
        return None
    steps: list[AnyStep] = []
    refused: list[Refused] = []
    reasons: list[str] = []
    for name, fact in s.view.resources.items():
        if not isinstance(fact, Known) or fact.value.role is not HastRole.INIT:
            continue
        answer = _secondary_is_safe(s, name)
        if isinstance(answer, Refused):
            refused.append(answer)
            continue
        reasons.append(answer)
        steps.append(_secondary(s, fact.value))
    if not steps and not refused:
        return None
    if steps:
        return s.decide(
            Rule.STALE_INIT,
            "role init repaired to secondary: " + "; ".join(reasons),
            duty=Duty.STANDBY,
            plan=Plan(steps=tuple(steps)),
            refused=tuple(refused),
        )
    return s.decide(
        Rule.STALE_INIT,
        "the role is init and stays so: " + "; ".join(r.detail for r in refused),
        refused=tuple(refused),
        alarm=True,
    )


def restore_raised_skew(s: Situation) -> Decision | None:
    """Demoted by us and healthy again: undo the raise where that moves nothing."""
    raised = s.own.raised
    if raised is None or not _is(s, CarpState.BACKUP) or not is_false(s.view.holding):
        return None
    if s.failing or not s.word.fresh:
        return None
    healthy_for = s.now.wall - raised.since
    wanted = s.config.agent.interval * 5
    if healthy_for < wanted:
        return None
    step = restore_skew(s)
    if isinstance(step, str):
        return s.decide(
            Rule.RESTORE_SKEW,
            f"advskew stays raised to {raised.raised_to}: {step}; `hawatch restore` "
            "lowers it all the same",
        )
    return s.decide(
        Rule.RESTORE_SKEW,
        f"healthy again: advskew back to {raised.original_advskew}; the VIP stays with "
        f"{s.peer}",
        plan=Plan(steps=(step,)),
    )


def storage_in_place(s: Situation) -> bool:
    """Return whether every role is primary and every mount is as it should be."""
    ready = [view.ready for view in s.view.mounts.values()]
    return all(is_true(fact) for fact in [*s.view.primaries.values(), *ready])


def _is(s: Situation, state: CarpState) -> bool:
    return isinstance(s.view.carp, Known) and s.view.carp.value.state is state


def _patience(s: Situation) -> float:
    """Return how long a serving BACKUP waits for the VIP to come back [FACTS H26].

    A healthy owner whose peer holds the VIP without the service gets it back by the
    peer's own rule; that takes the peer one look and one hand-over.
    """
    service = s.word.service
    comes_back = (
        s.word.fresh
        and service is not None
        and is_false(service.holding)
        and is_true(s.view.serving)
        and not s.failing
    )
    settle = s.config.carp.settle
    return 2 * s.config.agent.interval + 2 * settle if comes_back else settle


def _peer_should_serve(s: Situation, refused: tuple[Refused, ...]) -> bool:
    """Return whether the VIP is better with the peer than with this node.

    It is where the peer could serve now, or where our copy is latched or older while
    the peer's is not.
    """
    service = s.word.service
    if service is None or not s.word.fresh or is_true(service.holding):
        return False
    if not peer_able(s):
        return True
    ours_is_worse = {Refusal.OWN_COPY_LATCHED, Refusal.GENERATIONS_FORBID}
    theirs_latched = any(latch.copy_of in ("", s.peer) for latch in service.latches)
    return not theirs_latched and any(r.refusal in ours_is_worse for r in refused)


def _secondary(s: Situation, resource: HastResource) -> SetRole:
    return SetRole(
        resource=resource.name,
        role=HastRole.SECONDARY,
        device=resource.device,
        deadline=s.config.hast.role_deadline,
    )


def _secondary_is_safe(s: Situation, name: str) -> str | Refused:
    """Return why a role of init may become secondary, or the refusal."""
    died = _worker_died(s, name)
    if died is not None:
        return died
    for latch in s.own.latches:
        if latch.resource == name and latch.kind is LatchKind.SPLIT_BRAIN:
            return refuse(
                Refusal.OWN_COPY_LATCHED, f"{name} split-brain: {latch.reason}"
            )
    if not s.config.peer.enabled:
        return _adverts_heard(s, name)
    service = s.word.service
    if not s.word.fresh or service is None:
        return refuse(
            Refusal.PEER_UNKNOWN, f"{name}: nothing fresh is known of {s.peer}"
        )
    theirs = service.resources.get(name)
    if not isinstance(theirs, Known):
        return refuse(Refusal.FACT_UNKNOWN, f"{name} on {s.peer} is unknown")
    return _by_generations(s, name, theirs.value)


def _by_generations(s: Situation, name: str, theirs: HastResource) -> str | Refused:
    service = s.word.service
    own = s.view.dumps[name]
    their_dump = service.dumps.get(name) if service is not None else None
    if not isinstance(own, Known) or not isinstance(their_dump, Known):
        return refuse(Refusal.FACT_UNKNOWN, f"metadata of {name} is not known of both")
    if theirs.role is HastRole.PRIMARY:
        outcome = forecast(their_dump.value, own.value)
        if outcome.forecast in (
            Forecast.SPLIT_BRAIN,
            Forecast.ID_MISMATCH,
            Forecast.SIZE_MISMATCH,
        ):
            return refuse(Refusal.GENERATIONS_FORBID, f"{name}: {outcome.because}")
        return f"{s.peer} is primary for {name} ({outcome.because})"
    verdict = court(
        own.value, their_dump.value, s.node, s.peer, s.settings.preferred or s.peer
    )
    if verdict.primary == s.peer:
        return f"{s.peer} is to be primary for {name} ({verdict.because})"
    return refuse(Refusal.GENERATIONS_FORBID, f"{name}: {verdict.because}")


def _adverts_heard(s: Situation, name: str) -> str | Refused:
    """Without a channel, a BACKUP that hears adverts knows that a MASTER lives."""
    samples = s.memory.samples
    counters = s.snapshot.counters
    before = samples[-1].counters if samples else None
    if isinstance(counters, Known) and before is not None:
        heard = counters.value.received - before.received
        if heard > 0:
            return f"{heard} adverts of a MASTER were heard; {name} follows it"
    return refuse(
        Refusal.PEER_UNKNOWN, f"{name}: no channel to {s.peer}, and no advert heard yet"
    )


def _worker_died(s: Situation, name: str) -> Refused | None:
    seen = s.own.roles.get(name)
    hastd = s.snapshot.hastd
    if seen is None or not isinstance(hastd, Known):
        return None
    if seen.boot == s.now.boot and seen.hastd == hastd.value.pid:
        return refuse(
            Refusal.WORKER_DIED,
            f"{name} was {seen.role} under this same hastd (pid {seen.hastd})",
        )
    return None
