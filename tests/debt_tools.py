"""A primary's last look, its look now, and what is remembered after it."""

from __future__ import annotations

from typing import Any

import builders as b

from hawatch.deciding.copies import CopyLook, CopyMemory
from hawatch.deciding.debts import as_primary
from hawatch.model.fact import Known, Unknown
from hawatch.model.hast import HastResource, HastRole, HastStatus
from hawatch.model.latch import HastSeen, InSync, Latch, LatchKind

EXTENT = 2097152
LOST = Unknown("no answer")
FLAP = frozenset({"connect", "disconnect"})
GONE = {"status": HastStatus.DEGRADED}


def seen(**changes: Any) -> HastSeen:
    """Return a last look at this very worker, connected and idle."""
    values: dict[str, Any] = {
        "role": HastRole.PRIMARY,
        "status": HastStatus.COMPLETE,
        "boot": "boot-1",
        "workerpid": 1747,
        "writes": 150,
        "updates": 36,
        "localcnt": 0,
        "peer_worker": 800,
    }
    return HastSeen(**values | changes)


def found(**changes: Any) -> HastResource:
    """Return the resource now; without changes nothing happened since."""
    return b.a_resource("primary", **changes)


def look(worker: int | None = 800, **changes: Any) -> CopyLook:
    """Return a look at a primary; worker: the peer's, None where it is not known."""
    there = Known(b.a_resource("secondary", workerpid=worker))
    values: dict[str, Any] = {
        "name": "disk0",
        "node": "db1",
        "peer": "db2",
        "now": b.a_moment(),
        "resource": Known(found()),
        "dump": Known(b.a_dump()),
        "theirs": Known(b.a_service_report(resources={"disk0": there})),
        "adverts": Known(value=False),
    }
    return CopyLook(**values | changes)


def a_debt(**changes: Any) -> Latch:
    """Return the debt of the worker 1747 that broke after 36 updates."""
    values: dict[str, Any] = {
        "kind": LatchKind.DIVERGED,
        "resource": "disk0",
        "since": 1.0,
        "reason": "it broke",
        "copy_of": "db2",
        "workerpid": 1747,
        "boot": "boot-1",
        "updates": 36,
    }
    return Latch(**values | changes)


def after(
    now: HastResource,
    *latches: Latch,
    before: HastSeen | None = None,
    held: InSync | None = None,
    first: bool = False,
    **looked: Any,
) -> CopyMemory:
    """Return the memory after a look; first: nothing is remembered of it."""
    memory = CopyMemory(
        seen=None if first else before or seen(), latches=latches, in_sync=held
    )
    return as_primary(memory, look(**looked), now)


def debt_of(memory: CopyMemory) -> Latch | None:
    """Return the debt in a memory."""
    return next((m for m in memory.latches if m.boot), None)
