"""Run commands to their end and tell what they cost: CPU seconds and peak memory."""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

ROUNDS = 7

ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name != "PYTHONDONTWRITEBYTECODE"
}
"""Ours, but compiled modules are kept, as they are where hawatch is installed."""


class Cost(NamedTuple):
    """What one run cost: seconds of CPU and MiB at its peak, children included."""

    cpu: float
    memory: float


def cost(argv: Sequence[str]) -> Cost:
    """Given a command with its path first, run it and return its cost.

    Raises SystemExit where it does not end with 0: a run that failed early is cheap
    and means nothing.
    """
    quiet = [
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    pid = os.posix_spawn(argv[0], argv, ENVIRONMENT, file_actions=quiet)
    # wait4 tells of this child and of the children that it waited for.
    _, status, usage = os.wait4(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        raise SystemExit(f"{' '.join(argv)} ended with {code}: nothing to measure")
    # Linux and FreeBSD tell kilobytes, macOS bytes.
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def medians(commands: Mapping[str, Sequence[str]], *, rounds: int) -> dict[str, Cost]:
    """Given named commands, run them in interleaved rounds; return their medians.

    Interleaved: whatever else the machine does meanwhile burdens all of them alike. A
    first round, which fills the caches, does not count.
    """
    runs: dict[str, list[Cost]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, argv in commands.items():
            found = cost(argv)
            if number:
                runs[name].append(found)
    return {
        name: Cost(
            statistics.median(run.cpu for run in found),
            statistics.median(run.memory for run in found),
        )
        for name, found in runs.items()
    }


def table(found: Mapping[str, Cost], base: str) -> str:
    """Given costs and the name of the one to compare with, return a table of ratios."""
    width = max(map(len, found))
    lines = [f"{'':{width}}  {'CPU ms':>8} {'ratio':>6}  {'MiB':>6} {'ratio':>6}"]
    for name, one in found.items():
        cpu, memory = one.cpu / found[base].cpu, one.memory / found[base].memory
        lines.append(
            f"{name:{width}}  {one.cpu * 1000:8.1f} {cpu:6.2f}"
            f"  {one.memory:6.1f} {memory:6.2f}"
        )
    return "\n".join(lines)
