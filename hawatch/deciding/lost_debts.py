"""What a primary owes where its own memory was lost: the peer may remember it. Pure."""

from __future__ import annotations

import msgspec

from hawatch.deciding.copies import CopyLook, CopyMemory
from hawatch.model.fact import Unknown
from hawatch.model.hast import HastResource
from hawatch.model.latch import Latch, LatchKind
from hawatch.model.snapshot import NOT_ASKED


def _was_lost(before: CopyMemory) -> bool:
    """Return whether the memory was lost, and nothing was proved since."""
    return any(m.kind is LatchKind.STALE and not m.copy_of for m in before.latches)


def only_the_peer_knows(before: CopyMemory, look: CopyLook) -> bool:
    """Return whether the peer, who may remember a debt, was not heard in this look."""
    unheard = isinstance(look.theirs, Unknown) and look.theirs != NOT_ASKED
    return unheard and _was_lost(before)


def told_by_peer(
    before: CopyMemory, look: CopyLook, found: HastResource
) -> Latch | None:
    """Return the debt that only the peer remembers, where the memory was lost here."""
    if not _was_lost(before) or isinstance(look.theirs, Unknown):
        return None
    for held in look.theirs.value.latches:
        own = held.kind is LatchKind.DIVERGED and held.copy_of == look.peer
        if own and held.resource == look.name:
            return msgspec.structs.replace(
                look.latch(LatchKind.DIVERGED, held.reason, look.peer),
                workerpid=found.workerpid,
                boot=look.now.boot,
                updates=None,
            )
    return None
