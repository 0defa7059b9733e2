"""How many seeds of the fault search a minute takes, on one core and on all."""

from __future__ import annotations

import os
import sys
import time

from hawatch.sim.search.draw import draw
from hawatch.sim.search.play import search_one
from hawatch.sim.search.run import run_seeds

SEEDS = 12


def main() -> None:
    """Measure, and print seeds a minute and simulated hours a minute."""
    began = time.process_time()
    simulated = sum(search_one(draw(seed)).seconds for seed in range(SEEDS))
    spent = time.process_time() - began
    _tell("one core (CPU time)", SEEDS, simulated, spent)
    tally = run_seeds(range(SEEDS))
    _tell(f"{os.cpu_count()} cores (wall time)", SEEDS, tally.simulated, tally.seconds)


def _tell(what: str, seeds: int, simulated: float, spent: float) -> None:
    rate, hours = 60.0 * seeds / spent, simulated / 3600.0 * 60.0 / spent
    sys.stdout.write(f"{what:24} {rate:6.0f} seeds/min {hours:6.1f} simulated h/min\n")


if __name__ == "__main__":
    main()
