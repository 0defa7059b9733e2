"""`hawatch history`: what happened, a line each."""

from __future__ import annotations

import msgspec

from hawatch.commands.common import UsageError, open_agent, parser, say
from hawatch.commands.numbers import count
from hawatch.exits import Exit
from hawatch.model.fact import Unknown
from hawatch.recording.journal import Journal
from hawatch.showing.history import history_lines


def main(words: list[str]) -> int:
    """Show the newest lines of the journal."""
    made = parser("history", "What happened; the numbers are for `hawatch explain`.")
    made.add_argument("-n", type=count, default=50, metavar="COUNT", help="default 50")
    made.add_argument("--json", action="store_true")
    options = made.parse_args(words)
    opened = open_agent(options, pretends=True)
    entries = Journal(opened.agent.store).entries(options.n * 10)
    if isinstance(entries, Unknown):
        raise UsageError(f"hawatch history: {entries.reason}")
    if options.json:
        for entry in entries.value[-options.n :]:
            say(msgspec.json.encode(entry).decode())
        return Exit.WELL
    told = list(history_lines(entries.value))[-options.n :]
    for line in told:
        say(line)
    if not told:
        say("nothing has happened yet")
    return Exit.WELL
