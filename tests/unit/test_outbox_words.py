"""The words: complete in both languages, with what a person needs; and no secrets."""

from __future__ import annotations

import stat
import string
import time
from pathlib import Path

import msgspec
import pytest
from recording_builders import message, outcome, refused, service

from hawatch.model.config import NotifyUrl
from hawatch.model.decision import Refusal, Rule
from hawatch.model.fact import Known, Unknown
from hawatch.model.finding import Severity
from hawatch.model.plan import StepResult
from hawatch.notifying.compose import compose, digest, duration, words_of
from hawatch.notifying.quiet import is_quiet, parse_quiet_hours
from hawatch.notifying.secrets import mask_text, mask_url, read_url
from hawatch.notifying.words import Words
from hawatch.recording.message import MessageKind

ENGLISH, JAPANESE = words_of("en"), words_of("ja")


def _fields(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


def _texts(words: Words) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in msgspec.structs.asdict(words).items():
        if isinstance(value, str):
            found[name] = value
        elif name == "titles":
            found |= {f"title of {kind}": text for kind, text in value.items()}
    return found


@pytest.mark.parametrize("words", [ENGLISH, JAPANESE], ids=["en", "ja"])
def test_every_rule_refusal_and_kind_has_its_words(words: Words) -> None:
    """A word that is missing would be a message that cannot be read."""
    assert set(words.rules) == set(Rule)
    assert set(words.refusals) == set(Refusal)
    assert set(words.titles) == set(MessageKind)
    assert set(words.severities) == set(Severity)
    assert set(words.results) == set(StepResult)


def test_both_languages_fill_in_the_same_things() -> None:
    """A translation must not lose the number, the time or the command."""
    english, japanese = _texts(ENGLISH), _texts(JAPANESE)
    assert english.keys() == japanese.keys()
    for name, text in english.items():
        assert _fields(text) == _fields(japanese[name]), name


def test_a_remedy_names_the_same_commands_in_both_languages() -> None:
    """What is typed does not depend on the language."""
    for refusal, (_, remedy) in ENGLISH.refusals.items():
        translated = JAPANESE.refusals[refusal][1]
        for word in ("switchover", "latch clear", "maintenance off", "peer test"):
            assert (word in remedy) == (word in translated), refusal


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_opening_says_what_why_what_was_done_and_what_to_type(
    language: str,
) -> None:
    """Nothing that the night shift needs is missing."""
    record = service(
        Rule.UNHEALTHY_HOLD,
        refused=(refused(),),
        outcomes=(outcome(), outcome(StepResult.FAILED, "exit 1")),
    )
    words = words_of(language)
    full = msgspec.structs.replace(message(), record=record, explain="17")
    note = compose(full, "outbox/1", words)
    assert note.names == ("outbox/1",)
    assert "check_sql[mysql]" in note.title
    assert words.severities[Severity.CRITICAL] in note.title
    for needed in (
        "no answer",
        words.rules[Rule.UNHEALTHY_HOLD],
        "because it is so",
        words.results[StepResult.FAILED],
        "exit 1",
        words.refusals[Refusal.COOLDOWN][0],
        "for 300 s more",
        words.refusals[Refusal.COOLDOWN][1],
        "hawatch check check_sql",
        "hawatch explain 17",
    ):
        assert needed in note.body


def test_the_end_tells_how_long_it_lasted() -> None:
    """An end is good news with a duration."""
    note = compose(message(MessageKind.CLOSED), "x", ENGLISH)
    assert note.title == "[a] over after 1 min 30 s: check_sql[mysql]"
    assert note.good


def test_an_action_is_named_by_its_rule() -> None:
    """What was done is told in words, not by a key."""
    done = message(MessageKind.ACTION, key="action[mysql]")
    record = service(Rule.UNHEALTHY_DEMOTE, outcomes=(outcome(),))
    done = msgspec.structs.replace(done, check="", record=record)
    note = compose(done, "x", ENGLISH)
    assert note.title == (
        "[a] done: mysql: the service is unhealthy, the peer takes over"
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3725, "1 h 2 min"),
        (3600, "1 h"),
        (90000, "1 d 1 h"),
        (86460, "1 d"),
    ],
)
def test_a_duration_has_two_units_at_most(seconds: float, text: str) -> None:
    """People read two units."""
    assert duration(seconds, ENGLISH) == text


