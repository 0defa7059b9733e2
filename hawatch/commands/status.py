"""`hawatch status`: look at this node, ask the other, show both."""

from __future__ import annotations

import sys
import time

import msgspec

from hawatch.agent import Agent
from hawatch.commands.common import Opened, open_agent, parser, say
from hawatch.commands.numbers import seconds
from hawatch.cycle import recall
from hawatch.deciding.remember import next_memory
from hawatch.exits import Exit
from hawatch.model.memory import Memory
from hawatch.model.report import PeerReport
from hawatch.model.snapshot import Snapshot
from hawatch.observe import observe
from hawatch.showing import status as show

CLEAR = "\x1b[H\x1b[2J"


def main(words: list[str]) -> int:
    """Show both nodes once, or every few seconds."""
    made = parser("status", "Both nodes on one screen.")
    how = made.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="both reports as JSON")
    how.add_argument(
        "--watch", nargs="?", type=seconds, const=2.0, metavar="SECONDS", help="again"
    )
    how.add_argument(
        "--periodic", action="store_true", help="with yesterday, for periodic(8)"
    )
    options = made.parse_args(words)
    opened = open_agent(options, pretends=True)
    if options.watch:
        return _watch(opened, options.watch)
    snapshot, memory, own = opened.run(look(opened.agent))
    word = show.newest_word(opened.agent.config, snapshot, memory)
    if options.json:
        both = {
            "here": own,
            "peer": word.report if word is not None else None,
            "peer_age": word.age if word is not None else None,
        }
        say(msgspec.json.encode(both).decode())
    else:
        for line in show.lines(opened.agent.config, snapshot, memory, own):
            say(line)
    if options.periodic:
        from hawatch.showing.daily import daily_lines

        for line in daily_lines(opened.agent, snapshot, memory):
            say(line)
    return show.exit_code(memory, own, word)


async def look(agent: Agent) -> tuple[Snapshot, Memory, PeerReport]:
    """Given an agent, return a look, the memory with it, and this node's report."""
    memory = recall(agent).memory
    snapshot = await observe(agent.host, agent.config, heard=memory.peer)
    memory = next_memory(agent.config, memory, snapshot, {})
    return snapshot, memory, agent.report(snapshot, memory)


def _watch(opened: Opened, pause: float) -> int:
    try:
        while True:
            snapshot, memory, own = opened.run(look(opened.agent))
            screen = show.lines(opened.agent.config, snapshot, memory, own)
            sys.stdout.write(CLEAR + "\n".join(screen) + "\n")
            sys.stdout.flush()
            time.sleep(pause)
    except KeyboardInterrupt:
        return Exit.WELL
