"""`hawatch release`: rc.d's stop at shutdown; services, mounts, roles, then the VIP."""

from __future__ import annotations

import time

from hawatch.commands.common import open_agent, parser, say
from hawatch.commands.worker import NothingToDo, cycles
from hawatch.exits import Exit
from hawatch.model.plan import StepResult
from hawatch.model.trigger import Trigger, TriggerKind
from hawatch.showing.cycles import step_lines

WAIT_FOR_CYCLE = 20.0
"""Seconds for a cycle that is at work to end; rc.shutdown has 90 in all [FACTS E1]."""


def main(words: list[str]) -> int:
    """Let everything go in order, whatever the peer says."""
    made = parser("release", "At shutdown: hand over in order.")
    made.add_argument("--dry-run", action="store_true", help="show the steps only")
    options = made.parse_args(words)
    opened = open_agent(options, pretends=options.dry_run)
    trigger = Trigger(kind=TriggerKind.RELEASE, at=opened.agent.host.now().wall)
    end = time.monotonic() + WAIT_FOR_CYCLE
    while True:
        try:
            result = next(iter(cycles(opened, trigger)))
            break
        except NothingToDo as reason:
            if time.monotonic() > end:
                say(f"not released: {reason}")
                return Exit.WRONG
            time.sleep(0.5)
    clean = True
    for decision in result.decisions:
        outcomes = result.outcomes[decision.service]
        say(f"{decision.service}: {decision.because}")
        for line in step_lines(outcomes):
            say(line)
        clean = clean and all(o.result is StepResult.REACHED for o in outcomes)
    return Exit.WELL if clean or options.dry_run else Exit.WRONG
