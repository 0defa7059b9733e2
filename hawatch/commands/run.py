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
from hawatch.showing.cycles import lines, result_code


def main(words: list[str]) -> int:
    """Run one cycle, or as many as the waiting triggers ask for."""
    made = parser("run", "One cycle: look, check, decide, act, record.")
    made.add_argument("--dry-run", action="store_true", help="change nothing, say what")
    made.add_argument("--json", action="store_true", help="the cycle as JSON")
    made.add_argument(
        "--spool", action="store_true", help="only if a trigger waits (the worker)"
    )
    options = made.parse_args(words)
    opened = open_agent(options, pretends=options.dry_run)
    trigger = Trigger(kind=TriggerKind.CRON, at=opened.agent.host.now().wall)
    try:
        results = cycles(opened, trigger, only_waiting=options.spool)
    except NothingToDo as reason:
        # cron rings while a long plan is at work: nothing that a person must know.
        if sys.stdout.isatty():
            say(str(reason))
        return Exit.WELL
    code = Exit.WELL
    for result in results:
        show(opened, result, as_json=options.json)
        code = max(code, result_code(result))
    return code


def show(opened: Opened, result: Result, *, as_json: bool) -> None:
    """Show a cycle; a quiet one says nothing, for cron mails what is said."""
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
