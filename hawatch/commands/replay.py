"""`hawatch replay`: a recorded cycle through today's rules."""

from __future__ import annotations

from pathlib import Path

from hawatch.commands.common import UsageError, open_agent, parser, say
from hawatch.exits import Exit
from hawatch.model.fact import Unknown
from hawatch.recording.flight import Flight, flights, read_flight
from hawatch.recording.replay import decide_again, differences
from hawatch.showing.times import ago


def main(words: list[str]) -> int:
    """List what was recorded, or replay one; NOTABLE where today decides otherwise."""
    made = parser("replay", "Decide a recorded cycle again, and show what differs.")
    made.add_argument(
        "cycle", nargs="?", help="a cycle's number, or the file of a recorded one"
    )
    options = made.parse_args(words)
    agent = open_agent(options, pretends=True).agent
    recorded = flights(agent.store)
    if options.cycle is None:
        now = agent.host.now().wall
        for flight in recorded:
            for one in flight.decisions:
                when = ago(now - flight.snapshot.taken.wall)
                say(f"{flight.sequence:6} {when:>12} [{one.rule}] {one.because}")
        return Exit.WELL
    flight = _chosen(options.cycle, recorded)
    today = decide_again(agent.config, flight)
    found = list(differences(flight, today))
    for decision in today:
        say(f"{decision.service}: [{decision.rule}] {decision.because}")
    for line in found:
        say(f"differs: {line}")
    if not found:
        say("the same as was decided then")
    return Exit.NOTABLE if found else Exit.WELL


def _chosen(cycle: str, recorded: list[Flight]) -> Flight:
    for flight in recorded:
        if cycle == str(flight.sequence):
            return flight
    path = Path(cycle)
    if not path.is_file():
        raise UsageError(f"hawatch replay: no cycle {cycle} is recorded")
    read = read_flight(path.read_bytes())
    if isinstance(read, Unknown):
        raise UsageError(f"hawatch replay: {cycle}: {read.reason}")
    return read.value