@pytest.mark.parametrize("words", [ENGLISH, JAPANESE], ids=["en", "ja"])
def test_a_digest_lists_each_incident_once_and_critical_ones_first(
    words: Words,
) -> None:
    """A thousand flips are one page, and nothing critical is below the fold."""
    flood = [
        (f"outbox/{number}", message(key=f"check_{number}[node]", severity=severity))
        for number, severity in enumerate([Severity.INFO] * 60 + [Severity.CRITICAL])
    ]
    flap = [
        (f"outbox/x{number}", message(kind, key="check_flap[node]"))
        for number, kind in enumerate([MessageKind.OPENED, MessageKind.CLOSED] * 3)
    ]
    note = digest(flood + flap, words)
    assert note.severity is Severity.CRITICAL
    assert not note.good
    assert len(note.names) == 67
    lines = note.body.splitlines()
    assert "check_60[node]" in lines[2]
    assert sum("check_flap" in line for line in lines) == 1
    assert words.times.format(count=6) in note.body
    assert words.digest_more.format(count=21) in note.body
    assert len(lines) < 50


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "mailto://me:secret@mail.example.org/?to=you",
            "mailto://mail.example.org/***",
        ),
        ("https://hc.example.org/ping/0123-4567", "https://hc.example.org/***"),
        ("json://host.example.org", "json://host.example.org"),
        ("tgram://12345:ABCDEF/77", "tgram://***"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "slack://***"),
        ("secret", "***"),
        ("http://[broken", "http://***"),
    ],
)
def test_a_masked_url_shows_no_secret(url: str, shown: str) -> None:
    """The scheme, and the host where the host is one; nothing else."""
    assert mask_url(url) == shown


def test_a_text_that_quotes_a_url_is_masked() -> None:
    """User, password, token, path and query go, written or decoded; the host stays."""
    url = "https://me:pa%40ssword@host.example.org/hook/abcdef?token=12345&x=a"
    text = f"cannot reach {url}: me pa@ssword abcdef 12345 host.example.org"
    masked = mask_text(text, url)
    for secret in ("pa%40ssword", "pa@ssword", "abcdef", "12345"):
        assert secret not in masked
    assert "host.example.org" in masked
    assert "12345:ABCDEF" not in mask_text(
        "bot 12345:ABCDEF is wrong", "tgram://12345:ABCDEF/77"
    )


def test_a_url_file_must_be_private(tmp_path: Path) -> None:
    """Its first line that says something is the URL; others must not read it."""
    file = tmp_path / "url"
    file.write_text("# the pager\n\n  json://host.example.org  \n")
    file.chmod(0o600)
    entry = NotifyUrl(url_file=str(file))
    assert read_url(entry) == Known("json://host.example.org")
    file.chmod(0o640)
    found = read_url(entry)
    assert isinstance(found, Unknown)
    assert f"`chmod 600 {file}`" in found.reason
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_url_that_is_not_there_is_unknown_with_a_reason(tmp_path: Path) -> None:
    """Missing, empty, a directory, or not configured at all."""
    empty = tmp_path / "empty"
    empty.touch(mode=0o600)
    for entry, reason in (
        (NotifyUrl(url_file=str(tmp_path / "none")), "no such file or directory"),
        (NotifyUrl(url_file=str(empty)), "holds no URL"),
        (NotifyUrl(url_file=str(tmp_path)), "is not a regular file"),
        (NotifyUrl(), "neither url nor url_file"),
    ):
        found = read_url(entry)
        assert isinstance(found, Unknown)
        assert reason in found.reason
    assert read_url(NotifyUrl(url="json://x")) == Known("json://x")


def test_quiet_hours_may_pass_midnight() -> None:
    """From the first minute to the last but one."""

    def at(hour: int, minute: int) -> float:
        return time.mktime((2026, 3, 10, hour, minute, 0, 0, 0, -1))

    assert parse_quiet_hours("22:00-07:00") == (1320, 420)
    assert parse_quiet_hours("") is None
    night = "22:00-07:00"
    assert [is_quiet(night, at(h, m)) for h, m in ((21, 59), (22, 0), (6, 59))] == [
        False,
        True,
        True,
    ]
    assert not is_quiet(night, at(7, 0))
    assert is_quiet("12:00-13:00", at(12, 30))
    assert not is_quiet("", at(3, 0))


@pytest.mark.parametrize("text", ["22-7", "22:00", "25:00-07:00", "22:60-07:00", "x-y"])
def test_quiet_hours_that_cannot_be_read_hold_nothing_back(text: str) -> None:
    """The configuration check refuses them; at run time the message goes out."""
    with pytest.raises(ValueError, match=r"quiet hours|time of day"):
        parse_quiet_hours(text)
    assert not is_quiet(text, time.time())
