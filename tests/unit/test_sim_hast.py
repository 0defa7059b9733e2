"""Simulated HAST against what FACTS B and the transcripts tell."""

from __future__ import annotations

import pytest
from sim_tools import (
    a_pair,
    a_pair_that_times_out_once,
    both,
    differing,
    hooks,
    role,
    run_command,
    status,
    write_rows,
)

from hawatch.model.fact import Known
from hawatch.sim.network import Kind
from hawatch.sim.node import Node
from hawatch.sim.power import Power
from hawatch.sim.settings import Replication
from hawatch.sim.world import World


def make_anew(world: World, node: Node) -> None:
    """Give a node's copy up and make it anew, as an operator does."""
    role(world, node, "init")
    run_command(world, node, "/sbin/hastctl create disk0")
    role(world, node, "secondary")


def test_a_write_is_on_both_disks_when_it_is_acknowledged() -> None:
    """Connected, a row is acknowledged in milliseconds and no extent differs."""
    world = a_pair(replication=Replication.FULLSYNC)
    first, _second = both(world)
    answers = write_rows(world, first, 16)
    world.run_for(0.1)
    assert answers == [""] * 16
    assert differing(world) == []
    assert first.resources["disk0"].dirty == 0


@pytest.mark.parametrize("mode", [Replication.MEMSYNC, Replication.FULLSYNC])
def test_writes_in_flight_at_a_cut_are_acknowledged_and_lost(mode: Replication) -> None:
    """16 writes: success after 20 s; healed and complete, all 16 differ [B8]."""
    world = a_pair_that_times_out_once(replication=mode)
    first, second = both(world)
    world.network.cut(first.name, second.name, Kind.HAST)
    began = world.now
    answers = write_rows(world, first, 16)
    world.run_for(19.9)
    assert answers == []
    world.run_for(0.3)
    assert answers == [""] * 16
    assert world.now - began == pytest.approx(20.2)
    assert status(first) == "degraded"
    assert first.resources["disk0"].dirty == 0
    world.network.heal(first.name, second.name)
    world.run_for(60.0)
    assert (status(first), status(second)) == ("complete", "complete")
    assert first.resources["disk0"].dirty == 0
    assert len(differing(world)) == 16
    meta = first.resources["disk0"].disk.meta
    assert meta is not None
    assert (meta.localcnt, meta.remotecnt) == (0, 0)


def test_a_restarted_primary_worker_heals_the_divergence() -> None:
    """After a kill -9 it sends its map: nothing differs, mysqld lives on [B8]."""
    world = a_pair_that_times_out_once()
    first, second = both(world)
    world.network.cut(first.name, second.name, Kind.HAST)
    write_rows(world, first, 16)
    world.run_for(25.0)
    world.network.heal(first.name, second.name)
    world.run_for(30.0)
    assert len(differing(world)) == 16
    worker = first.resources["disk0"].primary
    assert worker is not None
    worker.kill(9)
    assert status(first) == "degraded"
    world.run_while(lambda: status(first) != "complete", limit=10.0)
    world.run_while(lambda: first.resources["disk0"].dirty > 0, limit=60.0)
    assert differing(world) == []
    assert first.mounts.visible("/var/db/mysql") is not None
    assert first.services["mysql-server"].accepting


def test_the_restart_helps_only_for_the_64_extents_that_are_remembered() -> None:
    """After 64 other extents were written, the lost ones are forgotten [FACTS B8]."""
    world = a_pair_that_times_out_once()
    first, second = both(world)
    world.network.cut(first.name, second.name, Kind.HAST)
    write_rows(world, first, 8)
    world.run_for(25.0)
    world.network.heal(first.name, second.name)
    world.run_for(30.0)
    write_rows(world, first, 64, first=20)
    world.run_for(1.0)
    worker = first.resources["disk0"].primary
    assert worker is not None
    worker.kill(9)
    world.run_for(60.0)
    assert status(first) == "complete"
    assert len(differing(world)) == 8


def test_an_extent_written_again_before_the_reconnect_is_healed_by_the_sync() -> None:
    """A busy small working set masks the flaw: the extent is marked [FACTS B8]."""
    world = a_pair_that_times_out_once()
    first, second = both(world)
    world.network.cut(first.name, second.name, Kind.HAST)
    write_rows(world, first, 4)
    world.run_for(22.0)
    write_rows(world, first, 4)
    world.run_for(1.0)
    assert first.resources["disk0"].dirty == 4 * 2097152
    world.network.heal(first.name, second.name)
    world.run_for(60.0)
    assert differing(world) == []


def test_async_writes_are_not_lost() -> None:
    """In async mode what was not answered stays marked and is synced [FACTS B8]."""
    world = a_pair(replication=Replication.ASYNC)
    first, second = both(world)
    world.network.cut(first.name, second.name, Kind.HAST)
    answers = write_rows(world, first, 16)
    world.run_for(0.5)
    assert answers == [""] * 16
    world.run_for(50.0)
    world.network.heal(first.name, second.name)
    world.run_for(60.0)
    assert differing(world) == []


