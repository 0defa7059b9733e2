"""`hawatch simulate --seeds [N]` and `--exhaustive`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from hawatch.exits import Exit
from hawatch.sim.search import tell
from hawatch.sim.search.draw import Kind
from hawatch.sim.search.kept import DEFAULT_RUN, FIRST
from hawatch.sim.search.play import Verdict
from hawatch.sim.search.run import leave_scenario, run_seeds


def main(words: list[str]) -> int:
    """Search; return 3 where something came true that must not."""
    options = _parser().parse_args(words)
    code = Exit.WELL
    if options.exhaustive:
        code = _exhaustive()
    if options.seeds is not None:
        code = max(code, _search(options))
    return code


def _exhaustive() -> Exit:
    from hawatch.sim.search.exhaustive.explore import explore_all
    from hawatch.sim.search.exhaustive.tell import result_lines, sum_lines

    results = []
    for result in explore_all():
        results.append(result)
        for line in result_lines(result):
            _say(line)
    for line in sum_lines(results):
        _say(line)
    return Exit.WRONG if any(result.harm for result in results) else Exit.WELL


def _search(options: argparse.Namespace) -> Exit:
    def told(verdict: Verdict) -> None:
        if verdict.harm and not options.json:
            _say(tell.verdict_line(verdict))

    asked = range(options.start, options.start + (options.seeds or FIRST))
    tally = run_seeds(
        asked if options.seeds or options.start else DEFAULT_RUN,
        kind=Kind(options.kind),
        told=told,
    )
    if options.json:
        _say(msgspec.json.encode(tally).decode())
    else:
        for line in tell.tally_lines(tally):
            _say(line)
    for verdict in tally.failed[: options.shrink]:
        path = leave_scenario(verdict, Path(options.into))
        sys.stderr.write(f"replay: hawatch simulate -v {path}\n")
    return Exit.WRONG if tally.failed else Exit.WELL


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="hawatch simulate",
        description="Search for what must never happen.",
        allow_abbrev=False,
    )
    made.add_argument(
        "--seeds",
        type=int,
        nargs="?",
        const=0,
        help=f"how many to play; where no number is given, {FIRST} and those that "
        "once found something",
    )
    made.add_argument(
        "--from", dest="start", type=int, default=0, help="the first seed"
    )
    made.add_argument(
        "--kind",
        choices=[kind.value for kind in Kind],
        default=Kind.SOUND.value,
        help="sound: within the assumptions; async: replication that may lose the "
        "last rows; beyond: faults that hawatch does not claim to survive",
    )
    made.add_argument(
        "--exhaustive",
        action="store_true",
        help="explore the abstract pair, theme by theme",
    )
    made.add_argument(
        "--shrink", type=int, default=3, help="how many failing seeds to cut down"
    )
    made.add_argument("--into", default=".", help="where their scenarios are written")
    made.add_argument("--json", action="store_true", help="the tally as JSON")
    return made
