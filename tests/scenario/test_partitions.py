"""Partitions of every kind, long enough for everything to happen, and their healing.

What is cut between the nodes: CARP, HAST, ssh and their mixtures, both ways or one way.
Who reaches the witness: both, the owner only, the standby only, neither; or none is
configured. The clients share the witness's fate, as the design assumes. Whatever is
cut, two nodes never write, no acknowledged row is lost, and where somebody can serve
safely somebody does, within the times that the configuration sums up to.
"""

from __future__ import annotations

from itertools import product

import msgspec
import pytest
from pair_tools import SERVICE, Pair, a_pair, a_pair_config, pair_settings

from hawatch.deciding.timers import SECONDARY_SILENCE
from hawatch.model.decision import Rule
from hawatch.model.hast import HastRole
from hawatch.model.latch import LatchKind
from hawatch.model.trigger import TriggerKind
from hawatch.sim.network import CLIENT, WITNESS, Kind
from hawatch.sim.node import Node
from hawatch.sim.violations import Wrong

CUTS = {
    "carp": {Kind.CARP},
    "hast": {Kind.HAST},
    "ssh": {Kind.SSH},
    "carp and hast": {Kind.CARP, Kind.HAST},
    "carp and ssh": {Kind.CARP, Kind.SSH},
    "hast and ssh": {Kind.HAST, Kind.SSH},
    "all": {Kind.CARP, Kind.HAST, Kind.SSH},
}
BOTH_WAYS, FROM_OWNER, TO_OWNER = "both ways", "from the owner", "to the owner"
ROLES = tuple(product(("alpha", "beta"), (False, True)))


class Case(msgspec.Struct, frozen=True):
    """One partition: what is cut, which way, who reaches the witness, and the roles."""

    cut: str
    way: str
    witness: str
    owner: str
    preempt: bool

    @property
    def kinds(self) -> set[Kind]:
        """Return the traffic that is cut."""
        return CUTS[self.cut]

    @property
    def server(self) -> str | None:
        """Return who can serve safely while it lasts, or None.

        The owner, as long as somebody answers it, or nothing else could. The standby,
        where the owner is cut off and nothing tells that it wrote on alone: adverts
        that are heard long after the HAST connection broke do.
        """
        if self.witness == "neither":
            return None
        if self.witness != "standby":
            return self.owner
        adverts = Kind.CARP not in self.kinds or self.way == TO_OWNER
        if adverts and Kind.HAST in self.kinds:
            return None
        return "beta" if self.owner == "alpha" else "alpha"

    def __str__(self) -> str:
        preempt = "preempt" if self.preempt else "no preempt"
        return f"{self.cut} {self.way}, witness {self.witness}, {self.owner} {preempt}"


def kinds_of_partitions() -> list[tuple[str, str, str]]:
    """Return cut, way and witness of all partitions that two nodes can survive."""
    made = []
    for cut, way in product(CUTS, (BOTH_WAYS, FROM_OWNER, TO_OWNER)):
        if way != BOTH_WAYS and Kind.CARP not in CUTS[cut]:
            continue  # ssh and HAST need both ways
        witnesses = ["both", "owner", "standby", "neither", "none"]
        if Kind.SSH not in CUTS[cut]:
            witnesses = ["both"]
        if cut == "all":
            witnesses.remove("both")
        made += [(cut, way, witness) for witness in witnesses]
    return made


EVERY = [Case(*kind, *roles) for kind in kinds_of_partitions() for roles in ROLES]
SOME = [
    Case(*kind, *ROLES[position % len(ROLES)])
    for position, kind in enumerate(kinds_of_partitions())
]


def owned(case: Case) -> Pair:
    """Return a settled pair with the case's owner."""
    config = a_pair_config(witness="") if case.witness == "none" else a_pair_config()
    settings = pair_settings(preempt=(case.preempt, case.preempt))
    pair = a_pair(config=config, settings=settings)
    if case.owner == "beta":
        pair.agent(pair.alpha).ring(TriggerKind.OPERATOR, "switchover", SERVICE)
        assert pair.until(lambda: pair.serves(pair.beta) and pair.is_healthy(), 90.0)
    return pair


def cut(pair: Pair, case: Case) -> None:
    """Cut what the case says; a node without the witness has no clients either."""
    network, owner = pair.world.network, pair.world.nodes[case.owner]
    ends = (owner.name, owner.peer.name)
    if case.way == TO_OWNER:
        ends = (owner.peer.name, owner.name)
    network.cut(*ends, *case.kinds, both=case.way == BOTH_WAYS)
    lost = {"owner": {owner.peer.name}, "standby": {owner.name}, "neither": set(ends)}
    for name in sorted(lost.get(case.witness, ())):
        network.cut(name, WITNESS)
        network.cut(name, CLIENT)


