"""Plays one drawn scenario to its end and judges it."""

from __future__ import annotations

import math
from functools import lru_cache, partial
from typing import Any

import msgspec

from hawatch.checking.collect import collect
from hawatch.checking.nouns import Collection
from hawatch.model.latch import LatchKind
from hawatch.sim.action import Action, OnAgent
from hawatch.sim.actions import ACTIONS
from hawatch.sim.leaping.leap import Leaper
from hawatch.sim.play import Play
from hawatch.sim.runner import stage
from hawatch.sim.search import person
from hawatch.sim.search.draw import Drawn
from hawatch.sim.search.ground import (
    RESTLESS,
    asked_for,
    fell_to_init,
    latched,
    missing_where_served,
    troubles,
    weaknesses,
)
from hawatch.sim.search.judge import NOBODY_ABLE, Harm, Judge
from hawatch.sim.violations import Wrong

CALM = 300.0
"""Seconds in which a pair at rest does nothing."""

LONGER = 600.0
"""Seconds more for a pair that is still at work at its end."""

SYNCED = frozenset({LatchKind.STALE, LatchKind.INCONSISTENT})
"""What a connection ends by itself."""

PATIENCE = 3
"""How often: a restart that waited for its cool-down may fall into one of them.

Into the last one, too: a pair that is at work at its end is given one more."""

ROUNDS = 3
ROUND = 900.0
CHUNK = 20.0

