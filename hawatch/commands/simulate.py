"""`hawatch simulate`: play scenarios on the simulated pair and judge them."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

import msgspec

from hawatch.commands.common import UsageError, say
from hawatch.commands.numbers import count
from hawatch.exits import Exit
from hawatch.showing import scenarios as show

if TYPE_CHECKING:
    from hawatch.sim.runner import Report
    from hawatch.sim.scenario import Scenario


def main(words: list[str]) -> int:
    """Play the named scenarios, or every shipped one; return 3 where one is red."""
    if any(word.split("=")[0] in ("--seeds", "--exhaustive") for word in words):
        from hawatch.sim.search import command

        _judge_search(words)
        return command.main(words)
    options = _parser().parse_intermixed_args(words)
    if options.words:
        from hawatch.sim.reference import reference

        say(reference())
        return Exit.WELL
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
    return _play(scenarios, options)


def _play(scenarios: list[Scenario], options: argparse.Namespace) -> Exit:
    """Play scenarios and tell what became of them; WRONG where one is red."""
    began = time.monotonic()
    reports: list[Report] = []
    for scenario in scenarios:
        before = time.process_time()
        reports.append(_report(scenario, options.seed))
        if not options.json:
            say(show.one_line(reports[-1], time.process_time() - before))
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


def _report(scenario: Scenario, seed: int | None) -> Report:
    """Play one scenario; UsageError where it asks for what cannot be simulated."""
    from hawatch.sim.runner import run_scenario
    from hawatch.sim.shell import NotSimulated

    try:
        return run_scenario(scenario, seed=seed)
    except NotSimulated as error:
        raise UsageError(f"hawatch simulate: {scenario.name}: {error}") from None


def _judge_search(words: list[str]) -> None:
    """End with 2 where a search of nothing is asked for: it would find nothing."""
    made = argparse.ArgumentParser(
        prog="hawatch simulate", add_help=False, allow_abbrev=False
    )
    made.add_argument("--seeds", type=count, nargs="?")
    made.parse_known_args(words)


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
