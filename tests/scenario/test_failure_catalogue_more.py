"""The failure catalogue, H13 to H30; test_failure_catalogue.py tells how to read it."""

from __future__ import annotations

import pytest
from pair_tools import ASKED_WITNESS, DISK, RC, Pair, a_pair, a_pair_config
from sim_tools import run_command

from hawatch.model.decision import Rule
from hawatch.model.hast import HastRole
from hawatch.model.latch import LatchKind
from hawatch.model.plan import SetRole, StepResult, Unmount, YieldVip
from hawatch.sim.faults import Fault, FaultKind
from hawatch.sim.network import Kind
from hawatch.sim.node import Node
from hawatch.sim.shell import Reply, Shell
from hawatch.sim.storage import FS_EXTENT, FS_FULL
from hawatch.sim.violations import Wrong


def promoted(pair: Pair, node: Node) -> bool:
    """Return whether a node was ever told to be primary."""
    return any(
        isinstance(outcome.step, SetRole) and outcome.step.role is HastRole.PRIMARY
        for outcome in pair.steps(node, SetRole)
    )


# -- H13, H14: disks -------------------------------------------------------------------


def test_h13_an_owner_whose_disk_fails_is_left_while_the_copy_is_complete() -> None:
    """Service goes on through the other copy at first; ours is never trusted again."""
    pair = a_pair()
    pair.alpha.resources[DISK].disk.write_fails = True
    assert pair.until(lambda: pair.serves(pair.beta), 90.0)
    assert LatchKind.SUSPECT_DISK in pair.latches(pair.alpha)
    pair.alpha.resources[DISK].disk.write_fails = False
    pair.run(pair.config.limits.cooldown + 60.0)
    assert LatchKind.SUSPECT_DISK in pair.latches(pair.alpha)
    pair.beta.crash()
    pair.run(100.0)
    assert not promoted(pair, pair.alpha)
    assert pair.harm() == []


def test_h14_a_standby_with_disk_errors_is_no_redundancy() -> None:
    """HAST says complete all the same; it is not promoted, and the owner serves on."""
    pair = a_pair()
    pair.beta.resources[DISK].disk.write_fails = True
    pair.run(30.0)
    assert LatchKind.SUSPECT_DISK in pair.latches(pair.beta)
    assert pair.servers() == ["alpha"]
    pair.alpha.crash()
    pair.run(100.0)
    assert not promoted(pair, pair.beta)
    assert pair.decision(pair.beta).alarm


# -- H15, H16: two histories -----------------------------------------------------------


def a_split_pair() -> Pair:
    """Return a pair in which beta served while alpha was cut off and wrote its last."""
    pair = a_pair()
    pair.world.network.isolate("alpha")
    assert pair.until(lambda: pair.serves(pair.beta), 130.0)
    pair.run(10.0)
    pair.world.network.heal_all()
    pair.run(30.0)
    return pair


def test_h15_a_split_brain_is_latched_and_the_server_keeps_running() -> None:
    """Both are told what a person has to do; nothing is made anew by itself."""
    pair = a_split_pair()
    before = [node.resources[DISK].disk.meta for node in (pair.alpha, pair.beta)]
    pair.run(pair.config.limits.cooldown)
    assert pair.servers() == ["beta"]
    assert pair.clients_are_served()
    for node in (pair.alpha, pair.beta):
        assert LatchKind.SPLIT_BRAIN in pair.latches(node)
        assert "hawatch resync" in pair.decision(node).because
    after = [node.resources[DISK].disk.meta for node in (pair.alpha, pair.beta)]
    assert before == after
    assert not [e for e in pair.world.log if "hastctl create" in e.text]


def test_h16_of_two_primaries_the_one_without_the_vip_lets_go_with_role_init() -> None:
    """A person made a second primary by hand; its copy stays as it is."""
    pair = a_pair()
    pair.agent(pair.beta).enabled = False
    pair.world.network.cut("alpha", "beta", Kind.HAST)
    pair.run(8.0)
    run_command(pair.world, pair.beta, f"/sbin/hastctl role primary {DISK}")
    pair.agent(pair.beta).enabled = True
    pair.run(20.0)
    assert pair.servers() == ["alpha"]
    assert pair.role(pair.beta) is HastRole.INIT
    assert LatchKind.SPLIT_BRAIN in pair.latches(pair.beta)
    assert pair.clients_are_served()
    pair.world.network.heal_all()
    pair.run(60.0)
    assert pair.role(pair.beta) is HastRole.INIT