NOT_AT_REST = "not at rest although everything is healed"
SILENT = "something is wrong, and nobody is told"
NEEDLESS = "a person is asked for a standby that nothing keeps from connecting"
NOT_BROUGHT_BACK = "what a person is asked to do does not bring the pair back"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a seed.

    harm: every never that came true. weak: what a person was needed for. orders: what
    they did. outages: per service in seconds. tail: the end of the story.
    """

    seed: int
    kind: str
    episodes: tuple[str, ...]
    seconds: float
    harm: tuple[Harm, ...]
    weak: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    rounds: int = 0
    orders: tuple[dict[str, Any], ...] = ()
    outages: dict[str, tuple[tuple[float, float], ...]] = {}
    moves: int = 0
    rows: int = 0
    rows_lost: int = 0

    @property
    def green(self) -> bool:
        """Return whether nothing came true that must not."""
        return not self.harm


@lru_cache(maxsize=1)
def shipped_checks() -> Collection:
    """Return the shipped checks, collected once a process."""
    return collect()


def search_one(drawn: Drawn, *, stop_early: bool = True) -> Verdict:
    """Given a drawn scenario, play and judge it."""
    return Course(drawn).run(stop_early=stop_early)


class Course:
    """One drawn scenario at work; play can be looked at afterwards."""

    def __init__(
        self,
        drawn: Drawn,
        *,
        keep_log: bool = False,
        leaping: bool = True,
        quick: bool = True,
    ) -> None:
        self.drawn = drawn
        self.scenario = drawn.scenario()
        self.leaper: Leaper | None = None
        self._ends = math.inf
        self.play: Play = stage(
            self.scenario,
            checks=shipped_checks(),
            quick=quick,
            before=self._leap if leaping else None,
        )
        self._wake()
        self.play.world.keep_log = keep_log
        self.judge = Judge(self.play)
        self.orders: list[dict[str, Any]] = []

    def _leap(self, play: Play) -> None:
        """Leave looks out from the beginning."""
        self.leaper = Leaper(play.agents, lambda: self._ends)
        play.before_deed.append(self._touched)

    def run(self, *, stop_early: bool = True) -> Verdict:
        """Play it, and let a person help at its end where that is needed."""
        end = self.scenario.frame.end
        if self._until(end, stop_early=stop_early):
            return self._verdict()
        wrong = list(troubles(self.play, CALM))
        for number in range(1, PATIENCE + 2):
            if not wrong or (number > PATIENCE and not _at_work(wrong)):
                break
            if self._until(end + number * LONGER, stop_early=stop_early):
                return self._verdict()
            wrong = list(troubles(self.play, CALM))
        weak, asked = tuple(weaknesses(self.play)), tuple(asked_for(self.play))
        if (wrong or weak) and not asked:
            return self._verdict(self._harm(SILENT, [*wrong, *weak]), weak=weak)
        kept = latched(self.play, SYNCED) or fell_to_init(self.play)
        if not wrong and weak and not kept:
            return self._verdict(self._harm(NEEDLESS, list(weak)), weak=weak)
        if _at_work(wrong):
            return self._verdict(self._harm(NOT_AT_REST, wrong), weak=weak)
        rounds = 0
        while (wrong or weak) and rounds < ROUNDS:
            rounds += 1
            self._helped()
            if self._until(self.play.time + ROUND, stop_early=stop_early):
                return self._verdict(weak=weak, asked=asked, rounds=rounds)
            wrong = list(troubles(self.play, CALM)) if rounds else []
            left = tuple(weaknesses(self.play))
            if not wrong and not left:
                break
        else:
            if rounds:
                found = self._harm(NOT_BROUGHT_BACK, [*wrong, *weaknesses(self.play)])
                return self._verdict(found, weak=weak, asked=asked, rounds=rounds)
        return self._verdict(weak=weak, asked=asked, rounds=rounds)

    def _touched(self, action: Action) -> None:
        """Let hawatch remember all before somebody changes what it remembers."""
        if isinstance(action, OnAgent):
            self._wake()

    def _wake(self) -> None:
        if self.leaper is not None:
            self.leaper.wake()

    def _helped(self) -> None:
        """Let the person act."""
        for deed in person.orders(self.play, self.play.time + 1.0):
            self.orders.append(deed)
            if deed.get("kind") in person.RISKS:
                # They were told that this copy may lack something.
                self.judge.excuse(Wrong.LOST_ROWS)
            if "create" in deed.get("argv", ()) and missing_where_served(self.play):
                # They keep the copy that serves, though its disk missed writes.
                self.judge.excuse(Wrong.LOST_ROWS, NOBODY_ABLE)
            words = {key: value for key, value in deed.items() if key != "do"}
            action: Action = msgspec.convert(words, ACTIONS[deed["do"]], strict=False)
            self.play.world.scheduler.call_at(
                self.play.zero + action.time, partial(self.play.do, action)
            )

    def _until(self, at: float, *, stop_early: bool) -> bool:
        """Let the world go on; return whether something came true that must not."""
        self._ends = self.play.zero + at
        while self.play.time < at:
            step = min(CHUNK, at - self.play.time)
            self.play.world.run_for(step)
            if stop_early and self.judge.harm:
                return True
            if at - self.play.time < 1e-6:
                break
        self._wake()
        return bool(self.judge.harm)

    def _harm(self, what: str, why: list[str]) -> Harm:
        return Harm(at=self.play.time, node="", what=what, text="; ".join(why))

    def _verdict(
        self,
        more: Harm | None = None,
        *,
        weak: tuple[str, ...] = (),
        asked: tuple[str, ...] = (),
        rounds: int = 0,
    ) -> Verdict:
        clients = self.play.world.clients
        return Verdict(
            seed=self.drawn.seed,
            kind=self.drawn.kind,
            episodes=self.drawn.names,
            seconds=self.play.time,
            harm=(*self.judge.harm, *((more,) if more is not None else ())),
            weak=weak,
            asked=asked,
            rounds=rounds,
            orders=tuple(self.orders),
            outages={name: tuple(self.play.outages(name)) for name in clients},
            moves=len(self.judge.moves),
            rows=sum(client.successes for client in clients.values()),
            rows_lost=missing_where_served(self.play),
        )


def _at_work(wrong: list[str]) -> bool:
    return any(text.startswith(RESTLESS) for text in wrong)
