"""The node's memory on disk: a durable part that must be true, and a cheap mark.

state.json holds what must survive a power cut and is written, with fsync, only when it
changed. mark.json holds what changes in every cycle (when it was, counts, trends, the
peer's last words) and is written without fsync. A state that cannot be read is damaged:
unknown, never OK and never silently empty. It stays where it is, with a copy aside,
until a cycle saves the memory that it made of the damage (see `distrusted`).
"""

from __future__ import annotations

import contextlib
import enum
import zlib
from collections.abc import Mapping
from functools import lru_cache

import msgspec

from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.finding import Standing, Streak
from hawatch.model.latch import Latch, LatchKind
from hawatch.model.memory import (
    MEMORY_SCHEMA,
    HeardReport,
    Memory,
    Move,
    Sample,
    ServiceMemory,
)
from hawatch.model.moment import Moment
from hawatch.model.newest import kept_for_newest
from hawatch.recording.store import Store, complaint

STATE = "state.json"
MARK = "mark.json"
COPIES = 9
"""How many different damaged states are kept aside."""


class Origin(enum.StrEnum):
    """Where a memory comes from."""

    FRESH = "fresh"
    LOADED = "loaded"
    DAMAGED = "damaged"


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """A memory and its origin; a damaged one is empty and must not be believed."""

    origin: Origin
    memory: Memory
    reason: str = ""


class _Sealed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file: the memory as it was encoded, and the checksum of these bytes."""

    crc32: str
    memory: msgspec.Raw


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    """What is read first, to tell a foreign memory from a broken one."""

    schema: int
    node: str


class _Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What changes in every cycle."""

    node: str
    sequence: int
    last: Moment | None
    streaks: Mapping[str, Streak]
    samples: tuple[Sample, ...]
    peer: HeardReport | None
    witnessed: Moment | None = None


def load_memory(store: Store, node: str, now: Moment) -> Loaded:
    """Given a store, a node's name and its clocks, return what it remembers.

    The mark of an earlier boot counts only for its sequence: its monotonic readings
    compare with nothing now.
    """
    empty = Memory(node=node, boot=now.boot)
    try:
        data, mark = store.read(STATE), store.read(MARK)
    except OSError as error:
        reason = f"{STATE} cannot be read: {complaint(error)}"
        return Loaded(origin=Origin.DAMAGED, memory=empty, reason=reason)
    if data is None and mark is None:
        return Loaded(origin=Origin.FRESH, memory=empty)
    if data is None:
        reason = f"{STATE} is gone while {MARK} is still here"
        return Loaded(origin=Origin.DAMAGED, memory=empty, reason=reason)
    memory = _unsealed(data, node)
    if isinstance(memory, Unknown):
        _keep_aside(store, data)
        return Loaded(origin=Origin.DAMAGED, memory=empty, reason=memory.reason)
    return Loaded(
        origin=Origin.LOADED, memory=_marked(memory.value, _read_mark(mark), now)
    )


def save_memory(store: Store, memory: Memory) -> str | None:
    """Save a memory; return why that failed, or None.

    The mark is not written where the state could not be: it would claim a cycle that
    nobody remembers.
    """
    state = _sealed(memory)
    try:
        if store.read(STATE) != state:
            store.replace(STATE, state)
        store.replace(MARK, msgspec.json.encode(_mark_of(memory)), durable=False)
    except OSError as error:
        return f"memory not saved: {complaint(error)}"
    return None


def last_cycle(store: Store) -> Fact[Moment]:
    """Return when the last cycle ended, from the mark alone."""
    try:
        mark = _read_mark(store.read(MARK))
    except OSError as error:
        return Unknown(f"{MARK} cannot be read: {complaint(error)}")
    if mark is None or mark.last is None:
        return Unknown("no cycle has left its mark")
    return Known(mark.last)


def distrusted(
    memory: Memory, resources: Mapping[str, tuple[str, ...]], reason: str, now: Moment
) -> Memory:
    """Given an empty memory and the resources by service, return the cautious one.

    Nothing is known any more about these copies or about recent moves: every resource
    is latched stale until an operator or the primary's evidence clears it, and the
    cool-down starts now.
    """
    services = {
        service: ServiceMemory(
            latches=tuple(
                Latch(
                    kind=LatchKind.STALE,
                    resource=resource,
                    since=now.wall,
                    reason=f"the memory was lost: {reason}",
                )
                for resource in names
            )
        )
        for service, names in resources.items()
    }
    moves = tuple(
        Move(
            service=service,
            at=now.wall,
            rule="memory-lost",
            monotonic=now.monotonic,
            boot=now.boot,
        )
        for service in resources
    )
    return msgspec.structs.replace(
        memory, services={**memory.services, **services}, moves=memory.moves + moves
    )


