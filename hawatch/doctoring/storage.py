"""Traps of fstab, mount points and file systems."""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.discovering.machine import Journaling, Machine
from hawatch.discovering.remembered import state_directory
from hawatch.doctoring.nouns import (
    Gravity,
    Trap,
    config,
    hast_resources,
    own_section,
    settings,
)
from hawatch.model.fact import Known, Unknown
from hawatch.model.storage import FstabEntry, on_top

FORGETFUL = frozenset({"tmpfs", "devfs", "procfs"})
"""File systems that are empty after a boot."""


def hast_lines(machine: Machine) -> tuple[FstabEntry, ...]:
    """Return fstab's lines for HAST devices, none where it is unknown."""
    if isinstance(machine.fstab, Unknown):
        return ()
    return tuple(e for e in machine.fstab.value if e.device.startswith("/dev/hast/"))


def trap_fstab(machine: Machine) -> Iterator[Trap]:
    """A HAST device without a line in fstab, or with one that does not serve."""
    if isinstance(machine.fstab, Unknown):
        return
    yield from _skipped_lines(machine)
    named = {entry.device for entry in machine.fstab.value}
    for resource in hast_resources(machine):
        section = own_section(machine, resource)
        device = "" if section is None else f"/dev/hast/{section.provname}"
        skipped = any(line.mentions(device) for line in machine.fstab_skipped)
        if not device or device in named or skipped:
            continue
        yield Trap(
            name="fstab",
            gravity=Gravity.PROBLEM,
            what=f"/etc/fstab has no line for {device}",
            why="`mount DIRECTORY` is how hawatch mounts it [FACTS F2, G4]",
            type=f"echo '{device} /var/db/mysql ufs rw,noauto,noatime 0 0' "
            ">> /etc/fstab   (with your directory)",
        )
    for entry in hast_lines(machine):
        if "noauto" not in entry.options:
            yield Trap(
                name="fstab",
                gravity=Gravity.PROBLEM,
                what=f"{entry.device} in /etc/fstab has no `noauto`",
                why=(
                    "there is no device before hastd has a role: the boot stops in "
                    "single user mode [FACTS F2]"
                ),
                type=f"write {_options(entry)} as the options of {entry.device}",
            )
        if not entry.writable:
            yield Trap(
                name="fstab",
                gravity=Gravity.PROBLEM,
                what=f"{entry.device} in /etc/fstab is not mounted read-write "
                f"({','.join(entry.options)})",
                why="no service can be started on it after a take-over [fstab(5)]",
                type=f"write rw,noauto,noatime as the options of {entry.device}",
            )
        if entry.passno:
            yield Trap(
                name="fstab",
                gravity=Gravity.WARNING,
                what=f"{entry.device} in /etc/fstab has pass {entry.passno}",
                why="the boot runs fsck on a device that is not there [FACTS F2]",
                type=f"write 0 0 at the end of the line of {entry.device}",
            )


def _skipped_lines(machine: Machine) -> Iterator[Trap]:
    """Tell each line that mount(8) leaves out; one of a service is a problem."""
    known = config(machine)
    services = [] if known is None else list(known.services.values())
    directories = [d for service in services for d in service.mounts]
    for line in machine.fstab_skipped:
        ours = "/dev/hast/" in line.text or any(map(line.mentions, directories))
        yield Trap(
            name="fstab",
            gravity=Gravity.PROBLEM if ours else Gravity.WARNING,
            what=line.complaint,
            why=(
                "a line needs four fields and one of rw, rq, ro, sw among its options; "
                "else mount knows nothing of it [fstab(5), getfsent(3)]"
            ),
            type=f"mend line {line.number} of /etc/fstab, or begin it with #",
        )


def _options(entry: FstabEntry) -> str:
    return ",".join((*entry.options, "noauto"))


def trap_mount_point_link(machine: Machine) -> Iterator[Trap]:
    """A link in a mount point's path: the mount table has another path."""
    for directory, link in machine.links.items():
        if isinstance(link, Known) and link.value:
            yield Trap(
                name="mount-point-link",
                gravity=Gravity.PROBLEM,
                what=f"{directory} is a mount point, and {link.value} is a link",
                why=(
                    "mount(8) resolves it, so the mount table never shows this path, "
                    "and nothing is taken over [mount(8), realpath(3)]"
                ),
                type=f"write what `realpath {directory}` says in hawatch.toml and in "
                "/etc/fstab",
            )


