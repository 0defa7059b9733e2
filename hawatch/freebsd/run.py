"""Run one command of the system: no shell, a clean environment, a deadline that holds.

The result tells what was said and how it ended, never more: an exit status of 0 is a
hint, and a killed `hastctl role` may still be obeyed later [FACTS B7].
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from hawatch.freebsd.children import (
    OUTPUT_LIMIT,
    Pipe,
    attend,
    fatal_signals_noted,
    reap_abandoned,
)
from hawatch.freebsd.turn import hastctl_turn
from hawatch.host import CommandResult, Ending

ENVIRONMENT = {
    "HOME": "/",
    "LC_ALL": "C",
    "PATH": "/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin",
}
"""All that a command gets: cron, ssh and a shell must not differ [FACTS E5].

The ports' programs come last: a site's fence command is a script that needs them
(ipmitool). rc scripts see nothing of it, service(8) gives them a PATH of their own."""

WAITING_SHARE = 0.5
"""The part of a hastctl's deadline that may pass before it is started: with less time
left than that, a role change would be cut short and its outcome unknown."""


def run_command(
    argv: Sequence[str],
    *,
    deadline: float,
    lock_directory: str | Path | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> CommandResult:
    """Given an argv with an absolute path, run it for at most deadline seconds.

    Return its output (UTF-8, foreign bytes as backslash escapes, at most OUTPUT_LIMIT
    bytes of each stream) and how it ended: EXITED with its status, or minus the number
    of the signal that ended it; OVERDUE or ABANDONED after a SIGKILL to its process
    group; MISSING where it was not started, err telling why. With a lock_directory, a
    hastctl waits there for its turn, for half its deadline at most.
    Raise ValueError where argv is no usable command: a programming mistake.
    """
    command = tuple(argv)
    if not command or not command[0].startswith("/"):
        raise ValueError(f"not an absolute path of a command: {command!r}")
    reap_abandoned()
    started = monotonic()
    until = started + deadline
    if lock_directory is None or Path(command[0]).name != "hastctl":
        return _run(command, started, until, monotonic)
    patience = deadline * WAITING_SHARE
    with hastctl_turn(lock_directory, patience=patience, monotonic=monotonic) as ours:
        if ours:
            return _run(command, started, until, monotonic)
    return _not_started(command, "another hastctl is in flight", monotonic() - started)


def _run(
    command: tuple[str, ...],
    started: float,
    until: float,
    monotonic: Callable[[], float],
) -> CommandResult:
    """Start a command and attend to it."""
    pipes: list[Pipe] = []
    try:
        with fatal_signals_noted() as stop:
            try:
                out, err = pipes[:] = Pipe(), Pipe()
                process = _spawn(command, out, err)
            except OSError as error:
                why = error.strerror or str(error)
                return _not_started(command, why, monotonic() - started)
            ended = attend(
                process.pid,
                process.poll,
                pipes,
                until=until,
                stop=stop,
                monotonic=monotonic,
            )
        return CommandResult(
            argv=command,
            ending=ended.ending,
            status=ended.status,
            out=_text(out),
            err=_text(err),
            seconds=monotonic() - started,
        )
    finally:
        for pipe in pipes:
            pipe.close()


def _spawn(command: tuple[str, ...], out: Pipe, err: Pipe) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own, away from any mount (cwd is /)."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=out.writer,
        stderr=err.writer,
        cwd="/",
        env=ENVIRONMENT,
        start_new_session=True,
    )
    out.close_writer()
    err.close_writer()
    return process


def _text(pipe: Pipe) -> str:
    """Return what came, with a last line that tells where it was cut."""
    text = pipe.kept.decode("utf-8", "backslashreplace")
    return f"{text}\n[cut after {OUTPUT_LIMIT} bytes]\n" if pipe.cut else text


def _not_started(command: tuple[str, ...], why: str, seconds: float) -> CommandResult:
    """Return the result of a command that was never started."""
    return CommandResult(
        argv=command, ending=Ending.MISSING, status=None, err=why, seconds=seconds
    )
