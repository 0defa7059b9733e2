"""The rules in order. The first that speaks wins; the last one always speaks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from hawatch.deciding.carp_switch import agreed
from hawatch.deciding.fence import fences, with_fence_begun
from hawatch.deciding.rules_asked import (
    operator_asked,
    shutdown_release,
    shutting_down,
)
from hawatch.deciding.rules_heal import diverged_heal
from hawatch.deciding.rules_hold import (
    all_well,
    interrupted_plan,
    latched,
    look_again,
    maintenance,
    not_known,
)
from hawatch.deciding.rules_owner import (
    isolated_owner,
    mounted_without_primary,
    unhealthy_demote,
)
from hawatch.deciding.rules_pair import carp_held_back, peer_serves, two_primaries
from hawatch.deciding.rules_repair import restore_raised_skew, stale_init
from hawatch.deciding.rules_restart import restarts_used_up, unhealthy_restart
from hawatch.deciding.rules_roles import (
    backup_still_serving,
    link_down,
    master_not_serving,
)
from hawatch.deciding.situation import Situation
from hawatch.model.decision import Decision

TheRule = Callable[[Situation], Decision | None]

RULES: tuple[TheRule, ...] = (
    shutdown_release,
    shutting_down,
    maintenance,
    two_primaries,
    look_again,
    mounted_without_primary,
    operator_asked,
    interrupted_plan,
    isolated_owner,
    unhealthy_restart,
    unhealthy_demote,
    diverged_heal,
    peer_serves,
    master_not_serving,
    backup_still_serving,
    stale_init,
    carp_held_back,
    link_down,
    restore_raised_skew,
    restarts_used_up,
    latched,
    not_known,
    all_well,
)
"""Who is asked first: harm that is happening, then what was begun, then health, then
where CARP and storage do not fit, then repair, then tidying up."""


def decide_all(situations: Iterable[Situation]) -> tuple[Decision, ...]:
    """Given the situations of all services in one cycle, return their decisions."""
    return tuple(decision for _, decision in in_turn(situations))


def in_turn(
    situations: Iterable[Situation],
) -> Iterator[tuple[Situation, Decision]]:
    """Given the situations of all services in one cycle, yield each with its decision.

    One order to switch the peer off serves all of them, and on CARP's switch they have
    to agree. They are in the order in which they are to be performed.
    """
    asked: list[tuple[Situation, Decision]] = []
    for s in situations:
        if any(fences(decision.plan) for _, decision in asked):
            ordered = with_fence_begun(s.memory, s.now)
            s = msgspec.structs.replace(s, memory=ordered)
        asked.append((s, decide(s)))
    of_service = {s.service: s for s, _ in asked}
    for decision in agreed(asked):
        yield of_service[decision.service], decision


def decide(situation: Situation) -> Decision:
    """Given a situation, return the first rule's decision that speaks."""
    for rule in RULES:
        decision = rule(situation)
        if decision is not None:
            return decision
    raise AssertionError("all_well always speaks")
