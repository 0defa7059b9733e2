"""`hawatch run`: one cycle; cron's word, and the worker that an event rings."""

from __future__ import annotations

import sys

import msgspec

from hawatch.agent import Result
from hawatch.commands.common import Opened, open_agent, parser, say
from hawatch.commands.worker import NothingToDo, cycles
from hawatch.exits import Exit
from hawatch.model.trigger import Trigger, TriggerKind
from hawatch.recording.entries import service_record
from hawatch.showing.cycles import lines, result_code, unrecorded


def main(words: list[str]) -> int:
    """Run one cycle, or as many as the waiting triggers ask for."""
    made = parser("run", "One cycle: look, check, decide, act, record.")
    made.add_argument("--dry-run", action="store_true", help="change nothing, say what")
    how = made.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="the cycle as JSON")
    how.add_argument(
        "--quiet", action="store_true", help="say only what could not be recorded"
    )
    made.add_argument(
        "--spool", action="store_true", help="only if a trigger waits (the worker)"
    )
    options = made.parse_args(words)
    opened = open_agent(options, pretends=options.dry_run)
    trigger = Trigger(kind=TriggerKind.CRON, at=opened.agent.host.now().wall)
    code = Exit.WELL
    try:
        for result in cycles(opened, trigger, only_waiting=options.spool):
            show(opened, result, as_json=options.json, quiet=options.quiet)
            code = max(code, result_code(result))
    except NothingToDo as reason:
        # cron rings while a long plan is at work: nothing that a person must know.
        if sys.stdout.isatty():
            say(str(reason))
    return code


def show(opened: Opened, result: Result, *, as_json: bool, quiet: bool = False) -> None:
    """Show a cycle; one in which all is well says nothing.

    quiet is cron's: the log and the journal have the rest, and would have it again each
    time as long as a failure stands.
    """
    if quiet:
        for line in unrecorded(result):
            say(line)
        return
    if as_json:
        told = {
            "node": opened.agent.host.node,
            "services": [
                service_record(decision, result.outcomes[decision.service])
                for decision in result.decisions
            ],
            "findings": result.findings,
            "problems": result.problems,
        }
        say(msgspec.json.encode(told).decode())
        return
    for line in lines(result):
        say(line)
