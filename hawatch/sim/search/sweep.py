"""How each timer moves the outages: halved and doubled, one at a time.

What the relations between the timers refuse is not played. What is allowed plays the
faults that cost the clients something, with the draws of the first measurement: the
worst draw of each fault first, so that a budget cuts off what matters least.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from hawatch.model.config import Config
from hawatch.sim.search.change import TIMERS, changed, refusal_of, value_of
from hawatch.sim.search.labour import Task
from hawatch.sim.search.outages import Measured

FACTORS = (0.5, 2.0)

LEAST = 2.0
"""Seconds by which an outage has to change to be told: two rows of the clients."""

FIRST: dict[str, tuple[str, ...]] = {
    "agent.interval": ("mysqld_dies", "crash"),
    "checks.*.fall": ("mysqld_dies", "mysqld_mood"),
    "hast.timeout": ("crash", "cut", "isolate"),
    "peer.connect_timeout": ("isolate", "cut"),
    "peer.timeout": ("isolate", "cut"),
    "witness.give_up": ("isolate", "link_flap"),
    "witness.promote_after": ("crash", "isolate"),
    "services.*.start_deadline": ("mysqld_dies", "power_lost"),
    "services.*.stop_deadline": ("mysqld_stubborn", "mysqld_mood"),
    "services.*.unmount_deadline": ("mysqld_stubborn", "operator"),
    "services.*.fsck_deadline": ("fsck_fails", "crash"),
    "services.*.probe.timeout": ("mysqld_mood", "mysqld_dies"),
    "limits.restarts": ("mysqld_dies", "mysqld_mood"),
}
"""Where each timer is waited for: played first. It orders, and leaves nothing out."""

Worst = tuple[Measured, Measured]


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """A timer halved or doubled. before and after are its values.

    refused: the inequalities that forbid it. moved: the worst outage of a fault before
    and after, where it changed; played, possible: how many replays there were of how
    many.
    """

    path: str
    factor: float
    before: float
    after: float
    refused: tuple[str, ...] = ()
    moved: tuple[Worst, ...] = ()
    played: int = 0
    possible: int = 0


def changes_of(config: Config) -> tuple[Changed, ...]:
    """Given a configuration, return every change, with what refuses it."""
    found = []
    for path in TIMERS:
        before = value_of(config, path)
        for factor in FACTORS:
            if before is None:
                continue
            other = changed(config, path, factor)
            after = value_of(other, path)
            if after is not None and after != before:
                found.append(
                    Changed(
                        path=path,
                        factor=factor,
                        before=before,
                        after=after,
                        refused=refusal_of(other),
                    )
                )
    return tuple(found)


def replays(
    changes: Iterable[Changed], measured: Sequence[Measured]
) -> tuple[Task, ...]:
    """Given the changes and the first measurement, return what is to be played.

    Every change has its first fault played, then every one its second: a budget that
    ends cuts all of them alike.
    """
    costly = sorted((one for one in measured if one.seconds), key=_worse)
    worst = {one.fault: one for one in reversed(costly)}
    ranked = [one for one in costly if worst[one.fault] is one]
    others = [one for one in costly if worst[one.fault] is not one]
    rows = [
        [
            Task(
                fault=one.fault,
                number=one.number,
                path=change.path,
                factor=change.factor,
            )
            for one in [*_likely_first(change, ranked), *_likely_first(change, others)]
        ]
        for change in changes
        if not change.refused
    ]
    return tuple(task for column in zip(*rows, strict=True) for task in column)


def with_replays(
    changes: Iterable[Changed],
    measured: Sequence[Measured],
    tasks: Sequence[Task],
    played: Sequence[tuple[Task, Measured]],
) -> tuple[Changed, ...]:
    """Return the changes with what they moved, the largest movement first."""
    before = {(one.fault, one.number): one for one in measured}
    found = []
    for change in changes:
        own = [one for task, one in played if _is_of(task, change)]
        moved = []
        for fault in dict.fromkeys(one.fault for one in own):
            new = [one for one in own if one.fault == fault and not one.refused]
            if not new:
                continue
            old = [before[fault, one.number] for one in new]
            pair = max(old, key=_rank), max(new, key=_rank)
            if _differs(*pair):
                moved.append(pair)
        moved.sort(key=lambda pair: -abs(pair[1].seconds - pair[0].seconds))
        found.append(
            msgspec.structs.replace(
                change,
                moved=tuple(moved),
                played=len(own),
                possible=sum(_is_of(task, change) for task in tasks),
            )
        )
    return tuple(found)


def _is_of(task: Task, change: Changed) -> bool:
    return (task.path, task.factor) == (change.path, change.factor)


def _likely_first(change: Changed, faults: list[Measured]) -> list[Measured]:
    likely = FIRST.get(change.path, ())
    return sorted(faults, key=lambda one: one.fault not in likely)


def _rank(one: Measured) -> tuple[bool, float]:
    return one.rank


def _worse(one: Measured) -> tuple[bool, float, str, int]:
    person, seconds = one.rank
    return (not person, -seconds, one.fault, one.number)


def _differs(before: Measured, after: Measured) -> bool:
    if before.rank[0] or after.rank[0]:
        # How long a person takes to come is no matter of hawatch's timers.
        return before.rank[0] != after.rank[0]
    return abs(after.seconds - before.seconds) >= LEAST
