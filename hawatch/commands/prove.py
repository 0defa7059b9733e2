"""`hawatch prove`: what holds with this site's own timers, on one page."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from hawatch.commands.common import say
from hawatch.exits import Exit

ASSUMPTIONS = (
    "two nodes that both reach a witness reach each other on some path",
    "a node stands still for a minute at most (longer: configure witness.fence)",
    "cron starts hawatch again after it was killed",
    "a disk that says that it wrote did write; one disk fails at a time",
    "the standby looks once between a break of HAST and the first row without it",
    "a bare mount point is protected, or no start of mysqld comes after it was killed",
)

NEVERS = (
    "two nodes with a primary role and a writable mount; rows accepted on both",
    "an acknowledged row missing where the service comes up",
    "a half-synced copy mounted",
    "a service on an empty or missing file system",
    "a demotion that leaves nobody able to serve",
    "a second automatic move inside the cool-down",
    "trouble that nobody is told of; a pair that does not come to rest",
)


def main(words: list[str]) -> int:
    """Explore, search, and print a page; return 3 where a never came true."""
    options = _parser().parse_args(words)
    from hawatch.config import parse_config
    from hawatch.deciding.timers import budget
    from hawatch.sim.search import tell
    from hawatch.sim.search.exhaustive.explore import explore_all
    from hawatch.sim.search.exhaustive.tell import result_lines, sum_lines
    from hawatch.sim.search.run import run_seeds

    say("Assumed:")
    _list(ASSUMPTIONS)
    say("Never:")
    _list(NEVERS)
    if options.config:
        text = Path(options.config).read_text(encoding="utf-8")
        say(f"Timers of {options.config}, in seconds:")
        _list(_timers(budget(parse_config(text, options.config))))
    found = list(explore_all(accidents=options.accidents))
    say("")
    for line in (line for result in found for line in result_lines(result)):
        say(line)
    for line in sum_lines(found):
        say(line)
    sys.stdout.flush()
    tally = run_seeds(
        range(options.start, options.start + options.seeds),
        config=options.config or "",
        most_seconds=options.seconds,
    )
    say("")
    for line in tell.tally_lines(tally):
        say(line)
    for verdict in tally.failed:
        say(f"  {tell.verdict_line(verdict)}")
    say("longest outage by the only kind of fault that a seed met:")
    for line in tell.outage_lines(tally):
        say(line)
    return Exit.WRONG if any(f.harm for f in found) or tally.failed else Exit.WELL


def _timers(sums: object) -> Iterator[str]:
    for name in getattr(sums, "__struct_fields__", ()):
        yield f"{name.replace('_', ' '):15} {getattr(sums, name):7.1f}"


def _list(texts: Iterator[str] | tuple[str, ...]) -> None:
    for text in texts:
        say(f"  - {text}")


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="hawatch prove",
        description="Search for what must never happen, with this site's own timers.",
        allow_abbrev=False,
    )
    made.add_argument("--config", default="", help="the site's hawatch.toml")
    made.add_argument("--seeds", type=int, default=200, help="at most that many")
    made.add_argument("--from", dest="start", type=int, default=0, help="first seed")
    made.add_argument("--seconds", type=float, default=90.0, help="stop after these")
    made.add_argument("--accidents", type=int, default=2, help="of the abstract pair")
    return made
