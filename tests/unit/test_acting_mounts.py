"""File systems checked, mounted, proved and unmounted on the simulated pair."""

from __future__ import annotations

from acting_bench import DEVICE, DIRECTORY, Bench

from hawatch.model.plan import (
    CheckFilesystem,
    MountFilesystem,
    ProveMount,
    StepResult,
    Unmount,
)
from hawatch.sim.faults import FaultKind
from hawatch.sim.storage import FS_DATABASE, FS_EXTENT, FS_SENTINEL, MountEntry

REACHED, FAILED, UNKNOWN = StepResult.REACHED, StepResult.FAILED, StepResult.UNKNOWN
CHECK = CheckFilesystem(device=DEVICE, fstype="ufs", deadline=3600.0)
CHECK_YES = CheckFilesystem(
    device=DEVICE, fstype="ufs", allow_yes=True, deadline=3600.0
)
MOUNT = MountFilesystem(directory=DIRECTORY, device=DEVICE, deadline=30.0)
ALONE = MountFilesystem(
    directory=DIRECTORY, device=DEVICE, unjoined="disk0", deadline=30.0
)
PROVE = ProveMount(
    directory=DIRECTORY, device=DEVICE, sentinel=".hawatch-sentinel", deadline=10.0
)
UNMOUNT = Unmount(directory=DIRECTORY, device=DEVICE, deadline=20.0, force_after=10.0)


def test_an_unmount_without_a_known_device_takes_any_hast_device_off(
    primary: Bench,
) -> None:
    """A look that failed must not let a release pass over a mount."""
    assert primary.run(MOUNT).result is REACHED
    unknown = Unmount(directory=DIRECTORY, device="", deadline=20.0, force_after=10.0)
    assert primary.run(unknown).result is REACHED
    assert not primary.mounted
    assert primary.run(unknown).result is REACHED


def test_a_clean_file_system_is_checked_quickly(primary: Bench) -> None:
    """Preening skips what is clean, or replays the journal [FACTS F3]."""
    assert primary.run(CHECK).result is REACHED
    assert primary.commands[-1] == ("/sbin/fsck", "-t", "ufs", "-p", DEVICE)


def test_what_fsck_does_not_dare_is_left_to_a_person(primary: Bench) -> None:
    """Exit 8: no -y unless the owner allowed it for this file system [never 8]."""
    make_unclean(primary)
    primary.first.fsck_results = [8]
    ended = primary.run(CHECK)
    assert ended.result is FAILED
    assert "a person must look" in ended.text
    assert [argv[3] for argv in checks(primary)] == ["-p"]


def test_where_the_owner_allowed_it_fsck_says_yes(primary: Bench) -> None:
    """Exit 8 and fsck_yes: one full check with -y."""
    make_unclean(primary)
    primary.first.fsck_results = [8, 0]
    assert primary.run(CHECK_YES).result is REACHED
    assert [argv[3] for argv in checks(primary)] == ["-p", "-y"]


def test_fsck_that_asks_to_be_run_again_is_run_once_more(primary: Bench) -> None:
    """Exit 16 [FACTS F3]."""
    make_unclean(primary)
    primary.first.fsck_results = [16, 0]
    assert primary.run(CHECK).result is REACHED
    assert len(checks(primary)) == 2


def test_fsck_that_asks_again_and_again_is_left_to_a_person(primary: Bench) -> None:
    """Twice is enough."""
    make_unclean(primary)
    primary.first.fsck_results = [16, 16, 0]
    assert primary.run(CHECK).result is FAILED
    assert len(checks(primary)) == 2


def test_a_mounted_file_system_is_not_checked(bench: Bench) -> None:
    """A check under a mount destroys the file system [FACTS F3]."""
    ended = bench.run(CHECK)
    assert (ended.result, ended.text) == (FAILED, f"{DEVICE} is mounted")
    assert bench.commands == []


def test_nothing_is_checked_while_the_mounts_are_unknown(primary: Bench) -> None:
    """It might be mounted."""
    primary.commands.clear()
    primary.fault(FaultKind.FAIL, "/sbin/mount")
    assert primary.run(CHECK).result is UNKNOWN
    assert primary.commands == []


def test_a_check_that_does_not_end_is_unknown(primary: Bench) -> None:
    """It may have written; nobody can say."""
    primary.fault(FaultKind.HANG, "/sbin/fsck")
    short = CheckFilesystem(device=DEVICE, fstype="ufs", deadline=5.0)
    assert primary.run(short).result is UNKNOWN


def test_a_mount_is_read_back(primary: Bench) -> None:
    """By its fstab entry, read-write, in the mount table."""
    assert primary.run(MOUNT).result is REACHED
    assert primary.mounted
    assert primary.commands[-1] == ("/sbin/mount", DIRECTORY)


