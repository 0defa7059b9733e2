"""The values that matter in named situations of the recorded nodes."""

from __future__ import annotations

import pytest
from transcript import RECORDED as FOLDER
from transcript import Recorded, fragments, read

from hawatch.freebsd.parse_devd import parse_event, parse_vhid_at_interface
from hawatch.freebsd.parse_error import CarpMissingError
from hawatch.freebsd.parse_fstab import parse_fstab
from hawatch.freebsd.parse_hastctl_dump import parse_dump
from hawatch.freebsd.parse_hastctl_failure import HastTrouble, explain_failure
from hawatch.freebsd.parse_hastctl_list import HastListError, parse_list
from hawatch.freebsd.parse_hastctl_status import parse_status
from hawatch.freebsd.parse_ifconfig import parse_ifconfig
from hawatch.freebsd.parse_mount import parse_mount, parse_mount_json
from hawatch.freebsd.parse_netstat import parse_carp_counters
from hawatch.freebsd.parse_service import RcError, RcTrouble, parse_onestatus
from hawatch.freebsd.parse_sysctl import parse_carp_sysctls
from hawatch.model.carp import CarpSysctls, CarpVhid, Interface, InterfaceAddress
from hawatch.model.hast import HastDump, HastQueues, HastRole, HastStatus
from hawatch.model.services import RcStatus
from hawatch.model.storage import FstabEntry, Mount


def recorded(
    file: str, command: str, *, node: str = "", last: bool = False
) -> Recorded:
    """Return the first (or last) run of a command in a transcript."""
    found = [
        run
        for run in read(FOLDER / f"{file}.txt")
        if run.command == command and node in ("", run.node)
    ]
    return found[-1 if last else 0]


def vhids(file: str, *, node: str, last: bool = True) -> list[tuple[int, str, int]]:
    """Return vhid, state and advskew of vtnet0 in a transcript."""
    run = recorded(file, "ifconfig vtnet0", node=node, last=last)
    (interface,) = parse_ifconfig(run.out)
    return [(v.vhid, v.state.value, v.advskew) for v in interface.vhids]


def test_the_master_after_boot_is_read_to_the_last_field():
    """One interface, whole: flags, status, addresses, the VIP and its vhid."""
    run = recorded("carp-ifconfig-master", "ifconfig vtnet0")
    assert parse_ifconfig(run.out) == (
        Interface(
            name="vtnet0",
            up=True,
            status="active",
            addresses=(
                InterfaceAddress(address="192.168.202.202", prefix=24),
                InterfaceAddress(address="192.168.202.251", prefix=32, vhid=1),
            ),
            vhids=(
                CarpVhid(
                    interface="vtnet0", vhid=1, state="MASTER", advbase=1, advskew=50
                ),
            ),
        ),
    )


def test_all_interfaces_are_told_with_loopback_without_a_status():
    """lo0 prints no status line, so its status is None."""
    run = recorded("carp-ifconfig-backup", "ifconfig -a")
    found = {i.name: i for i in parse_ifconfig(run.out)}
    assert {name: i.status for name, i in found.items()} == {
        "vtnet0": "active",
        "vtnet1": "active",
        "lo0": None,
    }
    assert [a.address for a in found["lo0"].addresses] == [
        "::1",
        "fe80::1%lo0",
        "127.0.0.1",
    ]


@pytest.mark.parametrize(
    ("file", "node", "expected"),
    [
        ("carp-ifconfig-backup", "a", [(1, "BACKUP", 0)]),
        ("carp-two-masters", "a", [(1, "MASTER", 0)]),
        ("carp-two-masters", "b", [(1, "MASTER", 50), (2, "INIT", 0)]),
        ("carp-advskew240-p0", "a", [(1, "MASTER", 240)]),
        ("carp-init-backup-down", "b", [(1, "INIT", 50)]),
        ("carp-carrier-off-master", "a", [(1, "INIT", 0)]),
        ("carp-errors", "b", [(1, "BACKUP", 50), (2, "INIT", 0)]),
        ("carp-state-backup-p0", "b", [(1, "MASTER", 50)]),
    ],
)
def test_carp_states_are_those_of_the_situation(file, node, expected):
    """vhid, state and advskew as ifconfig showed them at the end of the situation."""
    assert vhids(file, node=node) == expected


