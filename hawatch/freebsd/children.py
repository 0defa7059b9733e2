"""Child processes that may have to be given up: attend, kill, reap for a moment.

A child in an uninterruptible sleep (an fsync on a dead disk) survives SIGKILL [FACTS
E6], so nothing here waits without a limit: such a child is abandoned, remembered, and
reaped by the way when the kernel lets it go. Commands (run.py) and disposable probes
(disposable.py) share this.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

import msgspec

from hawatch.host import Ending

OUTPUT_LIMIT = 1024 * 1024
"""Bytes kept of each pipe; what follows is read and thrown away."""

REAPING = 1.0
"""Seconds that a killed child gets to be gone, before it is abandoned."""

PULSE = 0.02
"""Seconds between two looks at a child that keeps its pipes open or silent."""

FATAL_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that end us, and must end the child first."""

Poll = Callable[[], int | None]
"""Asks for a child's exit status, as subprocess.Popen.poll does."""

_abandoned: list[Poll] = []


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """How a child ended; status (negative: a signal's number) only where it EXITED."""

    ending: Ending
    status: int | None


class Pipe:
    """A pipe from a child to us: keeps its first bytes and lets the rest pass by."""

    def __init__(self, limit: int = OUTPUT_LIMIT) -> None:
        """Open the pipe; raises OSError where the process has no descriptor left."""
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        self._limit = limit
        self._kept = bytearray()
        self._passed = 0

    @property
    def kept(self) -> bytes:
        """Return the first bytes that came, at most the limit."""
        return bytes(self._kept)

    @property
    def cut(self) -> bool:
        """Return whether more came than was kept."""
        return self._passed > len(self._kept)

    def read(self) -> bool:
        """Take a piece of what has come; return whether more may come later."""
        try:
            piece = os.read(self.reader, 65536)
        except BlockingIOError:
            return True
        self._passed += len(piece)
        self._kept += piece[: self._limit - len(self._kept)]
        return bool(piece)

    def drain(self) -> None:
        """Take what a child left behind, though a grandchild may hold the pipe open."""
        left = self._limit
        while left > 0:
            before = self._passed
            if not self.read() or self._passed == before:
                return
            left -= self._passed - before

    def close_writer(self) -> None:
        """Close our copy of the child's end, so that its end is the pipe's end."""
        if self.writer >= 0:
            os.close(self.writer)
            self.writer = -1

    def close(self) -> None:
        """Close both ends."""
        self.close_writer()
        if self.reader >= 0:
            os.close(self.reader)
            self.reader = -1


def attend(
    pid: int,
    poll: Poll,
    pipes: Sequence[Pipe],
    *,
    until: float,
    stop: Sequence[int] = (),
    monotonic: Callable[[], float] = time.monotonic,
) -> Ended:
    """Read a child's pipes until it ends; kill its process group when it is overdue.

    pid leads its own process group and has not been reaped. until is a reading of
    monotonic. stop is looked at between two reads: not empty means kill now. Grand-
    children that hold a pipe open are neither waited for nor killed when the child
    itself ends in time: they are the service that it started.
    """
    live = list(pipes)
    pause = PULSE
    while (status := poll()) is None:
        left = until - monotonic()
        if left <= 0 or stop:
            return _end_group(pid, poll, monotonic)
        ready, _, _ = select.select([p.reader for p in live], [], [], min(pause, left))
        if ready:  # after its last words a child soon ends
            pause = 0.001
        live = [p for p in live if p.reader not in ready or p.read()]
        pause = min(PULSE, pause * 2)
    for pipe in live:
        pipe.drain()
    return Ended(ending=Ending.EXITED, status=status)


def _end_group(pid: int, poll: Poll, monotonic: Callable[[], float]) -> Ended:
    """SIGKILL a child's process group, and reap the child or abandon it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    until = monotonic() + REAPING
    while (status := poll()) is None:
        if monotonic() >= until:
            _abandoned.append(poll)
            return Ended(ending=Ending.ABANDONED, status=None)
        time.sleep(0.005)
    if status != -signal.SIGKILL:  # it ended by itself just before
        return Ended(ending=Ending.EXITED, status=status)
    return Ended(ending=Ending.OVERDUE, status=None)


def reap_abandoned() -> int:
    """Reap the abandoned children that ended meanwhile; return how many are left."""
    _abandoned[:] = [poll for poll in _abandoned if poll() is None]
    return len(_abandoned)


@contextlib.contextmanager
def fatal_signals_noted() -> Iterator[list[int]]:
    """Note signals that would end us, until the child in our care has been ended.

    Gives the list of noted signals, to be handed to `attend`; afterwards each signal
    does what it would have done. Dying at once would leave a child that goes on
    changing the machine while the next cycle starts. Handlers that somebody installed
    stay in charge: they end nothing by themselves.
    """
    noted: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        noted.append(number)

    replaced = {
        number: signal.signal(number, note)
        for number in FATAL_SIGNALS
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler)
    }
    try:
        yield noted
    finally:
        for number, handler in replaced.items():
            signal.signal(number, handler)
        for caught in noted:
            signal.raise_signal(caught)
