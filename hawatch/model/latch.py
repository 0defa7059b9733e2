"""What must not be forgotten about a copy of the data [FACTS H-never 8]."""

from __future__ import annotations

import enum

import msgspec


class LatchKind(enum.StrEnum):
    """Why this node's copy may not be served; cleared by observation or an operator."""

    STALE = "stale"
    INCONSISTENT = "inconsistent"
    DIVERGED = "diverged"
    SPLIT_BRAIN = "split-brain"
    SUSPECT_DISK = "suspect-disk"
    FENCED = "fenced"


class Latch(msgspec.Struct, frozen=True, kw_only=True):
    """One latch on one HAST resource of this node; since is wall clock seconds.

    resuid and localcnt are the generation for which it was set, where known.
    """

    kind: LatchKind
    resource: str
    since: float
    reason: str
    resuid: int | None = None
    localcnt: int | None = None


class InSync(msgspec.Struct, frozen=True, kw_only=True):
    """The primary's evidence that the peer's copy is current [FACTS B10].

    since: wall clock when complete and dirty 0 were first seen on this connection.
    workerpid and boot tell the connection's owner; resuid and localcnt the generation.
    """

    since: float
    workerpid: int
    boot: str
    resuid: int | None = None
    localcnt: int | None = None
