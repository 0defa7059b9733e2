"""`hawatch boot`: from rc.d or rc.local, once after a boot; never without a limit."""

from __future__ import annotations

from hawatch.agent import Result
from hawatch.commands.common import open_agent, parser, say
from hawatch.commands.numbers import seconds
from hawatch.commands.worker import NothingToDo, cycles
from hawatch.exits import Exit
from hawatch.model.decision import Rule
from hawatch.model.fact import Known
from hawatch.model.trigger import Trigger, TriggerKind
from hawatch.recording.journal import Journal
from hawatch.showing.cycles import lines, result_code
from hawatch.showing.history import last_shutdown

PAUSE = 3.0
"""Seconds between two tries while hastd or CARP are not there yet."""


def main(words: list[str]) -> int:
    """Run cycles until the node has its place, or the limit is over."""
    made = parser("boot", "After a boot: repair roles, close what was begun.")
    made.add_argument(
        "--limit", type=seconds, default=60.0, metavar="SECONDS", help="default 60"
    )
    options = made.parse_args(words)
    opened = open_agent(options)
    agent = opened.agent
    entries = Journal(agent.store).entries(200)
    if isinstance(entries, Known):
        say(last_shutdown(entries.value, agent.host.now()))
    end = agent.host.now().monotonic + options.limit
    trigger = Trigger(kind=TriggerKind.BOOT, at=agent.host.now().wall)
    code = Exit.WELL
    while True:
        try:
            for result in cycles(opened, trigger):
                code = result_code(result)
                for line in lines(result):
                    say(line)
        except NothingToDo as reason:
            say(str(reason))
        else:
            if settled(result):
                return code
        if agent.host.now().monotonic + PAUSE >= end:
            say(f"not settled after {options.limit:.0f} s; cron goes on with it")
            return Exit.WRONG
        opened.run(agent.host.sleep(PAUSE))


def settled(result: Result) -> bool:
    """Return whether every service of the node has found its place."""
    waiting = {Rule.NOT_KNOWN, Rule.LOOK_AGAIN, Rule.MASTER_NOT_SERVING}
    return not result.again and all(d.rule not in waiting for d in result.decisions)
