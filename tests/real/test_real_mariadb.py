"""Every way in which a real MariaDB server answers, or does not."""

from __future__ import annotations

import contextlib
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pymysql
import pytest

from hawatch.dryrun import DryRunHost
from hawatch.freebsd.host import FreeBSDHost
from hawatch.freebsd.probe_sql import CANARY_COLUMNS
from hawatch.host import SqlQuestion, complete
from hawatch.model.fact import Known, Unknown
from hawatch.model.services import SqlAnswer, SqlKind

if TYPE_CHECKING:
    from conftest import MariaDB

pytestmark = pytest.mark.real

PASSWORD = "correct horse; 'battery' \"staple\""


@pytest.fixture
def host(tmp_path: Path) -> FreeBSDHost:
    """Return this machine as node db1."""
    return FreeBSDHost("db1", run_dir=tmp_path / "run")


@pytest.fixture
def question(mariadb: MariaDB, tmp_path: Path) -> SqlQuestion:
    """Return how to ask as user hawatch, who is as setup makes him."""
    mariadb.admin(
        "CREATE DATABASE IF NOT EXISTS hawatch",
        f"CREATE OR REPLACE TABLE hawatch.canary ({CANARY_COLUMNS})",
        "CREATE OR REPLACE USER hawatch@'127.0.0.1'"
        f" IDENTIFIED BY {pymysql.converters.escape_str(PASSWORD)}",
        "GRANT INSERT, DELETE ON hawatch.canary TO hawatch@'127.0.0.1'",
    )
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")
    file.chmod(0o600)
    return SqlQuestion(
        address=mariadb.host,
        port=mariadb.port,
        user="hawatch",
        password_file=str(file),
        timeout=5.0,
    )


def ask(host: FreeBSDHost, question: SqlQuestion, **changes: object) -> SqlAnswer:
    """Ask, with changes to the question, and return the answer that must be known."""
    values = {name: getattr(question, name) for name in question.__struct_fields__}
    fact = complete(host.ask_sql(SqlQuestion(**(values | changes))))
    assert isinstance(fact, Known), fact
    assert PASSWORD not in fact.value.text
    return fact.value


@contextlib.contextmanager
def setting(mariadb: MariaDB, name: str, value: object) -> Iterator[None]:
    """Change a global variable for a while."""
    ((before,),) = mariadb.admin(f"SELECT @@global.{name}")
    mariadb.admin(f"SET GLOBAL {name} = {value}")
    try:
        yield
    finally:
        mariadb.admin(f"SET GLOBAL {name} = {before}")


@contextlib.contextmanager
def stopped(mariadb: MariaDB) -> Iterator[None]:
    """Freeze the server for a while: it accepts connections and says nothing."""
    mariadb.signal(signal.SIGSTOP)
    try:
        yield
    finally:
        mariadb.signal(signal.SIGCONT)


def stamps(mariadb: MariaDB) -> dict[object, object]:
    """Return the canary's rows as others see them."""
    return dict(mariadb.admin("SELECT node, stamp FROM hawatch.canary"))


def test_a_healthy_server_answers_with_its_name_and_version(
    host: FreeBSDHost, question: SqlQuestion
) -> None:
    """The answer proves who answered."""
    answer = ask(host, question)

    assert answer.kind is SqlKind.ANSWERS
    assert answer.serves
    assert answer.hostname == socket.gethostname()
    assert answer.version is not None
    assert "MariaDB" in answer.version
    assert answer.text == f"{answer.version} on {answer.hostname}"
    assert answer.committed is None
    assert 0 < answer.seconds < 5


def test_a_canary_is_committed_and_others_see_it(
    host: FreeBSDHost, question: SqlQuestion, mariadb: MariaDB
) -> None:
    """Each node has one row, renewed by each probe."""
    assert ask(host, question, canary="hawatch.canary").committed is True
    first = stamps(mariadb)
    time.sleep(0.01)
    assert ask(host, question, canary="hawatch.canary").committed is True
    second = stamps(mariadb)

    assert list(first) == list(second) == ["db1"]
    assert second["db1"] > first["db1"]  # type: ignore[operator]


