"""The last barrier before a role is given up knows a device by all of its names."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from acting_bench import DEVICE, DIRECTORY, Bench
from hypothesis import given
from hypothesis import strategies as st

from hawatch.deciding.mount_view import device_of
from hawatch.freebsd.parse_error import ParseError
from hawatch.freebsd.parse_glabel import behind_labels, parse_labels
from hawatch.model.hast import HastRole
from hawatch.model.plan import SetRole, StepResult
from hawatch.model.snapshot import Snapshot
from hawatch.model.storage import lies_on
from hawatch.observe import observe
from hawatch.sim.faults import FaultKind
from hawatch.sim.storage import MountEntry

HEADER = "      Name  Status  Components\n"
SECONDARY = SetRole(
    resource="disk0", role=HastRole.SECONDARY, device=DEVICE, deadline=30.0
)
RECORDED = Path(__file__).parents[1] / "golden/freebsd-13.2/newfs-mount.txt"


def mounted(bench: Bench, device: str, directory: str = "/mnt") -> None:
    """Let the first node give all up but the role, and mount a device by hand."""
    bench.shell("/usr/sbin/service mysql-server onestop")
    bench.shell(f"/sbin/umount {DIRECTORY}")
    bench.commands.clear()
    bench.first.mounts.add(MountEntry(device, directory, "ufs", ("local",)))


@pytest.mark.parametrize(
    ("device", "labels"),
    [
        ("/dev/ufs/mysql", "ufs/mysql  N/A  hast/disk0\n"),
        ("/dev/ufs/mysql", "ufs/mysql  N/A  gpt/m\ngpt/m  N/A  hast/disk0p1\n"),
        ("/dev/hast/disk0p1", ""),
        ("/dev/hast/disk0.eli", ""),
        ("/dev/hast/disk0s1a", ""),
    ],
)
def test_a_primary_is_not_given_up_under_a_mount_by_another_name(
    bench: Bench, device: str, labels: str
) -> None:
    """The mount table shows the name that was typed, not the disk [FACTS B2]."""
    mounted(bench, device)
    told = HEADER + labels if labels else ""
    bench.fault(FaultKind.FAIL, "/sbin/glabel", status=0, out=told)
    ended = bench.run(SECONDARY)
    assert ended.result is StepResult.FAILED
    assert "still mounted on /mnt" in ended.text
    assert bench.resource.role == "primary"
    assert bench.commands == []


def test_a_label_that_nobody_can_place_keeps_the_role(bench: Bench) -> None:
    """Giving up primary needs proof that nothing is mounted [DESIGN law 3]."""
    mounted(bench, "/dev/ufs/mysql")
    bench.fault(FaultKind.FAIL, "/sbin/glabel", status=1, err="glabel: no memory\n")
    ended = bench.run(SECONDARY)
    assert ended.result is StepResult.UNKNOWN
    assert ended.text.startswith("which disk is mounted as /dev/ufs/mysql: glabel exit")
    assert bench.commands == []


@pytest.mark.parametrize("device", ["/dev/gpt/home", "/dev/ada0p4", "/dev/hast/disk00"])
def test_the_mount_of_another_disk_keeps_no_role(bench: Bench, device: str) -> None:
    """Its label is another disk's, or none that glabel lists."""
    mounted(bench, device, "/home")
    assert bench.run(SECONDARY).result is StepResult.REACHED


def test_another_resource_with_a_longer_name_is_another_disk(bench: Bench) -> None:
    """disk0p1 may be a resource, too."""
    service = bench.config.services["mysql"]
    more = msgspec.structs.replace(service, resources=("disk0p1",))
    services = {"mysql": service, "other": more}
    bench.config = msgspec.structs.replace(bench.config, services=services)
    mounted(bench, "/dev/hast/disk0p1")
    assert bench.run(SECONDARY).result is StepResult.REACHED


def test_labels_are_read_as_glabel_shows_them():
    """Recorded on 13.2; without labels it prints nothing, and half a table is none."""
    text = RECORDED.read_text()
    shown = text[text.index("                                      Name  Status") :]
    assert parse_labels("".join(shown.splitlines(keepends=True)[:3])) == {
        "/dev/gptid/b5a99b8e-e66a-11f1-0567-c7697351ff4a": "/dev/vtbd0p1",
        "/dev/gpt/rootfs": "/dev/vtbd0p2",
    }
    assert parse_labels("") == {}
    for bad in (
        "ufs/a  N/A  da0\n",
        HEADER + "ufs/a  N/A\n",
        HEADER + "ufs/a  N/A  da0",
    ):
        with pytest.raises(ParseError):
            parse_labels(bad)


@given(st.dictionaries(st.sampled_from("abc"), st.sampled_from("abcd")))
def test_labels_of_labels_come_to_an_end(labels: dict[str, str]):
    """A circle is no device's, and no cycle hangs in it."""
    assert behind_labels("a", labels) in {"a", *labels.values()}


@given(st.from_regex(r"(p[1-9]|s[1-4][a-h]?|\.eli){1,3}", fullmatch=True))
def test_a_part_lies_on_its_disk_and_the_disk_on_no_part(part: str):
    """Whatever the layers are called."""
    assert lies_on(DEVICE + part, DEVICE)
    assert not lies_on(DEVICE, DEVICE + part)


def test_a_look_takes_the_device_from_hast_conf_where_hastctl_fails(
    bench: Bench,
) -> None:
    """A guess by the resource's name would look for a mount that is not there."""
    conf = (
        f"resource disk0 {{\n on {bench.first.name} {{\n name data\n"
        " local /dev/vtbd1\n remote none\n }\n}\n"
    )
    bench.first.root.write("/etc/hast.conf", conf, synced=True)
    bench.fault(FaultKind.FAIL, "/sbin/hastctl", "list")
    found: list[Snapshot] = []
    host = bench.world.host(bench.first.name)
    looking = observe(host, bench.config, heard=None, ask_peer=False)
    bench.world.spawn(bench.first.name, looking, found.append)
    bench.world.run_while(lambda: not found, limit=100.0)
    assert device_of(found[0], "disk0") == "/dev/hast/data"
