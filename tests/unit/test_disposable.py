"""Disposable children: the answer comes back, or the reason why it did not."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from hawatch.descriptors import close_from
from hawatch.freebsd.disposable import ANSWER_FD, run_in_child
from hawatch.model.fact import Known, Unknown
from hawatch.model.storage import Space


def reason_of(fact: object) -> str:
    """Return the reason of a fact that must be unknown."""
    assert isinstance(fact, Unknown), fact
    return fact.reason


def test_the_answer_of_a_child_comes_back_typed() -> None:
    """A struct made in the child is the same struct here."""
    space = Space(total=3, used=2, available=1)

    assert run_in_child(lambda: space, Space, deadline=5) == Known(space)


def test_the_child_is_another_process_with_a_group_of_its_own() -> None:
    """A kill of its group can hit nobody else."""
    fact = run_in_child(
        lambda: (os.getpid(), os.getpgrp()), tuple[int, int], deadline=5
    )

    assert isinstance(fact, Known)
    pid, group = fact.value
    assert pid == group != os.getpid()


def test_a_large_answer_passes_the_pipe_whole() -> None:
    """An answer larger than the pipe's buffer is read while it is written."""
    assert run_in_child(lambda: b"x" * 900_000, bytes, deadline=5) == Known(
        b"x" * 900_000
    )


def test_an_answer_that_is_too_large_is_unknown() -> None:
    """A flood costs the answer, not our memory."""
    assert "without an answer" in reason_of(
        run_in_child(lambda: b"x" * 9_000_000, bytes, deadline=20)
    )


def test_an_operating_system_error_is_told_in_its_own_words() -> None:
    """The reason names the file and the system's word for it."""
    fact = run_in_child(lambda: Path("/nonexistent").stat().st_size, int, deadline=5)

    assert reason_of(fact) == "/nonexistent: No such file or directory"


def test_a_refusal_is_told_in_its_own_words() -> None:
    """A ValueError's text is meant for a person."""

    def refuse() -> int:
        raise ValueError("port 0 is no port")

    assert reason_of(run_in_child(refuse, int, deadline=5)) == "port 0 is no port"