def test_a_dry_run_asks_but_commits_nothing(
    host: FreeBSDHost, question: SqlQuestion, mariadb: MariaDB
) -> None:
    """A dry run leaves no row behind."""
    answer = ask(DryRunHost(host), question, canary="hawatch.canary")  # type: ignore[arg-type]

    assert (answer.kind, answer.committed) == (SqlKind.ANSWERS, None)
    assert stamps(mariadb) == {}


def test_a_canary_without_its_table_is_not_committed(
    host: FreeBSDHost, question: SqlQuestion
) -> None:
    """The server answers, but a client could not have written; the text says why."""
    answer = ask(host, question, canary="hawatch.nest")

    assert (answer.kind, answer.committed) == (SqlKind.ANSWERS, False)
    assert "no commit: " in answer.text
    assert "hawatch" in answer.text


def test_a_canary_held_up_by_a_lock_is_not_committed_in_time(
    host: FreeBSDHost, question: SqlQuestion, mariadb: MariaDB
) -> None:
    """Reads work and writes hang: only the canary sees that, within its time."""
    with contextlib.closing(mariadb.connect_as_root()) as backup:
        backup.cursor().execute("FLUSH TABLES WITH READ LOCK")
        started = time.monotonic()
        answer = ask(host, question, canary="hawatch.canary", timeout=1.0)

    assert (answer.kind, answer.committed) == (SqlKind.ANSWERS, False)
    assert time.monotonic() - started < 3


def test_probes_held_up_by_a_lock_do_not_gather_in_the_server(
    host: FreeBSDHost, question: SqlQuestion, mariadb: MariaDB
) -> None:
    """A statement that outlived its probe ends by itself, before the server is full."""
    with contextlib.closing(mariadb.connect_as_root()) as backup:
        backup.cursor().execute("FLUSH TABLES WITH READ LOCK")
        for _ in range(3):
            ask(host, question, canary="hawatch.canary", timeout=0.2)
        for _ in range(100):
            ((left,),) = mariadb.admin(
                "SELECT COUNT(*) FROM information_schema.processlist"
                " WHERE user = 'hawatch'"
            )
            if left == 0:
                break
            time.sleep(0.05)

    assert left == 0


def test_a_read_only_server_is_read_only_and_not_written_to(
    host: FreeBSDHost, question: SqlQuestion, mariadb: MariaDB
) -> None:
    """A replica that answers does not serve writers."""
    with setting(mariadb, "read_only", 1):
        answer = ask(host, question, canary="hawatch.canary")

    assert (answer.kind, answer.committed) == (SqlKind.READ_ONLY, False)
    assert not answer.serves
    assert stamps(mariadb) == {}


def test_a_wrong_password_is_access_denied(
    host: FreeBSDHost, question: SqlQuestion, tmp_path: Path
) -> None:
    """The probe's account is wrong, not the server: clients are served."""
    wrong = tmp_path / "wrong"
    wrong.write_text("wrong")
    wrong.chmod(0o600)
    answer = ask(host, question, password_file=str(wrong), canary="hawatch.canary")

    assert (answer.kind, answer.committed) == (SqlKind.ACCESS_DENIED, False)
    assert answer.serves
    assert "(1045)" in answer.text
    assert "wrong" not in answer.text


def test_a_locked_account_is_access_denied(
    host: FreeBSDHost, question: SqlQuestion, mariadb: MariaDB
) -> None:
    """An account that an administrator locked is no dead server."""
    mariadb.admin("ALTER USER hawatch@'127.0.0.1' ACCOUNT LOCK")

    assert ask(host, question).kind is SqlKind.ACCESS_DENIED


