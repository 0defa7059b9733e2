"""Rules that repair and tidy up: a role of init after a boot, a raise that is over."""

from __future__ import annotations

from hawatch.deciding.gates import is_in
from hawatch.deciding.generations import Forecast, court, forecast
from hawatch.deciding.last_owner import rightful_owner
from hawatch.deciding.refusals import CHOICE
from hawatch.deciding.situation import Situation
from hawatch.deciding.yielding import restore_skew, restore_step
from hawatch.model.carp import CarpState
from hawatch.model.decision import Decision, Refusal, Refused, Rule, refuse
from hawatch.model.fact import Known, is_false, is_true
from hawatch.model.hast import HastResource, HastRole, HastStatus
from hawatch.model.latch import LatchKind
from hawatch.model.plan import AnyStep, Plan, SetRole
from hawatch.model.report import Duty

QUIET_CYCLES = 5
"""Intervals after a demotion before its raise may be undone."""


def stale_init(s: Situation) -> Decision | None:
    """A role of init after hastd started anew becomes secondary where that is safe."""
    held_back = isinstance(s.snapshot.sysctls, Known) and not (
        s.snapshot.sysctls.value.allow
    )
    if not is_in(s, CarpState.BACKUP) and not (is_in(s, CarpState.INIT) and held_back):
        return None
    steps: list[AnyStep] = []
    refused: list[Refused] = []
    reasons: list[str] = []
    for name, fact in s.view.resources.items():
        if not isinstance(fact, Known) or fact.value.role is not HastRole.INIT:
            continue
        answer = secondary_is_safe(s, name)
        if isinstance(answer, Refused):
            refused.append(answer)
            continue
        reasons.append(answer)
        steps.append(_secondary(s, fact.value))
    if not steps and (held_back or not refused):
        return None  # held back, the node may be the one that has to be primary
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
    if raised is None:
        return None
    if is_in(s, CarpState.MASTER) and is_true(s.view.serving) and not s.ailing:
        return s.decide(
            Rule.RESTORE_SKEW,
            f"{s.node} serves again: advskew back to {raised.original_advskew}, so "
            "that the VIP stays here",
            plan=Plan(steps=(restore_step(raised),)),
        )
    if not is_in(s, CarpState.BACKUP) or not is_false(s.view.holding):
        return None
    if not is_good_standby(s) or not s.word.fresh:
        return None
    if s.age(raised.since) < QUIET_CYCLES * s.config.agent.interval:
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


def is_good_standby(s: Situation) -> bool:
    """Return whether this node could be an owner again: connected, nothing failing."""
    connected = all(
        isinstance(fact, Known)
        and fact.value.role is HastRole.SECONDARY
        and fact.value.status is HastStatus.COMPLETE
        for fact in s.view.resources.values()
    )
    return connected and not s.ailing


def _secondary(s: Situation, resource: HastResource) -> SetRole:
    return SetRole(
        resource=resource.name,
        role=HastRole.SECONDARY,
        device=resource.device,
        deadline=s.config.hast.role_deadline,
    )


def secondary_is_safe(s: Situation, name: str) -> str | Refused:
    """Return why a role of init may become secondary, or the refusal."""
    died = _worker_died(s, name)
    if died is not None:
        return died
    for latch in s.own.latches:
        if latch.resource == name and latch.kind is LatchKind.SPLIT_BRAIN:
            return refuse(Refusal.OWN_COPY_LATCHED, f"{name}: {CHOICE}")
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
    preferred = rightful_owner(s, name) or s.peer
    verdict = court(own.value, their_dump.value, s.node, s.peer, preferred)
    if verdict.primary == s.peer:
        return f"{s.peer} is to be primary for {name} ({verdict.because})"
    return refuse(Refusal.GENERATIONS_FORBID, f"{name}: {verdict.because}")


def _adverts_heard(s: Situation, name: str) -> str | Refused:
    """Without a channel, a BACKUP that hears adverts knows that a MASTER lives."""
    samples = s.memory.samples
    counters = s.snapshot.counters
    before = samples[-1].counters if samples else None
    if isinstance(counters, Known) and before is not None:
        heard = counters.value.accepted - before.accepted
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
