"""The failure catalogue, entry by entry: what must happen, and what never may.

The entries are those of the fact sheet, H1 to H30; alpha is its A, which served, beta
is its B. H1 to H12 are here, the others in test_failure_catalogue_more.py. Every test
also holds that no world ever saw two writers, a lost row or an empty database.

What the simulator cannot express, and what stands in for it:

entry   not expressed                             instead
H2      a process in disk wait, its wchan         a hung mysqld, and stalled I/O (H18)
H3      load without a full house                 a full house, as SQL answers it
H13-14  dmesg, CAM errors, hastd's worker texts   the error counters of `hastctl list`
H15     worker texts (they are lost on 13.2)      the hook, and the exit code 78
H18     which process holds a mount (fstat)       an umount that hangs and is abandoned
H20     a host name that changes at run time      hast.conf that names no such node
H23     a third speaker of the same vhid          nothing: the segment has two nodes
H24     mysql's and cron's own trouble            the clock steps, hastd pauses
H27     watchdogd                                 an agent that is switched off
"""

from __future__ import annotations

import pytest
from pair_tools import DISK, RC, Pair, a_pair, pair_settings

from hawatch.model.decision import Rule
from hawatch.model.hast import HastRole
from hawatch.model.latch import LatchKind
from hawatch.model.plan import (
    CheckFilesystem,
    RestartService,
    SetRole,
    StepResult,
    YieldVip,
)
from hawatch.sim.network import Kind
from hawatch.sim.node import Node
from hawatch.sim.services import Mood


def promotions(pair: Pair, node: Node) -> int:
    """Return how often a node was told to be primary."""
    return len(
        [
            outcome
            for outcome in pair.steps(node, SetRole)
            if isinstance(outcome.step, SetRole)
            and outcome.step.role is HastRole.PRIMARY
        ]
    )


def take_over_time(pair: Pair) -> float:
    """Return the seconds from an owner's death to a standby that serves, at worst."""
    looks = 2 * pair.config.agent.interval + pair.config.peer.timeout
    return pair.times.peer_moves + looks + pair.times.device_wait + 10.0


# -- H1 to H3: mysqld ------------------------------------------------------------------


def test_h1_a_dead_mysqld_is_restarted_where_it_was() -> None:
    """CARP and HAST see nothing of it; a local restart is all that is needed."""
    pair = a_pair()
    pair.alpha.services[RC].kill()
    assert pair.until(lambda: pair.serves(pair.alpha), 60.0)
    assert len(pair.steps(pair.alpha, RestartService)) == 1
    assert promotions(pair, pair.beta) == 0
    assert pair.harm() == []


def test_h1_a_mysqld_that_does_not_come_up_again_moves_to_the_other_node() -> None:
    """Storage is released first; mysqld never runs on two nodes."""
    pair = a_pair()
    pair.alpha.services[RC].kill()
    pair.alpha.services[RC].will_not_start = True
    assert pair.until(lambda: pair.serves(pair.beta), 120.0)
    assert pair.until(pair.clients_are_served, 10.0)
    order = [
        type(outcome.step)
        for name, outcome in pair.ended
        if name == "alpha" and isinstance(outcome.step, SetRole | YieldVip)
    ]
    assert order == [SetRole, YieldVip]
    assert pair.harm() == []


@pytest.mark.parametrize("stubborn", [False, True])
def test_h2_a_hung_mysqld_is_stopped_before_anything_moves(stubborn: bool) -> None:
    """The rc script says running, SQL says no. One that will not stop is killed."""
    pair = a_pair()
    mysqld = pair.alpha.services[RC]
    mysqld.mood, mysqld.mood_sticks, mysqld.will_not_stop = Mood.HUNG, True, stubborn
    assert pair.until(lambda: pair.serves(pair.beta), 150.0)
    assert not mysqld.running
    assert pair.harm() == []


