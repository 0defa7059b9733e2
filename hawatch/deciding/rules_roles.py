"""Rules that bring storage and service to where CARP's VIP is, and back."""

from __future__ import annotations

from hawatch.deciding.fence import peer_is_off
from hawatch.deciding.gates import (
    carp_age,
    is_in,
    is_master,
    let_go_lately,
    may_demote,
    may_promote,
    peer_able,
    peer_is_master,
    peer_ready,
)
from hawatch.deciding.last_owner import rightful_owner
from hawatch.deciding.moves import failed_ago
from hawatch.deciding.plan import ladder_down, ladder_up
from hawatch.deciding.refusals import CHOICE
from hawatch.deciding.rules_aside import step_aside
from hawatch.deciding.rules_fence import fence_first
from hawatch.deciding.situation import Situation
from hawatch.deciding.yielding import give_vip_up, takes_no_part, with_raise
from hawatch.model.carp import CarpState
from hawatch.model.decision import Decision, Refusal, Refused, Rule
from hawatch.model.fact import Known, Unknown, is_false, is_true
from hawatch.model.hast import HastRole
from hawatch.model.plan import Plan
from hawatch.model.report import Duty


def master_not_serving(s: Situation) -> Decision | None:
    """The VIP is here, the storage or the service is not."""
    if not is_master(s) or not is_false(s.view.serving):
        return None
    if storage_in_place(s) and s.own.duty is Duty.ACTIVE:
        return None
    refused = (*may_promote(s), *_failed_lately(s))
    fencing = fence_first(s, refused)
    if fencing is not None:
        return fencing
    if not refused:
        silent = not s.word.fresh and not let_go_lately(s)
        why = "is silent and was given long enough" if silent else "has let go"
        if peer_is_off(s):
            why = "is confirmed off"
        return s.decide(
            Rule.MASTER_NOT_SERVING,
            f"the VIP is here and {s.peer} {why}: taking {s.service} over",
            duty=Duty.ACTIVE,
            plan=Plan(
                steps=ladder_up(s.config, s.snapshot, s.view, heard=s.word.fresh)
            ),
            move=silent,
            alarm=silent,
            memory=s.next_owner,
        )
    given = _give_up_vip(s, refused) or step_aside(s, refused)
    if given is not None:
        return given
    why = CHOICE if s.is_split else "; ".join(reason.detail for reason in refused)
    return s.decide(
        Rule.MASTER_NOT_SERVING,
        f"the VIP is here without the service: {why}",
        refused=refused,
        alarm=carp_age(s) >= s.config.carp.debounce,
    )


def _failed_lately(s: Situation) -> tuple[Refused, ...]:
    """Return that a take-over just failed here, where the VIP is all the same.

    With one service the VIP goes with the failure; where it is here with a raised skew,
    the peer has sent it back, and the two would throw it to and fro. With several CARP
    may have to stay on. Every look would try again what only a person can mend.
    """
    age = failed_ago(s)
    goes = len(s.config.services) < 2 and s.own.raised is None
    if goes or age is None:
        return ()
    detail = (
        f"the take-over failed here {age:.0f} s ago, and is not tried again for "
        f"{s.config.limits.cooldown:.0f} s"
    )
    return (Refused(refusal=Refusal.COOLDOWN, detail=detail),)


def _give_up_vip(s: Situation, refused: tuple[Refused, ...]) -> Decision | None:
    """Give the VIP to the peer where the service is better there than nowhere."""
    demotable = not may_demote(s)
    if not demotable and not _peer_is_better(s, refused):
        return None
    if takes_no_part(s):
        return None  # it cannot have the VIP: nobody would gain by the fence
    # No hand-over is certain where the peer gave the VIP away itself and is slower.
    lever = give_vip_up(s)
    why = "; ".join(reason.detail for reason in refused)
    steps = ladder_down(s.config, s.snapshot, s.view, role=HastRole.SECONDARY)
    return s.decide(
        Rule.MASTER_NOT_SERVING,
        f"the VIP is here, but this node must not serve ({why}); giving it to {s.peer}",
        duty=Duty.STANDBY,
        plan=Plan(steps=(*steps, lever)),
        refused=refused,
        alarm=True,
        move=demotable,
        memory=with_raise(s, lever, why),
    )


