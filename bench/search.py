"""The fault search: seeds a minute, what leaving out saves, a year of a quiet pair."""

from __future__ import annotations

import os
import sys
import time

import msgspec

from hawatch.sim.search.draw import Drawn, draw
from hawatch.sim.search.play import Course
from hawatch.sim.search.run import run_seeds

WHOLE = range(1000, 1008)
QUICK = range(1000, 1040)
DAY = 86_400.0
YEAR = 365 * DAY


def main() -> None:
    """Measure, and print rates of this run and the ratios between them."""
    quick = _played(QUICK, whole=False)
    whole = _played(WHOLE, whole=True)
    some = _played(WHOLE, whole=False)
    _say(
        f"one core: {60 / quick:.0f} seeds a minute of CPU time, an hour each at least"
    )
    _say(f"the same seeds with text and every look: {whole / some:.1f} times as long")
    began = time.monotonic()
    tally = run_seeds(range(1040, 1120))
    wall = time.monotonic() - began
    _say(f"{os.cpu_count()} cores: {60 * tally.seeds / wall:.0f} seeds a minute")
    _say(f"a quiet pair: {_quiet_day() * YEAR / DAY / 60:.1f} minutes of CPU a year")


def _played(seeds: range, *, whole: bool) -> float:
    """Return the CPU seconds that a seed takes."""
    began = time.process_time()
    for seed in seeds:
        Course(draw(seed), leaping=not whole, quick=not whole).run()
    return (time.process_time() - began) / len(seeds)


def _quiet_day() -> float:
    """Return the CPU seconds of a day in which nothing happens."""
    drawn = _without_faults(draw(1000))
    began = time.process_time()
    Course(drawn).run()
    return time.process_time() - began


def _without_faults(drawn: Drawn) -> Drawn:
    tree = {**drawn.tree, "end": DAY}
    return msgspec.structs.replace(drawn, tree=tree, faults=(), names=(), quiet=30.0)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
