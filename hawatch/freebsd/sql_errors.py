"""What a MySQL or MariaDB client error means to an administrator.

Numbers: the server's and client's error lists of MySQL 8.0 and MariaDB 10.11.
"""

from __future__ import annotations

import errno
import socket
import ssl

from hawatch.model.services import SqlKind

KIND_OF_CODE = {
    1040: SqlKind.TOO_MANY_CONNECTIONS,  # of the server
    1203: SqlKind.TOO_MANY_CONNECTIONS,  # max_user_connections, the global one
    1226: SqlKind.TOO_MANY_CONNECTIONS,  # max_user_connections, the account's
    1044: SqlKind.ACCESS_DENIED,  # to the database
    1045: SqlKind.ACCESS_DENIED,  # wrong password
    1129: SqlKind.ACCESS_DENIED,  # our host is blocked: `mysqladmin flush-hosts`
    1130: SqlKind.ACCESS_DENIED,  # our host is not allowed
    1142: SqlKind.ACCESS_DENIED,  # to the table
    1698: SqlKind.ACCESS_DENIED,  # no password (auth_socket)
    1820: SqlKind.ACCESS_DENIED,  # the password must be changed
    1862: SqlKind.ACCESS_DENIED,  # the password expired
    3118: SqlKind.ACCESS_DENIED,  # the account is locked (MySQL)
    4151: SqlKind.ACCESS_DENIED,  # the account is locked (MariaDB)
    1290: SqlKind.READ_ONLY,  # --read-only
    1792: SqlKind.READ_ONLY,  # a read-only transaction
    1836: SqlKind.READ_ONLY,  # read-only mode
    1205: SqlKind.TIMEOUT,  # a lock was not granted in time
    1047: SqlKind.STARTING,  # a Galera node that is not ready yet
    3168: SqlKind.STARTING,  # the server is not available yet
}

KIND_OF_ERRNO = {
    errno.ECONNREFUSED: SqlKind.REFUSED,
    errno.ETIMEDOUT: SqlKind.TIMEOUT,
    errno.EHOSTUNREACH: SqlKind.NO_ROUTE,
    errno.ENETUNREACH: SqlKind.NO_ROUTE,
    errno.EHOSTDOWN: SqlKind.NO_ROUTE,
    errno.ENETDOWN: SqlKind.NO_ROUTE,
    errno.EADDRNOTAVAIL: SqlKind.NO_ROUTE,
    errno.EACCES: SqlKind.NO_ROUTE,  # pf says no on the way out
    errno.EPERM: SqlKind.NO_ROUTE,  # the same elsewhere
}


def kind_of(error: Exception) -> SqlKind:
    """Given what pymysql raised, return the kind of answer that it is."""
    cause = system_error(error)
    if isinstance(cause, TimeoutError):
        return SqlKind.TIMEOUT
    if cause is not None and not isinstance(cause, socket.gaierror | ssl.SSLError):
        return KIND_OF_ERRNO.get(cause.errno or 0, SqlKind.ERROR)
    return KIND_OF_CODE.get(code_of(error), SqlKind.ERROR)


def code_of(error: Exception) -> int:
    """Return the error number, or 0 where there is none."""
    code = error.args[0] if error.args else 0
    return code if isinstance(code, int) else 0


def words_of(error: Exception) -> str:
    """Return the error in one line for a person: its text, then its number."""
    cause = system_error(error)
    if cause is not None:
        return cause.strerror or str(cause)
    code = code_of(error)
    text = " ".join(str(part) for part in error.args[1 if code else 0 :]).strip()
    return f"{text} ({code})" if code else text or type(error).__name__


def system_error(error: BaseException) -> OSError | None:
    """Return the system's error behind pymysql's, which only quotes it in its text."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError):
            return seen
        seen = getattr(seen, "original_exception", None) or seen.__context__
    return None