# -- H17, H18: file systems ------------------------------------------------------------


def test_h17_a_full_file_system_is_told_and_moves_nothing() -> None:
    """The other node has the same blocks: a failover would not help."""
    pair = a_pair()
    mount = pair.alpha.mounts.visible("/var/db/mysql")
    assert mount is not None
    assert mount.fs is not None
    mount.fs.write(FS_FULL, 1, FS_EXTENT)
    pair.run(180.0)
    assert pair.servers() == ["alpha"]
    assert not promoted(pair, pair.beta)
    failing = {f.check for f in pair.result(pair.alpha).findings if f.verdict == "fail"}
    assert "disk_has_room" in failing


def test_h18_a_hung_unmount_keeps_the_other_node_out() -> None:
    """Let go in part is not let go: no role change, no promotion over there."""
    pair = a_pair()
    pair.alpha.services[RC].will_not_start = True
    pair.alpha.services[RC].kill()
    pair.alpha.faults.add(
        Fault(argv=("/sbin/umount",), kind=FaultKind.ABANDON, count=None)
    )
    pair.run(150.0)
    assert StepResult.REACHED not in {o.result for o in pair.steps(pair.alpha, Unmount)}
    assert pair.role(pair.alpha) is HastRole.PRIMARY
    assert not promoted(pair, pair.beta)
    assert pair.decision(pair.alpha).alarm
    pair.alpha.faults.clear()
    assert pair.until(lambda: pair.serves(pair.beta), 90.0)
    assert pair.harm() == []


# -- H19 to H21: hastd -----------------------------------------------------------------


def test_h19_a_dead_hastd_takes_the_disk_away_and_the_other_node_serves() -> None:
    """Writers stop, the zombie mount goes, nothing lands on the root file system."""
    pair = a_pair()
    pair.alpha.hastd.kill()
    assert pair.until(lambda: pair.serves(pair.beta), 60.0)
    assert pair.alpha.mounts.visible("/var/db/mysql") is None
    assert not pair.alpha.services[RC].running
    assert pair.harm() == []


def test_h19_a_stuck_hastd_is_told_and_left_alone() -> None:
    """I/O still flows through the worker; a restart would pull the disk out."""
    pair = a_pair()
    pair.alpha.hastd.stop_process()
    pair.run(60.0)
    assert pair.servers() == ["alpha"]
    assert pair.clients_are_served()
    failing = {f.check for f in pair.result(pair.alpha).findings if f.verdict == "fail"}
    assert "hastd_answers" in failing
    assert not pair.steps(pair.alpha, SetRole)


def test_h19_a_dead_hastd_on_the_standby_costs_the_copy_only() -> None:
    """The owner serves on, degraded; started again, the role is repaired."""
    pair = a_pair()
    pair.beta.hastd.kill()
    pair.run(30.0)
    assert pair.servers() == ["alpha"]
    pair.beta.hastd.start()
    assert pair.until(pair.is_healthy, 120.0), pair.asks_a_person()
    assert pair.harm() == []


def test_h20_a_hast_conf_without_this_node_stops_hawatch_and_nothing_else() -> None:
    """Hastctl fails, hastd goes on: what cannot be read is no ground for acting."""
    pair = a_pair()
    wrong = "No resource disk0 configuration for this node (acceptable node names: x)."
    pair.alpha.hast_conf_error = wrong
    pair.run(90.0)
    assert pair.servers() == ["alpha"]
    assert pair.clients_are_served()
    assert pair.ended == []
    unknown = pair.result(pair.alpha).snapshot.resources[DISK]
    assert "configuration for this node" in str(unknown)
    pair.alpha.hast_conf_error = ""
    assert pair.until(pair.is_healthy, 60.0), pair.asks_a_person()


