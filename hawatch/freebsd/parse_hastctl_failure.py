"""Why a hastctl call failed, from its exit status and its words [FACTS B7]."""

from __future__ import annotations

import enum
import re

import msgspec

from hawatch.model.hast import UNREADABLE


class HastTrouble(enum.StrEnum):
    """The kinds of failure that ask for different remedies."""

    NOT_RUNNING = "hastd is not running"
    STUCK = "hastd is stuck"
    REFUSED = "hastd refuses the connection"
    NO_ANSWER = "hastd does not answer"
    CONNECTION_LOST = "hastd went away"
    WORKER_SILENT = "a worker does not answer hastd"
    UNKNOWN_RESOURCE = "unknown resource"
    REQUEST_REFUSED = "hastd refused the request"
    NOT_CREATED = "never created"
    DISK_UNREADABLE = UNREADABLE
    METADATA_WRONG = "metadata of another resource, or broken"
    CONFIGURATION = "hast.conf cannot be used"
    NOT_THIS_NODE = "hast.conf does not know this node"
    NOT_ROOT = "not root"
    USAGE = "wrong use of hastctl"
    OTHER = "hastctl failed"


_UNANSWERED = frozenset(
    {
        HastTrouble.NOT_RUNNING,
        HastTrouble.STUCK,
        HastTrouble.REFUSED,
        HastTrouble.NO_ANSWER,
        HastTrouble.CONNECTION_LOST,
    }
)


class HastFailure(msgspec.Struct, frozen=True, kw_only=True):
    """A failed call: its kind, and a sentence fragment for an administrator."""

    trouble: HastTrouble
    reason: str

    @property
    def answered(self) -> bool:
        """Return whether hastd answered, or was not needed for the call."""
        return self.trouble not in _UNANSWERED


_MESSAGE = re.compile(r"\[(?:ERROR|WARNING)\] (?P<text>.+)")

_BY_WORDS = (
    (r"Permission denied|Operation not permitted", HastTrouble.NOT_ROOT),
    (r"Unable to (connect to|setup control connection)", HastTrouble.REFUSED),
    (r"No resource \S+ configuration for this node", HastTrouble.NOT_THIS_NODE),
    (r"Unknown resource|Received error 1 from", HastTrouble.UNKNOWN_RESOURCE),
    (r"Unable to read metadata from .*: No such file", HastTrouble.NOT_CREATED),
    (r"Metadata read from|is not part of resource", HastTrouble.METADATA_WRONG),
)
"""Words that say more than the exit status; the first that is found counts."""

_BY_STATUS = {
    1: HastTrouble.UNKNOWN_RESOURCE,
    2: HastTrouble.REQUEST_REFUSED,
    3: HastTrouble.REQUEST_REFUSED,
    4: HastTrouble.REQUEST_REFUSED,
    64: HastTrouble.USAGE,
    65: HastTrouble.UNKNOWN_RESOURCE,
    66: HastTrouble.DISK_UNREADABLE,
    69: HastTrouble.CONNECTION_LOST,
    70: HastTrouble.WORKER_SILENT,
    71: HastTrouble.REFUSED,
    72: HastTrouble.CONFIGURATION,
    74: HastTrouble.DISK_UNREADABLE,
    78: HastTrouble.CONFIGURATION,
    255: HastTrouble.DISK_UNREADABLE,
}


def explain_failure(status: int, err: str, *, alive: bool | None = None) -> HastFailure:
    """Given a hastctl call's exit status and stderr, return what was wrong.

    alive tells whether a hastd process was seen, None where nobody looked: a refused
    connection means stuck where it lives, and not running where it does not.
    """
    said = [found["text"] for found in map(_MESSAGE.match, err.split("\n")) if found]
    trouble = next(
        (kind for words, kind in _BY_WORDS if re.search(words, err)),
        _BY_STATUS.get(status, HastTrouble.OTHER),
    )
    if trouble is HastTrouble.REFUSED and alive is not None:
        trouble = HastTrouble.STUCK if alive else HastTrouble.NOT_RUNNING
    detail = said[-1].strip().rstrip(".") if said else f"exit {status}"
    return HastFailure(trouble=trouble, reason=f"{trouble}: {detail}")


def no_answer(seconds: float) -> HastFailure:
    """Given how long hastctl waited before its deadline, return that failure."""
    trouble = HastTrouble.NO_ANSWER
    return HastFailure(trouble=trouble, reason=f"{trouble} within {seconds:.1f} s")
