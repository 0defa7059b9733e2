"""What a snapshot says about one mount point of a service."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hawatch.deciding.three import NO, YES, all_known, any_known
from hawatch.model.fact import Fact, Known, Unknown, map_fact
from hawatch.model.snapshot import NOT_LOOKED, Snapshot
from hawatch.model.storage import Fstab, FstabEntry, Mount, lies_on

HAST_DEVICES = "/dev/hast/"
"""Where hastd's primaries offer their devices [FACTS B13]."""


class MountView(msgspec.Struct, frozen=True, kw_only=True):
    """One mount point of a service, as the mount table and /etc/fstab show it.

    entry: its fstab entry, known None where fstab has none. mounted: anything is
    mounted there. visible: the last of the mounts there, the one that programs see.
    right_device, writable: of the visible mount; known False where nothing is mounted.
    stacked: several mounts lie on each other. zombie: the mount is listed but its
    device node is gone [FACTS F7].
    """

    directory: str
    entry: Fact[FstabEntry | None]
    visible: Fact[Mount | None]
    mounted: Fact[bool]
    right_device: Fact[bool]
    writable: Fact[bool]
    stacked: Fact[bool]
    zombie: Fact[bool]

    @property
    def device(self) -> Fact[str]:
        """Return the device that belongs here: the one of the fstab entry."""
        if isinstance(self.entry, Unknown):
            return self.entry
        if self.entry.value is None:
            return Unknown(f"/etc/fstab has no entry for {self.directory}")
        return Known(self.entry.value.device)

    @property
    def ready(self) -> Fact[bool]:
        """Return whether the right device is mounted here read-write and not dead."""
        alive = map_fact(self.zombie, lambda zombie: not zombie)
        return all_known((self.mounted, self.right_device, self.writable, alive))


def mount_view(
    snapshot: Snapshot, directory: str, resources: tuple[str, ...]
) -> MountView:
    """Given a snapshot, a mount point and its service's resources, return its view."""
    entry = _entry_of(snapshot, directory)
    here = map_fact(
        snapshot.mounts,
        lambda mounts: tuple(m for m in mounts if m.directory == directory),
    )
    visible = map_fact(here, lambda stack: stack[-1] if stack else None)
    view = MountView(
        directory=directory,
        entry=entry,
        visible=visible,
        mounted=map_fact(here, bool),
        right_device=NOT_LOOKED,
        writable=map_fact(visible, lambda mount: mount is not None and mount.writable),
        stacked=map_fact(here, lambda stack: len(stack) > 1),
        zombie=_zombie(snapshot, visible, resources),
    )
    return msgspec.structs.replace(view, right_device=_right_device(view))


def device_of(snapshot: Snapshot, resource: str) -> str:
    """Return a resource's device path: by hastctl, else by hast.conf, else the default.

    hast.conf's `name` of the device defaults to the resource's name [FACTS B13].
    """
    fact = snapshot.resources.get(resource, NOT_LOOKED)
    if isinstance(fact, Known):
        return fact.value.device
    return snapshot.configured_devices.get(resource, HAST_DEVICES + resource)


def held_mounts(
    snapshot: Snapshot, mounts: Mapping[str, MountView], resources: tuple[str, ...]
) -> Fact[bool]:
    """Return whether anything of the service is mounted, in its place or elsewhere.

    A device of the service counts wherever it is mounted, whole or a partition, and any
    HAST device counts on a directory of the service. What lies on such a directory from
    a device that cannot be told to be foreign is unknown; a label never can.
    """
    if isinstance(snapshot.mounts, Unknown):
        return snapshot.mounts
    ours = {device_of(snapshot, resource) for resource in resources}
    for view in mounts.values():
        if isinstance(view.device, Known):
            ours.add(view.device.value)
    foreign = {device_of(snapshot, name) for name in snapshot.resources} - ours
    return any_known(
        _held(mount, mounts, ours)
        for mount in snapshot.mounts.value
        if mount.device not in foreign or mount.directory in mounts
    )


def _held(mount: Mount, mounts: Mapping[str, MountView], ours: set[str]) -> Fact[bool]:
    if any(lies_on(mount.device, device) for device in ours):
        return YES
    view = mounts.get(mount.directory)
    if view is None:
        return NO
    if mount.device.startswith(HAST_DEVICES):
        return YES
    if mount.by_label:
        return Unknown(f"{mount.device} on {mount.directory} is a label of some disk")
    return map_fact(view.device, lambda _: False)


def _entry_of(snapshot: Snapshot, directory: str) -> Fact[FstabEntry | None]:
    """Return the fstab entry; a path with a link is never in the mount table.

    Known here, it is refused before the promotion and not after it.
    """
    probe = snapshot.directories.get(directory, NOT_LOOKED)
    real = probe.value.real if isinstance(probe, Known) else None
    if real not in (None, directory):
        return Unknown(
            f"{directory} leads to {real}; write {real} in hawatch.toml and /etc/fstab"
        )
    if isinstance(snapshot.fstab, Unknown):
        return snapshot.fstab
    fstab = Fstab(entries=snapshot.fstab.value, skipped=snapshot.fstab_skipped)
    return fstab.entry_for(directory)


def _right_device(view: MountView) -> Fact[bool]:
    if isinstance(view.visible, Unknown):
        return view.visible
    mount = view.visible.value
    if mount is None:
        return NO
    return map_fact(view.device, lambda device: mount.device == device)


def _zombie(
    snapshot: Snapshot, visible: Fact[Mount | None], resources: tuple[str, ...]
) -> Fact[bool]:
    """Return whether the visible mount is of a HAST device whose node is gone."""
    if isinstance(visible, Unknown):
        return visible
    mount = visible.value
    if mount is None or not mount.device.startswith(HAST_DEVICES):
        return NO
    for resource in resources:
        if device_of(snapshot, resource) == mount.device:
            node = snapshot.devices.get(resource, NOT_LOOKED)
            return map_fact(node, lambda exists: not exists)
    return Unknown(f"no resource of the service is known to offer {mount.device}")