def test_what_is_mounted_already_is_not_mounted_twice(bench: Bench) -> None:
    """A second mount would lie on the first one."""
    ended = bench.run(MOUNT)
    assert (ended.result, ended.text) == (REACHED, "was mounted")
    assert bench.commands == []


def test_a_mount_that_is_only_claimed_is_a_failure(primary: Bench) -> None:
    """The mount table decides, not the exit status."""
    primary.fault(FaultKind.LIE, "/sbin/mount", DIRECTORY)
    assert primary.run(MOUNT).result is FAILED
    assert not primary.mounted


def test_an_unclean_file_system_is_not_forced_on(primary: Bench) -> None:
    """It is refused, and nobody says -f [never 8]."""
    make_unclean(primary)
    ended = primary.run(MOUNT)
    assert ended.result is FAILED
    assert "-f" not in primary.commands[-1]
    assert not primary.mounted


def test_a_device_that_is_gone_cannot_be_mounted(released: Bench) -> None:
    """A secondary has no device."""
    assert released.run(MOUNT).result is FAILED


def test_a_copy_that_a_returned_peer_resyncs_is_not_mounted(primary: Bench) -> None:
    """It was decided against a silent peer, which came back during fsck."""
    primary.worker.map.needs_sync.add(FS_DATABASE)
    ended = primary.run(ALONE)
    assert ended.result is UNKNOWN
    assert "was connected since the look, 2097152 bytes differ" in ended.text
    assert not primary.mounted


def test_a_returned_peer_whose_copy_is_the_same_is_in_nobody_s_way(
    primary: Bench,
) -> None:
    """Nothing differs, so nothing is on its way."""
    assert primary.run(ALONE).result is REACHED


def test_what_a_heard_peer_syncs_is_mounted_all_the_same(primary: Bench) -> None:
    """After a hand-over the kept extents are sent again [FACTS B10]."""
    primary.worker.map.needs_sync.add(FS_DATABASE)
    assert primary.run(MOUNT).result is REACHED


def test_nothing_is_mounted_alone_while_hastd_does_not_say_whether_it_syncs(
    primary: Bench,
) -> None:
    """Unknown is no consent."""
    primary.fault(FaultKind.FAIL, "/sbin/hastctl", "list")
    ended = primary.run(ALONE)
    assert ended.result is UNKNOWN
    assert "whether disk0 is being resynced" in ended.text
    assert not primary.mounted


def test_the_right_mount_is_proved(bench: Bench) -> None:
    """Device, own file system, sentinel."""
    assert bench.run(PROVE).result is REACHED


def test_a_bare_directory_is_not_proved(released: Bench) -> None:
    """Nothing is mounted there."""
    ended = released.run(PROVE)
    assert ended.result is FAILED
    assert "is not /dev/hast/disk0 read-write" in ended.text


def test_a_mount_that_only_the_table_shows_is_not_proved(primary: Bench) -> None:
    """The device node exists, the table shows the mount, the directory is bare."""
    lines = f"/dev/gpt/rootfs on / (ufs, local)\n{DEVICE} on {DIRECTORY} (ufs, local)\n"
    primary.fault(FaultKind.LIE, "/sbin/mount", out=lines)
    ended = primary.run(PROVE)
    assert (ended.result, ended.text) == (FAILED, f"{DIRECTORY} is the bare directory")


def test_nothing_is_proved_while_the_mounts_are_unknown(bench: Bench) -> None:
    """Not known is not wrong: the next look may know [DESIGN law 1]."""
    bench.fault(FaultKind.FAIL, "/sbin/mount")
    assert bench.run(PROVE).result is UNKNOWN


def test_a_zombie_mount_is_not_proved(bench: Bench) -> None:
    """Listed, readable from the cache, and its device is gone [FACTS F7]."""
    bench.shell("/sbin/hastctl role init disk0")
    assert bench.mounted
    ended = bench.run(PROVE)
    assert ended.result is FAILED
    assert "is gone under" in ended.text


def test_a_file_system_without_the_sentinel_is_the_wrong_one(bench: Bench) -> None:
    """The right device, and not the data that belong to the service."""
    bench.resource.disk.extents[FS_EXTENT].pop(FS_SENTINEL)
    ended = bench.run(PROVE)
    assert ended.result is FAILED
    assert "holds no .hawatch-sentinel" in ended.text


def test_without_a_sentinel_an_empty_file_system_is_refused(bench: Bench) -> None:
    """A start would initialise a new database on it [FACTS E3]."""
    bench.with_service(sentinel="")
    bare = ProveMount(directory=DIRECTORY, device=DEVICE, sentinel="", deadline=10.0)
    assert bench.run(bare).result is REACHED
    extent = bench.resource.disk.extents[FS_EXTENT]
    extent.pop(FS_SENTINEL)
    extent.pop(FS_DATABASE)
    ended = bench.run(bare)
    assert (ended.result, ended.text) == (FAILED, f"{DIRECTORY} is empty")