def backup_still_serving(s: Situation) -> Decision | None:
    """The VIP went to the peer while the service, or part of it, is still here."""
    if not is_in(s, CarpState.BACKUP) or is_false(s.view.holding):
        return None
    if isinstance(s.view.holding, Unknown):
        return None
    # Where this node gave it away itself, and the peer has it, nothing is waited for.
    has_it = peer_is_master(s) or not s.config.peer.enabled
    given = s.own.raised is not None and has_it
    if not given and carp_age(s) < _patience(s):
        return s.decide(
            Rule.BACKUP_STILL_SERVING,
            f"the VIP has just left; letting CARP and {s.peer} settle before anything "
            "is torn down",
            again=True,
        )
    unready = () if given else _in_vain(s)
    if unready:
        return s.decide(
            Rule.BACKUP_STILL_SERVING,
            f"the VIP is with {s.peer}, which could not serve "
            f"({'; '.join(reason.detail for reason in unready)}): nothing is torn down "
            "here, the VIP has to come back",
            refused=unready,
            alarm=True,
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
    """INIT: a link that went down, or CARP that was switched off.

    Nothing is torn down unless the peer took the VIP over.
    """
    if not is_in(s, CarpState.INIT):
        return None
    if in_the_way(s):
        steps = ladder_down(s.config, s.snapshot, s.view, role=HastRole.SECONDARY)
        return s.decide(
            Rule.LINK_DOWN,
            f"{_why_init(s)} and {s.peer} has the VIP: releasing {s.service} so that "
            "it can serve",
            duty=Duty.STANDBY,
            plan=Plan(steps=steps),
            alarm=True,
        )
    return s.decide(
        Rule.LINK_DOWN,
        f"vhid {s.settings.vhid} on {s.interface} is INIT (a link that is down); "
        "nothing is torn down for that",
        alarm=carp_age(s) >= s.config.carp.debounce,
    )


def in_the_way(s: Situation) -> bool:
    """Return whether a node that cannot have the VIP keeps the peer from serving.

    Whether a cable or a switch holds the vhid in INIT makes no difference [FACTS H26,
    H30]: the peer has the VIP, and could serve if the storage were not here.
    """
    long = carp_age(s) >= s.config.carp.debounce
    stuck = is_in(s, CarpState.INIT) and is_true(s.view.holding) and long
    return stuck and peer_is_master(s) and not _in_vain(s)


def _why_init(s: Situation) -> str:
    sysctls = s.snapshot.sysctls
    if isinstance(sysctls, Known) and not sysctls.value.allow:
        return "net.inet.carp.allow is 0 (`hawatch restore` allows it)"
    return f"{s.interface} is down"


def storage_in_place(s: Situation) -> bool:
    """Return whether every role is primary and every mount is as it should be."""
    ready = [view.ready for view in s.view.mounts.values()]
    return all(is_true(fact) for fact in [*s.view.primaries.values(), *ready])


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
        and not s.ailing
    )
    settle = s.config.carp.settle
    return s.config.flap if comes_back else settle


def _in_vain(s: Situation) -> tuple[Refused, ...]:
    """Return why a healthy owner would let go for nobody, or nothing.

    The peer has just said that it holds nothing, and what it lacks to take over. What
    is not heard of the peer keeps nobody from letting go: it may be serving by now.
    """
    service = s.word.service
    if not s.word.fresh or service is None or not is_false(service.holding):
        return ()
    if not is_true(s.view.serving) or s.ailing:
        return ()
    return peer_ready(s)


def _peer_is_better(s: Situation, refused: tuple[Refused, ...]) -> bool:
    """Return whether the peer, which holds nothing, may serve rather than this node.

    It is so where our copy is latched or older while the peer's is not, and where a
    fact that is missing here is not missing there. A node that has given the VIP away
    does it again only where its copy is older by both disks, which cannot be said on
    both sides: two that both refuse would throw it to and fro.
    """
    service = s.word.service
    if service is None or not s.word.fresh or not is_false(service.holding):
        return False
    if s.own.raised is not None and not _is_the_peers(s):
        return False
    ours = {reason.refusal for reason in refused}
    if ours & {Refusal.OWN_COPY_LATCHED, Refusal.GENERATIONS_FORBID}:
        return not any(latch.copy_of in ("", s.peer) for latch in service.latches)
    if Refusal.COPY_NOT_IN_SYNC in ours and _is_the_peers(s):
        # A latched copy sends the VIP back, and both would throw it to and fro.
        return not any(latch.copy_of in ("", s.peer) for latch in service.latches)
    return Refusal.FACT_UNKNOWN in ours and not peer_able(s)


def _is_the_peers(s: Situation) -> bool:
    """Return whether the copy to be served is the peer's, by what both nodes know."""
    return any(rightful_owner(s, name) == s.peer for name in s.settings.resources)
