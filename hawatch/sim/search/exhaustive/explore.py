"""Breadth first over the abstract pair: every state, the shortest way to harm."""

from __future__ import annotations

import time
from collections.abc import Iterator

import msgspec

from hawatch.sim.search.exhaustive.moves import successors
from hawatch.sim.search.exhaustive.nevers import harm
from hawatch.sim.search.exhaustive.rest import Edge, unrest
from hawatch.sim.search.exhaustive.state import PairState, settled
from hawatch.sim.search.exhaustive.themes import MAIN, THEMES, Theme

MOST_STATES = 400_000


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What was explored. path: the shortest story to harm, empty where there is none.

    complete: every state that the accidents allow was reached.
    """

    theme: str
    accidents: int
    states: int
    transitions: int
    depth: int
    seconds: float
    complete: bool
    harm: str = ""
    path: tuple[str, ...] = ()


class _Graph:
    """The states in the order in which they were reached, and how."""

    def __init__(self, start: PairState) -> None:
        self.states = [start]
        self.numbers = {start: 0}
        self.depth = [0]
        self.came = [(-1, "")]
        self.edges: list[list[Edge]] = []

    def number(self, pair: PairState, before: int, said: str) -> tuple[int, bool]:
        """Return a state's number, and whether it is new."""
        held = self.numbers.get(pair)
        if held is not None:
            return held, False
        number = self.numbers[pair] = len(self.states)
        self.states.append(pair)
        self.depth.append(self.depth[before] + 1)
        self.came.append((before, said))
        return number, True

    def story(self, number: int) -> tuple[str, ...]:
        """Return the shortest way to a state, in words."""
        said: list[str] = []
        while number > 0:
            number, what = self.came[number]
            said.append(what)
        return tuple(said[::-1])


def explore_all(accidents: int | None = None) -> Iterator[Result]:
    """Yield what each theme found, with its own number of accidents or that many."""
    for theme in THEMES:
        many = theme.accidents if accidents is None else accidents
        yield explore(theme._replace(accidents=many))


def explore(theme: Theme = MAIN, most_states: int = MOST_STATES) -> Result:
    """Given a theme, explore every order of everything that may happen in it."""
    began = time.monotonic()
    graph = _Graph(settled(theme.accidents, theme.site))
    found, path = _spread(graph, theme, most_states)
    complete = len(graph.edges) == len(graph.states)
    if not found and complete:
        rests = unrest(graph.states, graph.edges)
        if rests is not None:
            found = rests.why
            path = (*graph.story(rests.state), *rests.round)
    return Result(
        theme=theme.name,
        accidents=theme.accidents,
        states=len(graph.states),
        transitions=sum(map(len, graph.edges)),
        depth=max(graph.depth),
        seconds=time.monotonic() - began,
        complete=complete and not found,
        harm=found,
        path=path,
    )


def _spread(
    graph: _Graph, theme: Theme, most_states: int
) -> tuple[str, tuple[str, ...]]:
    """Reach every state; stop at the first harm, and return it with its story."""
    while len(graph.edges) < len(graph.states) < most_states:
        here = len(graph.edges)
        edges: list[Edge] = []
        for event in successors(graph.states[here], theme):
            after, new = graph.number(event.pair, here, event.said)
            edges.append(Edge(after, event.kind, event.alarm, event.said))
            found = event.harm or (harm(event.pair, beyond=theme.beyond) if new else "")
            if found:
                return found, (*graph.story(here), event.said)
        graph.edges.append(edges)
    return "", ()