def test_a_pulled_cable_shows_as_no_carrier_and_an_interface_that_is_down_as_not_up():
    """INIT has two causes; status and the UP flag tell them apart."""
    (pulled,) = parse_ifconfig(
        recorded("carp-carrier-off-master", "ifconfig vtnet0", node="a").out
    )
    (down,) = parse_ifconfig(
        recorded("carp-init-backup-down", "ifconfig vtnet0", node="b", last=True).out
    )
    assert (pulled.up, pulled.status) == (True, "no carrier")
    assert down.up is False


def test_the_carp_tree_is_read_whole():
    """The defaults of 13.2, on a node that is in order."""
    run = recorded("carp-ifconfig-backup", "sysctl net.inet.carp")
    assert parse_carp_sysctls(run.out) == CarpSysctls(
        allow=True, preempt=False, demotion=0, log=1
    )


def test_without_the_module_the_tools_say_so_each_in_its_way():
    """One complains with exit 1; netstat prints nothing and exits with 0."""
    asked = recorded("x-carp-no-module", "sysctl net.inet.carp.allow; echo rc=$?")
    with pytest.raises(CarpMissingError, match="not loaded"):
        parse_carp_sysctls("", asked.err)
    with pytest.raises(CarpMissingError, match="not loaded"):
        parse_carp_counters("")


def test_counters_of_a_healthy_master_grow_in_sent_only():
    """Ten seconds: nine adverts sent, none received."""
    run = next(read(FOLDER / "x-carp-counters.txt"))
    before, after = map(parse_carp_counters, fragments("netstat", run.out))
    assert (before.received, before.sent_inet) == (374, 689)
    assert (after.received, after.sent_inet) == (374, 698)
    assert after.bad_authentication == 0


def test_a_wrong_password_shows_in_the_counters():
    """The last reading of the node with the wrong password."""
    run = recorded("carp-password-mismatch", "netstat -s -p carp", node="b")
    assert parse_carp_counters(run.out).bad_authentication > 0


def test_counters_as_json_are_the_same_counters():
    """The answer to --libxo json, whose output has no newline of its own."""
    run = recorded("x-json", "netstat --libxo json -s -p carp; echo; echo rc=$?")
    counters = parse_carp_counters(run.out.split("\n", 1)[0])
    assert (counters.received_inet, counters.sent_inet) == (84, 324)


def test_a_primary_in_full_resync_says_complete_and_dirty():
    """Complete means connected: 148 MB are still to go."""
    found = parse_list(recorded("split-brain-8-resyncing", "hastctl list disk0").out)
    disk0 = found["disk0"]
    assert (disk0.role, disk0.status) == (HastRole.PRIMARY, HastStatus.COMPLETE)
    assert (disk0.dirty, disk0.workerpid) == (155189248, 659)
    assert disk0.queues == HastQueues(recv=1, idle=254)
    assert disk0.device == "/dev/hast/disk0"


def test_a_primary_whose_peer_fell_silent_has_requests_under_way():
    """Half a minute after the cut it still says complete, with five writes waiting."""
    run = recorded("hast-link-3-cut-30s", "hastctl list disk0", node="a")
    disk0 = parse_list(run.out)["disk0"]
    assert (disk0.status, disk0.dirty) == (HastStatus.COMPLETE, 4194304)
    assert (disk0.queues.send, disk0.queues.recv) == (5, 1)


def test_a_secondary_without_a_connection_has_no_worker_and_no_status():
    """The listing leaves both lines out."""
    run = recorded("hast-link-3-cut-30s", "hastctl list disk0", node="b")
    disk0 = parse_list(run.out)["disk0"]
    assert (disk0.role, disk0.status) == (HastRole.SECONDARY, HastStatus.NONE)
    assert (disk0.workerpid, disk0.extentsize) == (None, 0)


def test_two_resources_stand_side_by_side():
    """A secondary and a primary with a long name, in one output each."""
    run = next(read(FOLDER / "hast-two-resources.txt"))
    listed = parse_list("".join(fragments("list", run.out)))
    assert {n: (r.role, r.status) for n, r in listed.items()} == {
        "disk0": (HastRole.SECONDARY, HastStatus.COMPLETE),
        "mysql_binlog_disk": (HastRole.PRIMARY, HastStatus.DEGRADED),
    }
    third = parse_status(fragments("status", run.out)[2])
    assert third["nosuch"] == HastListError(name="nosuch", error=1)
    assert third["mysql_binlog_disk"].localpath == "/dev/md9"
    dumped = parse_dump("".join(fragments("dump", run.out)))
    assert {n: d.resuid for n, d in dumped.items()} == {
        "disk0": 14805023040379948777,
        "mysql_binlog_disk": 0,
    }


