"""What cannot be found out moves nothing, but a person is told of it."""

from __future__ import annotations

from hawatch.deciding.streaks import next_streaks
from hawatch.model.finding import CheckPolicy, Finding, Severity, Streak, Verdict
from hawatch.model.memory import Memory
from hawatch.model.moment import Moment
from hawatch.recording.troubles import find_troubles

NOW = Moment(wall=1000.0, monotonic=10.0, boot="b")
POLICIES = {"disk": CheckPolicy(fall=3, rise=5)}


def finding(verdict: Verdict) -> Finding:
    return Finding(
        check="disk",
        subject="node",
        service=None,
        verdict=verdict,
        message="hastctl is silent",
        severity=Severity.CRITICAL,
    )


def after(*verdicts: Verdict) -> tuple[Memory, Finding]:
    streaks: dict[str, Streak] = {}
    for verdict in verdicts:
        streaks = next_streaks(streaks, [finding(verdict)], POLICIES, wall=1.0)
    return Memory(node="a", boot="b", streaks=streaks), finding(verdicts[-1])


def troubles(*verdicts: Verdict) -> list[str]:
    memory, last = after(*verdicts)
    return list(find_troubles(memory, [last], [], [], NOW))


def test_three_looks_that_could_not_find_out_are_told_once() -> None:
    """One incident for all of them, however many checks are blind."""
    assert troubles(*[Verdict.UNKNOWN] * 3) == ["blind[node]"]


def test_a_look_or_two_that_could_not_find_out_are_not_told() -> None:
    """A command that was slow once is no news."""
    assert troubles(*[Verdict.UNKNOWN] * 2) == []


def test_an_answer_in_between_begins_the_count_anew() -> None:
    """Any other verdict is an answer."""
    blind = Verdict.UNKNOWN
    assert troubles(blind, blind, Verdict.OK, blind, blind) == []


def test_blindness_never_makes_a_check_fail() -> None:
    """It is told, and moves nothing."""
    memory, _ = after(*[Verdict.UNKNOWN] * 9)
    assert memory.streaks["disk[node]"].fails == 0
    assert memory.streaks["disk[node]"].standing == "well"
