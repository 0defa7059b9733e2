"""`hawatch replay`: a recorded cycle through today's rules, and into a file."""

from __future__ import annotations

import argparse
from pathlib import Path

from hawatch.commands.common import UsageError, open_agent, parser, say
from hawatch.exits import Exit
from hawatch.model.decision import Decision
from hawatch.model.fact import Known, Unknown
from hawatch.recording.flight import Flight, flights, read_flight
from hawatch.recording.replay import decide_again, differences
from hawatch.recording.saved import (
    Recording,
    encode_recording,
    read_recording,
    recording,
)
from hawatch.showing.times import ago


def main(words: list[str]) -> int:
    """List what was recorded, or replay one; NOTABLE where today decides otherwise.

    Raises UsageError where there is no such cycle, or a file cannot be read or written.
    """
    made = parser("replay", "Decide a recorded cycle again, and show what differs.")
    made.add_argument(
        "cycle", nargs="?", help="a cycle's number, or the file of a recorded one"
    )
    made.add_argument(
        "--save",
        metavar="FILE",
        help="write the cycle with the configuration that it needs, without secrets",
    )
    made.add_argument(
        "--today",
        action="store_true",
        help="the saved file expects what is decided today, not what was then",
    )
    options = made.parse_args(words)
    if options.save and options.cycle is None:
        raise UsageError("hawatch replay: --save needs a cycle's number")
    if options.cycle is None:
        agent = open_agent(options, pretends=True).agent
        _list(flights(agent.store), agent.host.now().wall)
        return Exit.WELL
    chosen = _chosen(options)
    today = decide_again(chosen.config, chosen.flight)
    found = list(differences(chosen.flight, today))
    for decision in today:
        say(f"{decision.service}: [{decision.rule}] {decision.because}")
    for line in found:
        say(f"differs: {line}")
    if not found:
        say("the same as was decided then")
    if options.save:
        wanted = today if options.today else chosen.flight.decisions
        _save(Path(options.save), chosen, wanted)
    return Exit.NOTABLE if found else Exit.WELL


def _list(recorded: list[Flight], now: float) -> None:
    for flight in recorded:
        for one in flight.decisions:
            when = ago(now - flight.snapshot.taken.wall)
            say(f"{flight.sequence:6} {when:>12} [{one.rule}] {one.because}")
    if not recorded:
        say("nothing is recorded: quiet cycles are not kept")


def _chosen(options: argparse.Namespace) -> Recording:
    """Return a cycle of the ring, the newest of its number, or a file's.

    A file that brings its configuration along needs no pair to be replayed.
    """
    cycle = options.cycle
    data = None if cycle.isdecimal() else _content(Path(cycle))
    if data is not None:
        whole = read_recording(data)
        if isinstance(whole, Known):
            return whole.value
        bare = read_flight(data)
        if isinstance(bare, Unknown):
            raise UsageError(f"hawatch replay: {cycle}: {bare.reason}")
        config = open_agent(options, pretends=True).agent.config
        return recording(config, bare.value, bare.value.decisions)
    agent = open_agent(options, pretends=True).agent
    for flight in reversed(flights(agent.store)):
        if cycle == str(flight.sequence):
            return recording(agent.config, flight, flight.decisions)
    raise UsageError(f"hawatch replay: no cycle {cycle} is recorded")


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"hawatch replay: {path}: {error.strerror}") from None


def _save(path: Path, chosen: Recording, wanted: tuple[Decision, ...]) -> None:
    """Write a recording where nothing is yet."""
    saved = recording(chosen.config, chosen.flight, wanted)
    try:
        with path.open("xb") as file:
            file.write(encode_recording(saved))
    except FileExistsError:
        raise UsageError(f"hawatch replay: {path} is there already") from None
    except OSError as error:
        raise UsageError(f"hawatch replay: {path}: {error.strerror}") from None
    say(f"saved: `hawatch replay {path}` decides it again")
