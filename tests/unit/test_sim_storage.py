"""Simulated mounts, checks and services against FACTS E and F."""

from __future__ import annotations

from typing import Any

import msgspec
from sim_tools import both, role, run_command, status

from hawatch.host import Ending
from hawatch.model.fact import Known
from hawatch.model.storage import DirectoryProbe
from hawatch.sim.network import Kind
from hawatch.sim.pair import build_pair
from hawatch.sim.services import Mood
from hawatch.sim.settings import PairSettings, ServiceSettings
from hawatch.sim.storage import FS_FULL
from hawatch.sim.violations import Wrong
from hawatch.sim.world import World

QUIET = ServiceSettings(write_interval=0.0)
DIRECTORY = "/var/db/mysql"
START = "/usr/sbin/service mysql-server onestart"
STOP = "/usr/sbin/service mysql-server onestop"
STATUS = "/usr/sbin/service mysql-server onestatus"


def a_pair(seed: int = 1, **changes: object) -> World:
    """Return a settled pair without a client's traffic."""
    service = msgspec.structs.replace(QUIET, **changes)
    return build_pair(PairSettings(services=(service,)), seed)


def probe(world: World, *, fsync: bool = True, deadline: float = 5.0) -> Any:
    """Look into the first node's mount point."""
    results: list[Any] = []
    host = world.host(both(world)[0].name)
    looking = host.probe_directory(
        DIRECTORY, sentinel=".s", fsync=fsync, deadline=deadline
    )
    world.spawn(host.node, looking, results.append)
    world.run_while(lambda: not results, limit=deadline + 1.0)
    return results[0]


def wrongs(world: World) -> list[Wrong]:
    """Return the kinds of harm that the world found."""
    return [violation.wrong for violation in world.violations.found]


def test_a_healthy_mount_passes_every_probe() -> None:
    """Own device, sentinel, not empty, and the fsync goes through [FACTS F7]."""
    world = a_pair()
    assert probe(world) == Known(
        DirectoryProbe(own_device=True, sentinel=True, empty=False, fsynced=True)
    )


def test_stalled_io_blocks_only_the_fsync() -> None:
    """With the worker stopped, mount table and look answer, the fsync does not [F7]."""
    world = a_pair()
    first, _second = both(world)
    worker = first.resources["disk0"].primary
    assert worker is not None
    worker.stop()
    looked = probe(world, fsync=False)
    assert looked.value.sentinel
    blocked = probe(world).value
    assert (blocked.own_device, blocked.fsynced, blocked.stalled) == (True, None, None)
    assert "no answer within 5 s" in blocked.error
    world.run_for(30.0)
    assert probe(world).value.stalled > 30.0
    worker.cont()
    world.run_for(1.0)
    assert probe(world).value.fsynced


def test_a_zombie_mount_looks_well_until_io_reaches_it() -> None:
    """Listed, own device, cached sentinel; the fsync fails and takes it away [F7]."""
    world = a_pair()
    first, _second = both(world)
    run_command(world, first, "/sbin/hastctl role secondary disk0")
    assert probe(world, fsync=False).value.own_device
    assert first.mounts.visible(DIRECTORY) is not None
    died = probe(world).value
    assert (died.own_device, died.fsynced) == (True, False)
    assert died.error == ".hawatch-probe: Device not configured"
    assert first.mounts.visible(DIRECTORY) is None
    assert "UFS: forcibly unmounting" in first.kernel[-1]
    bare = probe(world).value
    assert (bare.own_device, bare.fsynced, bare.empty) == (False, None, True)


def test_a_new_device_does_not_revive_a_zombie() -> None:
    """Primary again, there is another device; the zombie stays one [FACTS F7]."""
    world = a_pair()
    first, _second = both(world)
    role(world, first, "init")
    role(world, first, "primary")
    world.run_for(2.0)
    entry = first.mounts.visible(DIRECTORY)
    assert entry is not None
    assert entry.zombie
    mysqld = first.services["mysql-server"]
    answers: list[str] = []
    mysqld.commit(5, 0, 1).then(answers.append)
    assert answers == ["Device not configured"]
    assert mysqld.dead_files


def test_an_idle_zombie_is_removed_by_umount() -> None:
    """A zombie that nobody uses: exit 0 [seen: hastd-parent-killed]."""
    world = a_pair()
    first, _second = both(world)
    run_command(world, first, STOP)
    first.hastd.kill()
    assert run_command(world, first, f"/sbin/umount {DIRECTORY}").status == 0
    again = run_command(world, first, f"/sbin/umount {DIRECTORY}")
    assert again.status == 1


