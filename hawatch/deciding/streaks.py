"""From one cycle's findings to standings: fall failures in a row, rise passes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from hawatch.model.finding import CheckPolicy, Finding, Standing, Streak, Verdict

MOST_UNKNOWNS = 10
"""Looks in a row that could not find out; more of them make no difference."""


def next_streak(
    streak: Streak, finding: Finding, policy: CheckPolicy, *, wall: float
) -> Streak:
    """Given a check's streak and its newest finding, return the streak with it.

    FAIL counts towards fall, OK and WARN towards rise; SKIP and UNKNOWN change neither
    count, since unknown neither fences nor clears. Counts saturate, so that a quiet
    system's memory stays the same.
    """
    if finding.verdict is Verdict.FAIL:
        fails = min(streak.fails + 1, policy.fall)
        turned = fails >= policy.fall and streak.standing is Standing.WELL
        return Streak(
            standing=Standing.FAILING if turned else streak.standing,
            fails=fails,
            passes=0,
            since=wall if turned else streak.since,
            last=Verdict.FAIL,
            message=finding.message,
        )
    if finding.verdict in (Verdict.OK, Verdict.WARN):
        passes = min(streak.passes + 1, policy.rise)
        cleared = passes >= policy.rise and streak.standing is Standing.FAILING
        return Streak(
            standing=Standing.WELL if cleared else streak.standing,
            fails=0,
            passes=passes,
            since=wall if cleared else streak.since,
            last=finding.verdict,
            message=streak.message if streak.standing is Standing.FAILING else "",
        )
    blind = finding.verdict is Verdict.UNKNOWN
    unknowns = min(streak.unknowns + 1, MOST_UNKNOWNS) if blind else 0
    return msgspec.structs.replace(streak, last=finding.verdict, unknowns=unknowns)


def next_streaks(
    streaks: Mapping[str, Streak],
    findings: Iterable[Finding],
    policies: Mapping[str, CheckPolicy],
    *,
    wall: float,
) -> dict[str, Streak]:
    """Given all streaks and one cycle's findings, return all streaks with them.

    A check that did not run in this cycle keeps its streak; policies are by check name.
    """
    updated = dict(streaks)
    for finding in findings:
        policy = policies.get(finding.check, CheckPolicy())
        streak = updated.get(finding.key, Streak())
        updated[finding.key] = next_streak(streak, finding, policy, wall=wall)
    return updated
