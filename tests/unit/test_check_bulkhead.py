"""A bad check costs its own verdict and no other."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
import pytest
from bad_checks import BAD, LIMITS, WORSE, Bad, body, run_all, unique, write_among_good
from builders import a_config, a_memory, a_snapshot

from hawatch.checking import bulkhead
from hawatch.checking.bulkhead import kill_group, run_isolated
from hawatch.checking.facts import bind
from hawatch.checking.judge import Judgement
from hawatch.checking.nouns import CheckFile, Limits
from hawatch.checking.scan import scan
from hawatch.checking.subject import Look
from hawatch.model.finding import Finding, Verdict

PROGRAM = Path(bulkhead.__file__).parents[2] / "tests" / "bad_checks.py"


def the_bad_one(findings: Sequence[Finding]) -> Finding:
    (bad,) = [one for one in findings if not one.check.startswith("good")]
    return bad


def goods(findings: Sequence[Finding]) -> list[Verdict]:
    return [one.verdict for one in findings if one.check.startswith("good")]


@pytest.mark.parametrize("bad", [pytest.param(b, id=n) for n, b in BAD.items()])
def test_a_bad_check_costs_its_own_verdict_and_no_other(
    bad: Bad, tmp_path: Path
) -> None:
    """Seven good checks keep their verdicts beside each of the sixteen bad ones."""
    write_among_good(tmp_path, {"one": bad.text})
    findings = run_all(tmp_path)
    assert goods(findings) == [Verdict.OK] * 7
    found = the_bad_one(findings)
    assert bad.verdict == found.verdict
    assert bad.says in found.message


@pytest.mark.parametrize("bad", [pytest.param(b, id=n) for n, b in WORSE.items()])
def test_a_worse_check_costs_its_own_verdict_and_no_other(
    bad: Bad, tmp_path: Path
) -> None:
    """Floods, spoilt pipes, stray children and eaten memory stay in their bulkhead."""
    write_among_good(tmp_path, {"one": bad.text})
    findings = run_all(tmp_path)
    assert goods(findings) == [Verdict.OK] * 7
    found = the_bad_one(findings)
    assert bad.verdict == found.verdict
    assert bad.says in found.message
    assert len(found.message) <= 2000


def run_program(
    directory: Path, *options: str, full_disk: bool = False
) -> dict[str, list[str]]:
    """Run all bad checks in an interpreter of its own; return what it found."""
    environment = dict(os.environ)
    if full_disk:
        environment["TMPDIR"] = "/nonexistent"

    def no_file_may_grow() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    full_device = Path("/dev/full" if full_disk else os.devnull)
    with full_device.open("w") as out:
        done = subprocess.run(
            [sys.executable, *options, str(PROGRAM), str(directory)],
            check=True,
            stdout=out,
            stderr=subprocess.PIPE,
            env=environment,
            preexec_fn=no_file_may_grow if full_disk else None,
            timeout=60,
        )
    found: dict[str, list[str]] = json.loads(done.stderr)
    return found


@pytest.mark.parametrize("way", ["-O", "-OO", "full disk"])
def test_all_verdicts_stay_the_same_under_optimize_and_on_a_full_disk(
    way: str, tmp_path: Path
) -> None:
    """No -O deletes an assert, and no verdict needs a file that can be written."""
    texts = {name: bad.text for name, bad in (BAD | WORSE).items()}
    write_among_good(tmp_path, texts)
    if way == "full disk":
        found = run_program(tmp_path, full_disk=True)
    else:
        found = run_program(tmp_path, way)
    assert [found[f"good{n}"][0] for n in range(1, 8)] == ["ok"] * 7
    unparsed = next(verdict for name, verdict in found.items() if name.endswith(".py"))
    for name, bad in (BAD | WORSE).items():
        verdict, message = found.get(unique(name), unparsed)
        assert verdict == bad.verdict, name
        assert bad.says in message, name


def isolated(
    text: str,
    limits: Limits = LIMITS,
    kill: Callable[[int], object] = kill_group,
) -> list[Judgement]:
    """Run the checks of one file in a bulkhead on the healthy owner."""
    file, refused = scan(text, "/somewhere/check_it.py", shipped=False)
    assert not refused
    return run_isolated([work_of(file)], limits=limits, kill=kill)[0]


def work_of(file: CheckFile) -> tuple[CheckFile, list[bulkhead.Bound]]:
    look = Look(a_config(), a_snapshot(), a_memory())
    return file, [one for check in file.checks for one in bind(check, look)]


def test_the_other_checks_of_the_same_file_go_on_in_a_fresh_child() -> None:
    """A crash, a hang and an exit in one file leave its good checks their verdicts."""
    judged = isolated(
        """
from hawatch.api import check
def check_1(): pass
def check_2():
    import ctypes; ctypes.string_at(0)
def check_3(): assert 1 == 2
@check(timeout=0.3)
def check_4():
    while True: pass
def check_5(): pass
def check_6():
    import os; os._exit(9)
