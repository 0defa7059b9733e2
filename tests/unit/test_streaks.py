"""Fall and rise: how many looks it takes until a check counts, and until it clears."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hawatch.deciding.streaks import MOST_UNKNOWNS, next_streak, next_streaks
from hawatch.model.finding import (
    CheckPolicy,
    Finding,
    Severity,
    Standing,
    Streak,
    Verdict,
)

FAIL, OK, WARN = Verdict.FAIL, Verdict.OK, Verdict.WARN
NEUTRAL = (Verdict.SKIP, Verdict.UNKNOWN)
POLICY = CheckPolicy(fall=3, rise=5)
VERDICTS = st.lists(st.sampled_from(Verdict), max_size=40)
POLICIES = st.builds(CheckPolicy, fall=st.integers(1, 5), rise=st.integers(1, 6))


def finding(verdict: Verdict, **changes: object) -> Finding:
    """Return one finding of a check."""
    values: dict[str, object] = {
        "check": "mysql_answers",
        "subject": "mysql",
        "service": "mysql",
        "verdict": verdict,
        "message": f"it says {verdict}",
        "severity": Severity.CRITICAL,
    }
    return Finding(**values | changes)  # type: ignore[arg-type]


def after(verdicts: list[Verdict], policy: CheckPolicy = POLICY) -> Streak:
    """Return the streak after findings, one look a second."""
    streak = Streak()
    for second, verdict in enumerate(verdicts, start=1):
        streak = next_streak(streak, finding(verdict), policy, wall=float(second))
    return streak


def test_a_check_counts_after_as_many_failures_as_it_falls_in() -> None:
    """Two are nothing, the third counts, and the time is the third's."""
    assert after([FAIL, FAIL]).standing is Standing.WELL
    streak = after([FAIL, FAIL, FAIL])
    assert (streak.standing, streak.since) == (Standing.FAILING, 3.0)
    assert streak.message == "it says fail"


def test_a_check_clears_after_as_many_passes_as_it_rises_in() -> None:
    """Four are too few, the fifth clears it and still tells what is over."""
    failed = [FAIL] * 3
    assert after([*failed, *[OK] * 4]).standing is Standing.FAILING
    streak = after([*failed, *[OK] * 5])
    assert (streak.standing, streak.since) == (Standing.WELL, 8.0)
    assert streak.message == "it says fail"
    assert after([*failed, *[OK] * 6]).message == ""


def test_a_check_that_goes_on_failing_failed_when_it_began_to_count() -> None:
    """How long it has been down is what a person reads, not when it was last asked."""
    assert after([FAIL] * 9).since == 3.0
    assert after([FAIL] * 3 + [OK] * 4 + [FAIL] * 3).since == 3.0


def test_a_check_that_goes_on_passing_is_well_since_it_cleared() -> None:
    """And one that never failed has no such time."""
    assert after([FAIL] * 3 + [OK] * 9).since == 8.0
    assert after([OK] * 9).since == Streak().since


def test_one_pass_in_between_starts_the_count_anew() -> None:
    """In a row means in a row."""
    assert after([FAIL, FAIL, OK, FAIL, FAIL]).standing is Standing.WELL
    assert after([FAIL] * 3 + [OK] * 4 + [FAIL] + [OK] * 4).standing is Standing.FAILING


def test_a_warning_is_a_pass() -> None:
    """It is told, and it moves nothing."""
    assert after([FAIL, FAIL, WARN, FAIL]).standing is Standing.WELL
    assert after([FAIL] * 3 + [WARN] * 5).standing is Standing.WELL


def test_the_last_message_of_a_failing_check_is_kept_until_it_clears() -> None:
    """A person reads what failed, not that it passed once since."""
    assert after([FAIL] * 3 + [OK]).message == "it says fail"


@given(VERDICTS, st.sampled_from(NEUTRAL), POLICIES)
def test_unknown_and_skip_change_no_count(
    verdicts: list[Verdict], neutral: Verdict, policy: CheckPolicy
) -> None:
    """Unknown neither fences nor clears [DESIGN law 1]."""
    before = after(verdicts, policy)
    later = next_streak(before, finding(neutral), policy, wall=99.0)
    assert later.last is neutral
    assert (later.standing, later.fails, later.passes, later.since, later.message) == (
        before.standing,
        before.fails,
        before.passes,
        before.since,
        before.message,
    )


def test_looks_that_could_not_find_out_are_counted_apart() -> None:
    """Whatever the check falls in: a person is told after three [DESIGN law 1]."""
    impatient = CheckPolicy(fall=1, rise=1)
    assert after([Verdict.UNKNOWN] * 3, impatient).unknowns == 3
    assert after([Verdict.UNKNOWN] * 99).unknowns == MOST_UNKNOWNS
    assert after([Verdict.UNKNOWN, OK]).unknowns == 0
    assert after([Verdict.UNKNOWN, Verdict.SKIP]).unknowns == 0


@given(VERDICTS, POLICIES)
def test_the_standing_is_that_of_a_plain_count(
    verdicts: list[Verdict], policy: CheckPolicy
) -> None:
    """Held against a model that looks at the whole history."""
    standing, fails, passes = Standing.WELL, 0, 0
    for verdict in verdicts:
        if verdict is FAIL:
            fails, passes = fails + 1, 0
        elif verdict in (OK, WARN):
            fails, passes = 0, passes + 1
        if fails >= policy.fall:
            standing = Standing.FAILING
        elif passes >= policy.rise:
            standing = Standing.WELL
    assert after(verdicts, policy).standing is standing


@given(VERDICTS, POLICIES)
def test_the_counts_of_a_quiet_system_stand_still(
    verdicts: list[Verdict], policy: CheckPolicy
) -> None:
    """Memory is not written anew only because another look passed."""
    streak = after(verdicts, policy)
    assert streak.fails <= policy.fall
    assert streak.passes <= policy.rise
    once = after([*verdicts, *[OK] * (policy.rise + 1)], policy)
    again = next_streak(once, finding(OK), policy, wall=999.0)
    assert again == once


def test_subjects_are_counted_apart() -> None:
    """One mount's failures are not the other's."""
    streaks: dict[str, Streak] = {}
    for _ in range(3):
        findings = [
            finding(FAIL, subject="mysql:/a"),
            finding(OK, subject="mysql:/b"),
        ]
        streaks = next_streaks(streaks, findings, {"mysql_answers": POLICY}, wall=1.0)
    assert streaks["mysql_answers[mysql:/a]"].standing is Standing.FAILING
    assert streaks["mysql_answers[mysql:/b]"].standing is Standing.WELL


def test_a_check_that_did_not_run_keeps_its_streak() -> None:
    """Not looked at is not passed."""
    held = {"other[node]": after([FAIL] * 3)}
    streaks = next_streaks(held, [finding(OK)], {}, wall=1.0)
    assert streaks["other[node]"] == held["other[node]"]


def test_a_check_without_numbers_has_the_usual_ones() -> None:
    """Three failures, as CheckPolicy says."""
    streaks: dict[str, Streak] = {}
    for _ in range(3):
        streaks = next_streaks(streaks, [finding(FAIL)], {}, wall=1.0)
    assert streaks["mysql_answers[mysql]"].standing is Standing.FAILING
