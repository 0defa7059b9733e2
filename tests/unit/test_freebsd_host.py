"""The real host as far as any Unix shows it: clocks, processes, signals, files."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from hawatch.freebsd.host import TEXT_LIMIT, FreeBSDHost
from hawatch.freebsd.probe_network import split_address
from hawatch.host import Process, complete
from hawatch.model.fact import REFUSED, Known, Unknown


@pytest.fixture
def host(tmp_path: Path) -> FreeBSDHost:
    """Return this machine as node db1."""
    return FreeBSDHost("db1", run_dir=tmp_path / "run")


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """Return a process that does nothing."""
    process = subprocess.Popen(["/bin/sleep", "60"])
    yield process
    process.kill()
    process.wait()


def found(host: FreeBSDHost, pid: int) -> Process | None:
    """Return a process of the host's table."""
    fact = host.processes()
    assert isinstance(fact, Known)
    return next((process for process in fact.value if process.pid == pid), None)


def test_a_process_with_a_title_that_is_no_utf_8_can_be_recorded(
    host: FreeBSDHost,
) -> None:
    """Titles are bytes that anybody chooses; a lone surrogate stops an encoder."""
    doze = "import time; time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", doze, b"\xfc"]) as process:
        try:
            seen = found(host, process.pid)
        finally:
            process.kill()

    assert seen is not None
    assert seen.cmdline[-1] == "\\xfc"
    assert msgspec.json.encode(seen)


def test_the_clocks_are_the_ones_given(tmp_path: Path) -> None:
    """All time comes through one door."""
    host = FreeBSDHost(
        "db1", run_dir=tmp_path, wall=lambda: 1000.0, monotonic=lambda: 5.0
    )

    assert (host.now().wall, host.now().monotonic) == (1000.0, 5.0)
    assert host.now().boot == host.now().boot != ""


def test_two_hosts_of_one_boot_agree_on_it(tmp_path: Path) -> None:
    """The next cycle's readings compare with this one's."""
    hosts = [FreeBSDHost("db1", run_dir=tmp_path) for _ in range(2)]

    assert hosts[0].now().boot == hosts[1].now().boot


def test_sleeping_takes_its_time(host: FreeBSDHost) -> None:
    """A sleep passes on the monotonic clock."""
    started = time.monotonic()
    complete(host.sleep(0.05))

    assert time.monotonic() - started >= 0.05


def test_asking_and_changing_run_commands(host: FreeBSDHost) -> None:
    """Both come to their end without ever suspending."""
    assert complete(host.ask(["/bin/echo", "asked"], deadline=5)).out == "asked\n"
    assert complete(host.change(["/bin/echo", "done"], deadline=5)).out == "done\n"


def test_the_process_table_shows_a_process_as_it_is(
    host: FreeBSDHost, sleeper: subprocess.Popen[bytes]
) -> None:
    """Name, command line, parent, executable and start."""
    process = found(host, sleeper.pid)

    assert process is not None
    assert process.name == "sleep"
    assert process.cmdline == ("/bin/sleep", "60")
    assert process.parent == os.getpid()
    assert process.exe.endswith(("/sleep", "/coreutils"))
    assert abs(process.started - time.time()) < 60


def test_a_process_is_signalled_by_pid_and_start(
    host: FreeBSDHost, sleeper: subprocess.Popen[bytes]
) -> None:
    """The process that was looked at is the one that is hit."""
    process = found(host, sleeper.pid)
    assert process is not None
    fact = complete(
        host.kill(process.pid, started=process.started, signal=signal.SIGTERM)
    )

    assert fact == Known(value=True)
    assert sleeper.wait(timeout=5) == -signal.SIGTERM


def test_another_process_with_the_same_pid_is_not_signalled(
    host: FreeBSDHost, sleeper: subprocess.Popen[bytes]
) -> None:
    """Numbers are used again; the one that was meant is gone."""
    process = found(host, sleeper.pid)
    assert process is not None
    fact = complete(
        host.kill(process.pid, started=process.started - 5, signal=signal.SIGKILL)
    )

    assert fact == Known(value=False)
    assert sleeper.poll() is None


