"""A proof as one page of text, part by part."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from hawatch.sim.search import tell
from hawatch.sim.search.alone import FAULTS
from hawatch.sim.search.change import COUNTS
from hawatch.sim.search.exhaustive.tell import result_lines, sum_lines
from hawatch.sim.search.outages import Measured
from hawatch.sim.search.proof import Proof
from hawatch.sim.search.sweep import Changed

WIDTH = 88
MOST_FAILING = 5
MOST_FAULTS = 3
"""Faults named in one line of the sweep; how many more there are is said."""


def head_lines(proof: Proof) -> Iterator[str]:
    """Yield what is assumed, what must never happen, and the site's sums."""
    yield "Assumed (what is trusted):"
    yield from (f"  - {text}" for text in proof.assumptions)
    yield "Never:"
    yield from (f"  - {text}" for text in proof.nevers)
    sums = [
        f"{name.replace('_', ' ')} {getattr(proof.sums, name):g} s"
        for name in proof.sums.__struct_fields__
    ]
    yield from _wrapped(f"Sums of {_whose(proof)}:", sums)


def abstract_lines(proof: Proof) -> Iterator[str]:
    """Yield what the exploration came to."""
    if proof.abstract:
        yield ""
        for found in proof.abstract:
            if found.harm:
                yield from result_lines(found)
        yield from sum_lines(proof.abstract)


def search_lines(proof: Proof) -> Iterator[str]:
    """Yield what the seeds came to."""
    if proof.search is None:
        return
    yield from tell.tally_lines(proof.search)
    failed = proof.search.failed
    for one in failed[:MOST_FAILING]:
        yield from _wrapped(" ", [tell.verdict_line(one)])
    if len(failed) > MOST_FAILING:
        yield f"  and {len(failed) - MOST_FAILING} seeds more"


def outage_lines(proof: Proof) -> Iterator[str]:
    """Yield the table of the worst outages, one line a kind of fault."""
    yield ""
    yield (
        f"Worst outage of the clients by each kind of fault alone ({proof.draws} draws "
        "each),"
    )
    yield "who was struck, what ended it (by itself: the fault ended, or HAST went on):"
    free = []
    for row in proof.outages:
        if row.worst.seconds:
            one = row.worst
            yield (
                f"  {_said(one.fault):16} {_seconds(one):>14}  {one.struck:8}  "
                f"{one.ending}"
            )
        else:
            free.append(_said(row.worst.fault))
    if free:
        yield from _wrapped("  nothing:", sorted(free))
    yield from _cut(
        "plays of single faults",
        proof.outages_played,
        proof.draws * len(FAULTS),
    )


def sweep_lines(proof: Proof) -> Iterator[str]:
    """Yield how each timer moves the outages: what is refused, what moves."""
    yield ""
    yield "Each timer halved and doubled, the same faults played again; worst outage:"
    for change in proof.sweep:
        if change.moved:
            told = [
                f"{_said(old.fault)} {_seconds(old)} -> {_seconds(new)}"
                for old, new in change.moved[:MOST_FAULTS]
            ]
            more = len(change.moved) - MOST_FAULTS
            told += [f"{more} more"] if more > 0 else []
            yield from _wrapped(f"  {_change(change)}:", told)
    refused = [one for one in proof.sweep if one.refused]
    if refused:
        yield "Refused by `hawatch config check`, because it must be that:"
    yield from (f"  {_change(one)}: {_shortest(one.refused)}" for one in refused)
    unmoved = [_change(one) for one in proof.sweep if _moved_nothing(one)]
    if unmoved:
        yield from _wrapped("Moved nothing that was played:", unmoved)
    yield from _cut(
        "replays of the sweep",
        sum(one.played for one in proof.sweep),
        sum(one.possible for one in proof.sweep),
    )


def end_lines(proof: Proof) -> Iterator[str]:
    """Yield the nevers that the single faults made true, and the last word."""
    yield ""
    for text in proof.harm[:MOST_FAILING]:
        yield from _wrapped("NEVER:", [text])
    if len(proof.harm) > MOST_FAILING:
        yield f"and {len(proof.harm) - MOST_FAILING} more"
    word = "A NEVER CAME TRUE" if proof.never_came_true else "no never came true"
    yield f"{word}; {proof.seconds:.0f} s in all"


def _whose(proof: Proof) -> str:
    return proof.config or "hawatch's defaults (no --config)"


def _said(fault: str) -> str:
    return fault.replace("_", " ")


def _seconds(one: Measured) -> str:
    return "until a person" if one.rank[0] else f"{one.seconds:.0f} s"


def _moved_nothing(change: Changed) -> bool:
    return not change.refused and not change.moved and change.played > 0


def _change(change: Changed) -> str:
    unit = "" if change.path in COUNTS else " s"
    return f"{change.path} {change.before:g} -> {change.after:g}{unit}"


def _shortest(refused: tuple[str, ...]) -> str:
    """Return the first inequality, and how many more there are."""
    more = len(refused) - 1
    return refused[0] + (f" (and {more} more)" if more else "")


def _cut(what: str, played: int, possible: int) -> Iterator[str]:
    if played < possible:
        yield (
            f"Cut by the budget: {played} of {possible} {what} were made (--seconds "
            "gives more)."
        )


def _wrapped(head: str, texts: Iterable[str]) -> Iterator[str]:
    """Yield texts behind a head, as many on a line as fit."""
    yield from textwrap.wrap(
        f"{head} {', '.join(texts)}",
        WIDTH,
        subsequent_indent="      ",
        break_long_words=False,
        break_on_hyphens=False,
    )
