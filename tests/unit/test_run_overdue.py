"""Commands that do not end: killed with their group, or abandoned; nothing waits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from hawatch.freebsd.children import OUTPUT_LIMIT, REAPING, reap_abandoned
from hawatch.freebsd.run import run_command
from hawatch.host import Ending


def gone(pid: int) -> bool:
    """Return whether a process ended, within a second."""
    for _ in range(100):
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.01)
    return False


def read_when_there(path: Path) -> str:
    """Return a file's text as soon as it has one."""
    for _ in range(1000):
        if path.exists() and (text := path.read_text()).endswith("\n"):
            return text
        time.sleep(0.01)
    raise AssertionError(f"{path} was never written")


def test_a_command_that_hangs_is_killed_at_its_deadline() -> None:
    """An overdue command costs its deadline and a moment, and has no status."""
    result = run_command(["/bin/sleep", "60"], deadline=0.3)

    assert (result.ending, result.status) == (Ending.OVERDUE, None)
    assert 0.3 <= result.seconds < 1.3


def test_what_was_said_before_the_deadline_is_kept() -> None:
    """The output of an overdue command tells where it hung."""
    result = run_command(["/bin/sh", "-c", "echo so far; sleep 60"], deadline=0.3)

    assert (result.ending, result.out) == (Ending.OVERDUE, "so far\n")


def test_a_command_that_ignores_sigterm_is_killed_all_the_same() -> None:
    """Nobody is asked politely: by then the deadline has passed."""
    script = "trap '' TERM INT HUP; while :; do sleep 1; done"

    assert run_command(["/bin/sh", "-c", script], deadline=0.3).ending is Ending.OVERDUE


def test_a_flood_without_end_is_killed_and_cut() -> None:
    """A command that never stops talking cannot keep us from looking at the clock."""
    result = run_command(
        ["/bin/sh", "-c", "while :; do echo flood; done"], deadline=0.5
    )

    assert result.ending is Ending.OVERDUE
    assert len(result.out) < OUTPUT_LIMIT + 100
    assert result.seconds < 2


def test_the_whole_process_group_of_an_overdue_command_is_killed() -> None:
    """Killing `service` must not leave the rc script's children at work."""
    result = run_command(
        ["/bin/sh", "-c", "sleep 60 & echo $!; wait"],
        deadline=0.3,
    )

    assert result.ending is Ending.OVERDUE
    assert gone(int(result.out))


def test_a_service_started_by_a_command_lives_on_and_is_not_waited_for() -> None:
    """A grandchild that holds the pipes open is the service, not the command."""
    result = run_command(["/bin/sh", "-c", "sleep 60 & echo $!"], deadline=10)
    service = int(result.out)

    try:
        assert result.succeeded
        assert result.seconds < 2
        assert not gone(service)
    finally:
        os.kill(service, signal.SIGKILL)


def test_a_grandchild_that_floods_the_pipe_is_not_read_for_ever() -> None:
    """After the command's own end only what fits the limit is read."""
    script = "(while :; do echo flood; done) & echo $!; sleep 0.1"
    result = run_command(["/bin/sh", "-c", script], deadline=10)

    os.kill(int(result.out.split("\n", 1)[0]), signal.SIGKILL)
    assert result.succeeded
    assert result.seconds < 5


def test_a_command_that_closes_its_output_is_still_waited_for() -> None:
    """The end of the output is not the end of the command."""
    result = run_command(
        ["/bin/sh", "-c", "exec >&- 2>&-; sleep 0.3; exit 4"], deadline=10
    )

    assert (result.ending, result.status) == (Ending.EXITED, 4)


TRACED = """
import ctypes, os, sys, time
PR_SET_PTRACER, ANY, PTRACE_SEIZE = 0x59616D61, -1, 0x4206
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long] + [ctypes.c_void_p] * 3
libc.prctl(PR_SET_PTRACER, ctypes.c_ulong(ANY & (2**64 - 1)), 0, 0, 0)
traced = os.getpid()
if os.fork() == 0:
    os.setsid()
    print(os.getpid(), libc.ptrace(PTRACE_SEIZE, traced, None, None), flush=True)
time.sleep(60)
"""
"""A process whose tracer never asks after it: dead or not, its parent cannot reap it.
No other unprivileged process behaves like one in an uninterruptible sleep."""


@pytest.mark.skipif(sys.platform != "linux", reason="ptrace is Linux's here")
def test_a_command_that_cannot_be_reaped_is_abandoned() -> None:
    """What survives SIGKILL is left alone after a moment, and reaped when it goes."""
    result = run_command([sys.executable, "-c", TRACED], deadline=1)
    tracer, seized = (int(word) for word in result.out.split())

    try:
        assert seized == 0, result
        assert (result.ending, result.status) == (Ending.ABANDONED, None)
        assert 1 + REAPING <= result.seconds < 1 + REAPING + 1
        assert reap_abandoned() == 1
    finally:
        os.kill(tracer, signal.SIGKILL)
    for _ in range(100):
        if reap_abandoned() == 0:
            break
        time.sleep(0.01)
    assert reap_abandoned() == 0


AGENT = """
import signal, sys
from hawatch.freebsd.run import run_command
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in a background job
signal.signal(signal.SIGHUP, signal.SIG_DFL)
run_command(["/bin/sh", "-c", sys.argv[1]], deadline=60)
print("survived")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_that_ends_us_ends_the_command_first(
    number: signal.Signals, tmp_path: Path
) -> None:
    """No command goes on changing the machine after the agent has gone."""
    note = tmp_path / "pid"
    script = f"trap '' TERM INT HUP; echo $$ > {note}; while :; do sleep 1; done"
    agent = subprocess.Popen(
        [sys.executable, "-c", AGENT, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    command = int(read_when_there(note))

    agent.send_signal(number)
    try:
        out, _ = agent.communicate(timeout=10)
    finally:
        agent.kill()

    assert agent.returncode == -number
    assert out == b""
    assert gone(command)


def test_a_handler_of_ours_stays_in_charge_and_the_command_is_finished() -> None:
    """An agent that wants to end in order first hears of the command's end."""
    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))
    try:
        result = run_command(
            ["/bin/sh", "-c", "kill -TERM $PPID; sleep 0.2; echo finished"], deadline=10
        )
    finally:
        signal.signal(signal.SIGTERM, before)

    assert heard == [signal.SIGTERM]
    assert result.out == "finished\n"


def test_the_handlers_are_as_before_after_a_command() -> None:
    """A command leaves no trace in our signal handling."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]

    run_command(["/bin/echo"], deadline=5)

    assert [signal.getsignal(number) for number in numbers] == before