def test_an_unknown_resource_is_an_error_of_its_own():
    """Both forms answer with exit 1 and say which."""
    listed = recorded("hast-not-created", "hastctl list nosuch")
    assert listed.status == 1
    assert parse_list(listed.out) == {"nosuch": HastListError(name="nosuch", error=1)}


def test_the_metadata_of_a_split_brain_are_read_from_both_disks():
    """Both wrote while apart: one generation each, the same resource id."""
    runs = [
        recorded("split-brain-3-link-up-both-primary", "hastctl dump disk0", node=node)
        for node in "ab"
    ]
    expected = HastDump(
        name="disk0",
        datasize=268430848,
        extentsize=2097152,
        keepdirty=64,
        localoff=4608,
        resuid=736050310954812384,
        localcnt=1,
        remotecnt=0,
        prevrole=HastRole.PRIMARY,
    )
    assert [parse_dump(run.out)["disk0"] for run in runs] == [expected, expected]


def test_each_recorded_failure_of_hastctl_has_its_kind():
    """Refused, never created, unknown, not root: each asks for another remedy."""
    down = recorded("hastd-not-running", "hastctl status")
    assert explain_failure(down.status, down.err).trouble is HastTrouble.REFUSED
    dead = explain_failure(down.status, down.err, alive=False)
    stuck = explain_failure(down.status, down.err, alive=True)
    assert (dead.trouble, stuck.trouble) == (HastTrouble.NOT_RUNNING, HastTrouble.STUCK)
    assert not dead.answered
    assert not stuck.answered
    virgin = recorded("hastd-not-running", "hastctl dump disk0")
    assert explain_failure(255, virgin.err).trouble is HastTrouble.NOT_CREATED
    nobody = recorded("nonroot", 'su -m nobody -c "hastctl status"; echo rc=$?')
    assert explain_failure(71, nobody.err).trouble is HastTrouble.NOT_ROOT


def test_a_broken_hast_conf_breaks_hastctl_only():
    """Exit 78 for a syntax error, 72 for a missing file; hastd was not asked."""
    run = list(read(FOLDER / "hast-two-resources.txt"))[-1]
    syntax, missing = run.err.split("\n")[-3:-1]
    for status, err in ((78, syntax), (72, missing)):
        failure = explain_failure(status, err)
        assert failure.trouble is HastTrouble.CONFIGURATION
        assert failure.answered


def test_the_mount_table_tells_the_hast_device_and_its_options():
    """Plain text and JSON are the same table."""
    text = parse_mount(recorded("newfs-mount", "mount").out)
    assert text == parse_mount_json(recorded("newfs-mount", "mount --libxo json").out)
    assert text[-1] == Mount(
        device="/dev/hast/disk0",
        directory="/var/db/mysql",
        fstype="ufs",
        options=("local", "noatime", "soft-updates"),
    )
    assert text[-1].writable


def test_fstab_tells_the_hast_file_system():
    """Tabs and blanks, a comment, and noauto."""
    entries = parse_fstab(recorded("sysinfo", "cat /etc/fstab").out).entries
    assert len(entries) == 3
    assert entries[-1] == FstabEntry(
        device="/dev/hast/disk0",
        directory="/var/db/mysql",
        fstype="ufs",
        options=("noauto", "rw", "noatime"),
    )


def test_services_are_told_as_rc_tells_them():
    """The script's name is kept, the pid read, and a missing script named."""
    up = recorded("service-status", "service sshd onestatus")
    assert parse_onestatus("sshd", up.status, up.out, up.err) == RcStatus(
        name="sshd", running=True, pids=(617,)
    )
    gone = recorded("service-status", "service ntpd onestatus")
    with pytest.raises(RcError, match="ntpd: no such rc script") as caught:
        parse_onestatus("ntpd", gone.status, gone.out, gone.err)
    assert caught.value.trouble is RcTrouble.MISSING


def test_devd_tells_the_vhid_and_the_link():
    """Two events of one pulled cable, in devd's own words."""
    run = recorded("carp-carrier-off-master", "cat /var/log/devdlog.txt", node="a")
    carp, link = map(parse_event, fragments("devd", run.out))
    assert (carp.system, carp.type) == ("CARP", "INIT")
    assert parse_vhid_at_interface(carp.subsystem) == (1, "vtnet0")
    assert (link.system, link.subsystem, link.type) == ("IFNET", "vtnet0", "LINK_DOWN")
