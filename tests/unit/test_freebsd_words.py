"""Command lines: absolute paths, explicit names, nothing that surprises."""

from __future__ import annotations

import inspect

import pytest

from hawatch.freebsd import words
from hawatch.model.carp import CarpState
from hawatch.model.hast import HastRole


def test_every_command_line_is_absolute_and_says_what_it_does():
    """The whole vocabulary at a glance."""
    said = {
        " ".join(argv)
        for argv in (
            words.show_interface("em0.100"),
            words.show_interfaces(),
            words.show_carp_sysctls(),
            words.set_carp_allow(allow=False),
            words.set_carp_allow(allow=True),
            words.force_advert(),
            words.show_carp_counters(),
            words.hast_list("disk0", "disk1"),
            words.list_jails(),
            words.list_labels(),
            words.hast_status("disk0"),
            words.hast_dump("disk0"),
            words.hast_role("disk0", HastRole.SECONDARY),
            words.wipe_hast_metadata("disk0"),
            words.list_mounts(),
            words.list_mounts_as_json(),
            words.mount("/var/db/mysql"),
            words.unmount("/var/db/mysql"),
            words.unmount_by_force("/var/db/mysql"),
            words.list_holders("/var/db/mysql"),
            words.fsck_preen("/dev/hast/disk0", "ufs"),
            words.fsck_yes("/dev/hast/disk0", "ufs"),
            words.service_status("mysql-server"),
            words.service_start("mysql-server"),
            words.service_stop("mysql-server"),
            words.service_restart("mysql-server"),
            words.ping("192.0.2.1", 1.2),
        )
    }
    assert said == {
        "/sbin/ifconfig em0.100",
        "/sbin/ifconfig -a",
        "/sbin/sysctl net.inet.carp",
        "/sbin/sysctl net.inet.carp.allow=0",
        "/sbin/sysctl net.inet.carp.allow=1",
        "/sbin/sysctl net.inet.carp.demotion=0",
        "/usr/bin/netstat -s -p carp",
        "/sbin/hastctl list disk0 disk1",
        "/bin/ps -ax -o jid= -o pid=",
        "/sbin/glabel status",
        "/sbin/hastctl status disk0",
        "/sbin/hastctl dump disk0",
        "/sbin/hastctl role secondary disk0",
        "/sbin/hastctl create disk0",
        "/sbin/mount",
        "/sbin/mount --libxo json",
        "/sbin/mount /var/db/mysql",
        "/sbin/umount /var/db/mysql",
        "/sbin/umount -f /var/db/mysql",
        "/usr/bin/fstat -f /var/db/mysql",
        "/sbin/fsck -t ufs -p /dev/hast/disk0",
        "/sbin/fsck -t ufs -y /dev/hast/disk0",
        "/usr/sbin/service mysql-server onestatus",
        "/usr/sbin/service mysql-server onestart",
        "/usr/sbin/service mysql-server onestop",
        "/usr/sbin/service mysql-server onerestart",
        "/sbin/ping -n -o -c 3 -i 0.3 -t 2 192.0.2.1",
    }


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (CarpState.MASTER, "master"),
        (CarpState.BACKUP, "backup"),
        (CarpState.INIT, "backup"),
    ],
)
def test_a_vhid_is_never_changed_without_its_state(state, word):
    """It would write back the one it read [FACTS A2]."""
    argv = words.set_vhid("em0", 1, advskew=240, state=state)
    expected = f"/sbin/ifconfig em0 vhid 1 advskew 240 state {word}"
    assert " ".join(argv) == expected


def test_unicast_peers_are_repeated_and_multicast_ones_are_not_said():
    """14 would reset them; 13.2 does not know the word."""
    argv = words.set_vhid(
        "em0",
        10,
        advbase=10,
        advskew=254,
        state=CarpState.BACKUP,
        peer="192.0.2.12",
        peer6="ff02::12",
    )
    assert " ".join(argv) == (
        "/sbin/ifconfig em0 vhid 10 advbase 10 advskew 254 state backup peer 192.0.2.12"
    )
    argv = words.set_vhid(
        "em0",
        1,
        advskew=0,
        state=CarpState.MASTER,
        peer="224.0.0.18",
        peer6="fe80::5054:ff:feca:2002",
    )
    assert " ".join(argv) == (
        "/sbin/ifconfig em0 vhid 1 advskew 0 state master peer6 fe80::5054:ff:feca:2002"
    )


@pytest.mark.parametrize("name", ["all", "", "-d"])
def test_a_change_of_hast_is_for_one_resource(name):
    """`hastctl role init all` would take the disks from everything."""
    with pytest.raises(ValueError, match="one HAST resource"):
        words.hast_role(name, HastRole.INIT)
    with pytest.raises(ValueError, match="one HAST resource"):
        words.wipe_hast_metadata(name)


def test_nothing_mounts_by_force_and_create_stands_in_one_place():
    """Never newfs, never mount -f; create only where an operator was asked."""
    source = inspect.getsource(words)
    assert source.count('"create"') == 1
    assert '"create"' in inspect.getsource(words.wipe_hast_metadata)
    assert '"newfs"' not in source
    assert '"-f"' not in inspect.getsource(words.mount)


def test_a_ping_always_ends():
    """-t 0 would mean no end at all."""
    assert words.ping("192.0.2.1", 0.1)[-2] == "1"
