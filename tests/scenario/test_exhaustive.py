"""The abstract pair: every order of everything, through the real rules."""

from __future__ import annotations

from hawatch.sim.search.exhaustive.explore import explore
from hawatch.sim.search.exhaustive.moves import harm, successors
from hawatch.sim.search.exhaustive.state import settled
from hawatch.sim.search.exhaustive.tell import result_lines


def test_a_settled_pair_without_accidents_only_looks() -> None:
    """Nothing is done where nothing is wrong."""
    result = explore(0)
    assert result.complete
    assert result.states < 10


def test_no_never_is_reachable_with_one_accident_at_any_moment() -> None:
    """A crash, a cut, a failed database or a killed agent, anywhere in any plan."""
    result = explore(1)
    assert result.complete
    assert list(result_lines(result))[-1] == "no never is reachable"
    assert result.states > 1000


def test_the_pair_serves_again_after_a_crash_of_its_owner() -> None:
    """The model is not safe by doing nothing: the standby does take over."""
    seen = {settled(1)}
    todo = [settled(1)]
    served = False
    while todo and not served:
        for _, after, _ in successors(todo.pop()):
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
