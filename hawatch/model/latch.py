"""What must not be forgotten about a copy of the data [FACTS H-never 8]."""

from __future__ import annotations

import enum

import msgspec

from hawatch.model.hast import HastRole, HastStatus
from hawatch.model.moment import Moment


class LatchKind(enum.StrEnum):
    """Why this node must not serve; cleared by observation or by an operator.

    The first five speak of a copy. FENCED: hawatch switched CARP off here. UNHEARD: it
    did so because the peer serves while its adverts do not arrive.
    """

    STALE = "stale"
    INCONSISTENT = "inconsistent"
    DIVERGED = "diverged"
    SPLIT_BRAIN = "split-brain"
    SUSPECT_DISK = "suspect-disk"
    FENCED = "fenced"
    UNHEARD = "unheard"


class Latch(msgspec.Struct, frozen=True, kw_only=True):
    """One latch on one HAST resource of this node; since is wall clock seconds.

    resuid and localcnt are the generation for which it was set, where known. copy_of
    names the node whose copy it speaks of; empty is the node that holds the latch.
    A primary's DIVERGED latch on the peer's copy also keeps the worker whose connection
    broke (workerpid and boot), and that worker's activemap updates before it broke.
    """

    kind: LatchKind
    resource: str
    since: float
    reason: str
    resuid: int | None = None
    localcnt: int | None = None
    copy_of: str = ""
    workerpid: int | None = None
    boot: str = ""
    updates: int | None = None


class InSync(msgspec.Struct, frozen=True, kw_only=True):
    """The primary's evidence that the peer's copy is current [FACTS B10].

    since: wall clock when complete and dirty 0 were first seen on this connection.
    workerpid and boot tell the connection's owner; resuid and localcnt the generation.
    peer_worker is the secondary's worker on the same connection, where it was told.
    heard is when the standby last heard of it, by the standby's own clocks.
    """

    since: float
    workerpid: int
    boot: str
    resuid: int | None = None
    localcnt: int | None = None
    peer_worker: int | None = None
    heard: Moment | None = None


class HastSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What the last look that could see a resource found: the base for deltas.

    The counters live in the worker: they compare only within one boot and one
    workerpid [FACTS B5]. peer_worker is the other node's worker, where it was told.
    apart_since: the first of the looks in a row that showed no connection.
    """

    role: HastRole
    status: HastStatus
    boot: str
    workerpid: int | None = None
    dirty: int = 0
    writes: int = 0
    updates: int = 0
    errors: int = 0
    localcnt: int | None = None
    peer_worker: int | None = None
    apart_since: Moment | None = None
