"""The abstract pair: every order of everything, through the real rules."""

from __future__ import annotations

import pytest

from hawatch.sim.search.exhaustive.explore import explore
from hawatch.sim.search.exhaustive.moves import successors
from hawatch.sim.search.exhaustive.nevers import harm
from hawatch.sim.search.exhaustive.rest import at_rest, left_alone
from hawatch.sim.search.exhaustive.state import PairState, settled
from hawatch.sim.search.exhaustive.tell import result_lines, sum_lines
from hawatch.sim.search.exhaustive.themes import MAIN, THEMES, Theme

FEWER = [theme._replace(accidents=1) for theme in THEMES]
FAST_WITH_TWO = [t for t in THEMES if t.name in ("services", "restarts only")]


def test_a_settled_pair_without_accidents_only_looks() -> None:
    """Nothing is done where nothing is wrong."""
    result = explore(MAIN._replace(accidents=0))
    assert result.complete
    assert result.states < 10


@pytest.mark.parametrize("theme", [*FEWER, *FAST_WITH_TWO], ids=lambda t: t.name)
def test_no_never_is_reachable_with_an_accident_at_any_moment(theme: Theme) -> None:
    """Anything that a theme knows, anywhere in any plan; and it comes to rest."""
    result = explore(theme)
    assert result.complete, list(result_lines(result))
    assert next(iter(sum_lines([result]))).startswith("abstract pair")
    assert list(sum_lines([result]))[-1].startswith("no never is reachable")
    assert result.states > 30


def test_the_pair_serves_again_after_a_crash_of_its_owner() -> None:
    """The model is not safe by doing nothing: the standby does take over."""
    seen = {settled(1)}
    todo = [settled(1)]
    served = False
    while todo and not served:
        for event in successors(todo.pop()):
            after = event.pair
            served = served or (not after.a.up and after.b.master and after.b.running)
            if after not in seen:
                seen.add(after)
                todo.append(after)
    assert served


def test_what_must_never_be_is_recognised() -> None:
    """Two mounted primaries, a copy with gaps, a service without its files."""
    pair = settled(0)
    both = pair.put("b", role="p", mounted=True)
    assert "both nodes" in harm(both)
    assert "lacks" in harm(pair.put("a", whole=False))
    assert "without its file system" in harm(pair.put("b", running=True))


@pytest.mark.parametrize(
    ("pair", "says"),
    [
        (settled(0).put("a", master=False), "0 nodes serve"),
        (settled(0).with_(connected=False), "b is not connected"),
        (settled(0).put("b", raised=True), "left raised"),
        (settled(0).put("b", allow=False), "CARP is off on b"),
        (settled(0).put("b", latches=("stale",)), "a latch is left on b"),
        (settled(0).put("a", unfinished="A"), "never ended"),
    ],
)
def test_a_pair_must_not_rest_with_something_left_over(
    pair: PairState, says: str
) -> None:
    """Mended from outside, it comes back to what it was, or tells a person."""
    assert says in at_rest([pair], told=False)


def test_a_person_who_is_told_excuses_only_what_a_person_has_to_do() -> None:
    """A latch, a cool-down: but not two good copies of which nobody serves one."""
    idle = settled(0).put("a", master=False)
    assert "nobody serves" in at_rest([idle], told=True)
    assert at_rest([idle.put("a", moved=True)], told=True) == ""
    assert at_rest([idle.put("b", latches=("split-brain",))], told=True) == ""
    fenced = settled(0).put("b", latches=("fenced",), allow=False)
    assert "leaves CARP off on b" in at_rest([fenced], told=True)
    assert at_rest([settled(0)], told=False) == ""


def test_a_node_that_could_serve_must_not_look_on() -> None:
    """Nobody serves: somebody is told, or the one that could takes over."""
    failed = settled(0).put("a", broken="hands")
    assert "nobody is told" in left_alone([failed], told=False)
    assert "although b could" in left_alone([failed], told=True)
    assert left_alone([settled(0)], told=False) == ""
