"""Errors of a SQL client as an administrator reads them; and what may be asked."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from pathlib import Path

import pymysql
import pytest

from hawatch.freebsd.password import read_password
from hawatch.freebsd.probe_sql import quoted_table
from hawatch.freebsd.sql_errors import kind_of, words_of
from hawatch.model.services import SqlKind


def behind(cause: OSError) -> pymysql.err.OperationalError:
    """Return the driver's error for a system error while connecting."""
    error = pymysql.err.OperationalError(2003, f"Can't connect ({cause})")
    error.original_exception = cause  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (1040, SqlKind.TOO_MANY_CONNECTIONS),
        (1203, SqlKind.TOO_MANY_CONNECTIONS),
        (1045, SqlKind.ACCESS_DENIED),
        (1130, SqlKind.ACCESS_DENIED),
        (1290, SqlKind.READ_ONLY),
        (3168, SqlKind.STARTING),
        (1053, SqlKind.ERROR),
        (2006, SqlKind.ERROR),
        (2013, SqlKind.ERROR),
    ],
)
def test_each_number_means_its_kind(code: int, kind: SqlKind) -> None:
    """Each means something else to an administrator."""
    assert kind_of(pymysql.err.OperationalError(code, "text")) is kind


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ECONNREFUSED, SqlKind.REFUSED),
        (errno.EHOSTUNREACH, SqlKind.NO_ROUTE),
        (errno.ENETUNREACH, SqlKind.NO_ROUTE),
        (errno.EHOSTDOWN, SqlKind.NO_ROUTE),
        (errno.EACCES, SqlKind.NO_ROUTE),
        (errno.ETIMEDOUT, SqlKind.TIMEOUT),
        (errno.ECONNRESET, SqlKind.ERROR),
    ],
)
def test_the_systems_error_behind_the_drivers_decides(
    number: int, kind: SqlKind
) -> None:
    """The driver has one number, 2003, for all of them."""
    cause = OSError(number, os.strerror(number))

    assert kind_of(behind(cause)) is kind
    assert words_of(behind(cause)) == os.strerror(number)


def test_a_time_limit_of_the_driver_or_of_ours_is_a_timeout() -> None:
    """They carry no number."""
    assert kind_of(behind(TimeoutError("timed out"))) is SqlKind.TIMEOUT
    assert kind_of(TimeoutError("no answer within 3 s")) is SqlKind.TIMEOUT
    assert words_of(TimeoutError("no answer within 3 s")) == "no answer within 3 s"


def test_a_broken_tls_or_name_is_an_error_and_no_missing_route() -> None:
    """Their numbers are not the system's, though they look alike."""
    assert kind_of(behind(ssl.SSLError(errno.EPERM, "bad record"))) is SqlKind.ERROR
    assert kind_of(behind(socket.gaierror(13, "no such name"))) is SqlKind.ERROR


def test_the_words_are_the_servers_with_its_number() -> None:
    """One line that can be looked up."""
    error = pymysql.err.OperationalError(1040, "Too many connections")

    assert words_of(error) == "Too many connections (1040)"
    assert words_of(RuntimeError("no such scheme")) == "no such scheme"
    assert words_of(RuntimeError()) == "RuntimeError"


def test_a_table_is_quoted_by_its_parts() -> None:
    """Database and table are two identifiers."""
    assert quoted_table("hawatch.hawatch_canary") == "`hawatch`.`hawatch_canary`"


@pytest.mark.parametrize(
    "canary",
    [
        "table",
        "a.b.c",
        ".b",
        "a.",
        "a.b; DROP TABLE mysql.user",
        "a.`b`",
        "a.b\n",
        "a. b",
        "a." + "b" * 65,
        "a.ü",
    ],
)
def test_a_table_that_is_no_plain_name_is_refused(canary: str) -> None:
    """Nothing of the configuration becomes SQL."""
    with pytest.raises(ValueError, match="plain letters"):
        quoted_table(canary)


def test_a_password_is_the_first_line_of_its_file(tmp_path: Path) -> None:
    """An editor's newline is not part of it; blanks are."""
    file = tmp_path / "password"
    file.touch(mode=0o600)
    for content in (b" s3cret ", b" s3cret \n", b" s3cret \r\nsecond line\n"):
        file.write_bytes(content)
        assert read_password(str(file)) == b" s3cret "
    assert read_password("") == b""


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_password_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    """The message is the command that mends it, fit to be pasted."""
    file = tmp_path / "pass word"
    file.write_text("s3cret")
    file.chmod(mode)

    with pytest.raises(ValueError, match="`chmod 600 '") as caught:
        read_password(str(file))
    assert "s3cret" not in str(caught.value)


def test_a_password_file_that_is_no_file_is_refused(tmp_path: Path) -> None:
    """A fifo in its place does not hang us."""
    os.mkfifo(tmp_path / "fifo", mode=0o600)

    with pytest.raises(ValueError, match="not a regular file"):
        read_password(str(tmp_path / "fifo"))
