"""Times as people type them, and which cycle they mean."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator

import pytest

from hawatch.showing.when import looks_back, parse_when

DAY = 86400.0


@pytest.fixture(autouse=True)
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let local time be one that has a summer."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def local(text: str) -> float:
    """Return a local time as seconds since 1970."""
    return dt.datetime.fromisoformat(text).timestamp()


NOW = dt.datetime(2026, 11, 28, 11, 0, tzinfo=dt.UTC).timestamp()
"""Noon of a winter's day in Berlin."""


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("-10m", "2026-11-28T11:50:00"),
        ("-90s", "2026-11-28T11:58:30"),
        ("-1d", "2026-11-27T12:00:00"),
        ("03:12", "2026-11-28T03:12:59.999"),
        ("3:12", "2026-11-28T03:12:59.999"),
        ("03:12:04", "2026-11-28T03:12:04"),
        ("12:00", "2026-11-28T12:00:59.999"),
        ("23:50", "2026-11-27T23:50:59.999"),
        ("2026-11-28T03:12", "2026-11-28T03:12:59.999"),
        ("2026-07-01 03:12:04", "2026-07-01T03:12:04"),
    ],
)
def test_a_time_means_the_last_such_time_here(text: str, meant: str) -> None:
    """Local time with the rules of its day; without seconds the whole minute."""
    assert parse_when(text, NOW) == pytest.approx(local(meant))


@pytest.mark.parametrize(
    "text", ["", "25:00", "3", "yesterday", "2026-13-01T03:12", "10m", "-10", "03:12Z"]
)
def test_what_is_no_time_is_none(text: str) -> None:
    """Nothing is guessed at three in the morning."""
    assert parse_when(text, NOW) is None


def test_only_a_time_before_now_looks_like_an_option() -> None:
    """A real option is left to the command."""
    assert [w for w in ("-10m", "-h", "--config", "-1", "03:12") if looks_back(w)] == [
        "-10m"
    ]
