"""Carries errands in forked children, one for each URL, all at the same time.

A URL that hangs costs only itself: its child is killed at the deadline. The parent
must have noted a delivery before the child sends the next note, and a child whose
parent has died stops: so at most one note of each URL is ever sent twice.
"""

from __future__ import annotations

import contextlib
import math
import os
import select
import signal
import socket
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType

from hawatch.notifying.errand import Delivery, Errand, Note
from hawatch.notifying.secrets import mask_text

CarryOne = Callable[[str, Note], str]
"""Sends one note to one URL; returns why that failed, or ""."""

REPORT = 1000
"""The longest error that a child reports, in bytes."""
PATIENCE = 1.0
"""Seconds in which a killed child should be gone; after that it is left alone."""


def deliver(errands: Sequence[Errand], carry_one: CarryOne) -> Iterator[Delivery]:
    """Given errands and how to send one note, yield what came of each note.

    See hawatch.notifying.errand.Send for the order and the acknowledgement.
    """
    carriers: list[_Carrier] = []
    try:
        for errand in errands:
            if errand.notes:
                carriers.append(_Carrier(errand, carry_one, carriers))
        while carriers:
            _wait(carriers)
            for carrier in list(carriers):
                delivery = carrier.look()
                if delivery is None:
                    continue
                yield delivery
                if delivery.error or not carrier.go_on():
                    carriers.remove(carrier)
                    carrier.end()
    finally:
        for carrier in carriers:
            carrier.end()


class _Carrier:
    """One child with one errand; channel is the parent's end."""

    def __init__(
        self, errand: Errand, carry_one: CarryOne, others: Sequence[_Carrier]
    ) -> None:
        self._errand = errand
        self._position = 0
        self.due = time.monotonic() + errand.deadline
        # SEQPACKET keeps a report in one piece.
        self.channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._pid = os.fork()
        if self._pid == 0:
            # A brother's end left open here would hide the parent's death from him.
            for other in (self, *others):
                other.channel.close()
            _live(errand, carry_one, theirs)
        theirs.close()

    def look(self) -> Delivery | None:
        """Return what came of the note under way, or None where it is too early."""
        if select.select([self.channel], [], [], 0)[0]:
            with contextlib.suppress(OSError):
                report = self.channel.recv(REPORT + 1)
                if report:
                    return self._delivery(report[1:].decode("utf-8", "replace"))
            return self._delivery("the sending process died")
        if time.monotonic() >= self.due:
            return self._delivery(f"no answer within {self._errand.deadline:g} s")
        return None

    def go_on(self) -> bool:
        """Let the child send the next note; return whether there is one."""
        self._position += 1
        self.due = time.monotonic() + self._errand.deadline
        if self._position >= len(self._errand.notes):
            return False
        with contextlib.suppress(OSError):  # a dead child shows at the next look
            self.channel.send(b"+")
        return True

    def end(self) -> None:
        """Kill the child with all that it started, and take leave of it."""
        self.channel.close()
        for kill in (os.killpg, os.kill):  # before setsid it has no group of its own
            with contextlib.suppress(OSError):
                kill(self._pid, signal.SIGKILL)
        until = time.monotonic() + PATIENCE
        with contextlib.suppress(ChildProcessError):
            while not os.waitpid(self._pid, os.WNOHANG)[0]:
                if time.monotonic() > until:
                    return
                time.sleep(0.005)

    def _delivery(self, error: str) -> Delivery:
        note = self._errand.notes[self._position]
        return Delivery(errand=self._errand.name, note=note, error=error)


def _wait(carriers: Sequence[_Carrier]) -> None:
    """Sleep until a child speaks or the first deadline has come."""
    pause = min(carrier.due for carrier in carriers) - time.monotonic()
    select.select([carrier.channel for carrier in carriers], [], [], max(0.0, pause))


def _live(errand: Errand, carry_one: CarryOne, channel: socket.socket) -> None:
    """Be the child: send the notes one by one; never return."""
    with _LastWord(errand.url, channel):
        os.setsid()
        _silence()
        for note in errand.notes:
            # The parent kills at the deadline; this is for the child that outlives it.
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(math.ceil(errand.deadline) + 1)
            error = carry_one(errand.url, note)
            _report(channel, errand.url, error)
            if error or not channel.recv(1):
                break


class _LastWord:
    """Ends the child whatever happens in it; an exception is its last report."""

    def __init__(self, url: str, channel: socket.socket) -> None:
        self._url = url
        self._channel = channel

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is not None:
                _report(self._channel, self._url, f"{type(error).__name__}: {error}")
        finally:
            os._exit(0 if error is None else 1)


def _report(channel: socket.socket, url: str, error: str) -> None:
    """Tell the parent what came of a note; a leading byte makes "" a message."""
    text = " ".join(mask_text(error, url).split())
    channel.send(b":" + text.encode()[:REPORT])


def _silence() -> None:
    """Give what libraries print to nobody: it might hold a URL; nor may they warn."""
    warnings.simplefilter("ignore")
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