def test_a_host_without_an_account_is_access_denied(
    host: FreeBSDHost, question: SqlQuestion, mariadb: MariaDB
) -> None:
    """A server that knows nobody at our address is no dead server."""
    mariadb.admin("RENAME USER hawatch@'127.0.0.1' TO hawatch@'192.0.2.1'")
    try:
        assert ask(host, question).kind is SqlKind.ACCESS_DENIED
    finally:
        mariadb.admin("DROP USER hawatch@'192.0.2.1'")


def test_a_full_house_is_too_many_connections(
    host: FreeBSDHost, question: SqlQuestion, mariadb: MariaDB
) -> None:
    """A server whose connections are all taken is busy, not dead."""
    with contextlib.ExitStack() as guests:
        for _ in range(10):
            guest = pymysql.connect(
                host=mariadb.host,
                port=mariadb.port,
                user="hawatch",
                password=PASSWORD,
            )
            guests.enter_context(contextlib.closing(guest))
        answer = ask(host, question)

    assert answer.kind is SqlKind.TOO_MANY_CONNECTIONS
    assert answer.serves


def test_an_account_with_too_many_connections_says_so(
    host: FreeBSDHost, question: SqlQuestion, mariadb: MariaDB
) -> None:
    """The account's own limit counts the same as the server's."""
    mariadb.admin(
        "GRANT USAGE ON *.* TO hawatch@'127.0.0.1' WITH MAX_USER_CONNECTIONS 1"
    )
    guest = pymysql.connect(
        host=mariadb.host, port=mariadb.port, user="hawatch", password=PASSWORD
    )
    with contextlib.closing(guest):
        answer = ask(host, question)

    assert answer.kind is SqlKind.TOO_MANY_CONNECTIONS


def test_a_frozen_server_is_a_timeout_within_its_time(
    host: FreeBSDHost, question: SqlQuestion, mariadb: MariaDB
) -> None:
    """It accepts connections and never answers: mysqld's most common way to hang."""
    with stopped(mariadb):
        answer = ask(host, question, timeout=0.5)

    assert answer.kind is SqlKind.TIMEOUT
    assert not answer.serves
    assert 0.4 <= answer.seconds < 1.5


def test_a_closed_port_is_refused(host: FreeBSDHost, question: SqlQuestion) -> None:
    """Nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # bound but not listening: surely closed
        answer = ask(host, question, port=bound.getsockname()[1])

    assert (answer.kind, answer.text) == (SqlKind.REFUSED, "Connection refused")


def test_a_server_that_wants_tls_gets_it(
    host: FreeBSDHost, question: SqlQuestion, mariadb: MariaDB
) -> None:
    """A server that refuses clear text is asked again, encrypted."""
    with setting(mariadb, "require_secure_transport", 1):
        answer = ask(host, question, canary="hawatch.canary")

    assert (answer.kind, answer.committed) == (SqlKind.ANSWERS, True), answer


def test_a_password_scheme_that_the_driver_lacks_is_an_error(
    host: FreeBSDHost, question: SqlQuestion, mariadb: MariaDB
) -> None:
    """The driver's own inability is told, and is not taken for a dead server's."""
    mariadb.admin("INSTALL SONAME 'auth_ed25519'")
    mariadb.admin(
        "CREATE OR REPLACE USER hawatch@'127.0.0.1'"
        " IDENTIFIED VIA ed25519 USING PASSWORD('secret')"
    )
    answer = ask(host, question)

    assert answer.kind is SqlKind.ERROR
    assert "nacl" in answer.text


def test_a_password_file_that_others_can_read_is_refused_with_the_cure(
    host: FreeBSDHost, question: SqlQuestion
) -> None:
    """A secret that is none is not used, and the person is told what to type."""
    Path(question.password_file).chmod(0o644)
    fact = complete(host.ask_sql(question))

    assert fact == Unknown(
        f"{question.password_file} is open to others;"
        f" `chmod 600 {question.password_file}`"
    )
