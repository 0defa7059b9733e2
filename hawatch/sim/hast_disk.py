"""One node's local copy of a resource: its extents, its metadata, its dirty map.

Blocks are kept apart inside an extent, because HAST replicates blocks and resyncs
extents: only so can a lost block stay lost while its extent is written again [B8].
"""

from __future__ import annotations

import random

Block = int | str
Value = int | str

LOCALOFF = 4608


class Metadata:
    """What `hastctl create` writes to the provider, and hastd keeps up [FACTS B6]."""

    __slots__ = (
        "datasize",
        "extentsize",
        "keepdirty",
        "localcnt",
        "prevrole",
        "remotecnt",
        "resuid",
    )

    def __init__(self, datasize: int, extentsize: int) -> None:
        self.datasize = datasize
        self.extentsize = extentsize
        self.keepdirty = 64
        self.resuid = 0
        self.localcnt = 0
        self.remotecnt = 0
        self.prevrole = "init"


class LocalDisk:
    """A local provider. dirty_map is the map on the disk, incl. the kept extents.

    incomplete: a sync into this copy began and has not ended. missing, read_fails,
    write_fails: what is wrong with the hardware. missed: blocks whose last write did
    not reach this disk.
    """

    __slots__ = (
        "count",
        "dirty_map",
        "extents",
        "incomplete",
        "meta",
        "missed",
        "missing",
        "path",
        "read_fails",
        "write_fails",
    )

    def __init__(self, path: str, count: int) -> None:
        self.path = path
        self.count = count
        self.meta: Metadata | None = None
        self.extents: dict[int, dict[Block, Value]] = {}
        self.dirty_map: set[int] = set()
        self.incomplete = False
        self.missed: set[tuple[int, Block]] = set()
        self.missing = False
        self.read_fails = False
        self.write_fails = False

    def create(self, extentsize: int) -> None:
        """Write fresh metadata and an empty map, as `hastctl create` does."""
        self.meta = Metadata(self.count * extentsize - 4608, extentsize)
        self.dirty_map = set()

    def read(self, extent: int, block: Block) -> Value | None:
        """Return a block's value, or None where it was never written."""
        return self.extents.get(extent, {}).get(block)

    def write(self, extent: int, block: Block, value: Value) -> None:
        """Write one block."""
        self.missed.discard((extent, block))
        self.extents.setdefault(extent, {})[block] = value

    def copy_extent(self, extent: int, source: LocalDisk) -> None:
        """Take a whole extent from another copy, as a resync does."""
        self.missed = {missed for missed in self.missed if missed[0] != extent}
        content = source.extents.get(extent)
        if content is None:
            self.extents.pop(extent, None)
        else:
            self.extents[extent] = dict(content)

    def differing(self, other: LocalDisk) -> list[int]:
        """Return the extents in which two copies differ."""
        return [
            extent
            for extent in sorted(self.extents.keys() | other.extents.keys())
            if self.extents.get(extent, {}) != other.extents.get(extent, {})
        ]

    def new_resuid(self, rng: random.Random) -> int:
        """Return an id for a pair of copies that meet for the first time."""
        return rng.getrandbits(63) | 1


class ActiveMap:
    """A primary worker's map: what is in flight, must be synced, or was just written.

    Only what is in flight or must be synced counts as dirty; the kept extents, the most
    recently written ones, are in the map on the disk only [FACTS B10].
    """

    __slots__ = ("_in_flight", "_kept", "_limit", "disk", "needs_sync", "updates")

    def __init__(self, disk: LocalDisk, limit: int) -> None:
        self.disk = disk
        self.needs_sync: set[int] = set(disk.dirty_map)
        self.updates = 0
        self._limit = limit
        self._in_flight: dict[int, int] = {}
        self._kept: dict[int, None] = {}

    @property
    def dirty(self) -> int:
        """Return how many extents are dirty, as `hastctl list` counts."""
        if not self.needs_sync:
            return len(self._in_flight)
        return len(self.needs_sync | self._in_flight.keys())

    def write_start(self, extent: int) -> None:
        """Note a write on its way; the map on the disk knows it first."""
        self._in_flight[extent] = self._in_flight.get(extent, 0) + 1
        if extent not in self.disk.dirty_map:
            self.disk.dirty_map.add(extent)
            self.updates += 1
        self._kept.pop(extent, None)
        self._kept[extent] = None
        while len(self._kept) > self._limit:
            oldest = next(iter(self._kept))
            del self._kept[oldest]
            self._forget(oldest)

    def write_done(self, extent: int) -> None:
        """Note that a write has ended, wherever it has got to."""
        left = self._in_flight.get(extent, 0) - 1
        if left > 0:
            self._in_flight[extent] = left
        else:
            self._in_flight.pop(extent, None)
            self._forget(extent)

    def need_sync(self, extent: int) -> None:
        """Note that the other side lacks a write of this extent."""
        self.needs_sync.add(extent)
        self.disk.dirty_map.add(extent)

    def synced(self, extent: int) -> None:
        """Note that the other side has this extent now."""
        self.needs_sync.discard(extent)
        self._forget(extent)

    def merge(self, extents: set[int]) -> None:
        """Take over what the other side's map says must be synced."""
        self.needs_sync |= extents
        self.disk.dirty_map |= extents

    def _forget(self, extent: int) -> None:
        if (
            extent not in self._in_flight
            and extent not in self.needs_sync
            and extent not in self._kept
        ):
            self.disk.dirty_map.discard(extent)
