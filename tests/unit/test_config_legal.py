"""Which texts are legal, and which spans of time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawatch.configuring import legal
from hawatch.configuring.durations import LONGEST, parse_duration, write_duration

RIGHT = [
    (legal.address, "192.0.2.1"),
    (legal.address, "2001:db8::1"),
    (legal.host_name, "db1.example.org"),
    (legal.host_name, "192.0.2.1"),
    (legal.host_name, "2001:db8::1"),
    (legal.host_and_port, "192.0.2.1:443"),
    (legal.host_and_port, "router.example.org:22"),
    (legal.host_and_port, "[2001:db8::1]:443"),
    (legal.absolute_path, "/"),
    (legal.absolute_path, "/var/db/my sql"),
    (legal.path_or_nothing, ""),
    (legal.mount_point, "/var/db/mysql"),
    (legal.resource, "disk0"),
    (legal.resource, "all0"),
    (legal.rc_script, "mysql-server"),
    (legal.rc_script, "php_fpm"),
    (legal.interface, "em0"),
    (legal.interface, "vtnet0.100"),
    (legal.file_name, ".hawatch-sentinel"),
    (legal.file_name, ""),
    (legal.apprise_url, "mailto://user:pass@example.org"),
    (legal.web_url, "https://example.org/ping/name"),
    (legal.quiet_hours, "22:00-07:00"),
    (legal.language, "ja"),
    (legal.identifier, "hawatch_canary"),
    (legal.login, "root"),
]

WRONG = [
    (legal.address, ""),
    (legal.address, "192.0.2.1/32"),
    (legal.address, "192.0.2"),
    (legal.address, "192.0.2.01"),
    (legal.address, "0.0.0.0"),
    (legal.address, "224.0.0.18"),
    (legal.address, "2001:DB8::1"),
    (legal.address, "2001:db8:0::1"),
    (legal.address, "db1"),
    (legal.host_name, "-oProxyCommand=x"),
    (legal.host_name, "db1 db2"),
    (legal.host_name, ""),
    (legal.host_and_port, "192.0.2.1"),
    (legal.host_and_port, "192.0.2.1:0"),
    (legal.host_and_port, "192.0.2.1:65536"),
    (legal.host_and_port, "192.0.2.1:٣"),
    (legal.host_and_port, "2001:db8::1:443"),
    (legal.host_and_port, ":443"),
    (legal.absolute_path, ""),
    (legal.absolute_path, "var/db"),
    (legal.absolute_path, "/var/db/"),
    (legal.absolute_path, "//var/db"),
    (legal.absolute_path, "/var/../etc"),
    (legal.absolute_path, "/var/\n"),
    (legal.mount_point, "/"),
    (legal.resource, "all"),
    (legal.resource, "-x"),
    (legal.resource, "a/b"),
    (legal.resource, "a b"),
    (legal.resource, ""),
    (legal.rc_script, "../../tmp/x"),
    (legal.rc_script, "mysql server"),
    (legal.rc_script, "-r"),
    (legal.interface, "em0:1"),
    (legal.interface, "0em"),
    (legal.interface, "abcdefghijklmnop"),
    (legal.file_name, ".."),
    (legal.file_name, "a/b"),
    (legal.apprise_url, "example.org"),
    (legal.web_url, "ftp://example.org"),
    (legal.quiet_hours, "24:00-07:00"),
    (legal.quiet_hours, "22-7"),
    (legal.language, "fr"),
    (legal.identifier, "a.b"),
    (legal.identifier, "a`b"),
    (legal.login, "-l"),
    (legal.some_text, " "),
]


@pytest.mark.parametrize(("judge", "text"), RIGHT)
def test_a_legal_text_is_accepted(judge: legal.Judge, text: str) -> None:
    """Nothing that FreeBSD takes is refused for its form."""
    assert judge(text) is None


@pytest.mark.parametrize(("judge", "text"), WRONG)
def test_an_illegal_text_is_refused_with_what_would_be_right(
    judge: legal.Judge, text: str
) -> None:
    """Above all nothing that a command would take for an option or another path."""
    assert judge(text)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (90, 90.0),
        (2.5, 2.5),
        (0, 0.0),
        ("90s", 90.0),
        ("0.5s", 0.5),
        ("5m", 300.0),
        ("2h", 7200.0),
        ("1d", 86400.0),
    ],
)
def test_a_time_span_is_read_with_its_unit(written: object, seconds: float) -> None:
    """A plain number is seconds."""
    assert parse_duration(written) == seconds


@pytest.mark.parametrize(
    "written",
    ["", "90", "s", "1w", "-5s", "5 m", "1m30s", "٣s", -1, True, None, 1e300, "9999d"],
)
def test_what_is_no_time_span_is_refused(written: object) -> None:
    """Guessing at seconds, minutes or months would be worse than asking."""
    assert parse_duration(written) is None


@given(st.floats(0, LONGEST))
def test_a_written_time_span_is_read_back_as_the_same(seconds: float) -> None:
    """`config show` loses nothing."""
    text = write_duration(seconds)
    written = text.strip('"') if text.startswith('"') else float(text)
    assert parse_duration(written) == seconds
