"""A row that nothing can disturb on its way is written at once, with the same outcome.

On a connected pair at rest a row takes a few milliseconds through five events: sent,
arrived, written there, answered, acknowledged. Where no other event falls into that
time, nobody can see what lies between, and the end is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hawatch.sim.hast_primary import PrimaryWorker
from hawatch.sim.settings import Replication

if TYPE_CHECKING:
    from hawatch.sim.client import Client
    from hawatch.sim.hast_secondary import SecondaryWorker
    from hawatch.sim.services import RcService


def written_straight(client: Client, service: RcService, row: int) -> bool:
    """Write a row through to both disks, if nothing can come between.

    Returns whether it did: the clock then stands where the client has its answer.
    """
    primary = _primary(service)
    if primary is None:
        return False
    secondary = _listening(primary)
    settings, scheduler = client.world.settings, client.world.scheduler
    half = settings.round_trip / 2
    arrived = scheduler.now + half
    there = arrived + settings.disk_write
    if settings.replication is Replication.MEMSYNC:
        answered = arrived + half
    elif settings.replication is Replication.FULLSYNC:
        answered = there + half
    else:
        return False
    if secondary is None or not scheduler.alone_until(max(there, answered)):
        return False
    extent, slot = client.place(row)
    _write(primary, secondary, extent, slot, row)
    scheduler.changed_nothing()
    scheduler.go_to(answered)
    return True


def _primary(service: RcService) -> PrimaryWorker | None:
    """Return the worker that takes a row of a service, if the kernel is idle."""
    entry = service.mount
    if service.dead_files or entry is None or entry.fs is None or not entry.writable:
        return None
    device = entry.fs.device
    worker = device.worker
    if not isinstance(worker, PrimaryWorker) or device.destroyed or device.pending:
        return None
    disk = worker.resource.disk
    sick = disk.write_fails or disk.missing
    return worker if worker.io_ready and not sick and not entry.fs.full else None


def _listening(primary: PrimaryWorker) -> SecondaryWorker | None:
    """Return the worker that a primary's writes reach, if both sides are idle."""
    connection = primary.connection
    if connection is None or not primary.sender.idle or not connection.answers:
        return None
    secondary = connection.secondary
    disk = secondary.resource.disk
    frozen = primary.node.timers.frozen or secondary.node.timers.frozen
    sick = disk.write_fails or disk.missing
    return None if secondary.queue or frozen or sick else secondary


def _write(
    primary: PrimaryWorker,
    secondary: SecondaryWorker,
    extent: int,
    slot: int,
    row: int,
) -> None:
    """Do to both sides what sending, writing and answering one row does."""
    primary.writes += 1
    primary.map.write_start(extent)
    primary.resource.disk.write(extent, slot, row)
    if primary.connection is not None:
        primary.connection.last_write = primary.node.world.now
    secondary.writes += 1
    secondary.resource.disk.write(extent, slot, row)
    primary.map.write_done(extent)
