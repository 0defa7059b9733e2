"""A look at a simulated node that takes its time, but writes and reads no text.

It is for long searches. Where a command would do anything but answer at once, the look
is the one of a real machine: hangs, lies and mutilated answers are told in text.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from hawatch.deciding.mount_view import device_of
from hawatch.freebsd.parse_fstab import parse_fstab
from hawatch.freebsd.parse_processes import find_hastd
from hawatch.model.fact import Known
from hawatch.model.snapshot import Snapshot
from hawatch.observe import ask_around, observe
from hawatch.sim import probes, quick_facts, text_files
from hawatch.sim.processes import process_table

if TYPE_CHECKING:
    from hawatch.host import Host
    from hawatch.model.config import Config
    from hawatch.model.memory import HeardReport
    from hawatch.model.storage import Fstab
    from hawatch.sim.node import Node

SPACE_SHARE = 0.1
"""What a look at the space of a file system takes, as a share of a command."""


class QuickLook:
    """Looks at one node; it stands in for `hawatch.observe.observe`."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def __call__(
        self,
        host: Host,
        config: Config,
        *,
        heard: HeardReport | None,
        ask_peer: bool = True,
    ) -> Snapshot:
        """Return one look at the node."""
        if not self._plain(config):
            return await observe(host, config, heard=heard, ask_peer=ask_peer)
        taken = host.now()
        await host.sleep(_seconds(config, self._node.world.settings.command))
        own = self._own(host, config)
        around = await ask_around(
            host, config, own["interfaces"], heard=heard, ask_peer=ask_peer
        )
        return Snapshot(
            node=host.node,
            taken=taken,
            seconds=host.now().seconds_since(taken),
            **own,
            **around,
        )

    def _plain(self, config: Config) -> bool:
        """Return whether every command of a look answers at once, and the truth."""
        node = self._node
        if any(left != 0 for left in node.faults.left()):
            return False
        hastd = node.hastd
        if not hastd.alive or hastd.stopped or hastd.waiting or node.hast_conf_error:
            return False
        if any(service.fsync for service in config.services.values()):
            return False
        wanted = {s.interface_of(node.name) for s in config.services.values()}
        if wanted != {node.interface}:
            return False
        for resource in node.resources.values():
            disk, device = resource.disk, resource.device
            if disk.missing or disk.read_fails or disk.meta is None:
                return False
            if device is not None and device.stalled:
                return False
            for worker in (resource.primary, resource.secondary):
                if worker is not None and (worker.stopped or not worker.alive):
                    return False
            if resource.role == "primary" and resource.primary is None:
                return False
        known = {s.resource: s for s in node.world.settings.services}
        return all(
            resource in known and set(service.rc) == {known[resource].rc}
            for service in config.services.values()
            for resource in service.resources
        )

    def _own(self, host: Host, config: Config) -> dict[str, Any]:
        """Return what the node itself shows, as fields of a Snapshot."""
        node = self._node
        resources = [r for s in config.services.values() for r in s.resources]
        table = process_table(node)
        fstab = _fstab(text_files.read(node, "/etc/fstab") or "")
        fields: dict[str, Any] = {
            "boot_time": host.boot_time(),
            "sysctls": Known(quick_facts.sysctls(node.carp)),
            "counters": Known(quick_facts.counters(node.carp)),
            "interfaces": {node.interface: Known(quick_facts.interface(node))},
            "hastd": Known(find_hastd(table, answering=True)),
            "resources": {
                name: Known(quick_facts.hast_resource(node.resources[name]))
                for name in resources
            },
            "dumps": {
                name: Known(quick_facts.hast_dump(name, meta))
                for name in resources
                if (meta := node.resources[name].disk.meta) is not None
            },
            "mounts": Known(quick_facts.mounts(node.mounts.entries)),
            "fstab": Known(fstab.entries),
            "fstab_skipped": fstab.skipped,
        }
        fields["devices"] = self._devices(host, fields, resources)
        for service in config.services.values():
            for directory in service.mounts:
                entry = node.mounts.visible(directory)
                fields.setdefault("directories", {})[directory] = Known(
                    probes.directory(node, directory, sentinel=service.sentinel)
                )
                fields.setdefault("space", {})[directory] = Known(
                    probes.space_of(entry)
                )
            for script in service.rc:
                fields.setdefault("rc", {})[script] = Known(
                    quick_facts.rc_status(node.services[script])
                )
        return fields

    def _devices(
        self, host: Host, fields: dict[str, Any], resources: list[str]
    ) -> dict[str, Any]:
        seen = Snapshot(node=host.node, taken=host.now(), resources=fields["resources"])
        return {name: host.exists(device_of(seen, name)) for name in resources}


def _seconds(config: Config, command: float) -> float:
    """Return what the commands of a look take: one after the other."""
    services = config.services.values()
    resources = sum(len(s.resources) for s in services)
    mounts = sum(len(s.mounts) for s in services)
    scripts = sum(len(s.rc) for s in services)
    commands = 5 + resources + mounts + scripts
    return command * (commands + SPACE_SHARE * mounts)


@lru_cache(maxsize=8)
def _fstab(text: str) -> Fstab:
    return parse_fstab(text)
