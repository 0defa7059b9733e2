"""Real servers for the tests in this folder; install.sh installs them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest

MARIADBD = "/usr/sbin/mariadbd"
INSTALL_DB = "/usr/bin/mariadb-install-db"
OPENSSL = "/usr/bin/openssl"


def need(*programs: str) -> None:
    """Skip the test where a program is missing; fail where CI promised to have it."""
    missing = [program for program in programs if not os.access(program, os.X_OK)]
    if not missing:
        return
    text = f"not installed: {', '.join(missing)} (see tests/real/install.sh)"
    if os.environ.get("CI"):
        pytest.fail(text)
    pytest.skip(text)


def free_port() -> int:
    """Return a TCP port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class MariaDB:
    """A MariaDB server with data of its own, from Debian's package."""

    host = "127.0.0.1"

    def __init__(self, home: Path) -> None:
        """Create the data and start the server below home; return when it answers."""
        self.home = home
        self.port = free_port()
        self.socket = home / "socket"
        # The server refuses to be root unless told who to be.
        self.user = ["--user=mysql"] if os.geteuid() == 0 else []
        if self.user:
            shutil.chown(home, "mysql", "mysql")
        self._create()
        self.process = self._start()
        self._await()

    def _create(self) -> None:
        subprocess.run(
            [
                INSTALL_DB,
                "--no-defaults",
                f"--datadir={self.home / 'data'}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                *self.user,
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        key, certificate = self.home / "key.pem", self.home / "cert.pem"
        subprocess.run(
            [
                *(OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes"),
                *("-days", "2", "-subj", "/CN=anybody"),
                *("-keyout", key, "-out", certificate),
            ],
            check=True,
            stderr=subprocess.DEVNULL,
        )
        if self.user:
            shutil.chown(key, "mysql", "mysql")

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [
                MARIADBD,
                "--no-defaults",
                *self.user,
                f"--datadir={self.home / 'data'}",
                f"--socket={self.socket}",
                f"--pid-file={self.home / 'pid'}",
                f"--log-error={self.home / 'log'}",
                f"--ssl-cert={self.home / 'cert.pem'}",
                f"--ssl-key={self.home / 'key.pem'}",
                "--bind-address=127.0.0.1",
                f"--port={self.port}",
                "--innodb-buffer-pool-size=16M",
                "--innodb-log-file-size=8M",
                "--max-connections=10",
                "--skip-name-resolve",
            ]
        )

    def _await(self) -> None:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex((self.host, self.port)) == 0:
                    self.admin("SELECT 1")
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        log = self.home / "log"
        text = log.read_text() if log.exists() else ""
        raise AssertionError(f"mariadbd did not start:\n{text}")

    def connect_as_root(self) -> pymysql.connections.Connection:
        """Return a connection of the administrator, through the local socket."""
        return pymysql.connect(
            unix_socket=str(self.socket), user="root", autocommit=True
        )

    def admin(self, *statements: str) -> tuple[tuple[object, ...], ...]:
        """Execute statements as the administrator; return the last one's rows."""
        rows: tuple[tuple[object, ...], ...] = ()
        with (
            contextlib.closing(self.connect_as_root()) as connection,
            connection.cursor() as cursor,
        ):
            for statement in statements:
                cursor.execute(statement)
                rows = cursor.fetchall()
        return rows

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server."""
        self.process.send_signal(number)

    def stop(self) -> None:
        """End the server, whatever state it is in."""
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    """Return a running MariaDB server; tests put back what they change."""
    need(MARIADBD, INSTALL_DB, OPENSSL)
    # Not below pytest's own directory: user mysql may not enter that one.
    home = Path(tempfile.mkdtemp(prefix="hawatch-mariadb-"))
    server = None
    try:
        server = MariaDB(home)
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(home)
