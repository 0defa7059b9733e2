"""The VIP on the simulated pair: every lever, and how it may fail to move."""

from __future__ import annotations

import pytest
from acting_bench import Bench
from sim_tools import carp_state

from hawatch.deciding.carp import Side, choose_lever
from hawatch.model.carp import CarpState
from hawatch.model.config import LeverChoice
from hawatch.model.plan import (
    AllowCarp,
    Lever,
    RestoreSkew,
    StepResult,
    TakeVip,
    YieldVip,
)
from hawatch.sim.faults import FaultKind
from hawatch.sim.network import Kind

REACHED, FAILED, UNKNOWN = StepResult.REACHED, StepResult.FAILED, StepResult.UNKNOWN
MASTER, BACKUP, INIT = CarpState.MASTER, CarpState.BACKUP, CarpState.INIT
SET = ("/sbin/ifconfig", "em0", "vhid")
COUNTERS = ("/usr/bin/netstat",)


def a_lever(lever: Lever, **changes: object) -> YieldVip:
    """Return the step with the values that the arithmetic chooses for this pair."""
    values: dict[str, object] = {
        "interface": "em0",
        "vhid": 1,
        "lever": lever,
        "advskew": 240,
        "advbase": 5 if lever is Lever.FAST else 1,
        "settled_advbase": 1,
        "predicted": 1.0,
        "deadline": 9.0,
    }
    return YieldVip(**values | changes)  # type: ignore[arg-type]


def numbers(bench: Bench) -> tuple[int, int]:
    """Return the first node's advskew and advbase."""
    vhid = bench.first.carp.vhids[1]
    return vhid.advskew, vhid.advbase


def states(bench: Bench) -> tuple[CarpState, CarpState]:
    """Return the state of both nodes."""
    return carp_state(bench.first), carp_state(bench.second)


@pytest.mark.parametrize(
    ("lever", "choice"),
    [
        (Lever.FAST, LeverChoice.FAST),
        (Lever.STATE_BACKUP, LeverChoice.STATE_BACKUP),
    ],
)
def test_a_lever_moves_the_vip_within_its_prediction(
    bench: Bench, lever: Lever, choice: LeverChoice
) -> None:
    """The peer is MASTER in time, the skew stays raised, advbase is put back."""
    plan = choose_lever(
        Side(advbase=1, advskew=0), Side(advbase=1, advskew=50), choice, 240
    )
    assert not isinstance(plan, str)
    step = a_lever(
        lever,
        advbase=plan.advbase,
        predicted=plan.seconds,
        deadline=plan.at_worst + 5.0,
    )
    began = bench.world.now
    assert bench.run(step).result is REACHED
    assert states(bench) == (BACKUP, MASTER)
    assert numbers(bench) == (240, 1)
    assert bench.world.now - began < plan.seconds + 2.0


def test_the_fast_lever_is_fast(bench: Bench) -> None:
    """A forced advert moves the VIP in a tenth of a second [FACTS A6]."""
    began = bench.world.now
    assert bench.run(a_lever(Lever.FAST)).result is REACHED
    assert bench.world.now - began < 1.5


def test_the_fast_lever_falls_back_on_the_next_advert(bench: Bench) -> None:
    """Where the forced one is not sent, the next one comes within a second."""
    bench.fault(FaultKind.FAIL, "/sbin/sysctl", "net.inet.carp.demotion=0")
    assert bench.run(a_lever(Lever.FAST)).result is REACHED
    assert states(bench) == (BACKUP, MASTER)


def test_the_vip_stays_with_the_peer_afterwards(bench: Bench) -> None:
    """A raised skew does not bring it back."""
    bench.run(a_lever(Lever.FAST))
    bench.world.run_for(30.0)
    assert states(bench) == (BACKUP, MASTER)


def test_switching_carp_off_drops_the_vip(bench: Bench) -> None:
    """INIT at once, the skew raised for the time when CARP is allowed again [A7]."""
    assert bench.run(a_lever(Lever.ALLOW_OFF)).result is REACHED
    assert carp_state(bench.first) is INIT
    assert numbers(bench) == (240, 1)
    bench.world.run_for(5.0)
    assert carp_state(bench.second) is MASTER