def trap_mount_on_top(machine: Machine) -> Iterator[Trap]:
    """Something mounted on a service's file system: it cannot be unmounted then."""
    known = config(machine)
    services = [] if known is None else list(known.services.values())
    places = {path for service in services for path in service.mounts}
    table = machine.mounts.value if isinstance(machine.mounts, Known) else ()
    for place in sorted(places):
        for mount in on_top(table, place):
            if mount.directory not in places:
                yield Trap(
                    name="mount-on-top",
                    gravity=Gravity.PROBLEM,
                    what=f"{mount.device} is mounted on {mount.directory}, on top of "
                    f"{place}",
                    why=(
                        "umount says `Device busy` until it is gone, so the service "
                        "cannot be handed over [umount(8), nullfs(5)]"
                    ),
                    type=f"umount {mount.directory}   (and out of its fstab, perhaps a "
                    "jail's)",
                )


def trap_no_journal(machine: Machine) -> Iterator[Trap]:
    """Without SU+J every failover waits for a full check of the file system."""
    devices = {entry.directory: entry.device for entry in hast_lines(machine)}
    for directory, kind in machine.journaling.items():
        if isinstance(kind, Unknown) or kind.value is Journaling.JOURNALED:
            continue
        yield Trap(
            name="no-journal",
            gravity=Gravity.WARNING,
            what=f"{directory} has {kind.value}",
            why=(
                "after an unclean failover fsck reads the whole disk, minutes to "
                "hours, instead of a journal [FACTS F3]"
            ),
            type=f"tunefs -j enable {devices.get(directory, directory)}   (unmounted, "
            "on the primary)",
        )


def trap_bare_mount_point(machine: Machine) -> Iterator[Trap]:
    """The directory under the mount takes writes that nobody will ever see."""
    for directory, point in machine.points.items():
        if isinstance(point, Known) and not point.value.protected:
            yield Trap(
                name="bare-mount-point",
                gravity=Gravity.WARNING,
                what=f"{directory} can be written while nothing is mounted there",
                why=(
                    "after a lost device writes land on the root file system, and "
                    "mysqld starts an empty database there [FACTS E3, F7]"
                ),
                type=f"chflags schg {directory}   (while nothing is mounted)",
            )


def trap_fsck_y(machine: Machine) -> Iterator[Trap]:
    """Answering yes to every question of fsck throws evidence and data away."""
    rc = settings(machine.rc)
    if rc.says_yes("fsck_y_enable"):
        yield Trap(
            name="fsck-y",
            gravity=Gravity.NOTE,
            what=f"fsck_y_enable is YES ({rc.where('fsck_y_enable')})",
            why=(
                "a damaged disk is repaired by throwing away what does not fit, and "
                "without a word; HAST file systems escape it only with pass 0 "
                "[FACTS F3]"
            ),
            type="sysrc fsck_y_enable=NO",
        )
    known = config(machine)
    for name, service in {} if known is None else known.services.items():
        for directory in service.fsck_yes:
            yield Trap(
                name="fsck-y",
                gravity=Gravity.NOTE,
                what=f"hawatch.toml allows fsck -y on {directory} ({name})",
                why=(
                    "on a half-copied disk fsck -y destroys what is left "
                    "[FACTS F3, H12]"
                ),
                type=f"take {directory} out of fsck_yes unless downtime is worse",
            )


def trap_state_directory(machine: Machine) -> Iterator[Trap]:
    """What hawatch remembers lies on what it judges, or is gone after a boot."""
    state = state_directory(machine.config)
    for entry in hast_lines(machine):
        if _below(state, entry.directory):
            yield Trap(
                name="state-directory",
                gravity=Gravity.PROBLEM,
                what=f"{state} is on the replicated file system {entry.directory}",
                why="it moves, hangs, and is the thing being judged [FACTS E5]",
                type='set `state = "/var/db/hawatch"` under [agent] in hawatch.toml',
            )
            return
    if isinstance(machine.mounts, Unknown):
        return
    holding = [m for m in machine.mounts.value if _below(state, m.directory)]
    deepest = max(holding, key=lambda m: len(m.directory), default=None)
    if deepest is not None and deepest.fstype in FORGETFUL:
        yield Trap(
            name="state-directory",
            gravity=Gravity.PROBLEM,
            what=f"{state} is on {deepest.fstype} ({deepest.directory})",
            why="latches must survive a boot: a stale copy would look good [FACTS E5]",
            type="set `state` under [agent] to a directory on a disk of this node",
        )


def _below(path: str, directory: str) -> bool:
    return path == directory or path.startswith(directory.rstrip("/") + "/")
