"""Everything that `hawatch prove` finds out about one site, in a budget of seconds."""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec

from hawatch.deciding.timers import Budget, budget
from hawatch.model.config import Config
from hawatch.sim.search.alone import FAULTS
from hawatch.sim.search.exhaustive.explore import Result, explore_all
from hawatch.sim.search.labour import Task, play_all
from hawatch.sim.search.outages import Measured
from hawatch.sim.search.run import Tally, run_seeds
from hawatch.sim.search.sweep import Changed, changes_of, replays, with_replays

ASSUMPTIONS = (
    "witness: two nodes that both reach it reach each other on some path",
    "clocks: each node's monotonic clock runs evenly; wall clocks may be set",
    "clocks: a node stands still for a minute at most (longer: witness.fence)",
    "disks: what one says that it wrote is written; one disk fails at a time",
    "disks: none fails unseen just before its worker ends, or under a resync from it",
    "cron starts hawatch again after it was killed",
    "the standby looks once between a break of HAST and the first row without it",
    "a start of mysqld shows as its rc script, or a bare mount point is protected",
)

NEVERS = (
    "two nodes with a primary role and a writable mount; rows accepted on both",
    "an acknowledged row missing where the service comes up",
    "a half-synced copy mounted",
    "a service on an empty or missing file system",
    "a demotion that leaves nobody able to serve",
    "a second automatic move inside the cool-down",
    "trouble that nobody is told of; a pair that does not come to rest",
)

SHARES = {"search": 3.0, "outages": 3.5, "sweep": 3.5}
"""How the seconds are divided; what one part does not need is left to the next."""


class Worst(msgspec.Struct, frozen=True, kw_only=True):
    """The worst outage of one kind of fault among its draws."""

    worst: Measured
    played: int


class Proof(msgspec.Struct, kw_only=True):
    """One page. config: the file's path, or ""; draws: of each kind of fault."""

    config: str
    sums: Budget
    draws: int
    assumptions: tuple[str, ...] = ASSUMPTIONS
    nevers: tuple[str, ...] = NEVERS
    abstract: tuple[Result, ...] = ()
    search: Tally | None = None
    seeds: int = 0
    outages: tuple[Worst, ...] = ()
    outages_played: int = 0
    sweep: tuple[Changed, ...] = ()
    harm: list[str] = []
    seconds: float = 0.0

    @property
    def never_came_true(self) -> bool:
        """Return whether something was found that must never happen."""
        return bool(
            any(found.harm for found in self.abstract)
            or (self.search is not None and self.search.failed)
            or self.harm
        )


class Prover:
    """Makes a proof, one part after the other, each in its share of the seconds."""

    def __init__(
        self, config: Config, path: str, *, seconds: float, draws: int
    ) -> None:
        self.config = config
        self.proof = Proof(config=path, sums=budget(config), draws=draws)
        self._began = time.monotonic()
        self._end = self._began + seconds
        self._waiting = dict(SHARES)
        self._measured: list[Measured] = []

    def explore(self, accidents: int | None) -> None:
        """Explore every theme of the abstract pair, whole."""
        self.proof.abstract = tuple(explore_all(accidents))

    def search(self, seeds: range) -> None:
        """Play seeds."""
        self.proof.seeds = len(seeds)
        self.proof.search = run_seeds(
            seeds, config=self.proof.config, most_seconds=self._share("search")
        )

    def outages(self, faults: Sequence[str] = tuple(FAULTS)) -> None:
        """Play every kind of fault alone, each one's first draw before any second."""
        tasks = [
            Task(fault=fault, number=number)
            for number in range(self.proof.draws)
            for fault in faults
        ]
        until = time.monotonic() + self._share("outages")
        played = list(play_all(tasks, self.config, until=until))
        self._measured = [one for _, one in played if not one.refused]
        self.proof.outages_played = len(played)
        self.proof.outages = tuple(_worst(self._measured))
        self._note_harm(played)

    def sweep(self) -> None:
        """Halve and double every timer, and play again what cost the clients."""
        changes = changes_of(self.config)
        tasks = replays(changes, self._measured)
        until = time.monotonic() + self._share("sweep")
        played = list(play_all(tasks, self.config, until=until))
        self.proof.sweep = with_replays(changes, self._measured, tasks, played)
        self._note_harm(played)

    def end(self) -> Proof:
        """Return the proof with the seconds that it took."""
        self.proof.seconds = time.monotonic() - self._began
        return self.proof

    def _share(self, part: str) -> float:
        """Return the seconds for a part, of those that are left."""
        left = max(0.0, self._end - time.monotonic())
        share = self._waiting[part] / sum(self._waiting.values())
        del self._waiting[part]
        return left * share

    def _note_harm(self, played: Sequence[tuple[Task, Measured]]) -> None:
        for task, one in played:
            under = f" with {task.path} x {task.factor:g}" if task.path else ""
            self.proof.harm += [
                f"{one.fault} alone (draw {one.number}){under}: {text}"
                for text in one.harm
            ]


def _worst(measured: Sequence[Measured]) -> list[Worst]:
    """Return the worst outage of each kind, the worst kind first."""
    kinds = {one.fault for one in measured}
    found = [
        Worst(
            worst=max(
                (one for one in measured if one.fault == kind),
                key=lambda one: (*one.rank, -one.number),
            ),
            played=sum(one.fault == kind for one in measured),
        )
        for kind in kinds
    ]
    return sorted(
        found,
        key=lambda one: (
            not one.worst.rank[0],
            -one.worst.seconds,
            one.worst.fault,
        ),
    )
