"""What a person is told: a value, put into words when it is sent."""

from __future__ import annotations

import enum

import msgspec

from hawatch.model.finding import Severity
from hawatch.recording.entries import ServiceRecord


class MessageKind(enum.StrEnum):
    """Why a message is sent."""

    OPENED = "opened"
    REMINDER = "reminder"
    CLOSED = "closed"
    ACTION = "action"
    TEST = "test"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One flip or one action of one node.

    key is the incident's; check and subject are set where a check speaks. at and opened
    are wall clock seconds. text is the check's or the rule's own sentence. record is
    what was decided and done for the service in that cycle. explain is the journal id.
    """

    kind: MessageKind
    key: str
    node: str
    severity: Severity
    at: float
    text: str
    opened: float = 0.0
    check: str = ""
    subject: str = ""
    record: ServiceRecord | None = None
    explain: str = ""

    @property
    def duration(self) -> float:
        """Return the seconds for which the incident was open; never negative."""
        return max(0.0, self.at - self.opened) if self.opened else 0.0
