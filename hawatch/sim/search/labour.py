"""Single faults played on every core: a process each, fed one task after the other.

`python -m hawatch.sim.search.labour` is such a process: the first line that it reads
is a configuration, every other one a task; it answers each with a line.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Sequence

import msgspec

from hawatch.model.config import Config
from hawatch.sim.search.change import changed
from hawatch.sim.search.outages import Measured, measure


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One play: a fault, its draw, and by what one timer is multiplied for it.

    path is empty where the configuration is as it is.
    """

    fault: str
    number: int
    path: str = ""
    factor: float = 1.0


class Labourer:
    """A process that plays one task at a time."""

    def __init__(self, config: Config) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hawatch.sim.search.labour"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.task: Task | None = None
        self._say(msgspec.json.encode(config))

    def give(self, task: Task) -> None:
        """Let it play a task."""
        self.task = task
        self._say(msgspec.json.encode(task))

    def answer(self) -> tuple[Task, Measured]:
        """Return what it was given and what it measured.

        Raises RuntimeError where the process died.
        """
        out = self.process.stdout
        line = out.readline() if out is not None else b""
        if not line or self.task is None:
            raise RuntimeError("a process of the search ended before its work did")
        return self.task, msgspec.json.decode(line, type=Measured)

    def end(self) -> None:
        """End the process, wherever it is."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    def _say(self, line: bytes) -> None:
        if self.process.stdin is None:
            return
        # A process that died is noticed when its answer is read.
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(line + b"\n")
            self.process.stdin.flush()


def play_all(
    tasks: Sequence[Task], config: Config, *, until: float
) -> Generator[tuple[Task, Measured], None, None]:
    """Yield what was measured, as it comes, till all is done or the time is over.

    until: a reading of the monotonic clock. Raises RuntimeError where a process died.
    """
    waiting = list(reversed(tasks))
    labourers = [
        Labourer(config) for _ in range(min(os.cpu_count() or 1, len(waiting)))
    ]
    with contextlib.ExitStack() as ends:
        selector = ends.enter_context(selectors.DefaultSelector())
        for one in labourers:
            ends.callback(one.end)
            if one.process.stdout is not None:
                selector.register(one.process.stdout, selectors.EVENT_READ, one)
            one.give(waiting.pop())
        at_work = len(labourers)
        while at_work and (left := until - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                yield key.data.answer()
                if waiting:
                    key.data.give(waiting.pop())
                else:
                    selector.unregister(key.fileobj)
                    at_work -= 1


def answers(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Given what a process reads, yield what it answers."""
    config = msgspec.json.decode(next(lines), type=Config)
    for line in lines:
        task = msgspec.json.decode(line, type=Task)
        own = changed(config, task.path, task.factor) if task.path else config
        yield msgspec.json.encode(measure(task.fault, task.number, own)) + b"\n"


def main() -> None:
    """Play what is asked for until nothing more is."""
    for answer in answers(iter(sys.stdin.buffer.readline, b"")):
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
