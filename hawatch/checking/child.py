"""What runs inside a bulkhead: one forked child that loads one check file.

It tells through its pipe what it does: LOADED, then for each check BEGAN and its
judgement. The parent believes nothing else. The child leaves with os._exit and never
returns into the code that forked it.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
from collections.abc import Sequence
from time import monotonic
from typing import NoReturn

import msgspec

from hawatch.checking.facts import Bound
from hawatch.checking.judge import Judgement, judge, load, verdict_of
from hawatch.checking.nouns import CheckFile
from hawatch.descriptors import close_from
from hawatch.model.finding import Verdict

PIPE = 3
NO_START = 71
"""Exit status where the child could not even seal itself off (EX_OSERR)."""
NO_PIPE = 74
"""Exit status where the pipe to the parent was gone (EX_IOERR)."""
MEMORY = 1 << 30
"""Bytes of address space: a check that eats memory must not starve mysqld."""

SIGNALS = (
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGPIPE,
    signal.SIGALRM,
    signal.SIGCHLD,
    signal.SIGUSR1,
    signal.SIGUSR2,
)


class Began(msgspec.Struct, frozen=True, tag="began"):
    """The check with this number was called."""

    number: int


class Judged(msgspec.Struct, frozen=True, tag="judged"):
    """The check with this number ended with this judgement."""

    number: int
    judgement: Judgement


class Loaded(msgspec.Struct, frozen=True, tag="loaded"):
    """The file was loaded, or failed to be for a reason."""

    failure: str = ""


Word = Began | Judged | Loaded


def run_child(
    file: CheckFile, jobs: Sequence[tuple[int, Bound]], pipe: int, lifetime: float
) -> NoReturn:
    """Given a file, its numbered checks and the pipe's writing end, run them and leave.

    After lifetime seconds an alarm ends the child, should its parent have died first.
    Everything that the parent holds open is closed, above all its lock: a child that
    survives every signal must not hold that for ever.
    """
    status = NO_START
    try:
        _seal(pipe)
        signal.setitimer(signal.ITIMER_REAL, lifetime)
        status = NO_PIPE
        _work(file, jobs)
        status = 0
    finally:
        os._exit(status)


def _seal(pipe: int) -> None:
    """Leave the parent's group, files, signals and output behind."""
    os.setpgid(0, 0)
    for name in SIGNALS:
        signal.signal(name, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    if pipe != PIPE:
        os.dup2(pipe, PIPE)
    close_from(PIPE + 1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    os.close(nothing)
    # The parent's file objects must not be collected here: their numbers, closed
    # above, will soon belong to files that a check opens.
    gc.freeze()
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = sys.stderr = os.fdopen(1, "w", closefd=False)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, MEMORY)


def _limit(what: int, amount: int) -> None:
    try:
        _, hard = resource.getrlimit(what)
        if hard != resource.RLIM_INFINITY:
            amount = min(amount, hard)
        resource.setrlimit(what, (amount, hard))
    except (OSError, ValueError):
        return  # a child without the limit is better than no check


def _work(file: CheckFile, jobs: Sequence[tuple[int, Bound]]) -> None:
    """Load the file and run the checks; OSError where the parent cannot be told."""
    child = os.getpid()
    try:
        module = load(file.text, file.path)
    except BaseException as error:  # noqa: BLE001 - the child is the isolation
        _say(Loaded(verdict_of(error).message or type(error).__name__))
        return
    _say(Loaded())
    for number, bound in jobs:
        _say(Began(number))
        began = monotonic()
        try:
            judgement = judge(module, bound.check.function, bound.arguments)
        except BaseException as error:  # noqa: BLE001 - the child is the isolation
            judgement = Judgement(Verdict.UNKNOWN, verdict_of(error).message)
        seconds = monotonic() - began
        if os.getpid() != child:
            os._exit(0)  # a check forked and came back twice
        _say(Judged(number, msgspec.structs.replace(judgement, seconds=seconds)))


def _say(word: Word) -> None:
    """Write one line to the parent; a pipe that is gone ends the child."""
    line = msgspec.json.encode(word) + b"\n"
    while line:
        line = line[os.write(PIPE, line) :]
