"""At most one hastctl in flight, with a program of that name that takes its time."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from hawatch.freebsd.run import run_command
from hawatch.freebsd.turn import LOCK_NAME
from hawatch.host import Ending

AGENT = """
import sys
from hawatch.freebsd.run import run_command
result = run_command([sys.argv[1]], deadline=20, lock_directory=sys.argv[2])
assert result.succeeded, result
"""


@pytest.fixture
def hastctl(tmp_path: Path) -> Path:
    """Return a hastctl that notes when it starts and when it ends."""
    program = tmp_path / "hastctl"
    log = tmp_path / "log"
    program.write_text(f"#!/bin/sh\necho in >> {log}\nsleep 0.3\necho out >> {log}\n")
    program.chmod(0o700)
    return program


def test_two_agents_never_run_hastctl_at_the_same_time(
    hastctl: Path, tmp_path: Path
) -> None:
    """The second call starts when the first has ended."""
    agents = [
        subprocess.Popen([sys.executable, "-c", AGENT, hastctl, tmp_path / "run"])
        for _ in range(3)
    ]

    assert [agent.wait(timeout=30) for agent in agents] == [0, 0, 0]
    assert (tmp_path / "log").read_text().split() == ["in", "out"] * 3


def test_a_hastctl_that_gets_no_turn_is_not_started(
    hastctl: Path, tmp_path: Path
) -> None:
    """Not started is not overdue: nothing was queued in hastd, and it says why."""
    with (tmp_path / LOCK_NAME).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = run_command([str(hastctl)], deadline=0.4, lock_directory=tmp_path)

    assert (result.ending, result.err) == (
        Ending.MISSING,
        "another hastctl is in flight",
    )
    assert 0.2 <= result.seconds < 0.4
    assert not (tmp_path / "log").exists()


def test_other_commands_need_no_turn(hastctl: Path, tmp_path: Path) -> None:
    """The lock concerns hastctl alone."""
    with (tmp_path / LOCK_NAME).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = run_command(["/bin/echo", "hi"], deadline=5, lock_directory=tmp_path)

    assert result.succeeded


def test_the_turn_is_given_back_after_a_kill(hastctl: Path, tmp_path: Path) -> None:
    """An overdue hastctl does not keep the next one from its turn."""
    first = run_command([str(hastctl)], deadline=0.1, lock_directory=tmp_path)
    second = run_command([str(hastctl)], deadline=10, lock_directory=tmp_path)

    assert (first.ending, second.ending) == (Ending.OVERDUE, Ending.EXITED)


def test_a_lock_that_cannot_be_made_does_not_stop_hastctl(
    hastctl: Path, tmp_path: Path
) -> None:
    """A full or read-only disk must not keep a node from giving up its role."""
    (tmp_path / "file").write_text("in the way")
    result = run_command(
        [str(hastctl)], deadline=10, lock_directory=tmp_path / "file" / "run"
    )

    assert result.succeeded
