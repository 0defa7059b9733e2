"""Both nodes boot with every role at init: who has the data is asked before CARP is.

CARP's MASTER is whoever's timer ran out first, which has nothing to do with the data
[FACTS H10]. The newer generation serves; of equal ones the last owner, as far as it is
remembered, then the configured one; a split is left to a person.
"""

from __future__ import annotations

import pytest
from pair_tools import SERVICE, Pair, a_pair, a_pair_config, pair_settings

from hawatch.model.decision import Rule
from hawatch.model.latch import LatchKind
from hawatch.model.trigger import TriggerKind
from hawatch.sim.network import Kind
from hawatch.sim.pair import Start

INTERLOCK = "interlock = true"
ARRANGEMENTS = pytest.mark.parametrize(
    ("preempt", "interlock"),
    [(False, False), (True, False), (False, True), (True, True)],
    ids=["plain", "preempt", "interlock", "preempt and interlock"],
)


def a_running_pair(*, preempt: bool, interlock: bool, service: str = "") -> Pair:
    carp = INTERLOCK if interlock else ""
    pair = a_pair(
        config=a_pair_config(carp=carp, service=service),
        settings=pair_settings(preempt=(preempt, preempt)),
    )
    if interlock:
        pair.hold_carp_back_at_boot()
    return pair


def lose_power(pair: Pair) -> None:
    pair.alpha.crash()
    pair.beta.crash()
    pair.run(20.0)
    pair.world.network.heal_all()
    pair.world.log.clear()


def boot(pair: Pair, first: str = "alpha", apart: float = 0.0) -> None:
    pair.world.nodes[first].power_on()
    pair.run(apart)
    for node in pair.world.nodes.values():
        node.power_on()


def masters(pair: Pair) -> set[str]:
    """Return the nodes that have held the VIP since the log was cleared."""
    return {entry.node for entry in pair.world.log if entry.kind == "vip"}


def hand_over_to_beta(pair: Pair) -> None:
    pair.agent(pair.alpha).ring(TriggerKind.OPERATOR, "switchover", SERVICE)
    assert pair.until(lambda: pair.serves(pair.beta) and pair.is_healthy(), 60.0)


def let_beta_take_over(pair: Pair) -> None:
    pair.alpha.crash()
    assert pair.until(lambda: pair.serves(pair.beta), 120.0)
    pair.run(20.0)


def let_alpha_write_alone(pair: Pair) -> None:
    pair.world.network.cut("alpha", "beta", Kind.HAST)
    pair.run(40.0)


@ARRANGEMENTS
@pytest.mark.parametrize("first", ["alpha", "beta"])
def test_equal_copies_go_back_to_the_last_owner(
    preempt: bool, interlock: bool, first: str
) -> None:
    """Both were in sync when the power went; whoever boots first is no reason."""
    pair = a_running_pair(preempt=preempt, interlock=interlock)
    lose_power(pair)
    boot(pair, first, apart=10.0)
    assert pair.until(pair.is_healthy, 120.0), pair.asks_a_person()
    assert pair.servers() == ["alpha"]
    assert pair.harm() == []
    if interlock:
        assert masters(pair) == {"alpha"}


@ARRANGEMENTS
@pytest.mark.parametrize("before", [hand_over_to_beta, let_beta_take_over])
def test_the_last_owner_is_the_one_that_took_over(
    preempt: bool, interlock: bool, before: object
) -> None:
    """Beta served last, with equal copies or with a newer one."""
    pair = a_running_pair(preempt=preempt, interlock=interlock)
    assert callable(before)
    before(pair)
    lose_power(pair)
    boot(pair)
    assert pair.until(pair.is_healthy, 120.0), pair.asks_a_person()
    assert pair.servers() == ["beta"]
    assert pair.harm() == []
    if interlock:
        assert masters(pair) == {"beta"}


