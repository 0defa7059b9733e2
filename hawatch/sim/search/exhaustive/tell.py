"""An exploration as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hawatch.sim.search.exhaustive.explore import Result


def result_lines(result: Result) -> Iterator[str]:
    """Yield what was explored, and the shortest story to harm if there is one."""
    yield (
        f"{result.theme}, up to {result.accidents} accidents: {result.states} states, "
        f"{result.transitions} transitions, depth {result.depth}, "
        f"{result.seconds:.0f} s"
    )
    if result.harm:
        yield f"a never is reachable: {result.harm}"
        yield from (f"  {n:2}. {said}" for n, said in enumerate(result.path, start=1))
    elif not result.complete:
        yield "no never was reached, but not every state was"


def sum_lines(results: Sequence[Result]) -> Iterator[str]:
    """Yield the sum of all explorations."""
    harmed = [result.theme for result in results if result.harm]
    yield (
        f"abstract pair: {sum(r.states for r in results)} states, "
        f"{sum(r.transitions for r in results)} transitions, "
        f"depth {max(r.depth for r in results)}, "
        f"{sum(r.seconds for r in results):.0f} s"
    )
    if harmed:
        yield f"a never is reachable: {', '.join(harmed)}"
    elif all(result.complete for result in results):
        yield "no never is reachable, and it comes to rest where it should"
    else:
        yield "no never was reached, but not every state was"
