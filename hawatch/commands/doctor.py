"""`hawatch doctor`: the traps of the platform that no tool reports."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

import msgspec

from hawatch.commands.common import say
from hawatch.commands.places import chosen_place, machine_parser
from hawatch.discovering.discover import discover
from hawatch.doctoring.nouns import Gravity, Trap
from hawatch.doctoring.table import TRAPS, diagnose, exit_code, unseen
from hawatch.host import complete

WIDTH = 88


def main(words: list[str]) -> int:
    """Look at the machine and tell every trap that it has, with the remedy."""
    made = machine_parser("doctor", "Tell the traps of the platform, with remedies.")
    made.add_argument("--json", action="store_true", help="the traps as JSON")
    options = made.parse_args(words)
    place = chosen_place(options)
    machine = complete(discover(place, config_path=options.config))
    traps = diagnose(machine)
    if options.json:
        answer = {"node": machine.node, "traps": traps, "unseen": unseen(machine)}
        say(msgspec.json.encode(answer).decode())
    else:
        for line in lines(traps, unseen(machine)):
            say(line)
    return exit_code(traps, unseen(machine))


def lines(traps: Sequence[Trap], lost: Sequence[str]) -> Iterator[str]:
    """Given the traps and what could not be seen, yield the lines for a person."""
    yield from trap_lines(traps)
    if lost:
        yield "Could not be seen, so nothing is said about it:"
        for reason in lost:
            yield from _wrapped(f"  {reason}", "    ")
        yield ""
    yield _sum(traps)


def trap_lines(traps: Sequence[Trap]) -> Iterator[str]:
    """Yield each trap with its reason and its remedy, and an empty line."""
    for trap in traps:
        yield from _wrapped(f"{trap.gravity.upper()} {trap.name}: {trap.what}", "  ")
        yield from _wrapped(f"  why:  {trap.why}", "        ")
        yield f"  type: {trap.type}"
        yield ""


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _sum(traps: Sequence[Trap]) -> str:
    counts = [
        f"{count} {gravity}{'' if count == 1 else 's'}"
        for gravity in Gravity
        if (count := sum(trap.gravity is gravity for trap in traps))
    ]
    if not counts:
        return f"No trap found; {len(TRAPS)} kinds were looked for."
    return ", ".join(counts) + "."
