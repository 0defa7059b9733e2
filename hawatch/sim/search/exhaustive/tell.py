"""An exploration as lines for people."""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.sim.search.exhaustive.explore import Result


def result_lines(result: Result) -> Iterator[str]:
    """Yield what was explored, and the shortest story to harm if there is one."""
    yield (
        f"abstract pair, up to {result.accidents} accidents: {result.states} states, "
        f"{result.transitions} transitions, depth {result.depth}, "
        f"{result.seconds:.0f} s"
    )
    if result.path:
        yield f"a never is reachable: {result.harm}"
        yield from (f"  {n:2}. {said}" for n, said in enumerate(result.path, start=1))
    elif result.complete:
        yield "no never is reachable"
    else:
        yield "no never was reached, but not every state was"
