"""`hawatch explain [ID]`: one entry of the journal, in sentences."""

from __future__ import annotations

from hawatch.commands.common import UsageError, open_agent, parser, say
from hawatch.exits import Exit
from hawatch.model.fact import Known, Unknown
from hawatch.recording.entries import CycleRecord, Entry, ServiceRecord
from hawatch.recording.journal import Journal
from hawatch.showing.history import explain_lines


def main(words: list[str]) -> int:
    """Explain an entry, or the newest cycle in which something was done or wrong."""
    made = parser("explain", "Why it happened.")
    made.add_argument("id", nargs="?", help="from `hawatch history`; default: the last")
    options = made.parse_args(words)
    opened = open_agent(options, pretends=True)
    journal = Journal(opened.agent.store)
    if options.id is None:
        entries = journal.entries(500)
        if isinstance(entries, Unknown):
            raise UsageError(f"hawatch explain: {entries.reason}")
        told = [entry for entry in entries.value if isinstance(entry, CycleRecord)]
        if not told:
            say("nothing has happened yet")
            return Exit.WELL
        weighty = [entry for entry in told if any(_weighs(s) for s in entry.services)]
        chosen: Entry = (weighty or told)[-1]
    else:
        found = journal.find(options.id)
        if not isinstance(found, Known):
            raise UsageError(f"hawatch explain: {found.reason}")
        chosen = found.value
    for line in explain_lines(chosen):
        say(line)
    return Exit.WELL


def _weighs(record: ServiceRecord) -> bool:
    """Return whether something was done, refused, or wrong in a decision."""
    return bool(record.outcomes or record.refused or record.alarm)