def test_h3_a_full_house_is_no_failure() -> None:
    """Too many connections: busy, not dead. Nothing is restarted, nothing moves."""
    pair = a_pair()
    pair.alpha.services[RC].mood = Mood.FULL_HOUSE
    pair.run(90.0)
    assert pair.decision(pair.alpha).rule is Rule.ALL_WELL
    assert pair.ended == []


# -- H4 to H6: cut paths ---------------------------------------------------------------


def test_h4_a_standby_that_was_left_behind_is_not_promoted_for_its_owner_s_death() -> (
    None
):
    """The owner goes on alone; whoever saw that remembers it, whatever comes."""
    pair = a_pair()
    pair.world.network.cut("alpha", "beta", Kind.HAST)
    pair.run(40.0)
    assert pair.servers() == ["alpha"]
    assert LatchKind.STALE in pair.latches(pair.beta)
    pair.alpha.crash()
    pair.run(take_over_time(pair))
    assert promotions(pair, pair.beta) == 0
    assert pair.decision(pair.beta).alarm
    pair.world.network.heal_all()
    pair.alpha.power_on()
    assert pair.until(pair.is_healthy, 120.0), pair.asks_a_person()
    assert pair.servers() == ["alpha"]
    assert pair.harm() == []


def test_h4_the_latch_ends_when_the_copies_are_seen_to_be_in_sync_again() -> None:
    """Not by time, and not by the connection alone."""
    pair = a_pair()
    pair.world.network.cut("alpha", "beta", Kind.HAST)
    pair.run(200.0)
    assert LatchKind.STALE in pair.latches(pair.beta)
    pair.world.network.heal_all()
    assert pair.until(pair.is_healthy, 90.0), pair.asks_a_person()
    assert pair.latches(pair.beta) == set()


def test_h5_of_two_masters_the_one_without_the_disk_gives_the_vip_up() -> None:
    """HAST is connected, so the other one lives: never a second primary."""
    pair = a_pair()
    pair.world.network.cut("alpha", "beta", Kind.CARP)
    pair.run(30.0)
    assert [node.name for node in pair.world.vip_holders(1)] == ["alpha"]
    assert LatchKind.UNHEARD in pair.latches(pair.beta)
    assert "no advert arrives" in str(
        [latch.reason for latch in pair.all_latches(pair.beta)]
    )
    assert promotions(pair, pair.beta) == 0
    assert pair.clients_are_served()
    assert pair.harm() == []


def test_h6_silence_alone_promotes_nobody_that_no_witness_answers() -> None:
    """The standby is the one that is cut off; the owner serves on."""
    pair = a_pair()
    pair.world.network.isolate("beta")
    pair.run(take_over_time(pair))
    assert promotions(pair, pair.beta) == 0
    assert pair.servers() == ["alpha"]
    assert pair.clients_are_served()


# -- H7 to H9: power -------------------------------------------------------------------


def test_h7_a_dead_owner_is_replaced_within_the_computed_time() -> None:
    """The device comes late against a silent peer; fsck runs before the mount.

    It runs in both looks: the one that waited for the device, and the fresher one.
    """
    pair = a_pair()
    died = pair.world.now
    pair.alpha.crash()
    assert pair.until(lambda: pair.serves(pair.beta), take_over_time(pair))
    assert pair.world.now - died >= pair.times.peer_moves
    assert [o.result for o in pair.steps(pair.beta, CheckFilesystem)] == [
        StepResult.REACHED,
        StepResult.REACHED,
    ]
    assert pair.harm() == []


@pytest.mark.parametrize("preempt", [False, True])
def test_h8_an_owner_that_returns_becomes_the_standby(preempt: bool) -> None:
    """No failback, whatever CARP does: role secondary, resync, in sync."""
    pair = a_pair(settings=pair_settings(preempt=(preempt, preempt)))
    pair.alpha.crash()
    assert pair.until(lambda: pair.serves(pair.beta), take_over_time(pair))
    pair.alpha.power_on()
    assert pair.until(pair.is_healthy, 120.0), pair.asks_a_person()
    assert pair.servers() == ["beta"]
    assert promotions(pair, pair.alpha) == 0
    assert pair.harm() == []