def test_a_mistake_in_the_probe_is_unknown_and_names_its_type() -> None:
    """A broken thermometer is no ill patient, and shows what broke."""
    fact = run_in_child(lambda: 1 // 0, int, deadline=5)

    assert reason_of(fact).startswith("the probe failed: ZeroDivisionError")


@pytest.mark.parametrize(
    "end",
    [
        lambda: os._exit(0),
        lambda: os._exit(9),
        lambda: os.kill(os.getpid(), signal.SIGSEGV),
        lambda: os.close(ANSWER_FD),
    ],
    ids=["exits with 0", "exits with 9", "segfaults", "closes its pipe"],
)
def test_a_child_that_dies_without_an_answer_is_unknown(end: object) -> None:
    """No way of dying looks like an answer."""
    assert "without an answer" in reason_of(run_in_child(end, int, deadline=5))  # type: ignore[arg-type]


def test_a_child_that_calls_exit_is_unknown() -> None:
    """sys.exit(0) in a probe is not a success."""
    assert "SystemExit" in reason_of(run_in_child(lambda: sys.exit(0), int, deadline=5))


def test_an_answer_of_another_type_is_unknown() -> None:
    """What comes out of a child is checked before it is believed."""
    fact = run_in_child(lambda: "five", int, deadline=5)

    assert "makes no sense" in reason_of(fact)


def test_garbage_in_the_pipe_is_unknown() -> None:
    """Bytes that are no message are no answer."""

    def scribble() -> int:
        os.write(ANSWER_FD, b"\xc1\xc1")
        os._exit(0)

    assert "makes no sense" in reason_of(run_in_child(scribble, int, deadline=5))


def test_an_overdue_child_is_killed_and_gone(tmp_path: Path) -> None:
    """A hang costs its deadline, and no process is left of it."""
    note = tmp_path / "pid"

    def hang() -> int:
        note.write_text(str(os.getpid()))
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(60)
        return 1

    started = time.monotonic()
    fact = run_in_child(hang, int, deadline=0.3)

    assert reason_of(fact) == "no answer within 0.3 s"
    assert time.monotonic() - started < 1.3
    assert not psutil.pid_exists(int(note.read_text()))


def test_the_child_keeps_no_descriptor_of_ours(tmp_path: Path) -> None:
    """A child that hangs for hours must not hold the agent's lock for hours."""

    def open_descriptors() -> list[int]:
        found = []
        for descriptor in range(256):
            try:
                os.fstat(descriptor)
            except OSError:
                continue
            found.append(descriptor)
        return found

    with (tmp_path / "lock").open("w") as lock:
        assert lock.fileno() > ANSWER_FD
        fact = run_in_child(open_descriptors, list[int], deadline=5)

    assert fact == Known([0, 1, 2, ANSWER_FD])


def test_the_standard_streams_of_the_child_lead_nowhere() -> None:
    """Cron waits until its pipe is closed: a child must not hold it."""

    def numbers() -> list[int]:
        return [os.fstat(descriptor).st_rdev for descriptor in (0, 1, 2)]

    null = Path(os.devnull).stat().st_rdev
    assert run_in_child(numbers, list[int], deadline=5) == Known([null] * 3)


def test_no_descriptor_is_left_open_in_the_parent() -> None:
    """A resident agent asks for years."""
    before = psutil.Process().num_fds()
    for _ in range(5):
        run_in_child(lambda: 1, int, deadline=5)
        run_in_child(lambda: os._exit(1), int, deadline=5)

    assert psutil.Process().num_fds() == before


def test_finally_and_exit_handlers_of_the_parent_run_once(tmp_path: Path) -> None:
    """The child must not release, report or clean up what is the parent's."""
    note = tmp_path / "note"

    def record(word: str) -> None:
        with note.open("a") as file:
            file.write(f"{word} by {os.getpid()}\n")

    atexit.register(record, "exit handler")
    try:
        try:
            run_in_child(lambda: 1 // 0, int, deadline=5)
        finally:
            record("finally")
    finally:
        atexit.unregister(record)

    assert note.read_text() == f"finally by {os.getpid()}\n"


FULL_DISK = """
import resource, signal
from hawatch.freebsd.disposable import run_in_child
from hawatch.freebsd.run import run_command
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
try:
    with open("proof", "w") as file:
        file.write("x")
except OSError as error:
    print(error.strerror)
print(run_in_child(lambda: 5, int, deadline=5))
print(run_command(["/bin/echo", "hi"], deadline=5).out)
"""


def test_children_work_while_no_file_can_be_written(tmp_path: Path) -> None:
    """The way to release a node must not pass through a full disk."""
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK],
        cwd=tmp_path,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )

    assert done.stdout.splitlines()[:3] == ["File too large", "Known(value=5)", "hi"]


AGENT = """
import os, sys, time
from hawatch.freebsd.disposable import run_in_child
def hang():
    with open(sys.argv[1], "w") as file:
        file.write(f"{os.getpid()}\\n")
    time.sleep(60)
run_in_child(hang, int, deadline=60)
"""


def test_a_signal_that_ends_us_ends_the_child_first(tmp_path: Path) -> None:
    """A probe does not outlive its agent."""
    note = tmp_path / "pid"
    agent = subprocess.Popen([sys.executable, "-c", AGENT, str(note)])
    while not (note.exists() and note.read_text().endswith("\n")):
        time.sleep(0.01)

    agent.terminate()

    assert agent.wait(timeout=10) == -signal.SIGTERM
    assert not psutil.pid_exists(int(note.read_text()))


@pytest.mark.parametrize("limit", [64, 0, -1])
def test_a_child_closes_what_it_must_not_hold(
    limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end is above the limit, where Python has one call for all of them."""
    ends: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "sysconf", lambda _name: limit)
    monkeypatch.setattr(os, "closerange", lambda *range_: ends.append(range_))
    close_from(4)
    ((first, end),) = ends
    assert first == 4
    assert end > max(limit, 1000 if limit < 1 else 0)
