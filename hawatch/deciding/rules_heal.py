"""The rule for what HAST lost: a primary's debt to its peer's copy [FACTS B8].

What was in flight when the connection broke is never sent again by itself; a new worker
sends the recently written extents. The debts themselves are kept in debts.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from hawatch.deciding.debts import healing_due, owed
from hawatch.deciding.gates import is_master
from hawatch.deciding.situation import Situation
from hawatch.model.config import HealPolicy
from hawatch.model.decision import Decision, Refusal, Refused, Rule
from hawatch.model.fact import Known, Unknown, is_true
from hawatch.model.hast import HastResource
from hawatch.model.latch import LatchKind
from hawatch.model.plan import Plan, RestartWorker

MOST_HEALS = 3
"""Restarts of a worker within limits.cooldown, to send what a break lost."""

HEAL_DEADLINE = 20.0
"""Seconds for the new worker: seen after one to six [FACTS B8]."""


def diverged_heal(s: Situation) -> Decision | None:
    """Make a reconnected primary send what the break lost [FACTS B8].

    Only while nothing else is in doubt: serving, the peer heard and holding nothing,
    no check failing, and not more often than the limit.
    """
    if not is_master(s) or not is_true(s.view.serving) or s.ailing:
        return None
    return heal(s)


def heal(s: Situation) -> Decision | None:
    """Return what is done about a debt, or who has to do it."""
    due, lost = workers_due(s), resyncs_due(s)
    if not due and not lost:
        return None
    lacking = _lacking(s, tuple(step.resource for step in due) or lost)
    suspect = [m for m in s.own.latches if m.kind is LatchKind.SUSPECT_DISK]
    if suspect:
        # What a sick disk did not take, a new worker would send as it is: the only
        # good copy of those extents is the peer's [FACTS B8, H13].
        return s.decide(
            Rule.DIVERGED_HEAL,
            f"{lacking}, but the disk here is suspect ({suspect[0].reason}): a restart "
            "of the worker might send what is missing here; only a person can say",
            alarm=True,
        )
    if not due:
        return s.decide(
            Rule.DIVERGED_HEAL,
            f"{lacking}, which no new worker would send; only a full resync is sure: "
            f"`hawatch resync` on {s.peer}",
            alarm=True,
        )
    policy = s.config.hast.heal
    if policy is not HealPolicy.AUTOMATIC:
        return s.decide(
            Rule.DIVERGED_HEAL,
            f"{lacking}; hast.heal is {policy}, so a person has to restart the worker",
            refused=(Refused(refusal=Refusal.POLICY, detail=f"hast.heal = {policy}"),),
            alarm=True,
        )
    waits_for = _waits_for(s)
    if waits_for is not None:
        return s.decide(
            Rule.DIVERGED_HEAL, f"{lacking}; waiting until {waits_for}", alarm=True
        )
    if len(s.own.heals) >= MOST_HEALS:
        return s.decide(
            Rule.DIVERGED_HEAL,
            f"{lacking}, and {MOST_HEALS} restarts of the worker did not end it; only "
            "a full resync is sure",
            alarm=True,
        )
    return _restart(s, due, lacking)


def workers_due(s: Situation) -> tuple[RestartWorker, ...]:
    """Return the restarts that send what is lacking.

    Local errors until now are known: a person has accepted them, or nobody had any.
    """
    return tuple(
        RestartWorker(
            resource=found.name,
            workerpid=pid,
            errors=found.errors.of_disk,
            deadline=HEAL_DEADLINE,
        )
        for found in _known(s)
        if (pid := healing_due(s.own, found)) is not None
    )


def resyncs_due(s: Situation) -> tuple[str, ...]:
    """Return the resources whose debt no restart of a worker pays."""
    return tuple(
        found.name
        for found in _known(s)
        if (debt := owed(s.own, found)) is not None and debt.updates is None
    )


def _known(s: Situation) -> Iterator[HastResource]:
    """Yield the resources of which hastd told anything."""
    for fact in s.view.resources.values():
        if isinstance(fact, Known):
            yield fact.value


def _restart(s: Situation, due: tuple[RestartWorker, ...], lacking: str) -> Decision:
    return s.decide(
        Rule.DIVERGED_HEAL,
        f"{lacking}: the connection broke under writes, which HAST never sends again "
        "by itself; restarting the worker, which does",
        plan=Plan(steps=due),
        alarm=True,
        memory=msgspec.structs.replace(s.own, heals=(*s.own.heals, s.now.wall)),
    )


def _lacking(s: Situation, names: tuple[str, ...]) -> str:
    return f"{s.peer} may lack acknowledged writes of {', '.join(names)}"


def _waits_for(s: Situation) -> str | None:
    """Return what has to be so before a worker is restarted, or None where it is.

    Without a channel nobody is asked: a connected peer is a secondary.
    """
    if not s.config.peer.enabled:
        return None
    service = s.word.service
    if not s.word.fresh:
        return f"{s.peer} is heard"
    if service is None:
        return f"{s.peer} knows of {s.service}"
    if isinstance(service.holding, Unknown):
        return f"{s.peer} knows whether it holds anything ({service.holding.reason})"
    if service.holding.value:
        return f"{s.peer} has let go of what it holds of {s.service}"
    return None