def test_h8_an_old_owner_that_returns_alone_does_not_serve_its_old_copy() -> None:
    """The other one took over, wrote and died meanwhile."""
    pair = a_pair()
    pair.alpha.crash()
    assert pair.until(lambda: pair.serves(pair.beta), take_over_time(pair))
    pair.run(20.0)
    pair.beta.crash()
    pair.run(10.0)
    pair.alpha.power_on()
    pair.run(take_over_time(pair))
    assert promotions(pair, pair.alpha) == 0
    assert pair.decision(pair.alpha).alarm
    pair.beta.power_on()
    assert pair.until(pair.is_healthy, 120.0), pair.asks_a_person()
    assert pair.servers() == ["beta"]
    assert pair.harm() == []


def test_h9_a_planned_reboot_hands_over_in_order() -> None:
    """Stopped, unmounted, released, then the VIP: no unclean file system."""
    pair = a_pair()
    pair.alpha.shutdown()
    assert pair.until(lambda: pair.serves(pair.beta), 60.0)
    assert not [e for e in pair.world.log if "not properly dismounted" in e.text]
    assert not [e for e in pair.world.log if "forcibly unmounting" in e.text]
    assert pair.until(pair.is_healthy, 120.0), pair.asks_a_person()
    assert pair.servers() == ["beta"]
    assert pair.harm() == []


def test_h9_a_plain_reboot_is_an_unclean_power_off() -> None:
    """It calls no stop at all; the pair comes through all the same."""
    pair = a_pair()
    pair.alpha.reboot()
    assert pair.until(pair.is_healthy, 200.0), pair.asks_a_person()
    assert len(pair.servers()) == 1
    assert pair.harm() == []


# -- H10 to H12: copies (H10 has a file of its own, test_cold_boot.py) -----------------


def test_h10_both_boot_and_the_carp_winner_does_not_decide() -> None:
    """Beta took over and wrote; alpha is MASTER first, and gives the VIP to beta."""
    pair = a_pair()
    pair.alpha.crash()
    assert pair.until(lambda: pair.serves(pair.beta), take_over_time(pair))
    pair.run(10.0)
    pair.beta.crash()
    pair.run(10.0)
    for node in (pair.alpha, pair.beta):
        node.power_on()
    assert pair.until(pair.is_healthy, 120.0), pair.asks_a_person()
    assert pair.servers() == ["beta"]
    assert pair.harm() == []


def test_h11_a_standby_whose_owner_died_degraded_refuses_and_says_what_it_lacks() -> (
    None
):
    """Its own tools show no sign of it; only what it remembers does."""
    pair = a_pair()
    pair.world.network.cut("alpha", "beta", Kind.HAST)
    pair.run(40.0)
    pair.alpha.crash()
    pair.world.network.heal_all()
    pair.run(take_over_time(pair))
    decision = pair.decision(pair.beta)
    assert "writes without this copy" in decision.because
    assert decision.alarm
    assert pair.servers() == []
    assert pair.harm() == []


def test_h12_a_half_synced_copy_is_never_promoted() -> None:
    """The owner dies in the middle of the resync; status said complete."""
    pair = a_pair()
    pair.world.network.cut("alpha", "beta", Kind.HAST)
    pair.run(60.0)
    pair.world.network.heal_all()
    copy = pair.beta.resources[DISK].disk
    assert pair.world.run_while(lambda: not copy.incomplete, limit=60.0)
    pair.run(1.0)
    assert copy.incomplete
    pair.alpha.crash()
    pair.run(take_over_time(pair))
    assert promotions(pair, pair.beta) == 0
    assert pair.latches(pair.beta) & {LatchKind.STALE, LatchKind.INCONSISTENT}
    assert pair.harm() == []
    pair.alpha.power_on()
    assert pair.until(pair.is_healthy, 120.0), pair.asks_a_person()
    assert pair.servers() == ["alpha"]
