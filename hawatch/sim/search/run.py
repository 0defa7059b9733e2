"""Many seeds on every core: a worker process each, verdicts as they come."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import msgspec

from hawatch.sim.search.draw import Kind, draw
from hawatch.sim.search.old_course import play_old_script
from hawatch.sim.search.play import Verdict, search_one
from hawatch.sim.search.shrink import as_scenario, shrink
from hawatch.sim.search.site import with_site


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
    seeds: Sequence[int],
    *,
    kind: Kind = Kind.SOUND,
    old: bool = False,
    config: str = "",
    most_seconds: float | None = None,
    told: Callable[[Verdict], None] | None = None,
) -> Tally:
    """Given seeds, play each and return the tally.

    old plays the model of the old scripts. config is the path of a site's own file.
    most_seconds ends the run early. told hears of each verdict, in the seeds' order.
    """
    tally = Tally()
    began = time.monotonic()
    with contextlib.closing(_verdicts(seeds, kind, config, old=old)) as verdicts:
        for verdict in verdicts:
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
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(as_scenario(least, again if again.harm else verdict))
    return path


def play_seed(seed: int, kind: Kind, config: str, *, old: bool) -> Verdict:
    """Given a seed and how to play it, return its verdict."""
    drawn = draw(seed, kind)
    if config:
        drawn = with_site(drawn, config)
    return play_old_script(drawn) if old else search_one(drawn)


def _verdicts(
    seeds: Sequence[int], kind: Kind, config: str, *, old: bool
) -> Generator[Verdict, None, None]:
    """Yield verdicts in the order of the seeds, from a process on each core."""
    cores = min(os.cpu_count() or 1, len(seeds))
    workers = [
        _Worker(seeds[number::cores], kind, config, old=old) for number in range(cores)
    ]
    try:
        for number in range(len(seeds)):
            yield workers[number % cores].next()
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """A process that plays its share of the seeds, one line of JSON each."""

    def __init__(
        self, seeds: Sequence[int], kind: Kind, config: str, *, old: bool
    ) -> None:
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "hawatch.sim.search.worker",
                kind.value,
                "old" if old else "new",
                config,
            ],
            stdout=subprocess.PIPE,
            stdin=subprocess.PIPE,
        )
        if self._process.stdin is not None:
            with self._process.stdin as told:
                told.write(msgspec.json.encode(list(seeds)))

    def next(self) -> Verdict:
        """Return the next verdict; raise RuntimeError where the process died."""
        out = self._process.stdout
        line = out.readline() if out is not None else b""
        if not line:
            raise RuntimeError("a worker of the search ended before its seeds did")
        return msgspec.json.decode(line, type=Verdict)

    def end(self) -> None:
        """End the process, wherever it is."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
