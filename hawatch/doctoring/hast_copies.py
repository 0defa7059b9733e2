"""Traps of the copies themselves: sizes, disks, and pairs that only look whole."""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.discovering.machine import Machine
from hawatch.doctoring.nouns import (
    Gravity,
    Trap,
    hast_resources,
    own_section,
    peer_dump,
    peer_section,
)
from hawatch.model.fact import Known, Unknown
from hawatch.model.hast import HastDump, HastRole, HastStatus


def trap_sizes_differ(machine: Machine) -> Iterator[Trap]:
    """The two copies have other sizes or extents: hastd never connects them."""
    for name, dump in machine.dumps.items():
        other = peer_dump(machine, name)
        if isinstance(dump, Unknown) or other is None:
            continue
        pairs = (
            ("datasize", dump.value.datasize, other.datasize),
            ("extentsize", dump.value.extentsize, other.extentsize),
        )
        for word, one, two in pairs:
            if one != two:
                size = _media(dump.value, other) if word == "datasize" else "-e 2097152"
                yield Trap(
                    name="sizes-differ",
                    gravity=Gravity.PROBLEM,
                    what=f"{name}: {word} {one} here, {two} on the other node",
                    why=(
                        "the primary never connects and stays degraded [FACTS B13, H21]"
                    ),
                    type=(
                        f"on the larger one, as standby: hastctl role init {name} && "
                        f"hastctl create {size} {name} && hastctl role secondary "
                        f"{name}   (that copy is lost)"
                    ),
                )


def _media(here: HastDump, there: HastDump) -> str:
    """Return the option that makes the larger disk as small as the other [B13]."""
    smaller = min(here, there, key=lambda dump: dump.datasize)
    return f"-m {smaller.datasize + smaller.localoff}"


def trap_never_connected(machine: Machine) -> Iterator[Trap]:
    """A copy that was created and never connected: writes to it vanish in silence."""
    for name, dump in machine.dumps.items():
        if isinstance(dump, Known) and dump.value.resuid == 0:
            yield Trap(
                name="never-connected",
                gravity=Gravity.PROBLEM,
                what=f"{name} was created and has never met the other node",
                why=(
                    "if both are used before their first connection, one side's "
                    "data is dropped without a word: connect first, newfs then "
                    "[FACTS B9, G3]"
                ),
                type=f"hastctl role secondary {name}   (on the node without the data)",
            )


def trap_degraded(machine: Machine) -> Iterator[Trap]:
    """A primary that is degraded or dirty is alone, whatever the setup looks like."""
    for name, resource in machine.resources.items():
        if isinstance(resource, Unknown):
            continue
        found = resource.value
        if found.role is HastRole.PRIMARY and found.status is HastStatus.DEGRADED:
            yield Trap(
                name="degraded",
                gravity=Gravity.PROBLEM,
                what=(
                    f"{name} is degraded, {found.dirty // 2**20} MB are not on the "
                    "other node"
                ),
                why="replication is broken: there is one copy [FACTS B4, G3]",
                type=f"hastctl list {name}   (on both nodes); hawatch doctor there",
            )


def trap_other_device_names(machine: Machine) -> Iterator[Trap]:
    """The local disks are called differently on the two nodes."""
    for resource in hast_resources(machine):
        paths = {node.localpath for node in resource.nodes.values()}
        if len(resource.nodes) == 2 and len(paths) == 2:
            told = ", ".join(
                f"{n.localpath} on {n.node}" for n in resource.nodes.values()
            )
            yield Trap(
                name="other-device-names",
                gravity=Gravity.NOTE,
                what=f"{resource.name}: {told}",
                why=(
                    "a command from the other node's notes hits another disk here; a "
                    "name that depends on the controller can change at boot [FACTS G3]"
                ),
                type=f"glabel label hast-{resource.name} DISK before `hastctl create`, "
                "and /dev/label names in hast.conf",
            )


def trap_other_provider_names(machine: Machine) -> Iterator[Trap]:
    """The device has other names on the two nodes, but fstab is meant to be one."""
    for resource in hast_resources(machine):
        mine, theirs = own_section(machine, resource), peer_section(machine, resource)
        if mine is None or theirs is None or mine.provname == theirs.provname:
            continue
        yield Trap(
            name="other-provider-names",
            gravity=Gravity.WARNING,
            what=(
                f"{resource.name} is /dev/hast/{mine.provname} here and "
                f"/dev/hast/{theirs.provname} on {theirs.node}"
            ),
            why="an fstab that is copied between the nodes mounts nothing [FACTS B13]",
            type="use one `name` for both nodes in hast.conf",
        )


def trap_stale_superblock(machine: Machine) -> Iterator[Trap]:
    """The raw disk carries a file system that HAST did not make."""
    for device, kind in machine.raw.items():
        if isinstance(kind, Known) and kind.value:
            yield Trap(
                name="stale-superblock",
                gravity=Gravity.WARNING,
                what=f"fstyp finds {kind.value} on the raw disk {device}",
                why=(
                    "a newfs before `hastctl create` left it: it can be mounted past "
                    "HAST, and writes there bypass the copy and the dirty map "
                    "[FACTS F5, G3]"
                ),
                type=f"never mount or fsck {device}; wipe the disk before the next "
                "`hastctl create`",
            )


def trap_raw_disk_in_use(machine: Machine) -> Iterator[Trap]:
    """The raw disk below HAST is mounted, or fstab says how."""
    disks = {
        section.localpath: resource.name
        for resource in hast_resources(machine)
        if (section := own_section(machine, resource)) is not None
    }
    if isinstance(machine.mounts, Known):
        for mount in machine.mounts.value:
            if mount.device in disks:
                yield Trap(
                    name="raw-disk-in-use",
                    gravity=Gravity.PROBLEM,
                    what=(
                        f"{mount.device}, the disk of {disks[mount.device]}, is "
                        f"mounted on {mount.directory}"
                    ),
                    why=(
                        "what is written there bypasses HAST and corrupts it [FACTS F5]"
                    ),
                    type=f"umount {mount.directory}",
                )
    if isinstance(machine.fstab, Known):
        for entry in machine.fstab.value:
            if entry.device in disks:
                yield Trap(
                    name="raw-disk-in-use",
                    gravity=Gravity.PROBLEM,
                    what=(
                        f"/etc/fstab mounts {entry.device}, the disk of "
                        f"{disks[entry.device]}, on {entry.directory}"
                    ),
                    why=(
                        "what is written there bypasses HAST and corrupts it [FACTS F5]"
                    ),
                    type="take that line out of /etc/fstab",
                )