def test_switching_carp_off_needs_nobody_to_take_the_vip(bench: Bench) -> None:
    """A fence is reached when this node holds nothing, whoever else lives."""
    bench.second.crash()
    assert bench.run(a_lever(Lever.ALLOW_OFF)).result is REACHED
    assert carp_state(bench.first) is INIT


@pytest.mark.parametrize("lever", [Lever.FAST, Lever.STATE_BACKUP])
def test_a_vip_that_nobody_takes_is_told_as_a_failure(
    bench: Bench, lever: Lever
) -> None:
    """Own BACKUP proves nothing; advbase is put back all the same."""
    bench.second.crash()
    bench.world.run_for(1.0)
    ended = bench.run(a_lever(lever))
    assert ended.result is FAILED
    assert "did not go to the peer" in ended.text
    assert numbers(bench) == (240, 1)
    bench.world.run_for(10.0)
    assert carp_state(bench.first) is MASTER


def test_a_peer_whose_adverts_do_not_arrive_is_not_heard(bench: Bench) -> None:
    """Where the path is cut nobody knows that the peer is MASTER [FACTS H5]."""
    first, second = bench.first.name, bench.second.name
    bench.world.network.cut(first, second, Kind.CARP)
    bench.world.run_for(10.0)
    assert bench.run(a_lever(Lever.STATE_BACKUP)).result is FAILED


def test_an_advert_of_another_pair_is_no_word_of_the_peer(bench: Bench) -> None:
    """It is counted as received, and discarded: the peer may be dead [FACTS A13]."""

    def another_pairs() -> None:
        bench.first.carp.counters.received += 1
        bench.first.carp.counters.bad_vhid += 1

    bench.world.network.cut(bench.first.name, bench.second.name, Kind.CARP)
    bench.world.run_for(10.0)
    bench.world.scheduler.call_in(1.0, another_pairs)
    assert bench.run(a_lever(Lever.STATE_BACKUP)).result is FAILED


def test_a_backup_only_settles_its_numbers(bench: Bench) -> None:
    """The VIP is with the peer already: a hand-over that was cut is tidied up."""
    bench.run(a_lever(Lever.FAST))
    bench.shell("/sbin/ifconfig em0 vhid 1 advbase 5 advskew 240 state backup")
    assert bench.run(a_lever(Lever.FAST)).result is REACHED
    assert states(bench) == (BACKUP, MASTER)
    assert numbers(bench) == (240, 1)


def test_an_ifconfig_that_lies_moves_nothing(bench: Bench) -> None:
    """Exit 0, and the kernel has never heard of it [FACTS A2]."""
    bench.fault(FaultKind.LIE, *SET, count=None)
    ended = bench.run(a_lever(Lever.STATE_BACKUP))
    assert ended.result is FAILED
    assert states(bench) == (MASTER, BACKUP)


def test_an_ifconfig_that_fails_but_did_it_is_believed_by_the_look(
    bench: Bench,
) -> None:
    """What the next look says is what counts [DESIGN law 4]."""
    bench.fault(FaultKind.DONE_FAIL, *SET)
    assert bench.run(a_lever(Lever.STATE_BACKUP)).result is REACHED
    assert states(bench) == (BACKUP, MASTER)


def test_where_adverts_cannot_be_counted_the_outcome_is_unknown(bench: Bench) -> None:
    """The VIP has left; that the peer has it, nobody can tell."""
    bench.fault(FaultKind.FAIL, *COUNTERS, count=None)
    ended = bench.run(a_lever(Lever.STATE_BACKUP))
    assert ended.result is UNKNOWN
    assert "cannot be counted" in ended.text


