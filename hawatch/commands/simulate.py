"""`hawatch simulate`: play scenarios on the simulated pair and judge them."""

from __future__ import annotations

import argparse
import sys
import time

import msgspec

from hawatch.commands.common import UsageError, say
from hawatch.exits import Exit
from hawatch.showing import scenarios as show


def main(words: list[str]) -> int:
    """Play the named scenarios, or every shipped one; return 3 where one is red."""
    if any(word.split("=")[0] in ("--seeds", "--exhaustive") for word in words):
        from hawatch.sim.search import command

        return command.main(words)
    options = _parser().parse_args(words)
    if options.words:
        from hawatch.sim.reference import reference

        say(reference())
        return Exit.WELL
    from hawatch.sim.runner import Report, run_scenario
    from hawatch.sim.scenario import shipped
    from hawatch.sim.source import NoScenario, find_scenario

    try:
        scenarios = [find_scenario(name) for name in options.names or shipped()]
    except NoScenario as error:
        raise UsageError(f"hawatch simulate: {error}") from None
    if options.list:
        for scenario in scenarios:
            say(f"{scenario.name:40} {scenario.frame.title}")
        return Exit.WELL
    began = time.monotonic()
    reports: list[Report] = []
    for scenario in scenarios:
        before = time.process_time()
        report = run_scenario(scenario, seed=options.seed)
        reports.append(report)
        if not options.json:
            say(show.one_line(report, time.process_time() - before))
            sys.stdout.flush()
    if options.json:
        say(msgspec.json.encode(reports).decode())
    else:
        for report in reports:
            if options.verbose:
                lines = show.whole(report)
            else:
                lines = iter(()) if report.green else show.failures(report)
            for line in lines:
                say(line)
        say(show.summary(reports, time.monotonic() - began))
    return Exit.WELL if all(report.green for report in reports) else Exit.WRONG


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="hawatch simulate",
        description="Play scenarios on the simulated pair and judge them.",
        epilog="The fault search: hawatch simulate --seeds [N] [--from S]; the "
        "abstract pair: hawatch simulate --exhaustive; both: add --help.",
        allow_abbrev=False,
    )
    made.add_argument(
        "names", nargs="*", metavar="NAME", help="a shipped scenario, or a .toml file"
    )
    made.add_argument("--list", action="store_true", help="name them, play none")
    made.add_argument(
        "--words", action="store_true", help="what a scenario may say, as Markdown"
    )
    made.add_argument("--json", action="store_true", help="the reports as JSON")
    made.add_argument("--seed", type=int, help="another seed than the scenario's own")
    made.add_argument(
        "-v", "--verbose", action="store_true", help="the whole story of each"
    )
    return made
