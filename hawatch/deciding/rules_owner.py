"""Rules for the node that holds the service: its health, and what is done about it."""

from __future__ import annotations

import msgspec

from hawatch.deciding.evidence import healing_due
from hawatch.deciding.gates import is_master, may_demote
from hawatch.deciding.plan import ladder_down
from hawatch.deciding.rules_restart import first_with, owns
from hawatch.deciding.situation import Situation
from hawatch.deciding.yielding import fence_vip, with_raise, yield_vip
from hawatch.model.config import HealPolicy
from hawatch.model.decision import Decision, Refusal, Refused, Rule
from hawatch.model.fact import Known, Unknown, is_false, is_true
from hawatch.model.finding import Remedy
from hawatch.model.hast import HastRole
from hawatch.model.latch import LatchKind
from hawatch.model.plan import Plan, RestartWorker, StopService, Unmount
from hawatch.model.report import Duty

MOST_HEALS = 3
"""Restarts of a worker within limits.cooldown, to send what a break lost."""

STUCK = 60.0
"""Seconds beyond a release's deadlines after which only a reboot is left."""

REBOOT = "reboot -q -n"
"""Without a sync, which would wait for the dead device as well [FACTS F4, F6]."""

HEAL_DEADLINE = 20.0
"""Seconds for the new worker: seen after one to six [FACTS B8]."""


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
    end since then is a reason to go on. Not to know it is no better than a failure.
    """
    begun = s.own.unfinished
    if begun is None or begun.duty is not Duty.RELEASED:
        return None
    given = s.settings.stop_deadline + s.settings.unmount_deadline + STUCK
    if s.now.seconds_since(begun.began) <= given:
        return None
    last = Unmount if is_false(s.view.alive) else StopService
    if begun.stopped_at != last.__name__:
        return None
    return begun.failed or "nobody can tell whether it ended"


def is_isolated(s: Situation) -> bool:
    """Return whether neither peer nor witness was heard for `witness.give_up`."""
    witness = s.config.witness
    return (
        s.config.peer.enabled
        and bool(witness.ping or witness.tcp)
        and not s.word.fresh
        and not any(isinstance(f, Known) for f in s.snapshot.witnesses.values())
        and alone_for(s) >= witness.give_up
    )


def alone_for(s: Situation) -> float:
    """Return for how many seconds neither the peer nor a witness has answered.

    An echo that is lost while the peer is off for hours is no isolation.
    """
    witnessed = s.memory.witnessed
    if witnessed is None:
        return s.word.silent_for
    return min(s.word.silent_for, s.now.seconds_since(witnessed))


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
        f"{alone_for(s):.0f} s; releasing before {s.peer} may take over"
    )
    return s.decide(
        Rule.ISOLATED_OWNER,
        why,
        duty=Duty.RELEASED,
        plan=Plan(steps=(*steps, fence)),
        alarm=True,
        memory=with_raise(s, fence, why),
    )


def unhealthy_demote(s: Situation) -> Decision | None:
    """A failing check whose remedy is a demotion: hand over, or hold and say why."""
    failing = first_with(s, Remedy.DEMOTE)
    if failing is None or not owns(s):
        return None
    refused = may_demote(s)
    lever = yield_vip(s)
    if isinstance(lever, Refused):
        refused = (*refused, lever)
    if refused or isinstance(lever, Refused):
        healing = _heal(s)
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


def diverged_heal(s: Situation) -> Decision | None:
    """Make a reconnected primary send what the break lost [FACTS B8].

    Only while nothing else is in doubt: serving, the peer heard and holding nothing,
    no check failing, and not more often than the limit.
    """
    if not is_master(s) or not is_true(s.view.serving) or s.ailing:
        return None
    return _heal(s)


def _heal(s: Situation) -> Decision | None:
    """Return what is done about a debt that a restart of the worker may pay."""
    due = {
        name: pid
        for name, fact in s.view.resources.items()
        if (pid := healing_due(s.own, fact)) is not None
    }
    if not due:
        return None
    lacking = f"{s.peer} may lack acknowledged writes of {', '.join(due)}"
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
    policy = s.config.hast.heal
    if policy is not HealPolicy.AUTOMATIC:
        return s.decide(
            Rule.DIVERGED_HEAL,
            f"{lacking}; hast.heal is {policy}, so a person has to restart the worker",
            refused=(Refused(refusal=Refusal.POLICY, detail=f"hast.heal = {policy}"),),
            alarm=True,
        )
    service = s.word.service
    if not s.word.fresh or service is None or not is_false(service.holding):
        return s.decide(
            Rule.DIVERGED_HEAL,
            f"{lacking}; waiting until it is heard",
            alarm=True,
        )
    if len(s.own.heals) >= MOST_HEALS:
        return s.decide(
            Rule.DIVERGED_HEAL,
            f"{lacking}, and {MOST_HEALS} restarts of the worker did not end it; only "
            "a full resync is sure",
            alarm=True,
        )
    steps = tuple(
        RestartWorker(
            resource=name,
            workerpid=pid,
            errors=_known_errors(s, name),
            deadline=HEAL_DEADLINE,
        )
        for name, pid in due.items()
    )
    return s.decide(
        Rule.DIVERGED_HEAL,
        f"{lacking}: the connection broke under writes, which HAST never sends again "
        "by itself; restarting the worker, which does",
        plan=Plan(steps=steps),
        alarm=True,
        memory=msgspec.structs.replace(s.own, heals=(*s.own.heals, s.now.wall)),
    )


def _known_errors(s: Situation, name: str) -> int:
    """Return the local errors that a person has accepted, or that nobody had."""
    resource = s.view.resources[name]
    return 0 if isinstance(resource, Unknown) else resource.value.errors.of_disk
