"""`hawatch prove`: what holds with this site's own timers, on one page."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from hawatch.commands.common import UsageError, say
from hawatch.config import load_config, parse_config
from hawatch.exits import Exit
from hawatch.model.config import Config


def main(words: list[str]) -> int:
    """Explore, search, measure, and print a page; WRONG where a never came true.

    Raises ConfigError where the configuration cannot be read or is wrong.
    """
    options = _parser().parse_args(words)
    for name in ("seeds", "draws", "seconds", "accidents"):
        if (getattr(options, name) or 0) < 0:
            raise UsageError(f"hawatch prove: --{name} is less than nothing")
    config = _config(options.config)
    from hawatch.sim.search import page
    from hawatch.sim.search.proof import Prover

    prover = Prover(
        config, options.config, seconds=options.seconds, draws=options.draws
    )
    proof = prover.proof

    def show(lines: Iterator[str]) -> None:
        if not options.json:
            for line in lines:
                say(line)
            sys.stdout.flush()

    show(page.head_lines(proof))
    prover.explore(options.accidents)
    show(page.abstract_lines(proof))
    prover.search(range(options.start, options.start + options.seeds))
    show(page.search_lines(proof))
    prover.outages()
    show(page.outage_lines(proof))
    prover.sweep()
    show(page.sweep_lines(proof))
    prover.end()
    show(page.end_lines(proof))
    if options.json:
        say(msgspec.json.encode(proof).decode())
    return Exit.WRONG if proof.never_came_true else Exit.WELL


def _config(path: str) -> Config:
    """Return the site's configuration, or the simulated pair's own."""
    if path:
        return load_config(Path(path))
    from hawatch.sim.scenario import DEFAULT_CONFIG
    from hawatch.sim.toml import to_toml

    return parse_config(to_toml(DEFAULT_CONFIG), "hawatch's defaults")


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="hawatch prove",
        description="Search for what must never happen, with this site's own timers.",
        allow_abbrev=False,
    )
    made.add_argument("--config", default="", help="the site's hawatch.toml")
    made.add_argument("--seeds", type=int, default=200, help="at most that many")
    made.add_argument("--from", dest="start", type=int, default=0, help="first seed")
    made.add_argument(
        "--draws", type=int, default=4, help="of each kind of fault alone"
    )
    made.add_argument(
        "--seconds", type=float, default=110.0, help="for all of it, about"
    )
    made.add_argument(
        "--accidents", type=int, help="of the abstract pair; default: each theme's own"
    )
    made.add_argument("--json", action="store_true", help="the result as JSON")
    return made