def test_an_unmount_is_plain_where_nobody_is_busy(bench: Bench) -> None:
    """No force where none is needed."""
    bench.shell("/usr/sbin/service mysql-server onestop")
    assert bench.run(UNMOUNT).result is REACHED
    assert bench.commands == [("/sbin/umount", DIRECTORY)]
    assert not bench.mounted


def test_a_busy_mount_is_forced_only_after_its_time(bench: Bench) -> None:
    """Plainly again and again, then by force [FACTS F4]."""
    began = bench.world.now
    assert bench.run(UNMOUNT).result is REACHED
    assert 10.0 <= bench.world.now - began < 12.0
    assert bench.commands[0] == ("/sbin/umount", DIRECTORY)
    assert bench.commands[-1] == ("/sbin/umount", "-f", DIRECTORY)
    assert not bench.mounted


def test_a_mount_that_becomes_free_is_not_forced(bench: Bench) -> None:
    """Somebody's shell left the directory in time."""
    bench.later(3.0, bench.rc.kill)
    assert bench.run(UNMOUNT).result is REACHED
    assert ("/sbin/umount", "-f", DIRECTORY) not in bench.commands


def test_an_unmount_that_hangs_is_left_alone_and_told(bench: Bench) -> None:
    """Stalled I/O: umount cannot be killed, the mount stays [FACTS F4, H18]."""
    bench.shell("/usr/sbin/service mysql-server onestop")
    bench.worker.stop()
    ended = bench.run(UNMOUNT)
    assert ended.result is FAILED
    assert "stays mounted" in ended.text
    assert bench.mounted


def test_an_unmount_that_is_only_claimed_is_a_failure(bench: Bench) -> None:
    """The mount table decides."""
    bench.fault(FaultKind.LIE, "/sbin/umount", count=None)
    assert bench.run(UNMOUNT).result is FAILED
    assert bench.mounted


def test_a_zombie_can_be_unmounted(bench: Bench) -> None:
    """An idle zombie goes with a plain umount, exit 0 [FACTS F7]."""
    bench.rc.kill()
    bench.shell("/sbin/hastctl role init disk0")
    assert bench.run(UNMOUNT).result is REACHED
    assert not bench.mounted


def test_what_is_not_mounted_needs_no_unmount(released: Bench) -> None:
    """The goal is there already."""
    released.commands.clear()
    assert released.run(UNMOUNT).result is REACHED
    assert released.commands == []


def test_an_unmount_goes_on_trying_while_the_table_is_unknown(bench: Bench) -> None:
    """Letting go needs no proof; that it was reached does [DESIGN law 3, 4]."""
    bench.shell("/usr/sbin/service mysql-server onestop")
    bench.fault(FaultKind.FAIL, "/sbin/mount", count=None)
    assert bench.run(UNMOUNT).result is UNKNOWN
    assert not bench.mounted


def make_unclean(bench: Bench) -> None:
    """Leave the file system as a crash leaves it."""
    bench.shell(f"/sbin/mount {DIRECTORY}")
    bench.shell("/sbin/hastctl role init disk0")
    bench.shell(f"/sbin/umount {DIRECTORY}")
    bench.shell("/sbin/hastctl role primary disk0")
    bench.world.run_for(2.0)
    bench.commands.clear()


def checks(bench: Bench) -> list[tuple[str, ...]]:
    """Return the calls of fsck."""
    return [argv for argv in bench.commands if argv[0] == "/sbin/fsck"]


def test_what_keeps_a_mount_busy_is_named_where_it_is_mounted(bench: Bench) -> None:
    """A jail's nullfs, say: nobody finds it in `Device busy` [umount(8)]."""
    bench.fault(FaultKind.FAIL, "/sbin/umount", err="Device busy\n", count=None)
    jail = MountEntry(DIRECTORY, "/jails/shop/db", "nullfs", ())
    bench.first.mounts.add(jail)
    ended = bench.run(UNMOUNT)
    assert ended.result is FAILED
    assert ended.text.endswith("; unmount first: /jails/shop/db")


def test_a_mount_that_went_to_the_end_of_a_link_says_where_it_is(
    primary: Bench,
) -> None:
    """`mount exit 0` alone would be a riddle at night."""
    primary.fault(FaultKind.LIE, "/sbin/mount", DIRECTORY)
    entry = MountEntry(DEVICE, "/usr/db", "ufs", ("local",))
    primary.first.mounts.add(entry)
    ended = primary.run(MOUNT)
    assert ended.result is FAILED
    assert "it is on /usr/db: write that in hawatch.toml and /etc/fstab" in ended.text
