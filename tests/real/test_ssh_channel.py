"""The peer channel against a real sshd: what arrives, what is refused, how long."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import psutil
import pytest
from sshd_server import SSHD, SshServer, make_key, public_key, running_server

from hawatch.freebsd.host import FreeBSDHost
from hawatch.host import complete
from hawatch.model.config import (
    AgentConfig,
    Config,
    NodeConfig,
    PeerConfig,
    ServiceConfig,
)
from hawatch.model.fact import Known, Unknown
from hawatch.model.memory import HeardReport
from hawatch.model.report import PeerReport
from hawatch.model.snapshot import PeerSighting
from hawatch.peer import setup
from hawatch.peer.channel import fetch
from hawatch.peer.command import SSH, report_argv
from hawatch.peer.report import encode_report

pytestmark = pytest.mark.real

TIMEOUT = 3.0
OVERHEAD = 1.5
"""Seconds that forking, killing and a busy machine may add to a deadline."""


@pytest.fixture(scope="module")
def server() -> Iterator[SshServer]:
    """A running sshd; without one this is skipped at home, and fails in CI."""
    missing = [path for path in (SSHD, SSH) if not Path(path).exists()]
    if missing:
        message = f"{' and '.join(missing)} missing: run tests/real/install.sh"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    directory = Path(tempfile.mkdtemp(prefix="hw-sshd-"))
    try:
        with running_server(directory) as running:
            yield running
    finally:
        shutil.rmtree(directory)


@pytest.fixture
def config(server: SshServer) -> Iterator[Config]:
    """Node db1 as the server's client: its own key, pinned host key, run directory."""
    # A socket's path is short, pytest's temporary directories are not.
    directory = Path(tempfile.mkdtemp(prefix="hw-"))
    key = make_key(directory / "peer_key")
    server.authorized_keys.write_text("")
    server.admit(public_key(key))
    known_hosts = directory / "known_hosts"
    known_hosts.write_text(f"db2 {public_key(server.host_key)}\n")
    yield Config(
        nodes={
            "db1": NodeConfig(address="127.0.0.1"),
            "db2": NodeConfig(address="127.0.0.1"),
        },
        services={
            "mysql": ServiceConfig(
                vhid=1, interface="em0", vip="192.0.2.251", resources=(), mounts=()
            )
        },
        peer=PeerConfig(
            user=server.user,
            port=server.port,
            identity=str(key),
            known_hosts=str(known_hosts),
            connect_timeout=1.0,
            timeout=TIMEOUT,
        ),
        agent=AgentConfig(run=str(directory)),
    )
    for socket in directory.glob("ssh-*"):
        command = [SSH, "-F", "none", "-O", "exit", "-S", str(socket), "db2"]
        subprocess.run(command, check=False, capture_output=True)
    shutil.rmtree(directory)


def a_report(*, node: str = "db2", sequence: int = 7) -> PeerReport:
    return PeerReport(
        node=node,
        version="1.0.0",
        configuration="0123abcd",
        boot="there",
        sequence=sequence,
        wall=1.79e9,
        monotonic=float(sequence),
        sysctls=Unknown("not asked"),
        counters=Unknown("not asked"),
        services={},
    )


def a_host(config: Config) -> FreeBSDHost:
    return FreeBSDHost("db1", run_dir=config.agent.run)


def fetched(config: Config, heard: HeardReport | None = None) -> PeerSighting:
    """Ask the peer, and hold the channel to its deadline."""
    host = a_host(config)
    started = time.monotonic()
    sighting = complete(fetch(host, config, heard=heard))
    assert time.monotonic() - started < config.peer.timeout + OVERHEAD
    return sighting


def with_peer(config: Config, **changes: object) -> Config:
    peer = msgspec.structs.replace(config.peer, **changes)
    return msgspec.structs.replace(config, peer=peer)


def with_paths(config: Config, *paths: str) -> Config:
    nodes = {
        **config.nodes,
        "db2": NodeConfig(address=paths[0], paths=paths),
    }
    return msgspec.structs.replace(config, nodes=nodes)


def ssh(config: Config, command: list[str], *options: str) -> tuple[int, str, str]:
    """Run ssh with the channel's key and host key, but other wishes."""
    argv = report_argv(config, "db2", "127.0.0.1", shared=False)
    kept = [word for word in argv[1:-1] if word != "-T"]
    ended = subprocess.run(
        [argv[0], *options, *kept, *command],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )
    return ended.returncode, ended.stdout, ended.stderr


def test_the_report_arrives(server: SshServer, config: Config) -> None:
    """A good report is known, and so is the path that brought it."""
    server.says(encode_report(a_report()))
    sighting = fetched(config)
    assert sighting.report == Known(a_report())
    assert isinstance(sighting.paths["127.0.0.1"], Known)