def test_where_carp_is_unknown_no_lever_is_pulled(bench: Bench) -> None:
    """A mistyped vhid would make a new one [FACTS A2]."""
    bench.fault(FaultKind.FAIL, "/sbin/ifconfig", count=None)
    assert bench.run(a_lever(Lever.FAST)).result is UNKNOWN
    assert bench.commands == []


def test_a_vhid_that_is_not_there_is_unknown(bench: Bench) -> None:
    """Setting it would create it, without an address [FACTS A2]."""
    bench.with_service(vhid=9)
    ended = bench.run(a_lever(Lever.FAST, vhid=9))
    assert ended.result is UNKNOWN
    assert "has no vhid 9" in ended.text
    assert bench.commands == []


def test_every_command_says_the_state(bench: Bench) -> None:
    """Without it, the state of a moment ago is written back [FACTS A2]."""
    bench.run(a_lever(Lever.FAST))
    bench.run(RestoreSkew(interface="em0", vhid=1, advskew=0, advbase=1, deadline=5.0))
    sets = [argv for argv in bench.commands if argv[:3] == SET]
    assert len(sets) >= 3
    assert all("state" in argv for argv in sets)


def test_a_skew_is_restored_without_moving_the_vip(bench: Bench) -> None:
    """The state stays as it is."""
    bench.run(a_lever(Lever.FAST))
    step = RestoreSkew(interface="em0", vhid=1, advskew=0, advbase=1, deadline=5.0)
    assert bench.run(step).result is REACHED
    assert numbers(bench) == (0, 1)
    bench.world.run_for(10.0)
    assert states(bench) == (BACKUP, MASTER)


def test_a_skew_that_is_as_wanted_is_not_set_again(bench: Bench) -> None:
    """The goal is there already."""
    step = RestoreSkew(interface="em0", vhid=1, advskew=0, advbase=1, deadline=5.0)
    assert bench.run(step).result is REACHED
    assert bench.commands == []


def test_a_skew_that_was_not_taken_is_a_failure(bench: Bench) -> None:
    """Read back, as everything."""
    bench.fault(FaultKind.LIE, *SET)
    step = RestoreSkew(interface="em0", vhid=1, advskew=7, advbase=1, deadline=5.0)
    assert bench.run(step).result is FAILED


def test_a_vip_is_taken_with_numbers_that_make_it_stick(bench: Bench) -> None:
    """With the smaller interval the old MASTER yields at the first advert [A9]."""
    bench.run(a_lever(Lever.FAST))
    step = TakeVip(interface="em0", vhid=1, advskew=0, advbase=1, deadline=5.0)
    assert bench.run(step).result is REACHED
    bench.world.run_for(5.0)
    assert states(bench) == (MASTER, BACKUP)


def test_a_vip_that_does_not_come_is_a_failure(bench: Bench) -> None:
    """A node whose link is down takes nothing."""
    bench.first.set_link(up=False)
    step = TakeVip(interface="em0", vhid=1, advskew=0, advbase=1, deadline=5.0)
    assert bench.run(step).result is FAILED


def test_carp_is_switched_off_and_on(bench: Bench) -> None:
    """Read back from the tree."""
    assert bench.run(AllowCarp(allow=False, deadline=5.0)).result is REACHED
    assert carp_state(bench.first) is INIT
    assert bench.run(AllowCarp(allow=True, deadline=5.0)).result is REACHED
    assert carp_state(bench.first) is not INIT


def test_a_switch_that_only_claims_is_a_failure(bench: Bench) -> None:
    """A fence that is no fence must not be believed."""
    bench.fault(FaultKind.LIE, "/sbin/sysctl", "net.inet.carp.allow=0")
    ended = bench.run(AllowCarp(allow=False, deadline=5.0))
    assert ended.result is FAILED
    assert carp_state(bench.first) is MASTER


def test_a_switch_that_cannot_be_read_back_is_unknown(bench: Bench) -> None:
    """Nobody can say whether it is off."""
    bench.fault(FaultKind.FAIL, "/sbin/sysctl", "net.inet.carp", count=None)
    assert bench.run(AllowCarp(allow=False, deadline=5.0)).result is UNKNOWN