def test_h21_copies_of_different_size_never_connect_and_are_never_promoted() -> None:
    """The owner serves on alone; the standby is not promotable."""
    pair = a_pair()
    pair.world.network.cut("alpha", "beta", Kind.HAST)
    pair.run(30.0)
    meta = pair.beta.resources[DISK].disk.meta
    assert meta is not None
    meta.datasize -= 4096
    pair.world.network.heal_all()
    pair.run(60.0)
    assert pair.servers() == ["alpha"]
    pair.alpha.crash()
    pair.run(100.0)
    assert not promoted(pair, pair.beta)
    assert pair.harm() == []


# -- H22, H24 to H26: adverts, clocks, pauses, links -----------------------------------


def test_h22_another_password_on_one_node_is_named_as_the_cause() -> None:
    """Two MASTERs from then on; bad authentication grows, the log says nothing."""
    pair = a_pair()
    run_command(pair.world, pair.beta, "/sbin/ifconfig em0 vhid 1 pass another")
    pair.run(40.0)
    assert [node.name for node in pair.world.vip_holders(1)] == ["alpha"]
    reasons = " ".join(latch.reason for latch in pair.all_latches(pair.beta))
    assert "wrong password or another list of VIPs" in reasons
    assert not promoted(pair, pair.beta)
    assert pair.clients_are_served()


@pytest.mark.parametrize("seconds", [-3600.0, 3600.0, 2.0])
def test_h24_a_clock_that_jumps_moves_nothing(seconds: float) -> None:
    """Silence and streaks are counted by the monotonic clock."""
    pair = a_pair()
    pair.alpha.clock_step(seconds)
    pair.run(120.0)
    assert pair.servers() == ["alpha"]
    assert not promoted(pair, pair.beta)
    assert pair.clients_are_served()
    assert pair.harm() == []


def test_h25_a_short_pause_of_the_owner_moves_nothing_for_good() -> None:
    """The VIP may go for a moment; storage stays, and the VIP comes back to it."""
    pair = a_pair()
    pair.alpha.pause()
    pair.run(10.0)
    pair.alpha.resume()
    assert pair.until(pair.is_healthy, 90.0), pair.asks_a_person()
    assert pair.servers() == ["alpha"]
    assert not promoted(pair, pair.beta)
    assert pair.harm() == []


def test_h25_an_owner_that_wakes_after_a_take_over_lets_go_at_once() -> None:
    """Without a fence its old mount cannot be prevented; that it is used can."""
    pair = a_pair()
    pair.alpha.pause()
    assert pair.until(lambda: pair.serves(pair.beta), 120.0)
    pair.run(10.0)
    pair.alpha.resume()
    assert pair.until(lambda: not pair.holds(pair.alpha), 30.0)
    assert pair.role(pair.alpha) is HastRole.INIT
    assert pair.servers() == ["beta"]
    assert pair.wrongs() <= {Wrong.DUAL_MOUNT}
    assert LatchKind.SPLIT_BRAIN in pair.latches(pair.alpha)


def test_h25_with_a_fence_the_sleeper_is_off_before_anybody_else_writes() -> None:
    """Hypervisor fencing closes the hole."""
    fence = '\nfence = ["/usr/local/libexec/off"]\nfence_deadline = "10s"'
    pair = a_pair(config=a_pair_config(witness=ASKED_WITNESS + fence))

    async def switch_off(shell: Shell, argv: tuple[str, ...]) -> Reply:
        await shell.nap(1.0)
        pair.world.nodes[argv[-1]].crash("was switched off")
        return Reply()

    pair.world.site_commands["/usr/local/libexec/off"] = switch_off
    pair.alpha.pause()
    assert pair.until(lambda: pair.serves(pair.beta), 60.0)
    pair.alpha.resume()
    pair.run(20.0)
    pair.alpha.power_on()
    assert pair.until(pair.is_healthy, 120.0), pair.asks_a_person()
    assert pair.harm() == []


