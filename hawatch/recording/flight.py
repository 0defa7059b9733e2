"""The flight recorder: what the cycles that were not quiet were made of.

Each keeps the very values that the rules were given. A later program can be asked what
it would decide (`hawatch replay`), and a person why it was (`hawatch explain`). A ring
of small files that are not synced: a full disk, or a loss of power, is no reason to
stop anything. A story that goes on is kept once, as in the journal: a failure that
lasts must not push its own beginning out.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping

import msgspec

from hawatch.model.decision import Decision, Rule
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.finding import CheckPolicy, Finding
from hawatch.model.memory import Memory
from hawatch.model.moment import Moment
from hawatch.model.snapshot import Snapshot
from hawatch.model.trigger import Trigger
from hawatch.recording.entries import CycleRecord, notable, service_record
from hawatch.recording.store import Store

FOLDER = "flight/"
LAST = "flight.json"
"""What was kept last, and up to which cycle its story went on."""
SLOTS = 32
QUIET = frozenset({Rule.ALL_WELL, Rule.LOOK_AGAIN})


class Flight(msgspec.Struct, frozen=True, kw_only=True):
    """One cycle's raw inputs and what came of them.

    memory is what was remembered when the look was done; last, damaged: as the
    situation takes them. decisions are what the program of that day decided.
    """

    sequence: int
    memory: Memory
    last: Moment | None
    damaged: str | None
    snapshot: Snapshot
    findings: tuple[Finding, ...]
    policies: Mapping[str, CheckPolicy]
    triggers: tuple[Trigger, ...]
    decisions: tuple[Decision, ...]


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The newest slot of the ring, its story, and the last cycle that told the same."""

    slot: int
    story: str
    sequence: int


def keep(store: Store, flight: Flight) -> None:
    """Write a cycle into the ring, unless it was quiet or goes on with a story."""
    record = CycleRecord(
        wall=flight.snapshot.taken.wall,
        boot=flight.snapshot.taken.boot,
        node=flight.snapshot.node,
        triggers=flight.triggers,
        services=tuple(service_record(one) for one in flight.decisions),
        findings=notable(flight.findings),
    )
    acting = any(one.plan for one in flight.decisions)
    quiet = all(one.rule in QUIET for one in flight.decisions)
    if quiet and not acting and not record.findings:
        return
    # ValueError: what no encoder takes. The recorder must not stop the cycle.
    with contextlib.suppress(OSError, ValueError):
        last = _last(store)
        story = hashlib.sha256(msgspec.json.encode(record.substance)).hexdigest()[:16]
        goes_on = last.story == story and last.sequence == flight.sequence - 1
        slot = last.slot
        if acting or record.eventful or not goes_on:
            slot = (slot + 1) % SLOTS
            name = f"{FOLDER}{slot:02}.json"
            store.replace(name, msgspec.json.encode(flight), durable=False)
        kept = Kept(slot=slot, story=story, sequence=flight.sequence)
        store.replace(LAST, msgspec.json.encode(kept), durable=False)


def _last(store: Store) -> Kept:
    """Return what was kept last; nothing where that is lost."""
    data = store.read(LAST)
    with contextlib.suppress(msgspec.DecodeError):
        if data is not None:
            return msgspec.json.decode(data, type=Kept)
    return Kept(slot=-1, story="", sequence=-1)


def read_flight(data: bytes) -> Fact[Flight]:
    """Given a recorded cycle's JSON, return it, or why it cannot be read."""
    try:
        return Known(msgspec.json.decode(data, type=Flight))
    except msgspec.DecodeError as error:
        return Unknown(f"no recorded cycle: {error}")


def flights(store: Store) -> list[Flight]:
    """Return the recorded cycles that can be read, the oldest first."""
    found = []
    for name in store.names(FOLDER):
        with contextlib.suppress(OSError):
            data = store.read(name)
            flight = Unknown("gone") if data is None else read_flight(data)
            if isinstance(flight, Known):
                found.append(flight.value)
    return sorted(found, key=lambda flight: flight.snapshot.taken.wall)
