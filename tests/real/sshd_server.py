"""A real sshd on a free port of loopback, with its own keys and forced command."""

from __future__ import annotations

import contextlib
import os
import pwd
import shlex
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

SSHD = "/usr/sbin/sshd"
SSH_KEYGEN = "/usr/bin/ssh-keygen"
PRIVILEGE_SEPARATION = Path("/run/sshd")
START_LIMIT = 10.0


class SshServer:
    """The peer's sshd. Its forced command runs the script that `answers` wrote."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.user = pwd.getpwuid(os.getuid()).pw_name
        self.port = free_port()
        self.log = directory / "sshd.log"
        self.authorized_keys = directory / "authorized_keys"
        self.host_key = make_key(directory / "host_key")
        self.answer = directory / "answer.sh"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def forced(self) -> str:
        """Return the forced command."""
        return f"/bin/sh {self.answer}"

    def admit(self, public_key: str, options: str | None = None) -> None:
        """Add a key; without options it is bound as the set-up text says."""
        bound = f'restrict,command="{self.forced}",from="127.0.0.1"'
        chosen = bound if options is None else options
        with self.authorized_keys.open("a") as file:
            file.write(f"{chosen} {public_key}\n".lstrip())

    def answers(self, script: str) -> None:
        """Let the forced command run this shell script from now on."""
        self.answer.write_text(script + "\n")

    def says(self, text: str) -> None:
        """Let the forced command print this text from now on."""
        file = self.directory / "text"
        file.write_text(text)
        self.answers(f"exec /bin/cat {shlex.quote(str(file))}")

    def logged(self, words: str) -> int:
        """Return how many lines of sshd's log contain these words."""
        return sum(words in line for line in self.log.read_text().splitlines())

    def start(self) -> None:
        """Start sshd and wait until it listens."""
        if os.getuid() == 0:
            PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
        self.authorized_keys.touch(mode=0o600)
        config = self.directory / "sshd_config"
        config.write_text("".join(f"{line}\n" for line in self._settings()))
        argv = [SSHD, "-D", "-f", str(config), "-E", str(self.log)]
        # Newer ones shut out an address that connects without logging in.
        lenient = ["-o", "PerSourcePenalties=no"]
        if subprocess.run([*argv, *lenient, "-t"], check=False).returncode == 0:
            argv += lenient
        self.process = subprocess.Popen(argv)
        until = time.monotonic() + START_LIMIT
        while not listens(self.port):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, "sshd does not listen"
            time.sleep(0.02)

    def stop(self) -> None:
        """End the listening sshd."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=START_LIMIT)

    def _settings(self) -> list[str]:
        return [
            f"Port {self.port}",
            "ListenAddress 127.0.0.1",
            "ListenAddress 127.0.0.2",
            f"HostKey {self.host_key}",
            f"AuthorizedKeysFile {self.authorized_keys}",
            "PidFile none",
            "StrictModes no",
            "UsePAM no",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "LogLevel VERBOSE",
            f"Match User {self.user} Address 127.0.0.1",
            "    PermitRootLogin forced-commands-only",
        ]


@contextlib.contextmanager
def running_server(directory: Path) -> Iterator[SshServer]:
    """Give a running server; end it afterwards."""
    server = SshServer(directory)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def make_key(path: Path) -> Path:
    """Make a key pair without a passphrase; return the private key's path."""
    subprocess.run(
        [SSH_KEYGEN, "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", str(path)],
        check=True,
    )
    return path


def public_key(path: Path) -> str:
    """Return the public half of a key pair as one line."""
    return path.with_name(path.name + ".pub").read_text().strip()


def free_port() -> int:
    """Return a port on which nobody listened a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Return whether somebody accepts connections on a port."""
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
        return True
    return False
