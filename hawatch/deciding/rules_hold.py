"""Rules that keep hands off: maintenance, a first look, a plan that was cut short."""

from __future__ import annotations

import msgspec

from hawatch.deciding.gates import (
    carp_age,
    is_master,
    may_promote,
    may_promote_on_word,
    peer_is_master,
    peer_ready,
)
from hawatch.deciding.hands_off import in_maintenance, peer_keeps_off
from hawatch.deciding.plan import ladder_down, ladder_up, restart
from hawatch.deciding.refusals import CHOICE
from hawatch.deciding.rules_owner import is_isolated, isolated_owner
from hawatch.deciding.rules_restart import may_read_old_blocks
from hawatch.deciding.rules_roles import storage_in_place
from hawatch.deciding.situation import Situation
from hawatch.deciding.yielding import (
    CONFIRM_MARGIN,
    fence_vip,
    give_vip_up,
    with_raise,
    yield_vip,
)
from hawatch.model.config import Config
from hawatch.model.decision import Decision, Refused, Rule
from hawatch.model.fact import Unknown, is_false, is_true, why_unknown
from hawatch.model.hast import HastRole
from hawatch.model.latch import LatchKind
from hawatch.model.memory import ServiceMemory, Unfinished
from hawatch.model.plan import AnyStep, Plan, RestoreSkew
from hawatch.model.report import Duty
from hawatch.model.trigger import TriggerKind

GAP_FACTOR = 6
"""A pause of this many intervals means: the machine slept, look again first [H25]."""

MOST_ATTEMPTS = 3
"""A promotion that was cut this often is backed out of."""


def longest_gap(config: Config) -> float:
    """Return the seconds without a cycle after which nothing is vouched for."""
    return GAP_FACTOR * config.agent.interval


def maintenance(s: Situation) -> Decision | None:
    """Nothing automatic while either node is in maintenance.

    But for an owner that is cut off from a peer that does not know of it: that one
    counts the seconds, and will take over.
    """
    if s.trigger.kind in (TriggerKind.OPERATOR, TriggerKind.RELEASE):
        return None
    found = in_maintenance(s)
    if found is None:
        return None
    if not peer_keeps_off(s) and (cut_off := isolated_owner(s)) is not None:
        return cut_off
    where, notice, left = found
    return s.decide(
        Rule.MAINTENANCE,
        f"maintenance on {where} for another {left / 60:.0f} min "
        f"({notice.why}): nothing automatic",
    )


def look_again(s: Situation) -> Decision | None:
    """The first look after a boot or a pause only looks."""
    if s.trigger.kind in (TriggerKind.OPERATOR, TriggerKind.RELEASE):
        return None
    if s.gap is None:
        return s.decide(
            Rule.LOOK_AGAIN, "first look since the start: looking again", again=True
        )
    if s.gap > longest_gap(s.config):
        return s.decide(
            Rule.LOOK_AGAIN,
            f"no cycle for {s.gap:.0f} s (a pause, a sleep, or cron): looking again",
            again=True,
        )
    return None


def interrupted_plan(s: Situation) -> Decision | None:
    """A plan was begun and did not end: finish it, or back out."""
    unfinished = s.own.unfinished
    if unfinished is None:
        return None
    if unfinished.duty is Duty.ACTIVE:
        return _finish_promotion(s, unfinished)
    steps = ladder_down(
        s.config,
        s.snapshot,
        s.view,
        role=_release_role(s),
        insist=is_isolated(s),
    )
    return _go_on_releasing(s, unfinished, steps)


def not_known(s: Situation) -> Decision | None:
    """A fact without which nothing can be said is unknown."""
    for what, fact in (("CARP", s.view.carp), ("the service", s.view.holding)):
        if isinstance(fact, Unknown):
            return s.decide(
                Rule.NOT_KNOWN, f"{what} is unknown here ({why_unknown(fact)}): waiting"
            )
    return None


def latched(s: Situation) -> Decision | None:
    """A split-brain latch with nothing else to do: a person has to choose."""
    return s.decide(Rule.SPLIT_BRAIN, CHOICE, alarm=True) if s.is_split else None


def all_well(s: Situation) -> Decision:
    """Return the last word: what this node is."""
    if is_master(s) and is_true(s.view.serving):
        return s.decide(Rule.ALL_WELL, f"{s.node} serves {s.service}", duty=Duty.ACTIVE)
    if is_true(s.view.released):
        return s.decide(
            Rule.ALL_WELL, f"{s.node} stands by for {s.service}", duty=Duty.STANDBY
        )
    return s.decide(Rule.ALL_WELL, f"{s.node}: nothing to do for {s.service}")