def test_a_process_that_ended_is_gone(host: FreeBSDHost) -> None:
    """Nothing to signal is a known answer."""
    process = subprocess.Popen(["/bin/sleep", "0"])
    process.wait()

    assert complete(
        host.kill(process.pid, started=time.time(), signal=signal.SIGKILL)
    ) == Known(value=False)


@pytest.mark.parametrize("pid", [-1, 0, 1])
def test_groups_and_init_are_never_signalled(host: FreeBSDHost, pid: int) -> None:
    """kill(2) takes these for everybody, for our group, and for the machine."""
    fact = complete(host.kill(pid, started=0.0, signal=0))

    assert fact == Unknown(f"pid {pid} is never signalled")


def test_a_path_exists_or_does_not(host: FreeBSDHost, tmp_path: Path) -> None:
    """A file in the place of a directory means that nothing is there."""
    (tmp_path / "file").touch()

    assert host.exists(str(tmp_path / "file")) == Known(value=True)
    assert host.exists(str(tmp_path / "nothing")) == Known(value=False)
    assert host.exists(str(tmp_path / "file" / "below")) == Known(value=False)


def test_a_path_that_cannot_be_looked_at_is_unknown(
    host: FreeBSDHost, tmp_path: Path
) -> None:
    """A loop of links is neither there nor absent."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    assert isinstance(host.exists(str(tmp_path / "loop")), Unknown)


def test_a_small_text_is_read_and_foreign_bytes_are_escaped(
    host: FreeBSDHost, tmp_path: Path
) -> None:
    """A configuration file in Latin-1 is no reason to stumble."""
    file = tmp_path / "hast.conf"
    file.write_bytes(b"# caf\xe9\n")

    assert host.read_text(str(file)) == Known("# caf\\xe9\n")


def test_what_is_no_small_file_is_not_read(host: FreeBSDHost, tmp_path: Path) -> None:
    """A directory, a fifo and a flood are refused; none of them hangs us."""
    fifo, flood = tmp_path / "fifo", tmp_path / "flood"
    os.mkfifo(fifo)
    flood.write_bytes(b"x" * (TEXT_LIMIT + 1))

    for path in (tmp_path, fifo, flood, tmp_path / "nothing"):
        fact = host.read_text(str(path))
        assert isinstance(fact, Unknown)
        assert fact.reason.startswith(str(path))


def test_a_knock_tells_the_seconds_or_why_not(host: FreeBSDHost) -> None:
    """Somebody who listens is there; a closed port is the system's word for it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        answered = complete(host.knock(f"127.0.0.1:{port}", deadline=5))
    refused = complete(host.knock(f"127.0.0.1:{port}", deadline=5))

    assert isinstance(answered, Known)
    assert 0 <= answered.value < 5
    assert refused == Unknown("Connection refused", kind=REFUSED)


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("192.0.2.1:22", ("192.0.2.1", 22)),
        ("witness.example.org:443", ("witness.example.org", 443)),
        ("[2001:db8::1]:22", ("2001:db8::1", 22)),
    ],
)
def test_an_address_is_split(address: str, parts: tuple[str, int]) -> None:
    """Brackets keep an IPv6 address apart from its port."""
    assert split_address(address) == parts


@pytest.mark.parametrize(
    "address", ["", "host", "host:", ":22", "2001:db8::1:22", "h:x"]
)
def test_an_address_that_is_none_is_unknown(host: FreeBSDHost, address: str) -> None:
    """A mistake in the configuration is told, not raised."""
    assert complete(host.knock(address, deadline=5)) == Unknown(
        f"not host:port: {address!r}"
    )


def test_the_host_needs_no_heavy_import_to_run_a_command() -> None:
    """An event reaches its first command without psutil, pymysql or ssl."""
    script = (
        "import sys; from hawatch.freebsd.host import FreeBSDHost;"
        "print({'psutil', 'pymysql', 'ssl', 'asyncio'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout == "set()\n"
