"""Rules for the node that holds the service: its health, and what is done about it."""

from __future__ import annotations

from hawatch.deciding.gates import may_demote
from hawatch.deciding.plan import ladder_down
from hawatch.deciding.rules_heal import heal
from hawatch.deciding.rules_restart import first_with, owns
from hawatch.deciding.situation import Situation
from hawatch.deciding.yielding import fence_vip, with_raise, yield_vip
from hawatch.model.decision import Decision, Refused, Rule
from hawatch.model.fact import is_false, is_true
from hawatch.model.finding import Remedy
from hawatch.model.hast import HastRole
from hawatch.model.plan import Plan, StopService, Unmount
from hawatch.model.report import Duty

STUCK = 60.0
"""Seconds beyond a release's deadlines after which only a reboot is left."""

REBOOT = "reboot -q -n"
"""Without a sync, which would wait for the dead device as well [FACTS F4, F6]."""


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
        and not s.snapshot.witnessed
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
        healing = heal(s)
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
