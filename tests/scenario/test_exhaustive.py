"""The abstract pair: every order of everything, through the real rules."""

from __future__ import annotations

import pytest

from hawatch.model.decision import Decision, Rule
from hawatch.model.memory import ServiceMemory
from hawatch.model.report import Duty
from hawatch.sim.search.exhaustive.explore import explore
from hawatch.sim.search.exhaustive.moves import successors
from hawatch.sim.search.exhaustive.nevers import broken_by, harm
from hawatch.sim.search.exhaustive.rest import at_rest, left_alone
from hawatch.sim.search.exhaustive.state import (
    ADVERTS_ONLY,
    INTERLOCK,
    PairState,
    off,
    settled,
)
from hawatch.sim.search.exhaustive.steps import perform
from hawatch.sim.search.exhaustive.tell import result_lines, sum_lines
from hawatch.sim.search.exhaustive.themes import MAIN, THEMES, Theme

FEWER = [theme._replace(accidents=1) for theme in THEMES]
FAST_WITH_TWO = [
    t for t in THEMES if t.name in ("services", "restarts only", "adverts only")
]


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


def test_an_owner_whose_device_and_mount_went_must_not_look_on() -> None:
    """Its peer is dead, and nothing was written since by anybody else."""
    alone = off(settled(0), "b").put("a", fell="kp", role="i", mounted=False)
    idle = alone.put("a", running=False)
    assert "although a could" in left_alone([idle], told=True)
    assert left_alone([idle.put("a", sick=True)], told=True) == ""
    assert left_alone([idle.put("a", vain=True)], told=True) == ""


def test_a_node_that_is_held_back_for_ever_is_told() -> None:
    """CARP is off at a boot until hawatch allows it."""
    held = off(settled(0, INTERLOCK), "a").put("b", allow=False)
    assert "CARP is off on b" in left_alone([held], told=False)
    assert left_alone([held], told=True) == ""


def decided(pair: PairState, name: str, rule: Rule, words: str = "") -> str:
    """Return the never that a decision breaks whose plan is given in words."""
    alarm = rule is Rule.CARP_HELD_BACK
    decision = Decision(
        service="db",
        rule=rule,
        duty=Duty.STANDBY,
        because="x",
        alarm=alarm,
        memory=ServiceMemory(),
    )
    return broken_by(pair, name, decision, tuple(words.split(",")) if words else ())


@pytest.mark.parametrize(
    ("pair", "says"),
    [
        (settled(0), ""),
        (off(settled(0), "a"), "nothing tells it that a lives"),
        (settled(0, ADVERTS_ONLY), ""),
        (settled(0, ADVERTS_ONLY).put("a", master=False), "nothing tells it"),
        (settled(0).put("b", fell="wp"), "nobody looked why"),
        (settled(0).put("b", ahead=True), ""),
        (settled(0).put("b", ahead=True).put("a", role="i"), "is the newer one"),
        (settled(0).put("b", ahead=True).put("a", ahead=True), "both copies"),
    ],
)
def test_a_role_of_init_joins_only_where_the_table_allows_it(
    pair: PairState, says: str
) -> None:
    """A split-brain is forecast, and a cold start is judged by the generations."""
    found = decided(pair.put("b", role="i"), "b", Rule.STALE_INIT, "role s")
    assert says in found
    assert bool(says) is bool(found)


def test_what_cannot_be_remembered_is_not_taken() -> None:
    """Letting go is allowed all the same."""
    full = settled(0).put("b", blind="state", master=True)
    took = decided(full, "b", Rule.MASTER_NOT_SERVING, "role p,mount")
    assert "could not remember" in took
    assert decided(full, "b", Rule.BACKUP_STILL_SERVING, "stop,unmount") == ""


def test_a_raise_is_undone_only_by_a_node_that_could_serve() -> None:
    """A standby without a connection keeps its raised skew."""
    apart = settled(0).with_(connected=False)
    assert "could not serve" in decided(apart, "b", Rule.RESTORE_SKEW, "lower skew")
    assert decided(settled(0), "b", Rule.RESTORE_SKEW, "lower skew") == ""


def test_what_a_person_is_told_is_so_and_not_too_early() -> None:
    """Adverts that arrive or not, and a boot that has only begun."""
    both = settled(0).put("b", master=True)
    cut = both.with_(net="no-carp")
    assert decided(both, "b", Rule.PEER_SERVES, "drop vip") == ""
    assert "none does" in decided(cut, "b", Rule.PEER_SERVES, "drop vip")
    young = settled(0, INTERLOCK).put("b", allow=False, young=1)
    assert "only just booted" in decided(young, "b", Rule.CARP_HELD_BACK)
    late = young.put("b", young=0)
    assert decided(late, "b", Rule.CARP_HELD_BACK) == ""


def test_a_remedy_of_restart_is_nothing_more() -> None:
    """The site's word: no hand-over, no start beyond the limit of restarts."""
    pair = settled(0, "restarts only")
    assert decided(pair, "a", Rule.UNHEALTHY_RESTART, "restart") == ""
    more = decided(pair, "a", Rule.MASTER_NOT_SERVING, "start")
    assert "all that is allowed" in more


def test_who_was_told_that_the_owner_lets_go_does_not_wait() -> None:
    """Its copy is whole, and nobody is left to wait for."""
    gone = off(settled(0), "a").put("b", freed=True, master=True)
    assert "let go" in decided(gone, "b", Rule.MASTER_NOT_SERVING)
    stale = gone.put("b", latches=("stale",))
    assert decided(stale, "b", Rule.MASTER_NOT_SERVING) == ""


def test_rows_that_wait_in_the_queue_are_lost_to_a_promotion() -> None:
    """The worker dies with its role, and does not write them first [FACTS B2]."""
    pair = settled(0).put("b", queued=True, master=True, plan=("role p",))
    assert not perform(pair, "b").b.whole
    assert perform(pair.put("b", queued=False), "b").b.whole


def test_a_person_who_says_that_the_peer_is_off_is_obeyed() -> None:
    """Where the copy is whole; the VIP has to be here already."""
    alone = off(settled(0), "a").put("b", asked="takeover", master=True)
    assert "and it could" in decided(alone, "b", Rule.ASKED)
    assert decided(alone, "b", Rule.ASKED, "role p,mount,start") == ""
    assert decided(alone.put("b", latches=("stale",)), "b", Rule.ASKED) == ""


def test_nothing_is_started_on_a_disk_that_missed_rows_which_the_peer_has() -> None:
    """Reads come from the local disk [FACTS B8, H13]."""
    sick = settled(0, "restarts first").put("a", latches=("suspect-disk",))
    starts = decided(sick, "a", Rule.UNHEALTHY_RESTART, "restart")
    assert "missed rows" in starts
    stale = sick.put("b", latches=("stale",))
    assert decided(stale, "a", Rule.UNHEALTHY_RESTART, "restart") == ""
