"""`hawatch demo`: watch mysqld die and the pair fail over, on this very machine."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

import msgspec

from hawatch.commands.common import say
from hawatch.exits import Exit
from hawatch.showing import story

if TYPE_CHECKING:
    from hawatch.sim.demo import Beat, Ending

PAUSE = 0.3
"""Real seconds after each line on a terminal, so that a person can follow."""


def main(words: list[str]) -> int:
    """Play the demo; return 0 only where it came out as it must."""
    options = _parser().parse_args(words)
    if options.json:
        ending = _as_json()
    elif sys.stdout.isatty():
        ending = _on_a_terminal(0.0 if options.fast else PAUSE)
    else:
        ending = _as_lines()
    return Exit.WELL if ending.green else Exit.WRONG


def _as_lines() -> Ending:
    from hawatch.sim.demo import play_demo

    say("Two FreeBSD nodes with CARP, HAST and MySQL, simulated; hawatch is real.")
    say("Seconds are counted from the moment at which mysqld dies.")
    ending = play_demo(lambda beat: say(story.line(beat)))
    for line in story.ending(ending):
        say(line)
    return ending


def _on_a_terminal(pause: float) -> Ending:
    from rich.console import Console
    from rich.live import Live

    from hawatch.sim.demo import play_demo

    console = Console()
    beats: list[Beat] = []
    console.print(
        "[bold]Two FreeBSD nodes with CARP, HAST and MySQL[/bold], simulated."
    )
    console.print(
        "hawatch is real. Seconds count from the moment at which mysqld dies."
    )
    with Live(console=console, auto_refresh=False) as live:

        def tell(beat: Beat) -> None:
            beats.append(beat)
            live.update(story.screen(beats), refresh=True)
            time.sleep(pause)

        ending = play_demo(tell)
    for line in story.ending(ending):
        style = "bold green" if ending.green else "bold red"
        console.print(line, style=style, highlight=False)
    return ending


def _as_json() -> Ending:
    from hawatch.sim.demo import play_demo

    beats: list[Beat] = []
    ending = play_demo(beats.append)
    say(msgspec.json.encode({"ending": ending, "story": beats}).decode())
    return ending


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="hawatch demo",
        description="Watch mysqld die and the simulated pair fail over.",
        allow_abbrev=False,
    )
    made.add_argument("--fast", action="store_true", help="without pauses")
    made.add_argument("--json", action="store_true", help="the story as JSON")
    return made
