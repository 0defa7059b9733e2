"""The fault search at its two depths: with every command's text, and without.

Where a search plays without text and leaves out looks that could show nothing new, it
has to come to what the whole play comes to.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hawatch.model.snapshot import Snapshot
from hawatch.observe import observe
from hawatch.sim.quick_look import QuickLook
from hawatch.sim.search.draw import QUIET, draw
from hawatch.sim.search.play import Course, Verdict

SEEDS = (0, 5, 8, 16, 27)
"""Two services, cuts, losses, disks, operators, boots: what a leap has to survive."""

SAME = ("harm", "moves", "rounds", "rows_lost", "weak", "orders", "episodes")


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 5000), share=st.floats(0.0, 1.0))
def test_a_look_without_text_shows_what_the_text_shows(seed: int, share: float) -> None:
    """At any moment of any seed both looks give the same snapshot."""
    course = Course(draw(seed), leaping=False)
    course.play.world.run_for(share * (course.scenario.frame.end - QUIET))
    for text, quick in _looks(course):
        assert text == quick


def test_both_looks_of_a_settled_pair_end_at_once() -> None:
    """The property above does not pass by comparing nothing."""
    found = _looks(Course(draw(0), leaping=False))
    assert len(found) == 2
    assert all(text == quick and "resources" in text for text, quick in found)


def _looks(course: Course) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return both looks at each node that answers, made at the same moment."""
    world = course.play.world
    world.settings = msgspec.structs.replace(world.settings, command=0.0)
    found = []
    for name, node in world.nodes.items():
        looks: list[Snapshot] = []
        host = course.play.agents[name].host
        for look in (observe, QuickLook(node)):
            world.spawn(
                name,
                look(host, course.play.config, heard=None, ask_peer=False),
                looks.append,
            )
        world.run_until(world.now)
        if len(looks) == 2:
            found.append((_shown(looks[0]), _shown(looks[1])))
    return found


def _shown(look: Snapshot) -> dict[str, Any]:
    return {
        name: getattr(look, name)
        for name in look.__struct_fields__
        if name not in ("taken", "seconds", "sql", "witnesses", "peer")
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_a_play_without_text_and_quiet_looks_comes_to_the_same(seed: int) -> None:
    """Harm, moves, who was called and why: nothing of it depends on the depth."""
    whole = Course(draw(seed), leaping=False, quick=False).run()
    quick = Course(draw(seed)).run()
    assert _outcome(quick) == _outcome(whole)
    assert quick.seconds == pytest.approx(whole.seconds, abs=1.0)


def _outcome(verdict: Verdict) -> dict[str, Any]:
    return {name: getattr(verdict, name) for name in SAME}
