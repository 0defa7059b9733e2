"""What one kind of fault alone costs the clients, and what ended their outage.

The clients are asked, not the agents: an outage is from the first row that was not
taken to the next one that was.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator

import msgspec

from hawatch.config import ConfigError
from hawatch.model.config import Config
from hawatch.model.plan import (
    Lever,
    Outcome,
    RestartService,
    StartService,
    StepResult,
    YieldVip,
)
from hawatch.sim.play import Play
from hawatch.sim.search.alone import alone, struck_by
from hawatch.sim.search.play import Course
from hawatch.sim.world import LogEntry

SLACK = 5.0
"""Seconds by which a row may be late to notice that its server has gone."""


class Ending(enum.StrEnum):
    """What ended an outage: the node that served before it, the other one, a person.

    ITSELF: the fault ended, or HAST went on without its peer.
    """

    RESTART = "restart here"
    HAND_OVER = "hand-over"
    TAKE_OVER = "take-over"
    ITSELF = "by itself"
    PERSON = "a person"
    NEVER = "not ended"


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """The worst outage of one play. seconds: 0 where the clients noticed nothing.

    struck: the owner or the standby. harm: every never that came true. refused: why the
    configuration allowed no play.
    """

    fault: str
    number: int
    struck: str
    seconds: float = 0.0
    ending: Ending = Ending.ITSELF
    harm: tuple[str, ...] = ()
    refused: str = ""
    simulated: float = 0.0

    @property
    def rank(self) -> tuple[bool, float]:
        """Return what makes one outage worse than another."""
        return (self.ending in (Ending.PERSON, Ending.NEVER), self.seconds)


def measure(fault: str, number: int, config: Config) -> Measured:
    """Given a kind of fault, a draw and a configuration, play it and measure."""
    struck = struck_by(number)
    try:
        course = Course(alone(fault, number, config))
    except ConfigError as error:
        return Measured(fault=fault, number=number, struck=struck, refused=str(error))
    watch = Watch(course.play)
    verdict = course.run(stop_early=False)
    found = Measured(
        fault=fault,
        number=number,
        struck=struck,
        harm=tuple(f"{one.what} at {one.at:.0f} s: {one.text}" for one in verdict.harm),
        simulated=verdict.seconds,
    )
    called = min((float(deed["time"]) for deed in course.orders), default=None)
    outages = [
        msgspec.structs.replace(
            found,
            seconds=round(until - since, 1),
            ending=watch.ending(service, since, until, called),
        )
        for service in course.play.world.clients
        for since, until in course.play.outages(service)
    ]
    return max([found, *outages], key=lambda one: one.rank)


class Watch:
    """Listens to a play for who serves the clients, and tells what ended an outage."""

    def __init__(self, play: Play) -> None:
        self._play = play
        self._served: dict[str, list[tuple[float, str]]] = {
            name: [(play.time, play.served_by(name))] for name in play.world.clients
        }
        play.world.on_note.append(self._noted)

    def ending(
        self, service: str, since: float, until: float, called: float | None
    ) -> Ending:
        """Given an outage and when a person was called, return what ended it."""
        client = self._play.world.clients[service]
        if client.down_since is not None and until >= self._play.time:
            return Ending.NEVER
        if called is not None and until > called:
            return Ending.PERSON
        before = self._server(service, since - SLACK / 2)
        after = self._server(service, until)
        if before != after:
            let_go = any(
                isinstance(done.step, YieldVip)
                and done.step.lever is not Lever.ALLOW_OFF
                for done in self._done(before, since, until)
            )
            return Ending.HAND_OVER if let_go else Ending.TAKE_OVER
        started = any(
            isinstance(done.step, StartService | RestartService)
            for done in self._done(after, since, until)
        )
        return Ending.RESTART if started else Ending.ITSELF

    def _server(self, service: str, at: float) -> str:
        """Return the node that served last, up to a time."""
        found = [node for time, node in self._served[service] if time <= at]
        return found[-1] if found else self._served[service][0][1]

    def _done(self, node: str, since: float, until: float) -> Iterator[Outcome]:
        """Yield the steps that a node's agent reached while an outage lasted."""
        for seen in self._play.history.ended:
            if (
                isinstance(seen.what, Outcome)
                and seen.node == node
                and since - SLACK <= seen.at <= until
                and seen.what.result is StepResult.REACHED
            ):
                yield seen.what

    def _noted(self, entry: LogEntry) -> None:
        if entry.kind != "client" or not entry.node:
            return
        for name, client in self._play.world.clients.items():
            told = self._served[name]
            if client.served_by not in (None, told[-1][1]):
                told.append((self._play.time, str(client.served_by)))
