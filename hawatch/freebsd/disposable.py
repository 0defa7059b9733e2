"""Ask a dangerous question in a forked child that can be thrown away.

A probe of a sick disk may never come back. The child writes its answer into a pipe (no
file: the disk may be full) and leaves by os._exit; overdue it is killed, unkillable it
is abandoned [FACTS E6]. It keeps no descriptor of ours: an abandoned child that held
the agent's lock or cron's pipe would block them for as long as it hangs.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, NoReturn, Self, TypeVar

import msgspec

from hawatch.descriptors import close_from
from hawatch.freebsd.children import (
    FATAL_SIGNALS,
    Pipe,
    Poll,
    attend,
    fatal_signals_noted,
    reap_abandoned,
)
from hawatch.host import Ending
from hawatch.model.fact import REFUSED, Fact, Known, Unknown

T = TypeVar("T")

ANSWER_FD = 3
ANSWERED, CRASHED = 0, 70


def run_in_child(
    function: Callable[[], T],
    answer_type: type[T],
    *,
    deadline: float,
    monotonic: Callable[[], float] = time.monotonic,
) -> Fact[T]:
    """Call a function in a disposable child; return its answer as a fact.

    The answer travels as MessagePack and is decoded as answer_type. Unknown where the
    child raises (an OSError or a ValueError is told in its own words), dies, or is not
    done within deadline seconds. In the child only the standard streams are open, on
    /dev/null; nothing of the parent's exit handling runs there.
    """
    reap_abandoned()
    until = monotonic() + deadline
    try:
        pipe = Pipe()
    except OSError as error:
        return Unknown(_words(error))
    try:
        with fatal_signals_noted() as stop:
            pid = os.fork()
            if pid == 0:
                _be_the_child(function, pipe.writer)
            with contextlib.suppress(OSError):  # the child may have done it, or ended
                os.setpgid(pid, pid)
            pipe.close_writer()
            ended = attend(
                pid, _poll(pid), [pipe], until=until, stop=stop, monotonic=monotonic
            )
    except OSError as error:
        return Unknown(_words(error))
    finally:
        pipe.close()
    if ended.ending is not Ending.EXITED:
        stuck = ", and cannot be killed" if ended.ending is Ending.ABANDONED else ""
        return Unknown(f"no answer within {deadline:g} s{stuck}")
    return _decode(pipe, ended.status, answer_type)


def _decode(pipe: Pipe, status: int | None, answer_type: type[T]) -> Fact[T]:
    """Return the fact that the child wrote before it ended."""
    if not pipe.kept or pipe.cut:
        return Unknown(f"the probe's child ended with {status} and without an answer")
    try:
        fact = msgspec.msgpack.decode(pipe.kept, type=Known[msgspec.Raw] | Unknown)
        if isinstance(fact, Unknown):
            return fact
        return Known(msgspec.msgpack.decode(fact.value, type=answer_type))
    except msgspec.MsgspecError as error:
        return Unknown(f"the probe's answer makes no sense: {error}")


def _poll(pid: int) -> Poll:
    """Return a function that asks for the exit status of a forked child."""

    def poll() -> int | None:
        done, status = os.waitpid(pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if done else None

    return poll


def _be_the_child(function: Callable[[], Any], writer: int) -> NoReturn:
    """Be the child: answer and leave."""
    with _LastWill() as will:
        gc.disable()  # finalizers of the parent's objects are not ours to run
        os.setpgid(0, 0)
        for number in FATAL_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        _keep_only(writer)
        will.answer = Known(function())
    raise AssertionError("a child came back from the dead")


def _keep_only(writer: int) -> None:
    """Close every descriptor but the pipe; the standard ones become /dev/null."""
    kept = os.dup2(writer, ANSWER_FD) if writer != ANSWER_FD else writer
    close_from(kept + 1)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.close(null)


class _LastWill:
    """Writes the answer, or why there is none, and ends the process at once.

    The parent's finally clauses and exit handlers are above us on the stack and must
    not run a second time in the child.
    """

    def __init__(self) -> None:
        self.answer: Fact[Any] = Unknown("the probe was not asked")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is not None:
                refused = isinstance(error, ConnectionRefusedError)
                self.answer = Unknown(_words(error), kind=REFUSED if refused else "")
            with open(ANSWER_FD, "wb", closefd=False) as pipe:
                pipe.write(msgspec.msgpack.encode(self.answer))
            os._exit(ANSWERED if error is None else CRASHED)
        finally:
            os._exit(CRASHED)


def _words(error: BaseException) -> str:
    """Return an error as a reason for a person."""
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}"
    if isinstance(error, ValueError):
        return str(error)
    return f"the probe failed: {type(error).__name__}: {error}"
