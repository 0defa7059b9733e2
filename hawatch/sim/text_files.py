"""The configuration files of a node: /etc/fstab, /etc/hast.conf."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hawatch.sim.text_hastctl import remote_of

if TYPE_CHECKING:
    from hawatch.sim.node import Node


def read(node: Node, path: str) -> str | None:
    """Return a file's text: what was put on the root file system, or what is made."""
    written = node.root.read(path)
    if written is not None:
        return written
    if path == "/etc/fstab":
        return fstab(node)
    if path == "/etc/hast.conf":
        return hast_conf(node)
    return None


def fstab(node: Node) -> str:
    """Return /etc/fstab with each service's file system as `noauto`."""
    lines = [
        "# Device\tMountpoint\tFStype\tOptions\tDump\tPass#",
        "/dev/gpt/rootfs\t/\tufs\trw\t1\t1",
        "tmpfs\t/tmp\ttmpfs\trw,mode=1777\t0\t0",
    ]
    lines += [
        f"{node.resources[service.resource].path} {service.mount} "
        "ufs noauto,rw,noatime 0 0"
        for service in node.world.settings.services
    ]
    return "\n".join(lines) + "\n"


def hast_conf(node: Node) -> str:
    """Return /etc/hast.conf, the same text on both nodes."""
    settings = node.world.settings
    lines = [f"timeout {settings.hast_timeout:.0f}"]
    for name in node.resources:
        lines += [f"resource {name} {{", f"\treplication {settings.replication}"]
        for machine in node.world.nodes.values():
            resource = machine.resources[name]
            lines += [
                f"\ton {machine.name} {{",
                f"\t\tlocal {resource.disk.path}",
                f"\t\tremote {remote_of(resource)}",
                "\t}",
            ]
        lines.append("}")
    return "\n".join(lines) + "\n"
