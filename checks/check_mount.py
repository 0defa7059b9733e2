"""The right file system, at the right place, alive, and nowhere else."""

from hawatch.api import check, skip, unknown, warn


@check(severity="critical", remedy="demote")
def check_device_is_mounted(carp, hast, mount):
    """Protects from a service that runs on the wrong file system or on none.

    On the owner the HAST device is mounted on its directory, read-write.
    """
    if carp.settling or not (carp.is_master and hast.is_primary):
        skip("this node is not the owner")
    assert mount.mounted, f"nothing is mounted on {mount.directory}"
    assert mount.device == hast.device, "another device is mounted there"
    assert mount.writable, f"{mount.directory} is mounted read-only"


@check(severity="critical", remedy="demote", settings={"stalled": 90.0})
def check_mount_is_alive(mount, directory, settings):
    """Protects from a mount that is listed, answers, and is dead.

    The directory is read, and the sentinel file where one is configured: that is the
    only proof that this is the right file system. With `fsync` in hawatch.toml the
    owner also writes there; a write that hangs counts after `stalled` seconds, for it
    may wait twice HAST's timeout for a peer that has vanished.
    """
    if not mount.mounted:
        skip("nothing is mounted")
    assert directory.own_device, "listed as mounted, but the directory is the root's"
    assert directory.sentinel is not False, (
        f"the sentinel file cannot be read: {directory.error or 'it is not there'}"
    )
    assert directory.fsynced is not False, (
        f"nothing can be written to the disk: {directory.error}"
    )
    stalled = directory.stalled or 0.0
    assert stalled < settings.stalled, f"a write has been hanging for {stalled:.0f} s"


@check(severity="critical", remedy="demote")
def check_mount_is_no_zombie(mount, device_present):
    """Protects from writes that land on the root disk.

    When hastd dies or its role changes, the device is destroyed and the mount stays
    listed. The next write ends it, and what follows lands under the mount point.
    """
    if not mount.mounted:
        skip("nothing is mounted")
    assert device_present, f"{mount.device} is gone and still mounted"


@check(severity="critical")
def check_standby_has_nothing_mounted(hast, mount):
    """Protects from a file system that is mounted on two nodes, or on a dead device."""
    if hast.is_primary:
        skip("this node is primary")
    assert not mount.mounted, (
        f"{mount.device} is mounted though the role is {hast.role}"
    )


@check()
def check_bare_mount_point_is_protected(mount, directory):
    """Protects from a database that is created in the empty mount point.

    Where nothing is mounted, nobody may write: `chflags schg DIRECTORY`. Otherwise
    mysqld's start script makes a new, empty database there and serves it.
    """
    if mount.mounted:
        skip("something is mounted")
    assert directory.empty, "files lie in the bare mount point, under the next mount"
    if directory.immutable is None:
        unknown("nobody could tell whether the directory is protected")
    if not directory.immutable:
        warn(
            f"anybody's writes end up on the root disk: chflags schg {mount.directory}"
        )


@check(severity="critical")
def check_mounts_are_not_stacked(mount):
    """Protects from data hidden under a second mount on the same directory."""
    assert not mount.stacked, f"several file systems are mounted on {mount.directory}"


@check(severity="critical")
def check_device_is_mounted_once(mounted_elsewhere):
    """Protects from a HAST device that lies on another directory than the service's."""
    assert not mounted_elsewhere, f"also on {', '.join(mounted_elsewhere)}"


@check(severity="critical", settings={"warning_percent": 85.0, "percent": 95.0})
def check_disk_has_room(mount, space, settings):
    """Protects from a full disk. A move does not help: the copy is as full."""
    if not mount.mounted:
        skip("nothing is mounted")
    used = space.used_percent
    assert used < settings.percent, f"{used:.0f} percent of {mount.directory} are used"
    if used >= settings.warning_percent:
        warn(f"{used:.0f} percent of {mount.directory} are used")


@check()
def check_fstab_leaves_the_mount_to_hawatch(fstab_entry):
    """Protects from a boot that stops, waiting for a device that HAST does not offer.

    The line in /etc/fstab names the HAST device and says `rw,noauto`; fsck passes by.
    """
    assert fstab_entry.present, "the mount point has no line in /etc/fstab"
    assert fstab_entry.device.startswith("/dev/hast/"), "this is no HAST device"
    assert fstab_entry.noauto, "without `noauto` the next boot stops here"
    assert fstab_entry.writable, "without `rw` no service can write there"
    if fstab_entry.passno and "failok" not in fstab_entry.options:
        warn("fsck looks for the device at boot: the last field should be 0")
