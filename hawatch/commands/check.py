"""`hawatch check`: observe and check only; nothing is decided, done or remembered."""

from __future__ import annotations

import sys

import msgspec

from hawatch.agent import Agent
from hawatch.checking.nouns import Collection
from hawatch.checking.select import select
from hawatch.checking.source import encode_recording
from hawatch.commands.common import UsageError, open_agent, parser, say
from hawatch.cycle import recall
from hawatch.deciding.remember import next_memory
from hawatch.model.config import Config
from hawatch.model.memory import Memory
from hawatch.model.snapshot import Snapshot
from hawatch.observe import observe
from hawatch.showing import findings as show


def main(words: list[str]) -> int:
    """Run the checks once and show every verdict."""
    made = parser("check", "Look and check only; never acts.")
    made.add_argument("names", nargs="*", metavar="NAME", help="run only these checks")
    made.add_argument("-k", metavar="EXPRESSION", default="", help="as in pytest")
    how = made.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="findings as JSON")
    how.add_argument("--nagios", action="store_true", help="one line, plugin codes")
    how.add_argument(
        "--record",
        action="store_true",
        help="the look as JSON, for pytest (hawatch-host=file:FILE)",
    )
    how.add_argument("--list", action="store_true", help="name the checks, run none")
    options = made.parse_intermixed_args(words)

    def chosen(collection: Collection) -> Collection:
        try:
            return select(collection, options.names, options.k)
        except ValueError as error:
            raise UsageError(f"hawatch check: {error}") from None

    opened = open_agent(options, pretends=True, checks=chosen)
    if options.list:
        for check in opened.checks.checks:
            say(f"{check.name:34} {check.doc.splitlines()[0] if check.doc else ''}")
        return 0
    snapshot, memory = opened.run(look(opened.agent))
    if options.record:
        say(encode_recording(opened.agent.config, snapshot, memory).decode())
        return 0
    findings = opened.agent.check(snapshot, memory)
    if options.json:
        say(msgspec.json.encode(findings).decode())
    elif options.nagios:
        line, code = show.nagios(findings)
        say(line)
        return code
    else:
        colour = sys.stdout.isatty()
        for line in show.lines(findings, seconds=snapshot.seconds, colour=colour):
            say(line)
    return show.exit_code(findings)


async def look(agent: Agent) -> tuple[Snapshot, Memory]:
    """Given an agent, return one look and the memory with it; nothing is kept."""
    memory = recall(agent).memory
    snapshot = await observe(agent.host, agent.config, heard=memory.peer)
    return snapshot, next_memory(agent.config, memory, snapshot, {})


def load_snapshot(
    rest: str, config_path: str | None
) -> tuple[Config, Snapshot, Memory]:
    """Return a look at this machine, for checks that run under pytest."""
    words = ["--config", config_path] if config_path else []
    options = parser("check", "").parse_args(words)
    if rest:
        raise UsageError(f"hawatch: freebsd:{rest}: the host is just freebsd")
    opened = open_agent(options, pretends=True)
    snapshot, memory = opened.run(look(opened.agent))
    return opened.agent.config, snapshot, memory
