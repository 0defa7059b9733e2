"""A dry run looks and changes nothing."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from hawatch.dryrun import DryRunHost
from hawatch.freebsd.host import FreeBSDHost
from hawatch.host import Ending, Host, complete
from hawatch.model.fact import Known, Unknown


@pytest.fixture
def real(tmp_path: Path) -> Host:
    """Return this machine as node db1."""
    return FreeBSDHost("db1", run_dir=tmp_path / "run")


@pytest.fixture
def dry(real: Host) -> DryRunHost:
    """Return the same machine, untouchable."""
    return DryRunHost(real)


def test_a_change_is_refused_and_recorded(dry: DryRunHost, tmp_path: Path) -> None:
    """The command does not run, and a person sees what would have run."""
    argv = ["/usr/bin/touch", str(tmp_path / "proof")]
    result = complete(dry.change(argv, deadline=5))

    assert (result.ending, result.status) == (Ending.REFUSED, None)
    assert not result.succeeded
    assert dry.refused == [tuple(argv)]
    assert not (tmp_path / "proof").exists()


def test_a_signal_is_refused_and_recorded(dry: DryRunHost) -> None:
    """The process lives on; whether it would have gone is unknown."""
    process = subprocess.Popen(["/bin/sleep", "60"])
    try:
        fact = complete(dry.kill(process.pid, started=0.0, signal=signal.SIGKILL))
        assert isinstance(fact, Unknown)
        assert dry.refused == [("/bin/kill", "-9", str(process.pid))]
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


def test_refusals_are_kept_in_their_order(dry: DryRunHost) -> None:
    """What would have happened reads from top to bottom."""
    complete(dry.change(["/bin/a"], deadline=1))
    complete(dry.kill(4711, started=0.0, signal=15))
    complete(dry.change(["/bin/b"], deadline=1))

    assert dry.refused == [("/bin/a",), ("/bin/kill", "-15", "4711"), ("/bin/b",)]


def test_questions_pass_through(dry: DryRunHost, real: Host, tmp_path: Path) -> None:
    """A dry run decides on the same facts as a real one."""
    file = tmp_path / "file"
    file.write_text("text")

    assert dry.node == "db1"
    assert dry.now().boot == real.now().boot
    assert complete(dry.ask(["/bin/echo", "hi"], deadline=5)).out == "hi\n"
    assert dry.exists(str(file)) == Known(value=True)
    assert dry.read_text(str(file)) == Known("text")
    assert isinstance(dry.boot_time(), Known)
    processes = dry.processes()
    assert isinstance(processes, Known)
    assert os.getpid() in {process.pid for process in processes.value}
    assert isinstance(complete(dry.space("/", deadline=5)), Known)
    assert isinstance(complete(dry.first_read("/dev/zero", deadline=5)), Known)
    assert isinstance(complete(dry.knock("127.0.0.1:1", deadline=5)), Unknown)
    complete(dry.sleep(0.0))
    assert dry.refused == []


def test_a_probe_that_would_write_only_reads(dry: DryRunHost) -> None:
    """A file system is looked into; the write is as if nobody had asked for it."""
    mounted = Path("/dev/shm")
    if not mounted.is_mount():
        pytest.skip("no /dev/shm: not Linux")
    fact = complete(
        dry.probe_directory(str(mounted), sentinel="x", fsync=True, deadline=5)
    )

    assert isinstance(fact, Known)
    assert (fact.value.own_device, fact.value.fsynced) == (True, None)