def _durable(memory: Memory) -> Memory:
    """Return the part that changes only when something happened."""
    return msgspec.structs.replace(
        memory,
        sequence=0,
        last=None,
        samples=(),
        peer=None,
        witnessed=None,
        streaks={key: durable_streak(s) for key, s in memory.streaks.items()},
    )


@lru_cache(maxsize=4096)
def durable_streak(streak: Streak) -> Streak:
    """Return a streak without the count that only grows while nothing changes."""
    well = streak.standing is Standing.WELL
    if well and streak.fails == 0 and streak.passes != 0:
        return msgspec.structs.replace(streak, passes=0)
    if not well and streak.passes == 0 and streak.fails != 0:
        return msgspec.structs.replace(streak, fails=0)
    return streak


def _mark_of(memory: Memory) -> _Mark:
    return _Mark(
        node=memory.node,
        sequence=memory.sequence,
        last=memory.last,
        streaks=memory.streaks,
        samples=memory.samples,
        peer=memory.peer,
        witnessed=memory.witnessed,
    )


def _marked(memory: Memory, mark: _Mark | None, now: Moment) -> Memory:
    """Return a durable memory with what a mark adds to it."""
    if mark is None or mark.node != memory.node:
        return memory
    if mark.last is None or mark.last.boot != now.boot:
        return msgspec.structs.replace(memory, sequence=mark.sequence)
    return _with_counts(memory, mark)


@kept_for_newest(4)
def _with_counts(memory: Memory, mark: _Mark) -> Memory:
    """Return a durable memory with everything that a mark of this boot adds.

    A mark may be one cycle older than the state: its count holds only where it counts
    the very same streak.
    """
    streaks = {
        key: marked
        if (marked := mark.streaks.get(key)) and durable_streak(marked) == streak
        else streak
        for key, streak in memory.streaks.items()
    }
    return msgspec.structs.replace(
        memory,
        sequence=mark.sequence,
        last=mark.last,
        samples=mark.samples,
        peer=mark.peer,
        witnessed=mark.witnessed,
        streaks=streaks,
    )


@lru_cache(maxsize=4)
def _read_mark(data: bytes | None) -> _Mark | None:
    """Return the mark, or None: a torn one is as good as none."""
    if data is None:
        return None
    try:
        return msgspec.json.decode(data, type=_Mark)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _encode(value: object) -> bytes:
    return msgspec.json.encode(value, order="deterministic")


def _sealed(memory: Memory) -> bytes:
    body = _encode(_durable(memory))
    return _encode(_Sealed(crc32=_checksum(body), memory=msgspec.Raw(body))) + b"\n"


@lru_cache(maxsize=4)
def _unsealed(data: bytes, node: str) -> Fact[Memory]:
    try:
        sealed = msgspec.json.decode(data, type=_Sealed)
        if sealed.crc32 != _checksum(bytes(sealed.memory)):
            return Unknown(f"{STATE} is damaged: its checksum does not fit")
        head = msgspec.json.decode(sealed.memory, type=_Head)
        if head.schema != MEMORY_SCHEMA:
            return Unknown(
                f"{STATE} has schema {head.schema}, this program {MEMORY_SCHEMA}"
            )
        if head.node != node:
            return Unknown(f"{STATE} belongs to the node {head.node}, not to {node}")
        return Known(msgspec.json.decode(sealed.memory, type=Memory))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Unknown(f"{STATE} is damaged: {error}")


def _checksum(body: bytes) -> str:
    return f"{zlib.crc32(body):08x}"


def _keep_aside(store: Store, data: bytes) -> None:
    """Copy a damaged state to a name of its own, once; a full disk is no reason."""
    with contextlib.suppress(OSError):
        names = store.names(f"{STATE}.damaged-")
        if len(names) < COPIES and all(store.read(name) != data for name in names):
            store.replace(f"{STATE}.damaged-{len(names) + 1}", data)
