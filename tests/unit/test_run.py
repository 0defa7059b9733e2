"""Commands of the system, with real processes: what they get, what they may do."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from hawatch.freebsd.children import OUTPUT_LIMIT
from hawatch.freebsd.run import ENVIRONMENT, run_command
from hawatch.host import Ending


def sh(script: str, *, deadline: float = 10.0):
    """Run a shell script as a command."""
    return run_command(["/bin/sh", "-c", script], deadline=deadline)


def test_output_errors_and_status_come_back_apart() -> None:
    """Standard output, standard error and the status are told apart."""
    result = sh("echo out; echo err >&2; exit 78")

    assert result.ending is Ending.EXITED
    assert (result.status, result.out, result.err) == (78, "out\n", "err\n")
    assert not result.succeeded
    assert result.complaint() == "sh exit 78: err"


def test_a_command_that_succeeds_says_so() -> None:
    """Exit 0 is success, and the argv is kept for the record."""
    result = run_command(["/bin/echo", "a b", "$HOME"], deadline=5)

    assert result.succeeded
    assert result.out == "a b $HOME\n"
    assert result.argv == ("/bin/echo", "a b", "$HOME")


def test_a_quick_command_is_not_waited_for_longer_than_it_takes() -> None:
    """The end of a command is seen at once, not at the next pulse of a slow clock."""
    assert min(sh(":").seconds for _ in range(5)) < 0.1


@pytest.mark.parametrize("argv", [["echo"], ["bin/echo"], ["./echo"], [""], []])
def test_a_command_without_an_absolute_path_is_refused(argv: list[str]) -> None:
    """The PATH of cron, of ssh and of a person must never choose the program."""
    with pytest.raises(ValueError, match="absolute path"):
        run_command(argv, deadline=1)


def test_the_environment_is_minimal_and_not_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing of our environment reaches a command, least of all a secret."""
    monkeypatch.setenv("HAWATCH_TEST_SECRET", "hunter2")
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")

    lines = run_command(["/usr/bin/env"], deadline=5).out.splitlines()

    assert dict(line.split("=", 1) for line in lines) == ENVIRONMENT


def test_a_sites_script_finds_the_programs_of_ports_after_the_systems() -> None:
    """A fence command is a script that calls ipmitool or fence_apc."""
    folders = sh('echo "$PATH"').out.strip().split(":")

    assert folders[-2:] == ["/usr/local/sbin", "/usr/local/bin"]
    assert "/usr/bin" in folders[:-2]


def test_standard_input_is_empty_and_the_directory_is_the_root() -> None:
    """A command never waits for input, nor keeps a mount busy by standing in it."""
    assert sh("cat; pwd").out == "/\n"


def test_no_descriptor_of_ours_is_inherited(tmp_path: Path) -> None:
    """A command that outlives us must not hold our lock."""
    with (tmp_path / "lock").open("w") as lock:
        os.set_inheritable(lock.fileno(), True)
        result = sh(f"echo held >&{lock.fileno()}")

    assert not result.succeeded


def test_foreign_bytes_become_escapes() -> None:
    """Output that is not UTF-8 is readable and never an exception."""
    assert sh(r"printf 'caf\351 \303\251'").out == "caf\\xe9 é"


def test_a_missing_command_is_missing() -> None:
    """A command that is not installed was not started, which is not a failure of it."""
    result = run_command(["/nonexistent/hastctl"], deadline=5)

    assert (result.ending, result.status) == (Ending.MISSING, None)
    assert result.err == "No such file or directory"


def test_a_file_that_may_not_be_executed_is_missing(tmp_path: Path) -> None:
    """A file without the x bit was not started."""
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o600)

    result = run_command([str(program)], deadline=5)

    assert (result.ending, result.err) == (Ending.MISSING, "Permission denied")


def test_a_file_that_is_no_program_is_missing(tmp_path: Path) -> None:
    """A file that the kernel cannot execute was not started."""
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF, not really")
    program.chmod(0o700)

    assert run_command([str(program)], deadline=5).ending is Ending.MISSING


def test_a_command_ended_by_a_signal_tells_the_signal() -> None:
    """A crash shows as minus the signal's number."""
    result = sh("kill -SEGV $$")

    assert (result.ending, result.status) == (Ending.EXITED, -11)


def test_a_flood_is_cut_and_says_so() -> None:
    """Output beyond the limit is read, so that the command ends, but not kept."""
    script = f"import sys; sys.stdout.write('x' * {3 * OUTPUT_LIMIT})"
    result = run_command([sys.executable, "-c", script], deadline=20)

    assert result.succeeded
    assert result.out == "x" * OUTPUT_LIMIT + f"\n[cut after {OUTPUT_LIMIT} bytes]\n"


def test_output_of_exactly_the_limit_is_whole() -> None:
    """The limit itself is not a flood."""
    script = f"import sys; sys.stderr.write('x' * {OUTPUT_LIMIT})"

    assert run_command([sys.executable, "-c", script], deadline=20).err == (
        "x" * OUTPUT_LIMIT
    )
