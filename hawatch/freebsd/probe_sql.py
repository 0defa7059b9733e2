"""Ask a SQL server the way a client does, and have it commit one row.

A process that runs proves nothing: mysqld may accept connections and never answer, or
answer and be unable to write. Runs in a disposable child.
"""

from __future__ import annotations

import contextlib
import re
import signal
import ssl
import time
from collections.abc import Iterator
from types import FrameType
from typing import TYPE_CHECKING

from hawatch.freebsd.password import read_password
from hawatch.freebsd.sql_errors import code_of, kind_of, words_of
from hawatch.host import SqlQuestion
from hawatch.model.services import SqlAnswer, SqlKind

if TYPE_CHECKING:
    from pymysql.connections import Connection
    from pymysql.cursors import Cursor

CANARY_COLUMNS = "node VARCHAR(255) NOT NULL PRIMARY KEY, stamp DATETIME(6) NOT NULL"
"""The columns of the canary's table, for CREATE TABLE."""

IDENTIFIER = re.compile(r"[0-9A-Za-z_$]{1,64}")
WHO_ARE_YOU = "SELECT @@hostname, @@version, @@global.read_only"
WRITABLE = ("0", "OFF", "")

NOT_IN_CLEAR = (3159, 1045)
"""How a server refuses clear text: MySQL says so, MariaDB says "access denied"."""

CLIENT_SSL = 1 << 11
"""The capability that a server announces where it speaks TLS."""


def quoted_table(canary: str) -> str:
    """Given "database.table", return it quoted for a statement.

    Raise ValueError where it is anything but two plain identifiers.
    """
    parts = canary.split(".")
    if len(parts) != 2 or not all(IDENTIFIER.fullmatch(part) for part in parts):
        raise ValueError(f"not database.table in plain letters: {canary!r}")
    return ".".join(f"`{part}`" for part in parts)


def ask_server(question: SqlQuestion, node: str) -> SqlAnswer:
    """Ask who the server is and, where a canary is named, commit node's row.

    Every way of not answering is an answer. question.timeout seconds are the limit for
    all of it together, kept by an alarm: the driver's own timeouts begin anew with
    every packet. A canary that fails leaves the kind as it was: the server answers, and
    committed is False, text telling why. A read-only server is not written to.
    Raise OSError or ValueError where the password file or the canary's name is unfit:
    then nobody was asked.
    """
    import pymysql

    password = read_password(question.password_file)
    table = quoted_table(question.canary) if question.canary else ""
    failures = (pymysql.err.MySQLError, OSError, RuntimeError)
    committed = False if table else None
    started = time.monotonic()
    with _alarm(question.timeout):
        try:
            connection = _connect(question, password)
            hostname, version, read_only = _who(connection)
        except failures as error:
            return SqlAnswer(
                kind=kind_of(error),
                text=words_of(error),
                seconds=time.monotonic() - started,
                committed=committed,
            )
        text = f"{version} on {hostname}"
        if table and not read_only:
            try:
                _commit(connection, table, node, question.timeout)
                committed = True
            except failures as error:
                text = f"{text}, but no commit: {words_of(error)}"
        with contextlib.suppress(*failures):
            connection.close()
    return SqlAnswer(
        kind=SqlKind.READ_ONLY if read_only else SqlKind.ANSWERS,
        text=text,
        seconds=time.monotonic() - started,
        hostname=hostname,
        version=version,
        committed=committed,
    )


def _connect(question: SqlQuestion, password: bytes) -> Connection[Cursor]:
    """Log in in clear, and by TLS where the server offers it and clear was not enough.

    MySQL 8's caching_sha2_password takes the full password by TLS only, once after each
    restart of the server; the driver's other way, a RuntimeError tells, needs one more
    package. The certificate is not verified: servers make their own, and the VIP is not
    in it.
    """
    import pymysql

    connection = _connection(question, password, None)
    try:
        connection.connect()
    except (RuntimeError, pymysql.err.OperationalError) as error:
        may_be_tls = isinstance(error, RuntimeError) or code_of(error) in NOT_IN_CLEAR
        offered = getattr(connection, "server_capabilities", 0) & CLIENT_SSL
        if not (may_be_tls and offered):
            raise
    else:
        return connection
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = _connection(question, password, context)
    connection.connect()
    return connection


def _connection(
    question: SqlQuestion, password: bytes, tls: ssl.SSLContext | None
) -> Connection[Cursor]:
    """Return a connection that is still to be made."""
    import pymysql

    return pymysql.connect(
        host=question.address,
        port=question.port,
        user=question.user,
        password=password,
        charset="utf8mb4",
        connect_timeout=question.timeout,
        read_timeout=question.timeout,
        write_timeout=question.timeout,
        ssl=tls,
        ssl_disabled=tls is None,
        defer_connect=True,
    )


def _who(connection: Connection[Cursor]) -> tuple[str, str, bool]:
    """Return the server's host name, its version and whether it is read-only.

    super_read_only needs no question: where it exists it implies read_only.
    """
    with connection.cursor() as cursor:
        cursor.execute(WHO_ARE_YOU)
        row = cursor.fetchone() or ("", "", 0)
    hostname, version, read_only = (str(value) for value in row)
    return hostname, version, read_only not in WRITABLE


def _commit(
    connection: Connection[Cursor], table: str, node: str, timeout: float
) -> None:
    """Replace node's row and commit; raise what the driver raises.

    The lock timeouts end a statement that outlives us: without them a backup's global
    lock would gather one waiting connection per probe until the server is full.
    """
    seconds = max(1, int(timeout))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SET SESSION lock_wait_timeout = {seconds},"
            f" SESSION innodb_lock_wait_timeout = {seconds}"
        )
        cursor.execute(
            f"REPLACE INTO {table} (node, stamp) VALUES (%s, UTC_TIMESTAMP(6))",  # noqa: S608 - identifiers, checked
            (node,),
        )
    connection.commit()


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise TimeoutError inside after that many seconds."""

    def too_late(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"no answer within {seconds:g} s")

    before = signal.signal(signal.SIGALRM, too_late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