def test_umount_hangs_on_stalled_io_and_survives_its_killer() -> None:
    """It is abandoned, the table still lists the mount, the next one is busy [F4]."""
    world = a_pair()
    first, _second = both(world)
    run_command(world, first, STOP)
    worker = first.resources["disk0"].primary
    assert worker is not None
    worker.stop()
    hung = run_command(world, first, f"/sbin/umount {DIRECTORY}", deadline=5.0)
    assert hung.ending is Ending.ABANDONED
    assert first.mounts.visible(DIRECTORY) is not None
    busy = run_command(world, first, f"/sbin/umount {DIRECTORY}")
    assert "Device busy" in busy.err
    worker.cont()
    world.run_for(1.0)
    assert first.mounts.visible(DIRECTORY) is None


def test_umount_by_force_leaves_mysqld_with_dead_descriptors() -> None:
    """Exit 0 at once; mysqld lives on, rc says that it does not run [F4, E3]."""
    world = a_pair()
    first, _second = both(world)
    forced = run_command(world, first, f"/sbin/umount -f {DIRECTORY}")
    assert forced.status == 0
    assert first.services["mysql-server"].running
    assert run_command(world, first, STATUS).out == "mysql is not running.\n"


def test_a_clean_unmount_makes_the_standbys_copy_clean_as_well() -> None:
    """The clean flag is data: after an orderly move fsck skips [FACTS F3]."""
    world = a_pair()
    first, second = both(world)
    run_command(world, first, STOP)
    run_command(world, first, f"/sbin/umount {DIRECTORY}")
    role(world, first, "secondary")
    role(world, second, "primary")
    world.run_for(1.0)
    said = run_command(world, second, "/sbin/fsck -t ufs -p /dev/hast/disk0")
    assert "SKIPPING CHECKS" in said.out
    assert run_command(world, second, f"/sbin/mount {DIRECTORY}").status == 0


def test_an_unclean_plain_file_system_mounts_with_a_warning() -> None:
    """Without a journal the kernel only warns [FACTS F2]."""
    world = a_pair(su_j=False)
    first, second = both(world)
    first.crash()
    world.run_for(25.0)
    role(world, second, "primary")
    world.run_for(25.0)
    assert run_command(world, second, f"/sbin/mount {DIRECTORY}").status == 0
    assert "was not properly dismounted" in "".join(second.kernel)


def test_fsck_gives_the_results_it_was_told_to_give() -> None:
    """8 and 16 leave the file system unclean, in the tool's own words [FACTS F3]."""
    world = a_pair()
    first, second = both(world)
    first.crash()
    world.run_for(25.0)
    role(world, second, "primary")
    world.run_for(25.0)
    second.fsck_results = [8, 16]
    preened = run_command(world, second, "/sbin/fsck -t ufs -p /dev/hast/disk0")
    assert (preened.status, "RUN fsck MANUALLY" in preened.out) == (8, True)
    answered = run_command(world, second, "/sbin/fsck -t ufs -y /dev/hast/disk0")
    assert (answered.status, "PLEASE RERUN FSCK" in answered.out) == (16, True)
    mount = run_command(world, second, f"/sbin/mount {DIRECTORY}")
    assert "Filesystem is not clean" in mount.err
    third = run_command(world, second, "/sbin/fsck -t ufs -y /dev/hast/disk0")
    assert third.status == 0
    assert run_command(world, second, f"/sbin/mount {DIRECTORY}").status == 0


def test_a_service_on_an_unmounted_directory_is_an_empty_database() -> None:
    """The rc script fills it, exit 0; rows go to the root disk [FACTS E3]."""
    world = a_pair()
    _first, second = both(world)
    assert run_command(world, second, START).status == 0
    world.run_for(10.0)
    assert wrongs(world) == [Wrong.EMPTY_DATABASE]
    second.services["mysql-server"].commit(3, 0, 1)
    assert wrongs(world)[-1] is Wrong.ROWS_ON_ROOT


def test_an_immutable_mount_point_keeps_the_empty_database_away() -> None:
    """With schg there mysqld ends instead of serving nothing [FACTS E3]."""
    settings = PairSettings(services=(QUIET,), schg=True)
    world = build_pair(settings)
    _first, second = both(world)
    run_command(world, second, START)
    world.run_for(20.0)
    assert not second.services["mysql-server"].accepting


