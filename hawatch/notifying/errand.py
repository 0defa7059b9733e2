"""What is to be carried to one URL, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from hawatch.model.finding import Severity


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One text to send; names are the outbox files that it tells.

    good says that it is about an end, not about a beginning.
    """

    names: tuple[str, ...]
    title: str
    body: str
    severity: Severity
    good: bool = False


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """The notes for one configured URL in their order; deadline is for each, seconds.

    Its url is the secret itself: an errand is never stored, printed or logged.
    """

    name: str
    url: str
    deadline: float
    notes: tuple[Note, ...]

    def __repr__(self) -> str:
        return f"Errand({self.name!r}, {len(self.notes)} notes)"


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one note; error is empty where it was delivered."""

    errand: str
    note: Note
    error: str = ""


Send = Callable[[Sequence[Errand]], Iterator[Delivery]]
"""Carries errands and yields what came of each note, in order for each errand.

The next note of an errand is not sent before the consumer asks for the next delivery:
by then the last one is on record. After an error the errand's later notes are left.
"""
