"""Why a rule had nothing to say, for whoever asks afterwards. Pure.

A rule answers with a decision or with nothing. Here each one's "nothing" is put into
words: the first of its conditions that was not met. A sentence is there exactly where
the rule is silent; the tests hold that over every case of the corpus.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from hawatch.deciding import rules_restart as local
from hawatch.deciding.gates import is_master
from hawatch.deciding.hands_off import in_maintenance
from hawatch.deciding.rules import RULES, TheRule
from hawatch.deciding.rules_heal import resyncs_due, workers_due
from hawatch.deciding.rules_hold import longest_gap
from hawatch.deciding.rules_owner import alone_for
from hawatch.deciding.rules_roles import storage_in_place
from hawatch.deciding.silences_pair import (
    backup_still_serving,
    carp_held_back,
    first,
    link_down,
    master_not_serving,
    mounted_without_primary,
    peer_serves,
    restore_raised_skew,
    stale_init,
    two_primaries,
    unproved,
)
from hawatch.deciding.situation import Situation
from hawatch.model.fact import Known, is_false, is_true
from hawatch.model.finding import Remedy
from hawatch.model.trigger import TriggerKind

Why = Callable[[Situation], str | None]


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that was asked and had nothing to say, with why."""

    rule: str
    why: str


def silences(s: Situation) -> tuple[Silence, ...]:
    """Given a situation, return the rules that were asked before one spoke."""
    found = []
    for rule in RULES:
        if rule(s) is not None:
            break
        why = why_silent(rule, s) or "nothing that it is about is so"
        found.append(Silence(rule=rule_name(rule), why=why))
    return tuple(found)


def rule_name(rule: TheRule) -> str:
    """Return a rule's name as people write it."""
    return rule.__name__.replace("_", "-")


def why_silent(rule: TheRule, s: Situation) -> str | None:
    """Return why a rule has nothing to say in a situation; None where it speaks."""
    return WHY[rule.__name__](s)


def _person(s: Situation) -> bool:
    return s.trigger.kind in (TriggerKind.OPERATOR, TriggerKind.RELEASE)


def _shutdown_release(s: Situation) -> str | None:
    return first((s.trigger.kind is not TriggerKind.RELEASE, "nobody shuts down"))


def _shutting_down(s: Situation) -> str | None:
    return first(
        (s.own.released_in != s.now.boot, "nothing was released for a shutdown"),
        (s.own.unfinished is not None, "the release for the shutdown is unfinished"),
    )


def _maintenance(s: Situation) -> str | None:
    return first(
        (_person(s), "a person's word or a shutdown comes before it"),
        (in_maintenance(s) is None, "neither node is in maintenance"),
    )


def _look_again(s: Situation) -> str | None:
    if _person(s):
        return "a person's word or a shutdown waits for no second look"
    if s.gap is not None and s.gap <= longest_gap(s.config):
        return f"the last cycle ended {s.gap:.0f} s before"
    return None


def _operator_asked(s: Situation) -> str | None:
    if s.trigger.kind is not TriggerKind.OPERATOR or not s.trigger.concerns(s.service):
        return "nobody typed a verb for this service"
    verb = s.trigger.verb
    known = ("switchover", "demote", "takeover", "restore")
    return first((verb not in known, f"{verb} asks for nothing here"))


def _interrupted_plan(s: Situation) -> str | None:
    return first((s.own.unfinished is None, "no plan was left unfinished"))


def _isolated_owner(s: Situation) -> str | None:
    witness = s.config.witness
    asked = s.config.peer.enabled and bool(witness.ping or witness.tcp)
    answers = s.snapshot.witnessed
    return first(
        (not asked, "no witness, or no channel to the peer, is configured"),
        (s.word.fresh, "the peer was heard"),
        (is_false(s.view.holding), "nothing of the service is held here"),
        (answers, "a witness answers"),
        (
            alone_for(s) < witness.give_up,
            f"cut off for {alone_for(s):.0f} of {witness.give_up:.0f} s",
        ),
    )


def _failing(s: Situation, remedy: Remedy) -> str | None:
    """Return why no failing check of an owner asks for a remedy."""
    return first(
        (
            local.first_with(s, remedy) is None,
            f"no check that may {remedy} stands failing",
        ),
        (not is_master(s), "the VIP is not known to be here"),
        (is_false(s.view.holding), "nothing of the service is held here"),
    )


def _unhealthy_restart(s: Situation) -> str | None:
    used, allowed = len(s.own.restarts), s.config.limits.restarts
    cut = local.was_cut(s)
    return _failing(s, Remedy.RESTART) or first(
        (
            used >= allowed and not cut,
            f"{used} restarts within limits.cooldown, {allowed} allowed",
        ),
        (s.damaged is not None, "what is remembered is damaged"),
        (not storage_in_place(s), "role and mount are not known to be in place"),
        (
            local.may_read_old_blocks(s) is not None,
            f"a start might read old blocks: {local.may_read_old_blocks(s)}",
        ),
    )


def _unhealthy_demote(s: Situation) -> str | None:
    return _failing(s, Remedy.DEMOTE)


def _restarts_used_up(s: Situation) -> str | None:
    left = len(s.own.restarts) < s.config.limits.restarts
    sure = local.may_read_old_blocks(s) is None
    return _failing(s, Remedy.RESTART) or first(
        (left and sure, "restarts are left, and nothing forbids them")
    )


def _diverged_heal(s: Situation) -> str | None:
    due = workers_due(s) or resyncs_due(s)
    return first(
        (not is_master(s), "the VIP is not known to be here"),
        (not is_true(s.view.serving), unproved(s.view.serving, "nothing is served")),
        (bool(s.ailing), "a check stands failing, which comes first"),
        (not due, "no connected copy lacks what was lost in a break"),
    )


def _latched(s: Situation) -> str | None:
    return first((not s.is_split, "no split-brain is latched"))


def _not_known(s: Situation) -> str | None:
    known = isinstance(s.view.carp, Known) and isinstance(s.view.holding, Known)
    return first((known, "CARP and the service are known here"))


def _all_well(_: Situation) -> str | None:
    return None


WHY: dict[str, Why] = {
    "shutdown_release": _shutdown_release,
    "shutting_down": _shutting_down,
    "maintenance": _maintenance,
    "two_primaries": two_primaries,
    "look_again": _look_again,
    "mounted_without_primary": mounted_without_primary,
    "operator_asked": _operator_asked,
    "interrupted_plan": _interrupted_plan,
    "isolated_owner": _isolated_owner,
    "unhealthy_restart": _unhealthy_restart,
    "unhealthy_demote": _unhealthy_demote,
    "diverged_heal": _diverged_heal,
    "peer_serves": peer_serves,
    "master_not_serving": master_not_serving,
    "backup_still_serving": backup_still_serving,
    "stale_init": stale_init,
    "carp_held_back": carp_held_back,
    "link_down": link_down,
    "restore_raised_skew": restore_raised_skew,
    "restarts_used_up": _restarts_used_up,
    "latched": _latched,
    "not_known": _not_known,
    "all_well": _all_well,
}
"""By the rule's name, why it may be silent."""