def test_an_idle_primary_stays_complete_through_a_silent_cut() -> None:
    """After 30 s it says complete; the secondary gave up within 20 s [B4, B11]."""
    world = a_pair()
    first, second = both(world)
    world.network.cut(first.name, second.name, Kind.HAST)
    world.run_for(9.0)
    assert status(second) == "complete"
    world.run_for(12.0)
    assert status(second) == "-"
    world.run_for(9.0)
    assert status(first) == "complete"


def test_a_connection_closed_over_there_is_noticed_by_the_second_keepalive() -> None:
    """Degraded 10 to 20 s after the peer's worker died, then connected again."""
    world = a_pair()
    first, second = both(world)
    worker = second.resources["disk0"].secondary
    assert worker is not None
    worker.kill()
    world.run_for(9.0)
    assert (status(first), status(second)) == ("complete", "-")
    world.run_while(lambda: status(first) == "complete", limit=20.0)
    assert status(first) == "degraded"
    assert world.run_while(lambda: status(first) != "complete", limit=11.0)


def test_promotion_against_a_silent_peer_takes_timeout_and_a_bit() -> None:
    """Silent peer: status degraded at once, the device node after 20.4 s [B3]."""
    for timeout, least, most in ((20.0, 20.2, 20.7), (5.0, 5.2, 5.7)):
        world = a_pair(hast_timeout=timeout)
        first, second = both(world)
        first.crash()
        world.run_for(25.0)
        began = world.now
        done = run_command(world, second, "/sbin/hastctl role primary disk0")
        assert (done.status, done.seconds < 0.5) == (0, True)
        assert status(second) == "degraded"
        device = second.resources["disk0"].device
        assert device is not None
        world.run_while(lambda d=device: not d.visible, limit=60.0)
        assert least <= world.now - began <= most


def test_promotion_against_a_peer_that_answers_takes_no_time() -> None:
    """With hastd stopped over there, or in role init: within a second [B3]."""
    for prepare in ("/usr/sbin/service hastd stop", "/sbin/hastctl role init disk0"):
        world = a_pair()
        first, second = both(world)
        run_command(world, first, "/usr/sbin/service mysql-server onestop")
        run_command(world, first, "/sbin/umount /var/db/mysql")
        run_command(world, first, prepare)
        world.run_for(5.0)
        role(world, second, "primary")
        world.run_for(1.0)
        assert world.host(second.name).exists("/dev/hast/disk0") == Known(True)


def test_two_primaries_are_not_prevented() -> None:
    """A peer that is still primary is asked for 20 s, and then ignored [B3]."""
    world = a_pair()
    first, second = both(world)
    role(world, second, "primary")
    world.run_for(15.0)
    assert second.resources["disk0"].device is not None
    assert not second.resources["disk0"].device.visible
    world.run_for(6.0)
    assert second.resources["disk0"].device.visible
    assert (status(first), status(second)) == ("degraded", "degraded")
    assert any("We act as primary" in e.text for e in world.log)
    assert any("starting anyway" in e.text for e in world.log)


def test_split_brain_is_found_on_reconnect_and_changes_no_data() -> None:
    """The hook runs on both every 10 s, a worker exits 78, nothing is copied [B9]."""
    world = a_pair_that_times_out_once()
    first, second = both(world)
    world.network.cut(first.name, second.name)
    write_rows(world, first, 1)
    world.run_for(45.0)
    write_rows(world, first, 2)
    role(world, second, "primary")
    world.run_for(25.0)
    run_command(world, second, "/sbin/fsck -t ufs -y /dev/hast/disk0")
    role(world, second, "secondary")
    before = differing(world)
    world.network.heal(first.name, second.name)
    world.run_for(35.0)
    assert before == differing(world) != []
    for node in (first, second):
        assert hooks(world, node).count("split-brain disk0") >= 3
    assert any("exitcode=78" in e.text for e in world.log if e.node == second.name)
    assert (status(first), status(second)) == ("degraded", "-")


def test_the_loser_of_a_split_brain_is_made_anew_and_fully_synced() -> None:
    """After role init, create, secondary on the loser all extents are copied [B9]."""
    world = a_pair_that_times_out_once()
    first, second = both(world)
    second.resources["disk0"].disk.write(50, 0, 12345)
    make_anew(world, second)
    world.run_for(25.0)
    assert status(first) == "complete"
    assert first.resources["disk0"].dirty > 0
    assert second.resources["disk0"].disk.incomplete
    world.run_while(lambda: first.resources["disk0"].dirty > 0, limit=60.0)
    assert differing(world) == []
    assert not second.resources["disk0"].disk.incomplete
    assert hooks(world, first)[-3:] == [
        "connect disk0",
        "syncstart disk0",
        "syncdone disk0",
    ]


