"""What a look led to, without its numbers, and whether a memory stands still."""

from __future__ import annotations

import string
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec

from hawatch.model.decision import Decision
from hawatch.model.finding import Finding, Streak, Verdict
from hawatch.model.memory import Memory
from hawatch.model.newest import kept_for_newest
from hawatch.recording.memory import durable_streak
from hawatch.recording.troubles import BLIND_LOOKS
from hawatch.sim.leaping.carry import alike_but_for_time

NUMBERS = str.maketrans("", "", string.digits + ".")


def story(
    decisions: Iterable[Decision], findings: Iterable[Finding]
) -> tuple[Any, ...]:
    """Return what was decided and found wrong, without the numbers in its words."""
    return (
        tuple(
            (
                decision.service,
                decision.rule,
                decision.duty,
                decision.because.translate(NUMBERS),
                decision.alarm,
                decision.again,
                len(decision.plan.steps),
                tuple(refused.refusal for refused in decision.refused),
            )
            for decision in decisions
        ),
        tuple(
            (finding.check, finding.subject, finding.verdict)
            for finding in findings
            if finding.verdict is not Verdict.OK
        ),
    )


def at_rest(before: Memory, after: Memory) -> bool:
    """Return whether nothing but clocks and counts moved between two looks."""
    return alike_but_for_time(_still(before), _still(after))


@kept_for_newest(8)
def _still(memory: Memory) -> Memory:
    """Return the memory without what moves in every look."""
    services = {}
    for name, own in memory.services.items():
        seen = {
            resource: msgspec.structs.replace(look, writes=0, updates=0)
            for resource, look in own.seen.items()
        }
        services[name] = msgspec.structs.replace(own, seen=seen)
    return msgspec.structs.replace(
        memory,
        sequence=0,
        samples=(),
        peer=None,
        services=services,
        streaks={key: _standing(streak) for key, streak in memory.streaks.items()},
    )


@lru_cache(maxsize=4096)
def _standing(streak: Streak) -> Streak:
    """Return a streak without its counts where they change nothing any more."""
    return msgspec.structs.replace(
        durable_streak(streak),
        unknowns=min(streak.unknowns, BLIND_LOOKS),
        message="",
    )
