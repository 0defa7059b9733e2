"""The nouns of storage: HAST resources, their trends, and mount points."""

from __future__ import annotations

import msgspec

from hawatch.model.hast import HastDump, HastResource, HastRole, HastStatus
from hawatch.model.moment import Moment


class Hast(msgspec.Struct, frozen=True, kw_only=True):
    """A HAST resource of one node."""

    resource: HastResource

    @property
    def name(self) -> str:
        """Return the resource's name."""
        return self.resource.name

    @property
    def role(self) -> HastRole:
        """Return init, primary or secondary."""
        return self.resource.role

    @property
    def status(self) -> HastStatus:
        """Return complete, degraded or - [FACTS B4]."""
        return self.resource.status

    @property
    def is_primary(self) -> bool:
        """Return whether this node offers the device."""
        return self.role is HastRole.PRIMARY

    @property
    def is_secondary(self) -> bool:
        """Return whether this node receives the copy."""
        return self.role is HastRole.SECONDARY

    @property
    def is_init(self) -> bool:
        """Return whether this node takes no part."""
        return self.role is HastRole.INIT

    @property
    def connected(self) -> bool:
        """Return whether a worker says `complete`: connected, never "in sync"."""
        return self.status is HastStatus.COMPLETE

    @property
    def dirty(self) -> int:
        """Return the bytes that the peer's disk lacks, by this worker's map."""
        return self.resource.dirty

    @property
    def disk_errors(self) -> int:
        """Return local read and write errors; flush errors mean little [FACTS B5]."""
        return self.resource.errors.of_disk

    @property
    def workerpid(self) -> int | None:
        """Return the worker's pid, or None where there is none."""
        return self.resource.workerpid

    @property
    def device(self) -> str:
        """Return the device node that a primary offers."""
        return self.resource.device


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the standby's copy is proved to be current [FACTS B10].

    proved: on the owner, by this worker's own connection; on the standby, by the
    owner's report. reason says what is missing otherwise.
    """

    proved: bool
    reason: str


class DirtyTrend(msgspec.Struct, frozen=True, kw_only=True):
    """Dirty bytes over the last looks of this boot, oldest first, now last."""

    samples: tuple[tuple[Moment, int], ...]

    @property
    def now(self) -> int:
        """Return the dirty bytes now."""
        return self.samples[-1][1]

    @property
    def seconds(self) -> float:
        """Return the seconds from the first to the last sample."""
        return self.samples[-1][0].seconds_since(self.samples[0][0])

    def lowest(self, seconds: float) -> int:
        """Return the least dirty bytes of the last seconds; one look proves nothing."""
        last = self.samples[-1][0]
        return min(
            dirty
            for taken, dirty in self.samples
            if last.seconds_since(taken) <= seconds
        )


class MountPoint(msgspec.Struct, frozen=True, kw_only=True):
    """What the mount table shows on one directory; device is of the visible mount.

    stacked: several file systems lie on each other there.
    """

    directory: str
    mounted: bool
    device: str = ""
    writable: bool = False
    stacked: bool = False


class FstabLine(msgspec.Struct, frozen=True, kw_only=True):
    """The line of /etc/fstab for one mount point, where there is one."""

    present: bool
    device: str = ""
    options: tuple[str, ...] = ()
    passno: int = 0

    @property
    def noauto(self) -> bool:
        """Return whether the boot leaves it alone; without it the boot stops [F2]."""
        return "noauto" in self.options

    @property
    def writable(self) -> bool:
        """Return whether it is mounted read-write [fstab(5)]."""
        return not {"rw", "rq"}.isdisjoint(self.options) and "ro" not in self.options


class Generations(msgspec.Struct, frozen=True, kw_only=True):
    """The metadata of one resource on both disks [FACTS B9]."""

    here: HastDump
    there: HastDump

    @property
    def split(self) -> bool:
        """Return whether both were written while apart: hastd will not connect them."""
        return (
            self.here.localcnt > self.there.remotecnt
            and self.there.localcnt > self.here.remotecnt
        )

    @property
    def strangers(self) -> bool:
        """Return whether the two were never halves of one resource."""
        return 0 not in (self.here.resuid, self.there.resuid) and (
            self.here.resuid != self.there.resuid
        )
