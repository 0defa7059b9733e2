"""What the simulated tools say, against what the real ones said.

Each stage brings a simulated pair into the situation of a transcript in freebsd-13.2/;
then every command of the list that was recorded there must get the same text, errors
and exit status. Only pids, ids and traffic counts are put aside.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sim_tools import both, role, run_command
from transcript import Recorded, read

from hawatch.sim.hast_disk import LocalDisk
from hawatch.sim.node import Node
from hawatch.sim.pair import Start, build_pair
from hawatch.sim.power import Power
from hawatch.sim.settings import NodeSettings, PairSettings, ServiceSettings
from hawatch.sim.storage import CLEAN, FS_CLEAN, FS_EXTENT
from hawatch.sim.world import World

FOLDER = Path(__file__).parent / "freebsd-13.2"
SETTINGS = PairSettings(
    first=NodeSettings(
        name="freebsd-esxi",
        address="192.168.202.53",
        interface="vtnet0",
        ether="52:54:00:ca:20:01",
        advskew=0,
        disk="vtbd",
    ),
    second=NodeSettings(
        name="freebsd-bhyve",
        address="192.168.202.202",
        interface="vtnet0",
        ether="52:54:00:ca:20:02",
        advskew=50,
        disk="vtbd",
    ),
    services=(ServiceSettings(su_j=False, fsck=1.0, write_interval=0.0),),
)
PATHS = {
    "ifconfig": "/sbin/ifconfig",
    "sysctl": "/sbin/sysctl",
    "netstat": "/usr/bin/netstat",
    "hastctl": "/sbin/hastctl",
    "mount": "/sbin/mount",
    "umount": "/sbin/umount",
    "fsck": "/sbin/fsck",
    "service": "/usr/sbin/service",
}
ASIDE = (
    (re.compile(r"(workerpid|resuid|reads|writes|activemap updates): \d+"), r"\1: N"),
    (re.compile(r"(running as pid|Waiting for PIDS:|pid=) ?\d+"), r"\1 N"),
    (re.compile(r"\d+ (packets (?:received|sent) \(IPv4\))"), r"N \1"),
    (re.compile(r"prevrole: (?:primary|secondary)"), "prevrole: R"),
    (re.compile(r"\d+ files, .*fragmentation\)"), "N files"),
    (re.compile(r"dirty: [1-9]\d* \(.*\)"), "dirty: N"),
)


def _plain(text: str) -> str:
    for pattern, word in ASIDE:
        text = pattern.sub(word, text)
    return text


def _settled() -> World:
    return build_pair(SETTINGS)


def _other_is_master() -> World:
    """The second node MASTER, the first BACKUP, both healthy."""
    world = _settled()
    first, _second = both(world)
    run_command(world, first, "/sbin/ifconfig vtnet0 vhid 1 advskew 254 state backup")
    world.run_for(10.0)
    run_command(world, first, "/sbin/ifconfig vtnet0 vhid 1 advskew 0")
    return world


def _never_created() -> World:
    """Both nodes booted; `hastctl create` was never run."""
    world = build_pair(SETTINGS, start=Start.COLD)
    for node in both(world):
        disk = node.resources["disk0"].disk
        disk.meta = None
        disk.extents.clear()
    world.run_while(lambda: both(world)[1].power is not Power.UP, limit=60.0)
    world.run_for(1.0)
    return world


def _interface_down() -> World:
    world = _settled()
    run_command(world, both(world)[0], "/sbin/ifconfig vtnet0 down")
    world.run_for(6.0)
    return world


def _cable_pulled() -> World:
    world = _settled()
    both(world)[0].set_link(up=False)
    world.run_for(7.0)
    return world


def _mistyped_vhid() -> World:
    world = _settled()
    run_command(world, both(world)[1], "/sbin/ifconfig vtnet0 vhid 2 state backup")
    return world


def _unmounted() -> World:
    """The first node primary and connected; the device is there, nothing mounted."""
    world = _settled()
    node = both(world)[0]
    run_command(world, node, "/usr/sbin/service mysql-server onestop")
    run_command(world, node, "/sbin/umount /var/db/mysql")
    return world


def _secondary_lost_its_primary() -> World:
    world = _settled()
    world.network.cut(*world.nodes)
    world.run_for(40.0)
    return world


def _both_primary() -> World:
    """A cut, the second promoted and mounted as well, rows on both, link back."""
    world = _settled()
    first, second = both(world)
    mysqld = first.services["mysql-server"]
    world.network.cut(*world.nodes)
    mysqld.commit(5, 0, 1)
    world.run_for(45.0)
    mysqld.commit(5, 0, 2)
    role(world, second, "primary")
    world.run_for(30.0)
    run_command(world, second, "/sbin/fsck -t ufs -y /dev/hast/disk0")
    run_command(world, second, "/sbin/mount /var/db/mysql")
    world.network.heal(*world.nodes)
    world.run_for(20.0)
    return world


def _split_brain() -> World:
    world = _both_primary()
    second = both(world)[1]
    run_command(world, second, "/sbin/umount /var/db/mysql")
    role(world, second, "secondary")
    world.run_for(15.0)
    return world


def _demoted_while_mounted() -> World:
    world = _settled()
    run_command(world, both(world)[0], "/sbin/hastctl role secondary disk0")
    return world


def _unclean_unmounted() -> World:
    world = _unmounted()
    disk: LocalDisk = both(world)[0].resources["disk0"].disk
    disk.write(FS_EXTENT, FS_CLEAN, CLEAN - 1)
    return world


Case = tuple[Callable[[], World], str, str, tuple[str, ...]]
CARP = ("ifconfig vtnet0", "sysctl net.inet.carp.demotion net.inet.carp.preempt")
HAST = ("hastctl status disk0", "hastctl list disk0", "hastctl dump disk0")
CASES: tuple[Case, ...] = (
    (
        _other_is_master,
        "carp-ifconfig-master.txt",
        "b",
        (
            "ifconfig vtnet0",
            "ifconfig -v vtnet0",
            "ifconfig vtnet9",
            "sysctl net.inet.carp",
            "sysctl -n net.inet.carp.demotion",
            "netstat -s -p carp",
        ),
    ),
    (_other_is_master, "carp-ifconfig-backup.txt", "a", ("ifconfig vtnet0",)),
    (_interface_down, "carp-init-master-down.txt", "a", CARP),
    (_interface_down, "carp-init-master-down.txt", "b", CARP),
    (_cable_pulled, "carp-carrier-off-master.txt", "a", CARP),
    (_mistyped_vhid, "carp-errors.txt", "b", CARP),
    (
        _never_created,
        "hast-not-created.txt",
        "a",
        (
            "hastctl status",
            "hastctl status all",
            "hastctl list",
            "hastctl dump",
            "hastctl dump disk0",
            "hastctl status nosuch",
            "hastctl list nosuch",
            "hastctl dump nosuch",
            "hastctl role primary nosuch",
            "hastctl role bogus disk0",
            "hastctl role primary",
            "hastctl",
            "hastctl create nosuch",
            "service hastd onestatus",
        ),
    ),
    (_settled, "hast-link-1-before.txt", "a", HAST),
    (_settled, "hast-link-1-before.txt", "b", HAST),
    (_secondary_lost_its_primary, "hast-link-3-cut-30s.txt", "b", HAST),
    (_both_primary, "split-brain-3-link-up-both-primary.txt", "b", HAST[:2]),
    (_split_brain, "split-brain-5-detected.txt", "a", HAST),
    (_split_brain, "split-brain-5-detected.txt", "b", HAST),
    (
        _demoted_while_mounted,
        "role-secondary-while-mounted.txt",
        "a",
        ("hastctl status disk0",),
    ),
    (
        _settled,
        "newfs-mount.txt",
        "a",
        ("mount -p", "mount --libxo json"),
    ),
    (
        _settled,
        "umount-busy.txt",
        "a",
        (
            "umount /var/db/mysql",
            "umount /var/db/nosuch",
            "umount /mnt",
            "umount /dev/hast/disk0",
        ),
    ),
    (
        _unclean_unmounted,
        "umount-force.txt",
        "a",
        ("fsck -p -t ufs /dev/hast/disk0", "fsck -y -t ufs /dev/hast/disk0"),
    ),
    (
        _settled,
        "service-status.txt",
        "a",
        ("service nosuchsvc onestatus", "service nosuchsvc status"),
    ),
)


def _recorded(file: str, node: str, wanted: tuple[str, ...]) -> list[Recorded]:
    found = [r for r in read(FOLDER / file) if r.command in wanted]
    same = [r for r in found if r.node == node]
    return same or found


def _first_of_each(recorded: list[Recorded]) -> list[Recorded]:
    """Return each command once: later ones may come after a change of the stage."""
    return list({r.command: r for r in reversed(recorded)}.values())[::-1]


@pytest.mark.parametrize(
    ("stage", "file", "letter", "wanted"),
    CASES,
    ids=[f"{file}-{letter}" for _stage, file, letter, _wanted in CASES],
)
def test_simulated_tools_say_what_the_real_ones_said(
    stage: Callable[[], World], file: str, letter: str, wanted: tuple[str, ...]
) -> None:
    """In the same situation every command gives the same text and the same status."""
    world = stage()
    node: Node = both(world)["ab".index(letter)]
    recorded = _first_of_each(_recorded(file, letter, wanted))
    assert {r.command for r in recorded} == set(wanted)
    for one in recorded:
        words = one.command.split()
        said = run_command(world, node, " ".join([PATHS[words[0]], *words[1:]]))
        assert _plain(one.out) == _plain(said.out), one.command
        assert _plain(one.err) == _plain(said.err), one.command
        assert one.status == said.status, one.command


def test_hastd_stopped_and_started_says_what_it_said() -> None:
    """Stop, status, start and restart of hastd, in the recorded order."""
    world = build_pair(SETTINGS, start=Start.COLD)
    world.run_for(30.0)
    node = both(world)[1]
    node.resources["disk0"].disk.meta = None
    for one in read(FOLDER / "hastd-not-running.txt"):
        words = one.words
        if not words or words[0] not in ("service", "hastctl"):
            continue
        said = run_command(world, node, " ".join([PATHS[words[0]], *words[1:]]))
        assert _plain(one.out) == _plain(said.out), one.command
        assert _plain(one.err) == _plain(said.err), one.command
        assert one.status == said.status, one.command


def test_a_journaled_file_system_is_recovered_in_the_recorded_words() -> None:
    """SU+J after a power cut: mount refuses, fsck -p replays, a second one skips."""
    recorded = (FOLDER / "x-suj.txt").read_text()
    services = (ServiceSettings(write_interval=0.0),)
    world = build_pair(PairSettings(services=services))
    first, second = both(world)
    first.crash()
    world.run_for(25.0)
    role(world, second, "primary")
    world.run_for(25.0)
    refused = run_command(world, second, "/sbin/mount /var/db/mysql")
    assert refused.status == 1
    assert refused.err in recorded
    for text in ("FILE SYSTEM MARKED CLEAN", "SKIPPING CHECKS"):
        checked = run_command(world, second, "/sbin/fsck -t ufs -p /dev/hast/disk0")
        assert checked.status == 0
        assert text in checked.out
        assert checked.out in recorded
    mounted = run_command(world, second, "/sbin/mount /var/db/mysql")
    assert (mounted.status, mounted.out, mounted.err) == (0, "", "")
    table = run_command(world, second, "/sbin/mount")
    assert table.out.splitlines()[-1] in recorded
