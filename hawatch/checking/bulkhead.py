"""Each check file runs in a child of its own, so that a bad check sinks alone.

The children run side by side, a few at a time, under a deadline for loading, for each
check and for the file. A check that hangs, leaves the process, crashes or spoils the
pipe costs its own verdict; the other checks of its file go on in a fresh child.
"""

from __future__ import annotations

import contextlib
import enum
import os
import select
import signal
from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic

import msgspec

from hawatch.checking.child import (
    NO_PIPE,
    NO_START,
    Began,
    Judged,
    Loaded,
    Word,
    run_child,
)
from hawatch.checking.facts import Bound
from hawatch.checking.judge import Judgement
from hawatch.checking.nouns import DEFAULT_LIMITS, CheckFile, Limits
from hawatch.model.finding import Verdict

_WORDS = msgspec.json.Decoder(Word)
_TICK = 0.005
"""Seconds between two looks at children that are about to be gone."""
_LOOK = 0.1
"""Seconds between two looks whether a silent child died without closing its pipe."""
_LINGER = 0.25
"""Seconds for a child whose pipe is closed to be seen dead by itself."""
_MAX_LINE = 1 << 20


def kill_group(pid: int) -> None:
    """Kill a child and whatever it started and left in its process group."""
    for send in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            send(pid, signal.SIGKILL)


def run_isolated(
    work: Sequence[tuple[CheckFile, Sequence[Bound]]],
    *,
    limits: Limits = DEFAULT_LIMITS,
    kill: Callable[[int], object] = kill_group,
) -> list[list[Judgement]]:
    """Given files with their bound checks, return for each file a judgement per check.

    kill ends a child and its process group; what it cannot end is abandoned.
    """
    cells = [_Cell(file, jobs, limits, kill) for file, jobs in work]
    waiting = deque(cell for cell in cells if cell.left)
    running: list[_Cell] = []
    try:
        while waiting or running:
            while waiting and len(running) < limits.width:
                cell = waiting.popleft()
                if cell.start(monotonic()):
                    running.append(cell)
            _wait(running)
            now = monotonic()
            for cell in tuple(running):
                cell.listen()
                if cell.over(now):
                    running.remove(cell)
                    if cell.left:
                        waiting.append(cell)
    finally:
        # Ctrl-C reaches this process only: the children have groups of their own.
        for cell in running:
            kill(cell.pid)
    return [[cell.judged[number] for number in range(len(cell.jobs))] for cell in cells]


def _wait(running: Sequence[_Cell]) -> None:
    """Wait until a child says something, or a deadline or the next look is due."""
    poll = select.poll()
    for cell in running:
        if cell.phase is _Phase.OPEN:
            poll.register(cell.pipe, select.POLLIN)
    now = monotonic()
    idle = all(cell.phase is _Phase.OPEN for cell in running)
    soon = min((cell.deadline - now for cell in running), default=0.0)
    poll.poll(1000 * max(0.0, min(soon, _LOOK if idle else _TICK)))


class _Phase(enum.Enum):
    OPEN = enum.auto()
    CLOSED = enum.auto()
    KILLED = enum.auto()


