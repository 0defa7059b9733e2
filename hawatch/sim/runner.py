"""Plays a scenario and judges it: deeds at their times, looks in between, a report."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from hawatch.checking.collect import collect
from hawatch.checking.nouns import Collection
from hawatch.sim.expectation import Happening, State, StateWatch, Total, Verdict
from hawatch.sim.pair import Start, build_pair
from hawatch.sim.play import Play
from hawatch.sim.scenario import Scenario
from hawatch.sim.violations import Wrong

LOOK = 0.25
"""Seconds of the scenario between two looks at what is expected."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the story; at: scenario seconds."""

    at: float
    node: str
    kind: str
    text: str


class Harm(msgspec.Struct, frozen=True, kw_only=True):
    """Something that must never happen, and did; accepted: the scenario wants it."""

    at: float
    node: str
    wrong: Wrong
    text: str
    accepted: bool


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a scenario. outages: per service, from and to in its seconds.

    served_by, rows and rows_lost are per service as well, at the end.
    """

    name: str
    title: str
    seconds: float
    verdicts: tuple[Verdict, ...]
    harm: tuple[Harm, ...]
    served_by: dict[str, str]
    outages: dict[str, tuple[tuple[float, float], ...]]
    rows: dict[str, int]
    rows_lost: dict[str, int | None]
    story: tuple[Line, ...]

    @property
    def green(self) -> bool:
        """Return whether every expectation was met and nothing harmful happened."""
        return all(verdict.met for verdict in self.verdicts) and not any(
            not harm.accepted for harm in self.harm
        )


def stage(
    scenario: Scenario,
    *,
    seed: int | None = None,
    checks: Collection | None = None,
    isolate: bool = False,
    quick: bool = False,
    before: Callable[[Play], None] | None = None,
) -> Play:
    """Given a scenario, return it with its pair warm and its clock at 0.

    seed replaces the scenario's own; checks the shipped ones; isolate runs them in
    forked children, as on a real node. quick: looks without text, for long searches.
    before is given the play before the first look.
    """
    frame = scenario.frame
    world = build_pair(scenario.pair, frame.seed if seed is None else seed, frame.start)
    play = Play(
        world, scenario.config, checks or collect(), isolate=isolate, quick=quick
    )
    if before is not None:
        before(play)
    play.agents.start()
    world.run_for(frame.warm)
    play.begin()
    if frame.start is not Start.SETTLED:
        for client in world.clients.values():
            client.start()
    for action in scenario.actions:
        world.scheduler.call_at(play.zero + action.time, partial(play.do, action))
    return play


def run_scenario(
    scenario: Scenario,
    *,
    seed: int | None = None,
    checks: Collection | None = None,
    isolate: bool = False,
) -> Report:
    """Given a scenario, play it to its end and judge it; see `stage`."""
    return judge(scenario, stage(scenario, seed=seed, checks=checks, isolate=isolate))


def judge(scenario: Scenario, play: Play) -> Report:
    """Given a scenario and its staged play, play it to its end and judge it."""
    end = scenario.frame.end
    watches = [
        StateWatch(expected, end)
        for expected in scenario.expectations
        if isinstance(expected, State)
    ]

    def look() -> None:
        for watch in watches:
            watch.look(play)
        play.world.scheduler.call_in(LOOK, look)

    play.world.scheduler.call_in(0.0, look)
    play.world.run_until(play.zero + end)
    verdicts = [watch.verdict(play) for watch in watches]
    verdicts += [
        expected.verdict(play)
        for expected in scenario.expectations
        if isinstance(expected, Happening | Total)
    ]
    return _report(scenario, play, tuple(verdicts))


def _report(scenario: Scenario, play: Play, verdicts: tuple[Verdict, ...]) -> Report:
    world = play.world
    return Report(
        name=scenario.name,
        title=scenario.frame.title,
        seconds=play.time,
        verdicts=verdicts,
        harm=tuple(
            Harm(
                at=found.at - play.zero,
                node=found.node,
                wrong=found.wrong,
                text=found.text,
                accepted=found.wrong in scenario.frame.accepts,
            )
            for found in world.violations.found
        ),
        served_by={name: play.served_by(name) for name in world.clients},
        outages={name: tuple(play.outages(name)) for name in world.clients},
        rows={name: client.successes for name, client in world.clients.items()},
        rows_lost={name: play.rows_lost(name) for name in world.clients},
        story=tuple(
            Line(at=e.at - play.zero, node=e.node, kind=e.kind, text=e.text)
            for e in world.log
        ),
    )