def test_a_second_look_uses_the_kept_connection(
    server: SshServer, config: Config
) -> None:
    """Only the first look logs in, so the peer's auth.log stays readable."""
    before = server.logged("Accepted publickey")
    for sequence in (7, 8, 9):
        server.says(encode_report(a_report(sequence=sequence)))
        assert fetched(config).report == Known(a_report(sequence=sequence))
    assert server.logged("Accepted publickey") == before + 1


def test_any_other_command_ends_in_the_forced_one(
    server: SshServer, config: Config
) -> None:
    """The key reports, whatever it is asked to do."""
    server.says("the report")
    for command in (["/usr/bin/id"], ["rm", "-rf", "/nonexistent"], []):
        status, out, _ = ssh(config, command)
        assert (status, out) == (0, "the report")


def test_the_key_opens_no_shell_and_forwards_no_port(
    server: SshServer, config: Config
) -> None:
    """No terminal, no tunnel: `restrict` refuses what a mere forced command allows."""
    server.answers("tty")
    tunnel = ["-o", "ClearAllForwardings=no", "-W", f"127.0.0.1:{server.port}"]
    assert ssh(config, ["/bin/sh"])[1] == "not a tty\n"
    assert ssh(config, ["/bin/sh"], "-tt")[:2] == (255, "")
    assert ssh(config, [], *tunnel) == (255, "", "stdio forwarding failed\n")
    server.authorized_keys.write_text("")
    key = public_key(Path(config.peer.identity))
    server.admit(key, options=f'command="{server.forced}"')
    assert ssh(config, ["/bin/sh"], "-tt")[1].startswith("/dev/")
    assert ssh(config, [], *tunnel)[1].startswith("SSH-2.0")


def test_a_key_that_is_not_bound_brings_no_report(
    server: SshServer, config: Config
) -> None:
    """A forgotten forced command is found by the word `report`, which is no command."""
    server.authorized_keys.write_text("")
    server.admit(public_key(Path(config.peer.identity)), options="restrict")
    report = fetched(config).report
    assert isinstance(report, Unknown)
    # root's login is refused as a whole (forced-commands-only), another user's command
    # is not found.
    assert "exit 255" in report.reason or "exit 127" in report.reason


def test_a_key_that_is_not_admitted_brings_no_report(
    server: SshServer, config: Config
) -> None:
    """The reason is ssh's own, and the path is known to be open."""
    server.authorized_keys.write_text("")
    sighting = fetched(config)
    assert isinstance(sighting.report, Unknown)
    assert "Permission denied" in sighting.report.reason
    assert isinstance(sighting.paths["127.0.0.1"], Known)


def test_another_host_key_is_not_the_peer(
    server: SshServer, config: Config, tmp_path: Path
) -> None:
    """A machine that took over the peer's address is not believed."""
    server.says(encode_report(a_report()))
    other = public_key(make_key(tmp_path / "other"))
    Path(config.peer.known_hosts).write_text(f"db2 {other}\n")
    report = fetched(config).report
    assert isinstance(report, Unknown)
    assert "Host key verification failed" in report.reason


def test_a_host_key_that_was_never_pinned_is_not_accepted(
    server: SshServer, config: Config
) -> None:
    """Nobody is asked, and nothing is learnt on first use."""
    Path(config.peer.known_hosts).write_text("")
    report = fetched(config).report
    assert isinstance(report, Unknown)
    assert "Host key verification failed" in report.reason
    assert Path(config.peer.known_hosts).read_text() == ""


def test_a_dead_port_is_told_at_once(server: SshServer, config: Config) -> None:
    """Neither report nor path, and no waiting for the deadline."""
    started = time.monotonic()
    sighting = fetched(with_peer(config, port=1))
    assert time.monotonic() - started < 1.0
    path = sighting.paths["127.0.0.1"]
    assert isinstance(path, Unknown)
    assert "refused" in path.reason


def heard_sequence_8() -> HeardReport:
    host = FreeBSDHost("db1", run_dir=tempfile.gettempdir())
    return HeardReport(report=a_report(sequence=8), heard=host.now())


