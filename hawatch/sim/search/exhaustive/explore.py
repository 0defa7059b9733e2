"""Breadth first over the abstract pair: every state, the shortest way to harm."""

from __future__ import annotations

import time
from collections import deque

import msgspec

from hawatch.sim.search.exhaustive.moves import harm, successors
from hawatch.sim.search.exhaustive.state import PairState, settled

ACCIDENTS = 2
MOST_STATES = 400_000


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What was explored. path: the shortest story to harm, empty where there is none.

    complete: every state that the accidents allow was reached.
    """

    accidents: int
    states: int
    transitions: int
    depth: int
    seconds: float
    complete: bool
    harm: str = ""
    path: tuple[str, ...] = ()


def explore(accidents: int = ACCIDENTS, most_states: int = MOST_STATES) -> Result:
    """Given how many accidents may happen, explore every order of everything."""
    began = time.monotonic()
    start = settled(accidents)
    came: dict[PairState, tuple[PairState, str] | None] = {start: None}
    depth = {start: 0}
    queue = deque([start])
    transitions = deepest = 0
    while queue and len(came) < most_states:
        pair = queue.popleft()
        for said, after, broken in successors(pair):
            transitions += 1
            new = after not in came
            if new:
                came[after] = (pair, said)
                depth[after] = depth[pair] + 1
                deepest = max(deepest, depth[after])
            found = broken or (harm(after) if new else "")
            if found:
                return Result(
                    accidents=accidents,
                    states=len(came),
                    transitions=transitions,
                    depth=depth[pair] + 1,
                    seconds=time.monotonic() - began,
                    complete=False,
                    harm=found,
                    path=(*_story(came, pair), said),
                )
            if new:
                queue.append(after)
    return Result(
        accidents=accidents,
        states=len(came),
        transitions=transitions,
        depth=deepest,
        seconds=time.monotonic() - began,
        complete=not queue,
    )


def _story(
    came: dict[PairState, tuple[PairState, str] | None], pair: PairState
) -> list[str]:
    said: list[str] = []
    step = came[pair]
    while step is not None:
        said.append(step[1])
        step = came[step[0]]
    return said[::-1]
