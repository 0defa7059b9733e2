"""The CARP arithmetic against two nodes that simply run, event by event.

The little world below knows nothing of hawatch: it is FACTS A3 to A5 once more, as two
state machines, two timers each and adverts that take a millisecond. Whatever the
arithmetic calls certain must come true here, within the times that it names.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hawatch.deciding.carp import (
    CarpOutcome,
    LeverPlan,
    Side,
    choose_lever,
    fast_advbase,
    predict,
    predict_restore,
    two_masters,
)
from hawatch.model.config import LeverChoice
from hawatch.model.plan import Lever

WIRE = 0.001
SLACK = 0.1
NEVER = math.inf


@dataclass
class Node:
    """One vhid on one node."""

    advbase: int
    advskew: int
    demotion: int
    preempt: bool
    state: str = "BACKUP"
    advert_at: float = NEVER
    down_at: float = NEVER
    heard: list[tuple[float, int, int]] = field(default_factory=list)
    became_master: list[float] = field(default_factory=list)
    left_master: list[float] = field(default_factory=list)

    def skew(self) -> int:
        return min(240, max(0, self.advskew + self.demotion))

    def arm(self, now: float) -> None:
        self.down_at = now + 3 * self.advbase + self.advskew / 256

    def backup(self, now: float) -> None:
        if self.state == "MASTER":
            self.left_master.append(now)
        self.state, self.advert_at = "BACKUP", NEVER
        self.arm(now)


class World:
    """Two nodes on one wire; `own` does things, `peer` reacts."""

    def __init__(self, own: Side, peer: Side) -> None:
        self.now = 0.0
        self.own, self.peer = (
            Node(side.advbase, side.advskew, side.demotion, side.preempt)
            for side in (own, peer)
        )
        for node in (self.own, self.peer):
            node.arm(0.0)

    def send(self, node: Node) -> None:
        other = self.peer if node is self.own else self.own
        other.heard.append((self.now + WIRE, node.advbase, node.skew()))
        node.advert_at = self.now + node.advbase + node.skew() / 256

    def master(self, node: Node) -> None:
        node.state, node.down_at = "MASTER", NEVER
        node.became_master.append(self.now)
        self.send(node)
        node.advert_at = self.now + node.advbase + node.advskew / 256

    def hear(self, node: Node, advbase: int, skew: int) -> None:
        mine, theirs = (node.advbase, node.skew()), (advbase, skew)
        if node.state == "MASTER" and mine >= theirs:
            node.backup(self.now)
        elif node.state == "BACKUP":
            timed_out = (3 * node.advbase, node.skew()) < theirs
            if timed_out or (node.preempt and mine < theirs):
                self.master(node)
            else:
                node.arm(self.now)

    def run(self, until: float) -> None:
        while True:
            due = [
                (at, which, node)
                for node in (self.own, self.peer)
                for which, at in (
                    ("hear", node.heard[0][0] if node.heard else NEVER),
                    ("advert", node.advert_at),
                    ("down", node.down_at),
                )
            ]
            at, which, node = min(due, key=lambda event: event[0])
            if at > until:
                self.now = until
                return
            self.now = at
            if which == "hear":
                _, advbase, skew = node.heard.pop(0)
                self.hear(node, advbase, skew)
            elif which == "advert":
                self.send(node)
            else:
                self.master(node)

    def pull(self, lever: Lever, advskew: int, advbase: int) -> None:
        """Do on `own` what the lever's commands do."""
        if lever is Lever.ALLOW_OFF:
            self.own.state = "INIT"
            self.own.advert_at = self.own.down_at = NEVER
            return
        self.own.advskew, self.own.advbase = advskew, advbase
        if lever is Lever.STATE_BACKUP:
            self.own.backup(self.now)
        elif lever is Lever.FAST:
            self.send(self.own)


def sides(*, advbase: int = 3) -> st.SearchStrategy[Side]:
    """Return sides, with the edges of advskew and demotion made frequent."""
    return st.builds(
        Side,
        advbase=st.integers(1, advbase),
        advskew=st.one_of(st.integers(0, 254), st.sampled_from([0, 1, 239, 240, 254])),
        demotion=st.one_of(st.just(0), st.integers(-60, 300)),
        preempt=st.booleans(),
    )


def settled_pair(master: Side, backup: Side, warm: float) -> World:
    """Return a world in which `own` has been MASTER for `warm` seconds, if it stays."""
    world = World(master, backup)
    world.master(world.own)
    world.run(warm)
    assume(world.own.state == "MASTER")
    assume(world.peer.state == "BACKUP")
    return world


def outcome(world: World) -> str:
    masters = {world.own.state == "MASTER": "own"}
    masters[world.peer.state == "MASTER"] = masters.get(True, "") + "peer"
    return masters.get(True, "nobody")


WARM = st.floats(0.01, 12.0, allow_nan=False)


