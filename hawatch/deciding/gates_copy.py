"""The gate of a promotion that asks about the copy: nothing may be missing here."""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.deciding.generations import Forecast, forecast
from hawatch.deciding.last_owner import rightful_owner, their_dump
from hawatch.deciding.situation import Situation
from hawatch.model.decision import Refusal, Refused, refuse
from hawatch.model.fact import Known, is_true
from hawatch.model.hast import HastRole
from hawatch.model.moment import Moment
from hawatch.model.report import Duty


def own_copy(s: Situation) -> Iterator[Refused]:
    """Yield why this copy must not be promoted."""
    for latch in s.own.latches:
        if latch.copy_of in ("", s.node):
            yield refuse(
                Refusal.OWN_COPY_LATCHED,
                f"{latch.resource} {latch.kind}: {latch.reason}",
            )
    theirs = s.word.service.latches if s.word.service is not None else ()
    for latch in theirs:
        if latch.copy_of == s.node:
            yield refuse(
                Refusal.OWN_COPY_LATCHED,
                f"{s.peer} says of {latch.resource} here: {latch.kind}: {latch.reason}",
            )
    for name in s.settings.resources:
        yield from _generations(s, name)
        if not _is_current(s, name):
            yield refuse(
                Refusal.COPY_NOT_IN_SYNC,
                f"nothing that {s.node} saw or heard proves that {name} is current",
            )


def _generations(s: Situation, name: str) -> Iterator[Refused]:
    """Forecast what would happen if the peer connected to this node as primary."""
    own, theirs = s.view.dumps[name], their_dump(s, name)
    if isinstance(own, Known) and theirs is not None:
        outcome = forecast(own.value, theirs)
        if outcome.forecast not in (
            Forecast.IN_SYNC,
            Forecast.PRIMARY_TO_SECONDARY,
            Forecast.RECREATED,
        ):
            yield refuse(Refusal.GENERATIONS_FORBID, f"{name}: {outcome.because}")


def _is_current(s: Situation, name: str) -> bool:
    """Return whether something proves that no acknowledged write is missing here.

    It is proved by being primary; by both nodes' memories and disks, where they name
    this node [H10]; by having owned the service without a break in this boot; or by the
    owner's word that this copy is in sync, heard when it was last heard at all.
    """
    return (
        is_true(s.view.primaries[name])
        or rightful_owner(s, name) == s.node
        or _owned_in_this_boot(s, name)
        or _vouched_for(s, name)
    )


def _owned_in_this_boot(s: Situation, name: str) -> bool:
    """Return whether this node is still the owner that it was since it booted.

    Before that, the peer may have taken over and died as well [FACTS H8, H10].
    """
    seen = s.own.roles.get(name)
    return (
        s.own.duty is Duty.ACTIVE
        and s.gap is not None
        and seen is not None
        and seen.role is HastRole.PRIMARY
        and seen.boot == s.now.boot
    )


def _vouched_for(s: Situation, name: str) -> bool:
    """Return whether the owner's last word was that this copy is in sync.

    A word from before this node's boot, or older than the silence, says nothing of what
    the owner wrote afterwards without this copy [FACTS H11]: it does so hast.timeout
    after this node stood still, and nobody here saw it.
    """
    evidence = s.own.peer_in_sync.get(name)
    if evidence is None or evidence.heard is None or evidence.heard.boot != s.now.boot:
        return False
    config, service = s.config, s.settings
    one_look = config.agent.interval + config.peer.timeout
    if s.word.fresh:
        if their_dump(s, name) is None and not _heard_ever_since(s, evidence.heard):
            # It may have written alone meanwhile, and its generation does not tell.
            return False
        release = (
            service.stop_deadline + service.unmount_deadline + config.hast.role_deadline
        )
        most = release + one_look + 2 * config.agent.interval
    else:
        most = s.word.silent_for + max(config.hast.timeout, one_look)
    return s.now.seconds_since(evidence.heard) <= most


def _heard_ever_since(s: Situation, then: Moment) -> bool:
    """Return whether every look since a moment heard the peer."""
    heard = s.memory.peer
    since = heard.since if heard is not None else None
    return (
        since is not None
        and since.boot == then.boot
        and since.monotonic <= then.monotonic
    )
