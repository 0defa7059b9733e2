"""The flight recorder: what the cycles in which something was decided were made of.

Each keeps the very values that the rules were given. A later program can be asked what
it would decide (`hawatch replay`). A ring of small files that are not synced: a full
disk, or a loss of power, is no reason to stop anything.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import msgspec

from hawatch.model.decision import Decision, Rule
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.finding import CheckPolicy, Finding
from hawatch.model.memory import Memory
from hawatch.model.moment import Moment
from hawatch.model.snapshot import Snapshot
from hawatch.model.trigger import Trigger
from hawatch.recording.store import Store

FOLDER = "flight/"
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


def keep(store: Store, flight: Flight) -> None:
    """Write a cycle into the ring, unless nothing was decided in it."""
    if all(one.rule in QUIET and not one.plan for one in flight.decisions):
        return
    name = f"{FOLDER}{flight.sequence % SLOTS:02}.json"
    with contextlib.suppress(OSError):
        store.replace(name, msgspec.json.encode(flight), durable=False)


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
