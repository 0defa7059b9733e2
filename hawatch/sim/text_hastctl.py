"""How hastctl tells HAST on 13.2 [FACTS B4 to B7]."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hawatch.sim.hast_disk import Metadata
    from hawatch.sim.hast_resource import Resource

HEADER = "Name\tStatus\t Role\t\tComponents\n"
REFUSED = (
    "[ERROR] Unable to connect to hastd via /var/run/hastctl: Connection refused.\n"
)
USAGE = """usage: hastctl create [-d] [-c config] [-e extentsize] [-k keepdirty]
\t\t[-m mediasize] name ...
       hastctl role [-d] [-c config] <init | primary | secondary> all | name ...
       hastctl list [-d] [-c config] [all | name ...]
       hastctl status [-d] [-c config] [all | name ...]
       hastctl dump [-d] [-c config] [all | name ...]
"""
UNITS = ("B", "KB", "MB", "GB", "TB")


def humanize(number: int) -> str:
    """Return a size as humanize_number(3) writes it into five places."""
    value, unit = float(number), 0
    while value >= 999.5 and unit < len(UNITS) - 1:
        value /= 1024
        unit += 1
    if unit and value < 9.95:
        return f"{value:.1f}{UNITS[unit]}"
    return f"{value:.0f}{UNITS[unit]}"


def remote_of(resource: Resource) -> str:
    """Return the peer's address as hast.conf gives it to this node."""
    peer = resource.peer.node.settings
    return peer.backlink or peer.address


def status_line(resource: Resource) -> str:
    """Return one resource's line of `hastctl status`."""
    return (
        f"{resource.name}\t{resource.status:<9}{resource.role:<15}"
        f"{resource.disk.path}\t{remote_of(resource)}\n"
    )


def list_block(resource: Resource) -> str:
    """Return one resource's block of `hastctl list`."""
    primary, secondary = resource.primary, resource.secondary
    if primary is not None and not primary.alive:
        primary = None
    meta = resource.disk.meta
    worker = primary or secondary
    known = worker is not None and meta is not None
    extentsize = meta.extentsize if known and meta is not None else 0
    keepdirty = meta.keepdirty if primary is not None and meta is not None else 0
    lines = [
        f"{resource.name}:",
        f"  role: {resource.role}",
        f"  provname: {resource.provname}",
        f"  localpath: {resource.disk.path}",
        f"  extentsize: {extentsize} ({humanize(extentsize)})",
        f"  keepdirty: {keepdirty}",
        f"  remoteaddr: {remote_of(resource)}",
        f"  replication: {resource.node.world.settings.replication}",
    ]
    if worker is not None:
        lines += [f"  status: {resource.status}", f"  workerpid: {worker.pid}"]
    reads = primary.reads if primary else 0
    writes = worker.writes if worker else 0
    updates = primary.map.updates if primary else 0
    queue = len(secondary.queue) if secondary else 0
    waiting = len(primary.sender.sent) if primary else 0
    idle = 255 - waiting - queue if worker else 0
    read_errors = primary.read_errors if primary else 0
    write_errors = worker.write_errors if worker else 0
    errors = f"read: {read_errors}, write: {write_errors}, delete: 0, flush: 0"
    queues = f"local: {queue}, send: 0, recv: {waiting}, done: 0, idle: {idle}"
    lines += [
        f"  dirty: {resource.dirty} ({humanize(resource.dirty)})",
        "  statistics:",
        f"    reads: {reads}",
        f"    writes: {writes}",
        "    deletes: 0",
        "    flushes: 0",
        f"    activemap updates: {updates}",
        f"    local errors: {errors}",
        f"    queues: {queues}",
    ]
    return "".join(f"{line}\n" for line in lines)


def dump_block(name: str, meta: Metadata, localoff: int) -> str:
    """Return one resource's block of `hastctl dump`."""
    return (
        f"resource: {name}\n"
        f"    datasize: {meta.datasize} ({humanize(meta.datasize)})\n"
        f"    extentsize: {meta.extentsize} ({humanize(meta.extentsize)})\n"
        f"    keepdirty: {meta.keepdirty}\n"
        f"    localoff: {localoff}\n"
        f"    resuid: {meta.resuid}\n"
        f"    localcnt: {meta.localcnt}\n"
        f"    remotecnt: {meta.remotecnt}\n"
        f"    prevrole: {meta.prevrole}\n"
    )
