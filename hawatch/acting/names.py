"""What of a HAST device is mounted, under whatever name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hawatch.acting.site import Site
from hawatch.deciding.mount_view import HAST_DEVICES
from hawatch.freebsd import look
from hawatch.freebsd.parse_glabel import behind_labels
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.storage import Mount, lies_on


async def mounts_on(site: Site, device: str) -> Fact[tuple[Mount, ...]]:
    """Read which mounts a HAST device has now: itself, its partitions, their labels.

    glabel is asked only where a label is mounted. Where it does not answer, and no
    mount is certain, nobody knows whether one of them is of this device. The root file
    system is not: hastd was started from it.
    """
    table = await look.read_mounts(site.host)
    if isinstance(table, Unknown):
        return Unknown(f"the mounts are not known: {table.reason}")
    mounts = [mount for mount in table.value if mount.directory != "/"]
    found = _on(site, device, mounts, {})
    labelled = [mount for mount in mounts if mount.by_label]
    if found or not labelled:
        return Known(found)
    labels = await look.read_labels(site.host)
    if isinstance(labels, Unknown):
        names = ", ".join(mount.device for mount in labelled)
        return Unknown(f"which disk is mounted as {names}: {labels.reason}")
    return Known(_on(site, device, mounts, labels.value))


def _on(
    site: Site, device: str, mounts: Sequence[Mount], labels: Mapping[str, str]
) -> tuple[Mount, ...]:
    """Return the mounts of a device; another resource's may begin with its name."""
    services = site.config.services.values()
    others = {HAST_DEVICES + name for one in services for name in one.resources}
    return tuple(
        mount
        for mount in mounts
        if (name := behind_labels(mount.device, labels)) == device
        or (name not in others and lies_on(name, device))
    )
