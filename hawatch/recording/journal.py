"""The journal: one JSON line per notable cycle, per intent and per outcome.

The intent is on the disk before the effect [DESIGN law 5]. Lines are numbered; the
number is what `hawatch explain` takes. A line torn by a power cut is skipped, and the
next line starts on a line of its own. Cycles that tell the same story as the last one
told are not written: a lasting failure must not push its own beginning out.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.moment import Moment
from hawatch.model.plan import AnyStep, Outcome
from hawatch.recording.entries import CycleRecord, Ended, Entry, Intent
from hawatch.recording.store import Store, complaint

FILE = "journal.jsonl"
LIMIT = 256 * 1024
"""Bytes after which a file is rotated."""
KEPT = 4
"""How many rotated files are kept, journal.jsonl.1 being the youngest."""


class Journal:
    """The journal in a store, for one cycle, written under the lock.

    sequence is the number of the cycle that writes.
    """

    def __init__(self, store: Store, *, sequence: int = 0, limit: int = LIMIT) -> None:
        self._store = store
        self._sequence = sequence
        self._limit = limit
        self._ready = False
        self._size = 0
        self._number = 0
        self._torn = False
        self._told: CycleRecord | None = None

    @property
    def last_id(self) -> str:
        """Return the id of the last line that this object wrote or found, or ""."""
        return str(self._number) if self._number else ""

    def cycle(self, record: CycleRecord) -> str | None:
        """Write a cycle that tells something new; return why that failed, or None."""
        try:
            self._prepare()
        except OSError as error:
            return f"journal not read: {complaint(error)}"
        if not record.eventful and record.substance == self._last_substance(record):
            return None
        reason = self._write(record)
        if reason is None:
            self._told = record
        return reason

    def intent(self, service: str, step: AnyStep, now: Moment) -> str | None:
        """Write that a step begins; return why that failed, or None."""
        return self._write(
            Intent(
                wall=now.wall,
                boot=now.boot,
                sequence=self._sequence,
                service=service,
                step=step,
            )
        )

    def outcome(self, service: str, outcome: Outcome, now: Moment) -> str | None:
        """Write what came of a step; return why that failed, or None."""
        return self._write(
            Ended(
                wall=now.wall,
                boot=now.boot,
                sequence=self._sequence,
                service=service,
                outcome=outcome,
            )
        )

    def entries(self, limit: int) -> Fact[tuple[Entry, ...]]:
        """Return the last lines in the order in which they were written."""
        return self._collect(limit)

    def find(self, number: str) -> Fact[Entry]:
        """Return the line with that id."""
        try:
            for entry in self._backwards():
                if entry.id == number:
                    return Known(entry)
        except OSError as error:
            return Unknown(f"the journal cannot be read: {complaint(error)}")
        return Unknown(f"the journal has no entry {number}")

    def unfinished(self) -> Fact[tuple[Intent, ...]]:
        """Return the intents that were begun and of which nothing more is known.

        Steps of a service follow each other, so that only its newest line counts: an
        outcome, or a cycle that came after it and looked again, settles an intent.
        """
        settled: set[str] = set()
        found: list[Intent] = []
        try:
            for entry in self._backwards():
                match entry:
                    case CycleRecord():
                        settled.update(s.service for s in entry.services)
                    case Intent() if entry.service not in settled:
                        found.append(entry)
                        settled.add(entry.service)
                    case _:
                        settled.add(entry.service)
        except OSError as error:
            return Unknown(f"the journal cannot be read: {complaint(error)}")
        return Known(tuple(reversed(found)))

    def _collect(self, limit: int) -> Fact[tuple[Entry, ...]]:
        found: list[Entry] = []
        try:
            for entry in self._backwards():
                if len(found) >= limit:
                    break
                found.append(entry)
        except OSError as error:
            return Unknown(f"the journal cannot be read: {complaint(error)}")
        return Known(tuple(reversed(found)))

    def _last_substance(self, record: CycleRecord) -> tuple[object, ...]:
        """Return what was told last; a fresh journal has told that all is well."""
        last = self._told or CycleRecord(wall=0.0, boot="", node=record.node)
        return last.substance

    def _write(self, entry: Entry) -> str | None:
        try:
            self._prepare()
            numbered = msgspec.structs.replace(entry, id=str(self._number + 1))
            line = msgspec.json.encode(numbered) + b"\n"
            if self._size and self._size + len(line) > self._limit:
                self._rotate()
            if self._torn:
                line = b"\n" + line
            self._store.append(FILE, line)
        except OSError as error:
            self._ready = False
            return f"journal not written: {complaint(error)}"
        self._torn = False
        self._size += len(line)
        self._number += 1
        return None

    def _prepare(self) -> None:
        """Find out the size, the last number, the last story, and a torn end."""
        if self._ready:
            return
        data = self._store.read(FILE) or b""
        self._size = len(data)
        self._torn = bool(data) and not data.endswith(b"\n")
        self._number = 0
        for entry in self._backwards():
            self._number = self._number or int(entry.id)
            if isinstance(entry, CycleRecord):
                self._told = entry
                break
        self._ready = True

    def _rotate(self) -> None:
        """Shift the files by one; a power cut in between leaves a gap, not a loss."""
        there = set(self._store.names(FILE))
        for number in range(KEPT - 1, 0, -1):
            if f"{FILE}.{number}" in there:
                self._store.rename(f"{FILE}.{number}", f"{FILE}.{number + 1}")
        self._store.rename(FILE, f"{FILE}.1")
        self._size, self._torn = 0, False

    def _backwards(self) -> Iterator[Entry]:
        """Yield the readable lines, the newest first."""
        for name in (FILE, *(f"{FILE}.{number}" for number in range(1, KEPT + 1))):
            for line in reversed((self._store.read(name) or b"").split(b"\n")):
                entry = _decoded(line)
                if entry is not None:
                    yield entry


def _decoded(line: bytes) -> Entry | None:
    """Return a line's entry, or None for one that is torn or of another version."""
    if not line:
        return None
    try:
        entry: Entry = msgspec.json.decode(line, type=Entry)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return entry if entry.id.isdecimal() else None