def take_over_time(pair: Pair) -> float:
    """Return the seconds from a cut to a standby that serves, at worst."""
    config = pair.config
    looks = 2 * config.agent.interval + config.peer.timeout
    return pair.times.peer_moves + looks + pair.times.device_wait + 10.0


def quiet_time(pair: Pair) -> float:
    """Return the seconds after which a second MASTER has stepped aside, at worst."""
    return SECONDARY_SILENCE + 3 * pair.config.agent.interval + pair.config.peer.timeout


def play(case: Case) -> None:
    pair = owned(case)
    began = pair.world.now
    cut(pair, case)
    pair.run(take_over_time(pair))
    assert pair.harm() == []
    assert pair.servers() == ([] if case.server is None else [case.server])
    assert pair.clients_are_served() == (case.server is not None)
    if case.server == case.owner:
        calm = began + quiet_time(pair)
        assert [end for _, end in pair.client.outages if end > calm] == []

    pair.world.network.heal_all()
    cooldown = pair.config.limits.cooldown
    if case.server not in (None, case.owner) and case.cut == "all":
        # The owner, too, wrote until it had let go: its last flush at least.
        pair.run(60.0)
        assert pair.servers() == [case.server]
        for node in pair.world.nodes.values():
            assert LatchKind.SPLIT_BRAIN in pair.latches(node)
            assert "hawatch resync" in pair.decision(node).because
    else:
        assert pair.until(pair.is_healthy, cooldown + 90.0), pair.asks_a_person()
    assert pair.clients_are_served()
    assert pair.harm() == []


@pytest.mark.parametrize("case", SOME, ids=str)
def test_a_partition_never_makes_two_writers_and_heals(case: Case) -> None:
    """Each kind of partition, each with one of the four arrangements of roles."""
    play(case)


@pytest.mark.slow
@pytest.mark.parametrize("case", [c for c in EVERY if c not in SOME], ids=str)
def test_every_partition_never_makes_two_writers_and_heals(case: Case) -> None:
    """Each kind of partition with the other arrangements: owner, and preempt."""
    play(case)


# -- the assumption --------------------------------------------------------------------


@pytest.mark.parametrize("preempt", [False, True])
def test_two_nodes_that_both_reach_the_witness_but_not_each_other_both_serve(
    preempt: bool,
) -> None:
    """Without a fence nothing can prevent it: the design says so, and so does this.

    As soon as the nodes hear each other one of them lets go, with role init, so that
    its copy stays as it is; both latch, and a person is asked. See test_fence.py for
    the same with a fence.
    """
    pair = a_pair(settings=pair_settings(preempt=(preempt, preempt)))
    pair.world.network.cut("alpha", "beta")
    pair.run(take_over_time(pair))
    assert pair.servers() == ["alpha", "beta"]
    assert Wrong.DUAL_MOUNT in pair.wrongs()

    healed = pair.world.now
    pair.world.network.heal_all()
    assert pair.until(lambda: len(pair.servers()) == 1, 60.0)
    assert pair.world.now - healed <= quiet_time(pair)
    pair.run(30.0)
    winner, loser = _sides(pair)
    assert pair.servers() == [winner.name]
    assert pair.role(loser) is HastRole.INIT
    assert not pair.holds(loser)
    assert pair.clients_are_served()
    for node in (winner, loser):
        assert LatchKind.SPLIT_BRAIN in pair.latches(node)
    assert "hawatch resync" in " ".join(pair.asks_a_person())
    pair.run(pair.config.limits.cooldown)
    assert pair.servers() == [winner.name]
    assert pair.role(loser) is HastRole.INIT


def _sides(pair: Pair) -> tuple[Node, Node]:
    winner = pair.world.nodes[pair.servers()[0]]
    return winner, winner.peer


def test_a_dead_owner_without_a_witness_waits_for_a_person_who_then_takes_over() -> (
    None
):
    """The VIP is given up meanwhile, and the person's word brings it back."""
    pair = a_pair(config=a_pair_config(witness=""))
    pair.alpha.crash()
    pair.run(100.0)
    assert pair.decision(pair.beta).rule is Rule.CARP_HELD_BACK
    assert pair.decision(pair.beta).alarm
    assert not pair.world.vip_holders(1)
    pair.agent(pair.beta).ring(TriggerKind.OPERATOR, "takeover", SERVICE)
    assert pair.until(lambda: pair.serves(pair.beta), 30.0)
    pair.alpha.power_on()
    assert pair.until(pair.is_healthy, 90.0)
    assert pair.harm() == []
