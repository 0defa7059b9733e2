"""The reader of the corpus refuses what it does not know."""

from __future__ import annotations

from pathlib import Path

import decisions_format
import pytest
from decisions_build import decided
from decisions_words import ago, one_of, parts, read_check, read_latch, read_unfinished

from hawatch.model.finding import Standing, Verdict
from hawatch.model.moment import Moment

BASE = """# Bases.
[owner]
node = "db1"
own = { carp = "MASTER for 900 s", advskew = 0, hast = "primary complete", device = "present", mount = "yes", service = "running" }
peer = { duty = "standby", carp = "BACKUP", advskew = 50, hast = "secondary complete", holds = "no", serves = "no" }
memory = { duty = "active", hast = "primary complete", in_sync = true }
"""  # noqa: E501 - as the corpus is written

GOOD = """
[[case]]
name = "A healthy owner"
cites = ["I"]
base = "owner"
expect = { rule = "all-well", duty = "active" }
"""


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a corpus of one base, in which a test writes its cases."""
    (tmp_path / "bases.toml").write_text(BASE)
    monkeypatch.setattr(decisions_format, "CORPUS", tmp_path)
    return tmp_path / "cases.toml"


def test_a_case_is_its_base_and_what_differs(corpus: Path) -> None:
    """What a case does not say is as the base says it."""
    corpus.write_text(GOOD + 'own.service = "dead"\n')
    case = decisions_format.load_cases()["cases/A healthy owner"]
    assert (case.own.service, case.own.carp) == ("dead", "MASTER for 900 s")
    decision, _ = decided(case)
    assert decision.rule == case.expect.rule


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('own.servcie = "dead"', "unknown field `servcie`"),
        ('expct.rule = "all-well"', "unknown field `expct`"),
        ('expect2 = "x"', "unknown field `expect2`"),
        ('own.advskew = "much"', "Expected `int`"),
        ('peer.failing = "mysql_answers"', "Expected `array`"),
    ],
)
def test_a_misspelt_word_is_refused_with_file_and_case(
    corpus: Path, line: str, complaint: str
) -> None:
    """A case that says nothing by mistake would prove nothing."""
    corpus.write_text(GOOD + line + "\n")
    with pytest.raises(ValueError, match=complaint) as refused:
        decisions_format.load_cases()
    assert "cases/A healthy owner" in str(refused.value)


@pytest.mark.parametrize(
    "line",
    [
        'own.mount = "maybe"',
        'own.carp = "MASTER"',
        'own.hast = "primary compleet"',
        'own.dump = "locla 1"',
        'peer.word = "quiet"',
        'peer.holds = "perhaps"',
        'peer.latches = ["stale of them"]',
        'memory.latches = ["rotten"]',
        'memory.unfinished = "standby"',
        'memory.raised = "yes"',
        'checks.x = "fails often"',
        "config.limits.restart = 0",
        'trigger = "crone"',
    ],
)
def test_a_word_that_nobody_knows_is_refused(corpus: Path, line: str) -> None:
    """Values are words of the field, and only those that are listed."""
    corpus.write_text(GOOD + line + "\n")
    case = decisions_format.load_cases()["cases/A healthy owner"]
    with pytest.raises(ValueError, match=r"."):
        decided(case)


def test_a_base_that_is_not_there_is_refused(corpus: Path) -> None:
    """The legal bases are named."""
    corpus.write_text(GOOD.replace('"owner"', '"onwer"'))
    with pytest.raises(ValueError, match="there are owner"):
        decisions_format.load_cases()


def test_two_cases_of_one_name_are_refused(corpus: Path) -> None:
    """The second would hide the first."""
    corpus.write_text(GOOD + GOOD)
    with pytest.raises(ValueError, match="two of this name"):
        decisions_format.load_cases()


def test_nothing_but_cases_belongs_into_a_file(corpus: Path) -> None:
    """A misspelt [[cases]] would hide all of them."""
    corpus.write_text(GOOD.replace("[[case]]", "[[cases]]"))
    with pytest.raises(ValueError, match=r"only \[\[case\]\]"):
        decisions_format.load_cases()


def test_the_words_are_read_as_they_are_written() -> None:
    """Each small pattern, once."""
    assert parts("MASTER for 3 s", r"(\w+) for (\d+) s") == ("MASTER", "3")
    assert ago("20 s ago") == 20.0
    assert one_of("yes", "yes", "no") == "yes"
    verdict, streak, remedies = read_check("fails 3 in a row: restart, demote")
    assert (verdict, streak.fails, streak.standing) == (Verdict.FAIL, 2, Standing.WELL)
    assert [str(remedy) for remedy in remedies] == ["restart", "demote"]
    verdict, streak, remedies = read_check("unknown after 3 failures: demote")
    assert (verdict, streak.standing) == (Verdict.UNKNOWN, Standing.FAILING)
    latch = read_latch("stale of us", ours="db2", other="db1", other_word="us", wall=1)
    assert (latch.kind, latch.copy_of) == ("stale", "db1")

    def moment(age: float) -> Moment:
        return Moment(wall=100.0 - age, monotonic=1.0, boot="b")

    words = "active by x-y 90 s ago, attempt 3, failed: why"
    unfinished = read_unfinished(words, moment)
    assert unfinished is not None
    assert (unfinished.rule, unfinished.attempts, unfinished.failed) == (
        "x-y",
        3,
        "why",
    )
    assert unfinished.began.wall == 10.0