def test_an_interrupted_sync_leaves_a_mixture_with_unchanged_counts() -> None:
    """Only who watched can know that the copy is a mixture [FACTS B9, H12]."""
    world = a_pair()
    first, second = both(world)
    second.resources["disk0"].disk.write(50, 0, 12345)
    make_anew(world, second)
    world.run_while(lambda: status(second) != "complete", limit=30.0)
    world.run_for(3.0)
    first.crash()
    world.run_for(25.0)
    disk = second.resources["disk0"].disk
    assert disk.incomplete
    assert disk.meta is not None
    assert (disk.meta.localcnt, disk.meta.remotecnt) == (0, 0)
    role(world, second, "primary")
    world.run_for(25.0)
    checked = run_command(world, second, "/sbin/fsck -t ufs -p /dev/hast/disk0")
    assert checked.status == 8


def test_a_sync_of_what_is_equal_makes_no_mixture() -> None:
    """The extents that a map keeps are sent again, though nobody has changed them."""
    world = a_pair()
    first, second = both(world)
    make_anew(world, second)
    world.run_while(lambda: status(second) != "complete", limit=30.0)
    first.crash()
    assert not second.resources["disk0"].disk.incomplete


def test_a_resync_onto_a_failing_disk_is_counted_there_and_told_nowhere_else() -> None:
    """The extents count as synced all the same [FACTS B8]; its own list shows it."""
    world = a_pair()
    first, second = both(world)
    second.resources["disk0"].disk.write(50, 0, 12345)
    make_anew(world, second)
    world.run_while(lambda: status(second) != "complete", limit=30.0)
    second.resources["disk0"].disk.write_fails = True
    world.run_while(lambda: first.resources["disk0"].dirty > 0, limit=120.0)
    worker = second.resources["disk0"].secondary
    assert worker is not None
    assert worker.write_errors > 0
    assert differing(world) != []


def test_two_virgin_copies_diverge_without_a_word() -> None:
    """Used on both in turn: one side's writes vanish, nobody says so [B9]."""
    world = a_pair()
    first, second = both(world)
    run_command(world, first, "/usr/sbin/service mysql-server onestop")
    run_command(world, first, "/sbin/umount /var/db/mysql")
    for node in (first, second):
        role(world, node, "init")
        run_command(world, node, "/sbin/hastctl create disk0")
    for node, extent in ((first, 10), (second, 20)):
        role(world, node, "primary")
        world.run_for(1.0)
        device = node.resources["disk0"].device
        assert device is not None
        device.write(extent, 0, 1)
        world.run_for(1.0)
        role(world, node, "init")
    role(world, second, "secondary")
    role(world, first, "primary")
    world.run_for(20.0)
    assert (status(first), first.resources["disk0"].dirty) == ("complete", 0)
    assert differing(world) == [20]
    assert not any("split-brain" in text for text in hooks(world, first))


def test_the_former_primary_rejoins_and_is_synced_from_its_map() -> None:
    """A crashed primary that comes back as secondary gets what it lacks [H8]."""
    world = a_pair(hast_timeout=5.0)
    first, second = both(world)
    write_rows(world, first, 4)
    world.run_for(1.0)
    first.crash()
    world.run_for(25.0)
    role(world, second, "primary")
    world.run_for(10.0)
    run_command(world, second, "/sbin/fsck -t ufs -p /dev/hast/disk0")
    run_command(world, second, "/sbin/mount /var/db/mysql")
    run_command(world, second, "/usr/sbin/service mysql-server onestart")
    world.run_for(10.0)
    write_rows(world, second, 6, first=40)
    world.run_for(5.0)
    first.power_on()
    world.run_while(lambda: first.power is not Power.UP, limit=60.0)
    assert first.resources["disk0"].role == "init"
    role(world, first, "secondary")
    world.run_for(30.0)
    assert (status(second), second.resources["disk0"].dirty) == ("complete", 0)
    assert differing(world) == []


def test_a_stale_primary_is_synced_from_the_newer_secondary() -> None:
    """The stale node made primary with the newer one connected gets its data [H10]."""
    world = a_pair()
    first, second = both(world)
    run_command(world, first, "/usr/sbin/service mysql-server onestop")
    role(world, second, "init")
    world.run_for(40.0)
    write = first.resources["disk0"].device
    assert write is not None
    write.write(30, 0, 77)
    world.run_for(25.0)
    write.write(31, 0, 78)
    world.run_for(1.0)
    run_command(world, first, "/sbin/umount /var/db/mysql")
    role(world, first, "secondary")
    role(world, second, "primary")
    world.run_for(30.0)
    assert status(second) == "complete"
    assert second.resources["disk0"].disk.read(31, 0) == 78
    assert 31 not in differing(world)