@ARRANGEMENTS
def test_the_copy_that_was_written_alone_wins(preempt: bool, interlock: bool) -> None:
    """Its generation is newer; the other one is brought up to date."""
    pair = a_running_pair(preempt=preempt, interlock=interlock)
    let_alpha_write_alone(pair)
    lose_power(pair)
    boot(pair, "beta", apart=10.0)
    assert pair.until(pair.is_healthy, 120.0), pair.asks_a_person()
    assert pair.servers() == ["alpha"]
    assert pair.harm() == []


@pytest.mark.parametrize("interlock", [False, True])
def test_a_split_is_left_to_a_person(interlock: bool) -> None:
    """Nobody serves; with the interlock nobody even holds the VIP."""
    pair = a_running_pair(preempt=False, interlock=interlock)
    pair.world.network.cut("alpha", "beta")
    pair.run(110.0)
    lose_power(pair)
    boot(pair)
    pair.run(60.0)
    assert pair.servers() == []
    for node in (pair.alpha, pair.beta):
        assert LatchKind.SPLIT_BRAIN in pair.latches(node)
        assert pair.decision(node).alarm
        assert "hawatch resync" in pair.decision(node).because
    if interlock:
        assert masters(pair) == set()


@pytest.mark.parametrize("interlock", [False, True])
def test_a_node_that_boots_alone_waits_for_the_other_one_or_a_person(
    interlock: bool,
) -> None:
    """It cannot know what happened while it was off; the other may have served."""
    pair = a_running_pair(preempt=False, interlock=interlock)
    lose_power(pair)
    pair.alpha.power_on()
    pair.run(150.0)
    assert pair.servers() == []
    assert pair.decision(pair.alpha).alarm
    pair.agent(pair.alpha).ring(TriggerKind.OPERATOR, "takeover", SERVICE)
    assert pair.until(lambda: pair.serves(pair.alpha), 40.0)
    pair.beta.power_on()
    assert pair.until(pair.is_healthy, 90.0), pair.asks_a_person()
    assert pair.harm() == []


@pytest.mark.parametrize("interlock", [False, True])
def test_copies_that_nobody_owned_yet_go_to_the_configured_node(
    interlock: bool,
) -> None:
    """The first boot under hawatch: services.mysql.preferred decides."""
    pair = a_new_pair('preferred = "beta"', interlock=interlock)
    assert pair.until(pair.is_healthy, 120.0), pair.asks_a_person()
    assert pair.servers() == ["beta"]


def test_copies_that_nobody_owned_and_no_word_for_them_wait_for_a_person() -> None:
    """Equal generations prove nothing [FACTS B9]."""
    pair = a_new_pair("", interlock=False)
    pair.run(90.0)
    assert pair.servers() == []
    asked = pair.asks_a_person()
    assert asked
    assert any("proves that disk0 is current" in text for text in asked)


def a_new_pair(service: str, *, interlock: bool) -> Pair:
    """Return two machines that have just been switched on for the first time."""
    carp = INTERLOCK if interlock else ""
    config = a_pair_config(service=service, carp=carp)
    pair = a_pair(config=config, start=Start.OFF, warm=0.0)
    if interlock:
        pair.hold_carp_back_at_boot()
    boot(pair)
    for client in pair.world.clients.values():
        client.start()
    return pair


def test_a_standby_that_is_held_back_says_for_whom_it_waits() -> None:
    """Quietly at first; a boot whose question stays open is told to a person."""
    pair = a_running_pair(preempt=False, interlock=True)
    let_beta_take_over(pair)
    lose_power(pair)
    pair.alpha.power_on()
    pair.run(30.0)
    quiet = pair.decision(pair.alpha)
    assert (quiet.rule, quiet.alarm) == (Rule.CARP_HELD_BACK, False)
    pair.run(pair.config.witness.promote_after)
    late = pair.decision(pair.alpha)
    assert (late.rule, late.alarm) == (Rule.CARP_HELD_BACK, True)
    assert "this node must not serve yet" in late.because
