"""A cycle as it can still be told: its line in the journal, its flight, or both."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from hawatch.recording.entries import CycleRecord, Ended, Entry, Intent
from hawatch.recording.flight import Flight

SLACK = 600.0
"""Seconds by which the clock may step while a cycle is at work."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One cycle. record: what the journal has of it; flight: what it decided from.

    One of them may be missing: the journal does not tell the same story twice, and the
    flight recorder is a short ring in which nothing quiet is kept. steps: what the
    journal has of a cycle that did not come to its end.
    """

    record: CycleRecord | None = None
    flight: Flight | None = None
    steps: tuple[Intent | Ended, ...] = ()

    @property
    def began(self) -> float:
        """Return the wall clock when the cycle looked."""
        if self.flight is not None:
            return self.flight.snapshot.taken.wall
        return (
            self.record.wall - self.record.seconds if self.record is not None else 0.0
        )


def told_cycles(entries: Sequence[Entry], kept: Sequence[Flight]) -> list[Told]:
    """Given the journal's lines and the recorded cycles, return all, the oldest first.

    A number is used again where the memory was lost; boot and time tell them apart.
    """
    found, left = [], list(kept)
    for record in entries:
        if not isinstance(record, CycleRecord):
            continue
        own = next((one for one in left if _are_one(record, one)), None)
        if own is not None:
            left.remove(own)
        found.append(Told(record=record, flight=own))
    found += [Told(flight=one, steps=_steps(entries, one)) for one in left]
    return sorted(found, key=lambda told: told.began)


def at_or_before(cycles: Sequence[Told], wall: float) -> Told | None:
    """Return the last cycle that had begun by a time, or None."""
    begun = [told for told in cycles if told.began <= wall]
    return begun[-1] if begun else None


def _steps(entries: Sequence[Entry], flight: Flight) -> tuple[Intent | Ended, ...]:
    return tuple(
        entry
        for entry in entries
        if not isinstance(entry, CycleRecord)
        and (entry.sequence, entry.boot)
        == (flight.sequence, flight.snapshot.taken.boot)
    )


def _are_one(record: CycleRecord, flight: Flight) -> bool:
    taken = flight.snapshot.taken
    return (
        record.sequence == flight.sequence
        and record.boot == taken.boot
        and abs(record.wall - record.seconds - taken.wall) < SLACK
    )
