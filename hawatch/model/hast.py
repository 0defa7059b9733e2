"""HAST as hastctl, the process table and the local disk tell it [FACTS B]."""

from __future__ import annotations

import enum

import msgspec

from hawatch.model.fact import Fact, Unknown


class HastRole(enum.StrEnum):
    """A resource's role; hastd itself never chooses one [FACTS B1]."""

    INIT = "init"
    PRIMARY = "primary"
    SECONDARY = "secondary"


class HastStatus(enum.StrEnum):
    """The status word [FACTS B4]; complete means connected, never "in sync"."""

    COMPLETE = "complete"
    DEGRADED = "degraded"
    NONE = "-"


class HastErrors(msgspec.Struct, frozen=True, kw_only=True):
    """The `local errors` of one worker's life [FACTS B5]."""

    read: int = 0
    write: int = 0
    delete: int = 0
    flush: int = 0

    @property
    def of_disk(self) -> int:
        """Return those that tell of a sick disk: failed reads and writes.

        Flush errors are left out: every provider without BIO_FLUSH has them.
        """
        return self.read + self.write


class HastQueues(msgspec.Struct, frozen=True, kw_only=True):
    """A worker's `queues`; a secondary's local is its disk queue [FACTS B5, B8]."""

    local: int = 0
    send: int = 0
    recv: int = 0
    done: int = 0
    idle: int = 0


class HastResource(msgspec.Struct, frozen=True, kw_only=True):
    """One resource as `hastctl list` shows it [FACTS B5]; dirty is in bytes."""

    name: str
    role: HastRole
    status: HastStatus
    provname: str
    localpath: str
    remoteaddr: str
    extentsize: int
    keepdirty: int
    replication: str
    workerpid: int | None
    dirty: int
    reads: int
    writes: int
    deletes: int
    flushes: int
    activemap_updates: int
    errors: HastErrors
    queues: HastQueues
    sourceaddr: str | None = None

    @property
    def device(self) -> str:
        """Return the device node that a primary offers [FACTS B13]."""
        return f"/dev/hast/{self.provname}"


class HastDump(msgspec.Struct, frozen=True, kw_only=True):
    """The metadata on the local disk, as `hastctl dump` reads it [FACTS B6].

    resuid 0 means never connected since `create`; localcnt and remotecnt are the
    generation counters of B9; prevrole is the role at the last metadata write.
    """

    name: str
    datasize: int
    extentsize: int
    keepdirty: int
    localoff: int
    resuid: int
    localcnt: int
    remotecnt: int
    prevrole: HastRole


UNREADABLE = "local disk cannot be read"
"""The kind of an unknown dump, where hastctl could not read the disk."""


def disk_unreadable(dump: Fact[HastDump]) -> bool:
    """Given the fact of a dump, return whether it is the disk that keeps it away."""
    return isinstance(dump, Unknown) and dump.kind == UNREADABLE


class HastWorker(msgspec.Struct, frozen=True, kw_only=True):
    """A worker process, recognised by its title `hastd: NAME (ROLE)` [FACTS B1].

    started is the process's start time in seconds since 1970.
    """

    resource: str
    role: HastRole
    pid: int
    parent: int
    started: float


class Hastd(msgspec.Struct, frozen=True, kw_only=True):
    """The hastd parent and its workers in the process table.

    pid is None where no parent runs. answering is False where the parent lives but
    hastctl got no answer: stuck, not dead [FACTS B7].
    """

    pid: int | None
    workers: tuple[HastWorker, ...] = ()
    answering: bool = True

    def worker_of(self, resource: str) -> HastWorker | None:
        """Return the worker that serves a resource, or None where there is none."""
        for worker in self.workers:
            if worker.resource == resource:
                return worker
        return None

    def serves_device(self, resource: str) -> bool:
        """Return whether a worker is there that does the I/O of a resource's device."""
        return any(
            worker.resource == resource and worker.role is HastRole.PRIMARY
            for worker in self.workers
        )
