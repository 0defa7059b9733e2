"""Many seeds on every core: a worker process each, verdicts as they come."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import msgspec

from hawatch.sim.search.draw import Drawn, Kind, draw
from hawatch.sim.search.old_course import play_old_script
from hawatch.sim.search.play import Verdict, search_one
from hawatch.sim.search.shrink import as_scenario, shrink


class Tally(msgspec.Struct, kw_only=True):
    """What a run of seeds came to."""

    seeds: int = 0
    seconds: float = 0.0
    simulated: float = 0.0
    rows: int = 0
    moves: int = 0
    called: int = 0
    failed: list[Verdict] = []
    outages: dict[str, float] = {}

    def add(self, verdict: Verdict) -> None:
        """Count one verdict."""
        self.seeds += 1
        self.simulated += verdict.seconds
        self.rows += verdict.rows
        self.moves += verdict.moves
        self.called += bool(verdict.rounds)
        if verdict.harm:
            self.failed.append(verdict)
        self._note_outage(verdict)

    def _note_outage(self, verdict: Verdict) -> None:
        """Keep the longest outage of seeds that met one kind of fault only."""
        if len(set(verdict.episodes)) != 1 or verdict.rounds:
            return
        longest = max(
            (
                until - since
                for found in verdict.outages.values()
                for since, until in found
            ),
            default=0.0,
        )
        name = verdict.episodes[0]
        self.outages[name] = max(longest, self.outages.get(name, 0.0))


def run_seeds(
    seeds: Iterable[int],
    *,
    kind: Kind = Kind.SOUND,
    old: bool = False,
    most_seconds: float | None = None,
    told: Callable[[Verdict], None] | None = None,
    prepare: Callable[[Drawn], Drawn] | None = None,
) -> Tally:
    """Given seeds, play each and return the tally.

    old plays the model of the old scripts. most_seconds ends the run early. told hears
    of each verdict; prepare changes what was drawn (a site's own configuration).
    """
    tally = Tally()
    began = time.monotonic()
    work = partial(_one, kind=kind, old=old, prepare=prepare)
    for verdict in _verdicts(work, seeds):
        tally.add(verdict)
        if told is not None:
            told(verdict)
        if most_seconds is not None and time.monotonic() - began > most_seconds:
            break
    tally.seconds = time.monotonic() - began
    return tally


def leave_scenario(verdict: Verdict, folder: Path) -> Path:
    """Shrink a failing seed, write its scenario, and return the path."""
    drawn = draw(verdict.seed, Kind(verdict.kind))
    least = shrink(drawn, verdict)
    again = search_one(least)
    path = folder / f"seed-{verdict.kind}-{verdict.seed}.toml"
    path.write_text(as_scenario(least, again if again.harm else verdict))
    return path


def _one(
    seed: int,
    *,
    kind: Kind,
    old: bool,
    prepare: Callable[[Drawn], Drawn] | None,
) -> Verdict:
    drawn = draw(seed, kind)
    if prepare is not None:
        drawn = prepare(drawn)
    return play_old_script(drawn) if old else search_one(drawn)


def _verdicts(
    work: Callable[[int], Verdict], seeds: Iterable[int]
) -> Iterator[Verdict]:
    """Yield verdicts in the order of the seeds, from as many processes as cores."""
    cores = os.cpu_count() or 1
    if cores == 1:
        yield from map(work, seeds)
        return
    with multiprocessing.get_context("fork").Pool(cores) as pool:
        yield from pool.imap(work, seeds, chunksize=1)