def test_a_full_file_system_refuses_rows() -> None:
    """A commit says that the table is full [FACTS H17]."""
    world = a_pair()
    first, _second = both(world)
    device = first.resources["disk0"].device
    assert device is not None
    device.write(0, FS_FULL, 1)
    world.run_for(1.0)
    answers: list[str] = []
    first.services["mysql-server"].commit(3, 0, 1).then(answers.append)
    assert answers == ["The table is full"]


def test_stop_waits_for_ever_for_a_mysqld_that_will_not() -> None:
    """SIGTERM is ignored: rc hangs until its caller gives up; SIGKILL works [E2]."""
    world = a_pair()
    first, _second = both(world)
    mysqld = first.services["mysql-server"]
    mysqld.will_not_stop = True
    stop = run_command(world, first, STOP, deadline=30.0)
    assert stop.ending is Ending.OVERDUE
    assert mysqld.running
    results: list[Any] = []
    host = world.host(first.name)
    killing = host.kill(mysqld.pid, started=mysqld.started, signal=9)
    world.spawn(first.name, killing, results.append)
    world.run_for(1.0)
    assert results == [Known(True)]
    assert not mysqld.running


def test_clients_notice_a_hung_mysqld_and_its_recovery() -> None:
    """While it hangs no row is acknowledged; the outage is measured."""
    service = ServiceSettings(write_interval=1.0)
    world = build_pair(PairSettings(services=(service,)))
    first, _second = both(world)
    client = world.clients["mysql"]
    world.run_for(10.0)
    before = client.successes
    assert before >= 9
    first.services["mysql-server"].mood = Mood.HUNG
    world.run_for(20.0)
    assert client.successes == before
    first.services["mysql-server"].mood = Mood.WELL
    world.run_for(5.0)
    ((began, ended),) = client.outages
    assert 19.0 <= ended - began <= 21.5


def test_lost_rows_are_counted_against_the_copy_that_serves() -> None:
    """A standby promoted after a cut lacks what was acknowledged meanwhile [H4]."""
    service = ServiceSettings(write_interval=1.0)
    world = build_pair(PairSettings(services=(service,)))
    first, second = both(world)
    world.run_for(10.0)
    world.network.cut(first.name, second.name, Kind.HAST)
    world.run_for(70.0)
    first.crash()
    world.run_for(5.0)
    role(world, second, "primary")
    world.run_for(25.0)
    run_command(world, second, "/sbin/fsck -t ufs -p /dev/hast/disk0")
    run_command(world, second, f"/sbin/mount {DIRECTORY}")
    run_command(world, second, START)
    world.run_for(10.0)
    assert wrongs(world) == [Wrong.LOST_ROWS]
    assert second.services["mysql-server"].accepting


def test_an_orderly_move_loses_no_row() -> None:
    """Stop, unmount, roles, mount, start: every acknowledged row is there."""
    service = ServiceSettings(write_interval=1.0)
    world = build_pair(PairSettings(services=(service,)))
    first, second = both(world)
    world.run_for(30.0)
    run_command(world, first, STOP)
    run_command(world, first, f"/sbin/umount {DIRECTORY}")
    role(world, first, "secondary")
    role(world, second, "primary")
    world.run_for(2.0)
    run_command(world, second, f"/sbin/mount {DIRECTORY}")
    run_command(world, second, START)
    run_command(world, first, "/sbin/ifconfig em0 vhid 1 advskew 254 state backup")
    world.run_for(30.0)
    client = world.clients["mysql"]
    assert wrongs(world) == []
    assert client.served_by == second.name
    assert client.lost_on(second.services["mysql-server"]) == 0
    assert status(second) == "complete"


def test_two_writable_mounts_are_harm() -> None:
    """Both primary and mounted: found once; rows on both: found as well."""
    service = ServiceSettings(write_interval=1.0)
    world = build_pair(PairSettings(services=(service,)))
    first, second = both(world)
    world.network.cut(first.name, second.name)
    world.run_for(45.0)
    role(world, second, "primary")
    world.run_for(25.0)
    run_command(world, second, "/sbin/fsck -t ufs -p /dev/hast/disk0")
    run_command(world, second, f"/sbin/mount {DIRECTORY}")
    run_command(world, second, START)
    world.run_for(60.0)
    assert wrongs(world).count(Wrong.DUAL_MOUNT) == 1
    assert wrongs(world).count(Wrong.DUAL_WRITERS) == 1