def _finish_promotion(s: Situation, unfinished: Unfinished) -> Decision:
    flaps = carp_age(s) < s.config.flap and not peer_is_master(s)
    if flaps and not is_master(s) and not unfinished.failed:
        return s.decide(
            Rule.LOOK_AGAIN,
            "the VIP has just left in a take-over: looking whether it comes back",
            again=True,
        )
    by_a_person = unfinished.rule == Rule.ASKED
    refused = may_promote_on_word(s) if by_a_person else may_promote(s)
    if not unfinished.failed and is_master(s) and not refused:
        steps = ladder_up(s.config, s.snapshot, s.view, heard=s.word.fresh)
        if unfinished.attempts < MOST_ATTEMPTS:
            return s.decide(
                Rule.INTERRUPTED_PLAN,
                f"going on with what was begun: {unfinished.because}",
                duty=Duty.ACTIVE,
                plan=Plan(steps=steps),
                memory=_again(s.own, unfinished),
            )
    why = unfinished.failed or (
        "; ".join(reason.detail for reason in refused)
        or ("the VIP has gone" if not is_master(s) else "it was cut too often")
    )
    steps = ladder_down(s.config, s.snapshot, s.view, role=HastRole.SECONDARY)
    memory = _again(s.own, unfinished, duty=Duty.STANDBY)
    if not is_master(s):
        return _backing_out(s, why, steps, memory)
    lever = give_vip_up(s) if s.word.fresh else fence_vip(s)
    memory = with_raise(msgspec.structs.replace(s, own=memory), lever, why)
    return _backing_out(s, why, (*steps, lever), memory)


def _backing_out(
    s: Situation, why: str, steps: tuple[AnyStep, ...], memory: ServiceMemory
) -> Decision:
    return s.decide(
        Rule.INTERRUPTED_PLAN,
        f"backing out of the take-over ({why}) and giving the VIP up",
        duty=Duty.STANDBY,
        plan=Plan(steps=steps),
        alarm=True,
        memory=memory,
    )


def _go_on_releasing(
    s: Situation, unfinished: Unfinished, steps: tuple[AnyStep, ...]
) -> Decision:
    if (kept := _kept_here(s, unfinished)) is not None:
        return kept
    memory = _again(s.own, unfinished)
    fenced = any(latch.kind is LatchKind.FENCED for latch in s.own.latches)
    if is_master(s) and is_false(s.view.holding) and not (fenced or s.word.fresh):
        return s.decide(
            Rule.INTERRUPTED_PLAN,
            f"{s.service} is released here, and {s.peer} is silent: nobody is left to "
            "hand it over to",
            duty=unfinished.duty,
            alarm=True,
        )
    if is_master(s) and s.own.raised is not None:
        # Handed over in vain while the peer is MASTER as well: it hears no advert.
        unheard = unfinished.failed and peer_is_master(s)
        lever = fence_vip(s) if fenced else yield_vip(s)
        if unheard or isinstance(lever, Refused):
            lever = fence_vip(s)
            replaced = msgspec.structs.replace(s, own=memory)
            memory = with_raise(replaced, lever, unfinished.because)
        steps = (*steps, lever)
    else:
        steps = (*steps, *_unsettled(s))
    return s.decide(
        Rule.INTERRUPTED_PLAN,
        f"going on with the release that was begun: {unfinished.because}",
        duty=unfinished.duty,
        plan=Plan(steps=steps),
        alarm=True,
        memory=memory,
    )


def _kept_here(s: Situation, unfinished: Unfinished) -> Decision | None:
    """Give a hand-over up where the peer, which was able, is so no more.

    Only before anything was unmounted; what was stopped is started again. A peer that
    was not heard in one look may be heard in the next.
    """
    if unfinished.rule != Rule.UNHEALTHY_DEMOTE or not storage_in_place(s):
        return None
    unready = peer_ready(s)
    if not unready or is_isolated(s):
        return None
    if not s.word.fresh and s.word.silent_for < s.config.flap:
        return s.decide(
            Rule.LOOK_AGAIN,
            f"{s.peer} has just fallen silent in a hand-over: looking again",
            again=True,
        )
    starts = is_false(s.view.alive) and may_read_old_blocks(s) is None
    return s.decide(
        Rule.INTERRUPTED_PLAN,
        f"the hand-over that was begun is given up ("
        f"{'; '.join(reason.detail for reason in unready)}): {s.service} stays here",
        duty=Duty.ACTIVE,
        plan=Plan(steps=restart(s.config, s.view) if starts else ()),
        refused=unready,
        alarm=True,
        memory=msgspec.structs.replace(s.own, unfinished=None, restarting=starts),
    )


def _unsettled(s: Situation) -> tuple[AnyStep, ...]:
    """Put advbase back where a hand-over was cut between its two commands."""
    raised, carp = s.own.raised, s.view.carp
    if raised is None or isinstance(carp, Unknown):
        return ()
    if carp.value.advbase == raised.original_advbase:
        return ()
    return (
        RestoreSkew(
            interface=raised.interface,
            vhid=raised.vhid,
            advskew=carp.value.advskew,
            advbase=raised.original_advbase,
            deadline=CONFIRM_MARGIN,
        ),
    )


def _release_role(s: Situation) -> HastRole:
    """A loser of two primaries keeps its copy out of replication."""
    return HastRole.INIT if s.is_split else HastRole.SECONDARY


def _again(
    own: ServiceMemory, unfinished: Unfinished, *, duty: Duty | None = None
) -> ServiceMemory:
    """Return the memory with one attempt more, and with another aim where given."""
    counted = msgspec.structs.replace(
        unfinished,
        attempts=unfinished.attempts + 1,
        duty=unfinished.duty if duty is None else duty,
        failed="",
    )
    return msgspec.structs.replace(own, unfinished=counted)