def test_h26_a_link_that_flaps_tears_nothing_down() -> None:
    """The VIP may go to the standby; it comes back to where the disk is."""
    pair = a_pair()
    pair.alpha.set_link(up=False)
    pair.run(1.0)
    pair.alpha.set_link(up=True)
    assert pair.until(pair.is_healthy, 60.0), pair.asks_a_person()
    assert pair.servers() == ["alpha"]
    assert [node.name for node in pair.world.vip_holders(1)] == ["alpha"]
    assert not pair.steps(pair.alpha, Unmount)
    assert not promoted(pair, pair.beta)
    assert pair.harm() == []


# -- H27 to H30: the agents' own surroundings ------------------------------------------


def test_h27_a_dead_agent_is_no_dead_node() -> None:
    """Everything runs on unmanaged; the other node does not conclude a death."""
    pair = a_pair()
    pair.agent(pair.alpha).enabled = False
    pair.agent(pair.alpha).kill()
    pair.run(150.0)
    assert pair.servers() == ["alpha"]
    assert pair.decision(pair.beta).rule is Rule.ALL_WELL
    assert not pair.ended


def test_h28_without_devd_the_poll_finds_the_same() -> None:
    """An event only makes a look come sooner; late ones are looked at anew."""
    pair = a_pair()
    for node in (pair.alpha, pair.beta):
        node.devd.kill()
    pair.alpha.crash()
    assert pair.until(lambda: pair.serves(pair.beta), 150.0)
    pair.beta.devd.start()
    pair.run(10.0)
    pair.alpha.power_on()
    assert pair.until(pair.is_healthy, 120.0), pair.asks_a_person()
    assert pair.servers() == ["beta"]
    assert pair.harm() == []


def test_h29_a_switch_that_reboots_tears_nothing_down() -> None:
    """Both links are down for less than give_up: roles and mounts stay."""
    pair = a_pair()
    for node in (pair.alpha, pair.beta):
        node.set_link(up=False)
    pair.run(12.0)
    for node in (pair.alpha, pair.beta):
        node.set_link(up=True)
    assert pair.until(pair.is_healthy, 90.0), pair.asks_a_person()
    assert pair.servers() == ["alpha"]
    assert not pair.steps(pair.alpha, Unmount)
    assert pair.harm() == []


def test_h29_a_long_outage_of_the_network_ends_by_itself() -> None:
    """The owner cannot know that the other one is cut off, too: it lets go."""
    pair = a_pair()
    for node in (pair.alpha, pair.beta):
        node.set_link(up=False)
    pair.run(150.0)
    assert pair.servers() == []
    for node in (pair.alpha, pair.beta):
        node.set_link(up=True)
    assert pair.until(pair.is_healthy, 150.0), pair.asks_a_person()
    assert pair.harm() == []


def test_h30_carp_that_somebody_switched_off_is_told_and_not_touched() -> None:
    """Hawatch did not set it, so a person did; the other node has the VIP."""
    pair = a_pair()
    run_command(pair.world, pair.beta, "/sbin/sysctl net.inet.carp.allow=0")
    pair.run(30.0)
    decision = pair.decision(pair.beta)
    assert decision.rule is Rule.CARP_HELD_BACK
    assert decision.alarm
    assert not pair.beta.carp.allow
    assert pair.servers() == ["alpha"]


def test_h30_an_agent_that_died_in_the_middle_of_a_hand_over_ends_it() -> None:
    """What it had raised is remembered; it is not stacked, and it is put back."""
    pair = a_pair()
    pair.alpha.services[RC].will_not_start = True
    pair.alpha.services[RC].kill()
    assert pair.until(lambda: pair.own(pair.alpha).raised is not None, 90.0)
    assert pair.until(lambda: bool(pair.steps(pair.alpha, SetRole)), 30.0)
    pair.agent(pair.alpha).kill()
    assert pair.until(lambda: pair.serves(pair.beta), 60.0)
    assert pair.steps(pair.alpha, YieldVip)[-1].result is StepResult.REACHED
    pair.alpha.services[RC].will_not_start = False
    pair.run(60.0)
    assert pair.alpha.carp.vhids[1].advskew == 0
    assert pair.alpha.carp.vhids[1].advbase == 1
    assert pair.alpha.carp.demotion == 0
    assert pair.harm() == []
