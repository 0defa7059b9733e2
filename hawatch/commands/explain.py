"""`hawatch explain [ID|TIME]`: one cycle, or a line of the journal, in sentences."""

from __future__ import annotations

from hawatch.commands.common import UsageError, open_agent, parser, say
from hawatch.exits import Exit
from hawatch.model.fact import Unknown
from hawatch.recording.entries import CycleRecord, Entry, ServiceRecord
from hawatch.recording.flight import flights
from hawatch.recording.journal import Journal
from hawatch.recording.told import Told, at_or_before, told_cycles
from hawatch.showing.explain import cycle_lines, step_lines
from hawatch.showing.times import clock
from hawatch.showing.when import RIGHT, looks_back, parse_when

EVERYTHING = 100_000
"""Lines of the journal: more than it ever holds."""


def main(words: list[str]) -> int:
    """Explain an entry, or the newest cycle in which something was done or wrong.

    Raises UsageError where there is no such entry, or the word is neither an id nor a
    time.
    """
    made = parser("explain", "Why it happened.")
    made.add_argument(
        "id",
        nargs="?",
        metavar="ID|TIME",
        help=f"from `hawatch history`, or {RIGHT}; default: the last",
    )
    options = made.parse_args(_with_times_last(words))
    agent = open_agent(options, pretends=True).agent
    entries = Journal(agent.store).entries(EVERYTHING)
    if isinstance(entries, Unknown):
        raise UsageError(f"hawatch explain: {entries.reason}")
    cycles = told_cycles(entries.value, flights(agent.store))
    if options.id is None:
        chosen = _weightiest(cycles)
        if chosen is None:
            say("nothing has happened yet")
            return Exit.WELL
    elif options.id.isdecimal():
        entry = _numbered(entries.value, options.id)
        if not isinstance(entry, CycleRecord):
            for line in step_lines(entry):
                say(line)
            of = _cycle_of(entry, cycles)
            if of is not None:
                say(f"a step of the cycle {of}: hawatch explain {of}")
            return Exit.WELL
        chosen = next(told for told in cycles if told.record is entry)
    else:
        chosen = _at(options.id, cycles, agent.host.now().wall)
        say("The last cycle by then that told anything new:")
    for line in cycle_lines(chosen, agent.config):
        say(line)
    return Exit.WELL


def _with_times_last(words: list[str]) -> list[str]:
    """Return the words with a time such as -10m where it is not taken for an option."""
    back = [word for word in words if looks_back(word)]
    rest = [word for word in words if word not in back and word != "--"]
    return [*rest, "--", *back] if back else words


def _numbered(entries: tuple[Entry, ...], number: str) -> Entry:
    """Return the newest line with an id."""
    for entry in reversed(entries):
        if entry.id == number:
            return entry
    raise UsageError(f"hawatch explain: the journal has no entry {number}")


def _at(text: str, cycles: list[Told], now: float) -> Told:
    """Return the cycle at a time or before it."""
    wall = parse_when(text, now)
    if wall is None:
        raise UsageError(
            f"hawatch explain: {text!r} is neither a number of `hawatch history` nor a "
            f"time: {RIGHT}"
        )
    told = at_or_before(cycles, wall)
    if told is None:
        raise UsageError(
            f"hawatch explain: nothing is recorded at or before {clock(wall)}"
        )
    return told


def _weightiest(cycles: list[Told]) -> Told | None:
    """Return the newest journaled cycle that weighs, or the newest one."""
    told = [one for one in cycles if one.record is not None]
    weighty = [
        one
        for one in told
        if one.record is not None and any(_weighs(s) for s in one.record.services)
    ]
    return (weighty or told)[-1] if told else None


def _cycle_of(entry: Entry, cycles: list[Told]) -> str | None:
    """Return the id of the cycle that a step belongs to."""
    for told in cycles:
        record = told.record
        if record is not None and (record.sequence, record.boot) == (
            entry.sequence,
            entry.boot,
        ):
            return record.id
    return None


def _weighs(record: ServiceRecord) -> bool:
    """Return whether something was done, refused, or wrong in a decision."""
    return bool(record.outcomes or record.refused or record.alarm)