LIES: dict[str, tuple[Callable[[SshServer], None], str]] = {
    "wrong node": (
        lambda server: server.says(encode_report(a_report(node="db3"))),
        "db3 answered where db2 was asked",
    ),
    "old sequence": (
        lambda server: server.says(encode_report(a_report(sequence=7))),
        "an old report came back",
    ),
    "same again": (
        lambda server: server.says(encode_report(a_report(sequence=8))),
        "the same report came back",
    ),
    "garbage": (
        lambda server: server.answers("head -c 4096 /dev/urandom"),
        "cannot be read",
    ),
    "partial": (
        lambda server: server.says(encode_report(a_report())[:100]),
        "cannot be read",
    ),
    "nothing": (lambda server: server.answers("exit 0"), "said nothing"),
    "megabytes": (
        lambda server: server.answers("yes report | head -c 20000000"),
        "more than 262144",
    ),
    "failure": (
        lambda server: server.answers("echo hawatch: bad memory >&2; exit 3"),
        "exit 3: hawatch: bad memory",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_is_no_good_report_is_unknown_with_the_path_known(
    server: SshServer, config: Config, lie: str
) -> None:
    """The reason tells what was wrong; the peer is not taken for silent."""
    speak, part = LIES[lie]
    speak(server)
    sighting = fetched(config, heard_sequence_8())
    assert isinstance(sighting.report, Unknown)
    assert part in sighting.report.reason
    assert isinstance(sighting.paths["127.0.0.1"], Known)


def test_a_slow_report_arrives(server: SshServer, config: Config) -> None:
    """Slower than a connection may be, faster than the deadline."""
    server.says(encode_report(a_report()))
    server.answers(f"sleep 1.2\n{server.answer.read_text()}")
    assert fetched(config).report == Known(a_report())


def test_a_hanging_peer_costs_no_more_than_the_deadline(
    server: SshServer, config: Config
) -> None:
    """Its path is known to be open, and the next look is not harmed by it."""
    server.answers("sleep 20")
    sighting = fetched(config)
    assert isinstance(sighting.report, Unknown)
    assert "overdue" in sighting.report.reason
    assert isinstance(sighting.paths["127.0.0.1"], Known)
    server.says(encode_report(a_report()))
    assert fetched(config).report == Known(a_report())


def test_an_endless_answer_costs_no_more_than_the_deadline(
    server: SshServer, config: Config
) -> None:
    """A flood is cut off by time, and does not fill the memory."""
    server.answers("exec yes report")
    report = fetched(config).report
    assert isinstance(report, Unknown)


def test_a_frozen_sshd_costs_no_more_than_the_deadline(
    server: SshServer, config: Config
) -> None:
    """A kept connection whose other end sleeps does not hold the look."""
    server.says(encode_report(a_report()))
    assert fetched(config).report == Known(a_report())
    assert server.process is not None
    frozen = psutil.Process(server.process.pid).children(recursive=True)
    assert frozen
    for process in frozen:
        process.send_signal(signal.SIGSTOP)
    try:
        sighting = fetched(config)
    finally:
        for process in frozen:
            process.send_signal(signal.SIGCONT)
    assert isinstance(sighting.report, Unknown)
    assert isinstance(sighting.paths["127.0.0.1"], Known)


def test_every_path_has_its_own_verdict(server: SshServer, config: Config) -> None:
    """A dead first path costs nothing but itself; a later one is only knocked at."""
    server.says(encode_report(a_report()))
    sighting = fetched(with_paths(config, "127.0.0.3", "127.0.0.1", "127.0.0.2"))
    assert sighting.report == Known(a_report())
    verdicts = {path: type(fact) for path, fact in sighting.paths.items()}
    assert verdicts == {"127.0.0.3": Unknown, "127.0.0.1": Known, "127.0.0.2": Known}


def test_the_path_test_logs_in_anew_on_every_path(
    server: SshServer, config: Config
) -> None:
    """A kept connection would hide a key or an sshd that broke meanwhile."""
    server.says(encode_report(a_report()))
    assert isinstance(fetched(config).report, Known)
    server.authorized_keys.write_text("")
    assert isinstance(fetched(config).report, Known)
    verdicts = complete(setup.test_channel(a_host(config), config))
    verdict = verdicts["127.0.0.1"]
    assert isinstance(verdict, Unknown)
    assert "the peer does not accept the key (steps 1 and 2)" in verdict.reason


def test_the_set_up_text_works_as_it_is_pasted(
    server: SshServer, config: Config
) -> None:
    """Steps 1 to 3, run by a shell as printed, lead to a report."""
    new = Path(config.agent.run) / "new"
    pasted = with_peer(
        config, identity=str(new / "key"), known_hosts=str(new / "known_hosts")
    )
    step1, step2, step3 = commands_of(setup.setup_text(pasted))
    line = shell(step1)
    assert line.startswith(step2.splitlines()[0].strip().removesuffix("..."))
    server.authorized_keys.write_text(line.replace(setup.FORCED_COMMAND, server.forced))
    shell(step3)
    server.says(encode_report(a_report()))
    assert fetched(pasted).report == Known(a_report())


def commands_of(text: str) -> list[str]:
    """Return the indented lines of steps 1 to 3 on the first node."""
    first = text.split("===")[2]
    steps = [part.split("\n4. ")[0] for part in first.split("\n\n")]
    found: list[list[str]] = []
    for part in steps:
        if part[:2] in ("1.", "2.", "3."):
            found.append([])
        elif found and part.startswith("   ") and "ssh-keygen -lf" not in part:
            found[-1].append(part)
    return ["\n".join(parts) for parts in found]


def shell(script: str) -> str:
    """Run a script as a person's shell would; return what it printed."""
    ended = subprocess.run(
        ["/bin/sh", "-e", "-c", script], check=True, capture_output=True, text=True
    )
    return ended.stdout