def check_7(): pass
"""
    )
    expected = ["ok", "unknown", "fail", "unknown", "ok", "unknown", "ok"]
    assert expected == [one.verdict for one in judged]
    assert judged[1].message == "died: signal 11"
    assert judged[3].message == "overdue after 0.3 s"
    assert judged[5].message == "left the process with status 9"


def test_a_mine_laid_by_one_check_does_not_cost_another_its_verdict() -> None:
    """A check that dies after another ran in its child is tried again, as the first."""
    judged = isolated(
        """
def check_lays_a_mine():
    import signal
    signal.setitimer(signal.ITIMER_REAL, 0.05)
def check_steps_on_it():
    import time; time.sleep(0.15)
"""
    )
    assert [one.verdict for one in judged] == [Verdict.OK, Verdict.OK]


def test_a_file_has_a_deadline_for_all_its_checks_together() -> None:
    """Checks that are not overdue one by one cannot hold the agent up for long."""
    checks = "\n".join(
        f"def check_{n}():\n    import time; time.sleep(0.2)" for n in range(9)
    )
    began = time.monotonic()
    judged = isolated(checks, Limits(file=0.5))
    assert time.monotonic() - began < 1.5
    assert Verdict.OK is judged[0].verdict
    assert Verdict.UNKNOWN is judged[8].verdict
    assert "the file used up its 0.5 s" in judged[8].message


def test_a_child_that_survives_sigkill_is_abandoned_and_said_so() -> None:
    """A process in an uninterruptible wait is left alone, never waited for."""
    victims: set[int] = set()
    began = time.monotonic()
    judged = isolated(
        "from hawatch.api import check\n@check(timeout=0.2)\n"
        "def check_1():\n    import time; time.sleep(99)\n"
        "def check_2(): pass\n",
        Limits(grace=0.2),
        kill=victims.add,
    )
    assert time.monotonic() - began < 5
    assert "survives SIGKILL and was abandoned" in judged[0].message
    assert Verdict.OK is judged[1].verdict
    for pid in victims:
        kill_group(pid)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)


def test_files_run_side_by_side() -> None:
    """Eight files that take their time take it together, and no more than eight."""
    text = "def check_slow():\n    import time; time.sleep(0.3)\n"
    files = [scan(text, f"/check_{n}.py", shipped=False)[0] for n in range(16)]
    began = time.monotonic()
    judged = run_isolated([work_of(file) for file in files], limits=LIMITS)
    took = time.monotonic() - began
    assert all(one.verdict is Verdict.OK for [one] in judged)
    assert 0.55 < took < 2.0


def test_a_child_holds_no_file_of_its_parent(tmp_path: Path) -> None:
    """The agent's lock must not live on in a check's child."""
    held = (tmp_path / "lock").open("w")
    try:
        (judged,) = isolated(
            f"def check_it():\n    import os\n    os.fstat({held.fileno()})\n"
        )
    finally:
        held.close()
    assert "Bad file descriptor" in judged.message


def test_a_child_cannot_hurt_its_parents_signals_or_output(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Nothing that a check prints is seen, and the parent's handlers are not run."""
    before = signal.getsignal(signal.SIGINT)
    isolated(
        "def check_it():\n"
        "    import os, sys\n"
        "    print('seen'); os.write(2, b'seen'); sys.stdout.flush()\n"
    )
    assert capfd.readouterr() == ("", "")
    assert before is signal.getsignal(signal.SIGINT)


def test_no_child_is_left_when_the_run_is_over() -> None:
    """Every child is reaped, and so is what it left in its process group."""
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    isolated("def check_it():\n    import os, time\n    os.fork() or time.sleep(99)\n")
    after = {child.pid for child in psutil.Process().children(recursive=True)}
    assert after <= before


def is_running(pid: int) -> bool:
    """Return whether a process lives; one that is only not yet reaped does not."""
    done = subprocess.run(
        ["/bin/ps", "-o", "state=", "-p", str(pid)],
        check=False,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()[:1] not in ("", "Z")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_child_does_not_outlive_its_parent_for_long(
    number: signal.Signals, tmp_path: Path
) -> None:
    """Ctrl-C ends the children; where the agent was killed, their own alarm does."""
    note = tmp_path / "pid"
    write_among_good(
        tmp_path,
        {
            "one": body(
                "import os, pathlib, time",
                f"pathlib.Path({str(note)!r}).write_text(str(os.getpid()) + ' ')",
                "time.sleep(99)",
                timeout=50,
            )
        },
    )
    parent = subprocess.Popen(
        [sys.executable, str(PROGRAM), str(tmp_path), "2"], stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 20
    while not (note.exists() and note.read_text().endswith(" ")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    child = int(note.read_text())
    assert is_running(child)
    parent.send_signal(number)
    parent.wait()
    while is_running(child):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_an_impossible_fork_is_a_reason_and_no_exception() -> None:
    """Where no pipe can be had, each check is unknown and says why."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        judged = isolated("def check_1(): pass\ndef check_2(): pass\n")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    expected = "no child could be started: Too many open files"
    assert [expected, expected] == [one.message for one in judged]