@settings(max_examples=400, deadline=None)
@given(
    own=sides(),
    peer=sides(),
    lever=st.sampled_from(Lever),
    advskew=st.one_of(st.integers(0, 254), st.sampled_from([239, 240, 254])),
    bump=st.sampled_from([0, 0, 1, 2, 5, 9]),
    warm=WARM,
)
def test_a_certain_prediction_comes_true_at_every_phase(
    own: Side, peer: Side, lever: Lever, advskew: int, bump: int, warm: float
) -> None:
    """Who is MASTER, from when on, and whether settling brings the VIP back."""
    advbase = own.advbase + bump
    prediction = predict(own, peer, lever, advskew, advbase)
    assume(prediction.master is not CarpOutcome.UNCERTAIN)
    world = settled_pair(own, peer, warm)
    world.pull(lever, advskew, advbase)
    world.run(warm + prediction.latest + SLACK)
    changes = len(world.own.became_master) + len(world.peer.became_master)
    assert outcome(world) == prediction.master
    masters = world.peer if prediction.master is CarpOutcome.PEER else world.own
    took = masters.became_master[-1] - warm
    if prediction.latest > 0 or prediction.master is CarpOutcome.PEER:
        assert prediction.earliest - SLACK <= took <= prediction.latest + SLACK
    world.run(world.now + 40.0)
    assert outcome(world) == prediction.master
    assert len(world.own.became_master) + len(world.peer.became_master) == changes
    if lever is Lever.ALLOW_OFF or prediction.master is CarpOutcome.OWN:
        return
    world.own.advbase = own.advbase
    world.run(world.now + 40.0)
    assert (outcome(world) == "own") == prediction.returns_by_itself


@settings(max_examples=250, deadline=None)
@given(own=sides(), peer=sides(), demoted=st.sampled_from([239, 240]), warm=WARM)
def test_a_chosen_lever_moves_the_vip_and_keeps_it_there(
    own: Side, peer: Side, demoted: int, warm: float
) -> None:
    """Whatever choose_lever plans works in time at every phase, and stays."""
    plan = choose_lever(own, peer, LeverChoice.AUTO, demoted)
    assume(isinstance(plan, LeverPlan))
    assert isinstance(plan, LeverPlan)
    world = settled_pair(own, peer, warm)
    world.pull(plan.lever, plan.advskew, plan.advbase)
    world.run(warm + plan.seconds)
    assert outcome(world) == "peer"
    world.own.advbase = plan.settled_advbase
    world.run(world.now + 60.0)
    assert outcome(world) == "peer"
    assert len(world.peer.became_master) == 1


@settings(max_examples=150, deadline=None)
@given(own=sides(), peer=sides(), demoted=st.sampled_from([239, 240]), warm=WARM)
def test_a_lost_forced_advert_costs_time_and_not_the_handover(
    own: Side, peer: Side, demoted: int, warm: float
) -> None:
    """Should FAST's advert be lost, the peer's timer runs out within at_worst."""
    plan = choose_lever(own, peer, LeverChoice.FAST, demoted)
    assume(isinstance(plan, LeverPlan))
    assert isinstance(plan, LeverPlan)
    world = settled_pair(own, peer, warm)
    world.peer.heard.clear()
    world.pull(plan.lever, plan.advskew, plan.advbase)
    world.peer.heard.clear()
    world.run(warm + plan.at_worst)
    assert outcome(world) == "peer"


@settings(max_examples=300, deadline=None)
@given(
    own=sides(),
    peer=sides(),
    advskew=st.integers(0, 254),
    advbase=st.integers(1, 3),
    warm=WARM,
)
def test_a_restore_moves_the_vip_exactly_when_foretold(
    own: Side, peer: Side, advskew: int, advbase: int, warm: float
) -> None:
    """Putting advskew and advbase back on the BACKUP, at every phase of the peer."""
    prediction = predict_restore(own, peer, advskew, advbase)
    assume(prediction.master is not CarpOutcome.UNCERTAIN)
    world = settled_pair(peer, own, warm)
    backup = world.peer
    backup.advskew, backup.advbase = advskew, advbase
    world.run(warm + prediction.latest + SLACK)
    returned = backup.state == "MASTER"
    assert returned == prediction.returns_by_itself
    world.run(world.now + 40.0)
    assert returned == (backup.state == "MASTER")
    assert returned == (world.own.state != "MASTER")


@settings(max_examples=200, deadline=None)
@given(own=sides(), peer=sides(), ahead=st.floats(0.0, 3.0))
def test_of_two_masters_the_foretold_one_stays(
    own: Side, peer: Side, ahead: float
) -> None:
    """They begin to hear each other at any phase; the faster one is left."""
    prediction = two_masters(own, peer)
    assume(prediction.master is not CarpOutcome.UNCERTAIN)
    world = World(own, peer)
    world.master(world.own)
    world.own.heard.clear()
    world.peer.heard.clear()
    world.peer.down_at = ahead
    world.peer.state = "MASTER"
    world.peer.down_at, world.peer.advert_at = NEVER, ahead
    world.run(max(prediction.latest, ahead) + SLACK)
    assert outcome(world) == prediction.master


def test_most_of_what_is_asked_in_practice_is_certain() -> None:
    """The properties above are not empty: FAST is certain at all usual settings."""
    asked = [
        (
            Side(advbase=base, advskew=mine, preempt=pa),
            Side(advbase=base, advskew=theirs, preempt=pb),
        )
        for base in (1, 2, 5)
        for mine in (0, 20, 100)
        for theirs in (0, 50, 100, 200)
        for pa in (False, True)
        for pb in (False, True)
    ]
    for own, peer in asked:
        prediction = predict(own, peer, Lever.FAST, 240, fast_advbase(own, peer))
        assert prediction.master is CarpOutcome.PEER
        assert not prediction.returns_by_itself
