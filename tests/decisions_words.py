"""The words of the decision cases, each read by one small pattern."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from hawatch.model import plan as steps
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.finding import Remedy, Standing, Streak, Verdict
from hawatch.model.latch import Latch, LatchKind
from hawatch.model.memory import Unfinished
from hawatch.model.moment import Moment
from hawatch.model.plan import AnyStep
from hawatch.model.report import Duty

FALL = 3
"""The corpus' checks count after three failures in a row."""


def parts(text: str, pattern: str) -> tuple[str, ...]:
    """Return the groups of a pattern that has to fit the whole text."""
    found = re.fullmatch(pattern, text)
    if found is None:
        raise ValueError(f"{text!r} is not like {pattern}")
    return tuple(group or "" for group in found.groups())


def one_of(word: str, *legal: str) -> str:
    """Return a word that has to be one of the legal ones."""
    if word not in legal:
        raise ValueError(f"{word!r} is none of {', '.join(legal)}")
    return word


def ago(words: str) -> float:
    """Return the seconds of "20 s ago"."""
    return float(parts(words, r"(\d+) s ago")[0])


def yes_no(word: str, unknown: Unknown) -> Fact[bool]:
    """Return a yes-or-no fact."""
    found = one_of(word, "yes", "no", "unknown")
    return unknown if found == "unknown" else Known(found == "yes")


def read_check(words: str) -> tuple[Verdict, Streak, tuple[Remedy, ...]]:
    """Return this look's verdict, the streak before it, and the remedies.

    "fails 3 in a row: restart, demote"; "unknown after 3 failures: demote".
    """
    told, _, remedies = words.partition(": ")
    ladder = tuple(Remedy(word) for word in remedies.split(", ") if word)
    if told.startswith("fails"):
        fails = int(parts(told, r"fails (\d+) in a row")[0]) - 1
        verdict = Verdict.FAIL
    else:
        word, count = parts(told, r"(\w+)(?: after (\d+) failures)?")
        fails, verdict = int(count or 0), Verdict(word)
    standing = Standing.FAILING if fails >= FALL else Standing.WELL
    streak = Streak(standing=standing, fails=min(fails, FALL), last=Verdict.FAIL)
    return verdict, streak, ladder or (Remedy.REPORT,)


def read_latch(
    words: str, *, ours: str, other: str, other_word: str, wall: float
) -> Latch:
    """Return a latch on one copy: "stale", or "diverged of the peer".

    "diverged for good of the peer" is a debt that no restart of a worker pays.
    """
    kind, good, owner = parts(words, r"([\w-]+)( for good)?(?: of ([\w ]+))?")
    copy_of = ours
    if owner:
        one_of(owner, other_word)
        copy_of = other
    debt: dict[str, Any] = {}
    if kind == LatchKind.DIVERGED and owner == "the peer":
        debt = {"workerpid": 1747, "boot": "boot-1", "updates": 30}
        if good:
            debt["updates"] = None
    return Latch(
        kind=LatchKind(kind),
        resource="disk0",
        since=wall,
        reason="an earlier look",
        copy_of=copy_of,
        **debt,
    )


def read_unfinished(words: str, began: Callable[[float], Moment]) -> Unfinished | None:
    """Return a plan that was begun: "active by master-not-serving, attempt 3"."""
    if not words:
        return None
    duty, rule, ago, attempts, at, failed = parts(
        words,
        r"(\w+) by ([\w-]+)(?: (\d+) s ago)?(?:, attempt (\d+))?"
        r"(?:, at (\w+))?(?:, failed: (.+))?",
    )
    return Unfinished(
        rule=rule,
        duty=Duty(duty),
        because="an earlier cycle began it",
        began=began(float(ago or 30.0)),
        attempts=int(attempts or 1),
        failed=failed,
        stopped_at=at,
    )


SHORT_NAMES: dict[type[Any], Callable[[Any], str]] = {
    steps.StopService: lambda step: (
        f"stop {step.rc}" + ("" if step.kill else ", or hold")
    ),
    steps.StartService: lambda step: f"start {step.rc}",
    steps.RestartService: lambda step: f"restart {step.rc}",
    steps.Unmount: lambda step: f"unmount {step.directory}",
    steps.SetRole: lambda step: f"{step.resource} {step.role}",
    steps.AwaitDevice: lambda step: f"await {step.device}",
    steps.CheckFilesystem: lambda step: f"fsck {step.device}",
    steps.MountFilesystem: lambda step: f"mount {step.directory}",
    steps.ProveMount: lambda step: f"prove {step.directory}",
    steps.AwaitSql: lambda _step: "ask SQL",
    steps.YieldVip: lambda step: f"yield VIP by {step.lever}, advskew {step.advskew}",
    steps.RestoreSkew: lambda step: f"advskew {step.advskew}, advbase {step.advbase}",
    steps.TakeVip: lambda _step: "take VIP",
    steps.AllowCarp: lambda step: f"carp allow {int(step.allow)}",
    steps.FencePeer: lambda step: f"fence {step.peer}",
    steps.RestartWorker: lambda step: (
        f"restart worker {step.workerpid} of {step.resource}"
    ),
}


def short_name(step: AnyStep) -> str:
    """Return a step as the cases call it."""
    return SHORT_NAMES[type(step)](step)