class _Cell:
    """One file, its checks by number, and the child that runs them now."""

    def __init__(
        self,
        file: CheckFile,
        jobs: Sequence[Bound],
        limits: Limits,
        kill: Callable[[int], object],
    ) -> None:
        self.file = file
        self.jobs = jobs
        self.limits = limits
        self.kill = kill
        self.left = list(range(len(jobs)))
        self.judged: dict[int, Judgement] = {}
        self.ends = 0.0
        self.pipe = -1

    def start(self, now: float) -> bool:
        """Fork a child for the checks that are left; False where that is impossible."""
        self.ends = self.ends or now + self.limits.file
        pipes: tuple[int, ...] = ()
        try:
            pipes = self.pipe, writing = os.pipe()
            os.set_blocking(self.pipe, False)
            self.pid = os.fork()
        except OSError as error:
            for end in pipes:
                os.close(end)
            self._give_up(f"no child could be started: {os.strerror(error.errno or 0)}")
            return False
        if self.pid == 0:
            jobs = [(number, self.jobs[number]) for number in self.left]
            run_child(self.file, jobs, writing, self.limits.file + self.limits.grace)
        os.close(writing)
        with contextlib.suppress(OSError):  # the child does the same; one is first
            os.setpgid(self.pid, self.pid)
        self.phase = _Phase.OPEN
        self.loaded = False
        self.deadline = min(now + self.limits.load, self.ends)
        self.current: int | None = None
        self.first = True
        self.why = ""
        self.buffer = b""
        return True

    def listen(self) -> None:
        """Read what the child has said by now."""
        while self.phase is _Phase.OPEN:
            try:
                data = os.read(self.pipe, 65536)
            except BlockingIOError:
                return
            if not data:
                self.phase = _Phase.CLOSED
                self.deadline = monotonic() + _LINGER
                return
            *lines, self.buffer = (self.buffer + data).split(b"\n")
            try:
                for line in lines:
                    self._hear(_WORDS.decode(line))
            except msgspec.DecodeError:
                self._kill("wrote into the pipe of its own verdict")
            if len(self.buffer) > _MAX_LINE:
                self._kill("flooded the pipe of its own verdict")

    def _hear(self, word: Word) -> None:
        now = monotonic()
        if isinstance(word, Loaded):
            self.loaded = True
            if word.failure:
                self._give_up(f"the file could not be loaded: {word.failure}")
        elif isinstance(word, Began) and word.number in self.left:
            self.current = word.number
            allowed = now + self.jobs[word.number].check.timeout
            self.deadline = min(allowed, self.ends)
        elif isinstance(word, Judged) and word.number in self.left:
            self._judge(word.number, word.judgement)
            self.current = None
            self.first = False
            self.deadline = min(now + _LINGER * 4, self.ends)

    def over(self, now: float) -> bool:
        """Look after the child; return whether there is none any more."""
        dead = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if dead is not None:
            self.listen()
            # The dead child still holds its number, so this kills no stranger.
            self.kill(self.pid)
            _, status = os.waitpid(self.pid, 0)
            self._end(self.why or _how_it_ended(status), now)
            return True
        if now < self.deadline:
            return False
        if self.phase is _Phase.KILLED:
            self._end(f"{self.why}; it survives SIGKILL and was abandoned", now)
            return True
        if self.phase is _Phase.CLOSED:
            self._kill("closed the pipe of its own verdict")
        elif now >= self.ends:
            self._kill(f"the file used up its {self.limits.file:g} s")
        elif not self.loaded:
            self._kill(f"overdue after {self.limits.load:g} s")
        elif self.current is None:
            self._kill("did not go on to the next check")
        else:
            timeout = self.jobs[self.current].check.timeout
            self._kill(f"overdue after {timeout:g} s")
        return False

    def _kill(self, why: str) -> None:
        self.why = why
        self.kill(self.pid)
        self.phase = _Phase.KILLED
        self.deadline = monotonic() + self.limits.grace

    def _end(self, why: str, now: float) -> None:
        """Charge the end of the child to the check that it was running."""
        os.close(self.pipe)
        if not self.left:
            return
        if not self.loaded:
            self._give_up(f"{why} while the file was loaded")
        elif self.why or self.first:
            number = self.current if self.current is not None else self.left[0]
            self._judge(number, Judgement(Verdict.UNKNOWN, why))
        # Otherwise an earlier check of this child may have laid the mine: the check
        # that stepped on it is tried once more, as the first of a fresh child.
        if now >= self.ends:
            self._give_up(f"not run: the file used up its {self.limits.file:g} s")

    def _judge(self, number: int, judgement: Judgement) -> None:
        self.judged[number] = judgement
        self.left.remove(number)

    def _give_up(self, why: str) -> None:
        for number in tuple(self.left):
            self._judge(number, Judgement(Verdict.UNKNOWN, why))


def _how_it_ended(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"died: signal {os.WTERMSIG(status)}"
    code = os.waitstatus_to_exitcode(status)
    if code == NO_PIPE:
        return "closed the pipe of its own verdict"
    if code == NO_START:
        return "its process could not be set up"
    return f"left the process with status {code}"
