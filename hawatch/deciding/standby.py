"""The standby's side: what its own tools will never tell it about its own copy.

A secondary whose link was cut looks, forever after, exactly as before [FACTS B4, H11,
x-hast-link-only-cut]. So it writes down what it saw and heard while it could: that the
owner lived on without it, that a resync toward it began, what the owner's report said.
"""

from __future__ import annotations

import msgspec

from hawatch.deciding.copies import (
    CLEARED_BY_SYNC,
    CopyLook,
    CopyMemory,
    connected,
    same_worker,
)
from hawatch.deciding.generations import Forecast, forecast
from hawatch.model.fact import Known, Unknown, is_true
from hawatch.model.hast import HastResource, HastRole, HastStatus, disk_unreadable
from hawatch.model.latch import InSync, LatchKind

HAND_OVER = 10.0
"""Seconds in which an owner that lets go may still advertise: it gives HAST up first,
and its VIP afterwards."""


def as_standby(
    before: CopyMemory, look: CopyLook, found: HastResource | None
) -> CopyMemory:
    """Given the memory and a look of a node that is not primary, return the memory.

    found is None where this node's own resource is not known: then only what the peer
    says of itself counts.
    """
    heard = _heard_in_sync(before, look, found)
    if heard is not None:
        kept = msgspec.structs.replace(before, in_sync=None, peer_in_sync=heard)
        return kept.without(CLEARED_BY_SYNC)
    newer = _is_newer(look)
    after = before.without(frozenset({LatchKind.STALE})) if newer else before
    if look.resuid == 0:
        # Made anew: all of it is sent, and the owner owes this copy nothing.
        after = after.without(frozenset({LatchKind.DIVERGED}))
    for kind, reason in (
        (LatchKind.STALE, None if newer else _left_behind(before, look, found)),
        (LatchKind.INCONSISTENT, _half_synced(look, found)),
        (LatchKind.DIVERGED, _told_diverged(look)),
    ):
        if reason is not None:
            after = after.with_latch(look.latch(kind, reason, look.node))
    return msgspec.structs.replace(
        after,
        in_sync=None if found is not None else before.in_sync,
        peer_in_sync=None if _withdrawn(after, look, found) else before.peer_in_sync,
    )


def _is_newer(look: CopyLook) -> bool:
    """Return whether both disks say that the peer wrote nothing that is missing here.

    An owner that lets go while the VIP is with the peer already would else take the
    peer's adverts for those of another owner: this copy wrote after the last contact,
    and the peer's has not been written since [FACTS B9].
    """
    return _outlook(look) is Forecast.PRIMARY_TO_SECONDARY


def _is_older(look: CopyLook) -> bool:
    """Return whether both disks say that the peer, primary no more, wrote alone.

    It may die before it serves again, and its word with it.
    """
    return _outlook(look) is Forecast.SECONDARY_TO_PRIMARY


def _outlook(look: CopyLook) -> Forecast | None:
    """Return what both disks say, this copy as the primary; None while the peer is."""
    own, theirs = look.dump, look.peer_dump
    if look.peer_is_primary or isinstance(own, Unknown) or theirs is None:
        return None
    return forecast(own.value, theirs).forecast


def _left_behind(
    before: CopyMemory, look: CopyLook, found: HastResource | None
) -> str | None:
    """Return why the owner writes without this copy, or None.

    A primary that calls itself degraded says so itself. Otherwise two looks in a row
    must show no connection here while the owner lives: in the look that first shows
    it, the last advert or report may be older than the owner's death, and to latch a
    standby for its owner's death would forbid the very failover it is for [FACTS H7].
    """
    theirs = look.peer_resource
    if _is_older(look):
        return f"the disks say that {look.peer} wrote what is missing here"
    if found is not None and connected(found):
        return None
    if theirs is not None and theirs.role is HastRole.PRIMARY:
        if theirs.status is HastStatus.DEGRADED:
            return f"{look.peer} is primary and degraded: it writes without this copy"
        if found is not None and _was_apart(before, look):
            return f"{look.peer} is primary, and there is no connection to it here"
    if (
        isinstance(look.theirs, Unknown)
        and found is not None
        and found.role is HastRole.SECONDARY
        and is_true(look.adverts)
        and _apart_beyond_hand_over(before, look)
    ):
        return "adverts of a MASTER go on, and there is no connection to it here"
    return None


def _was_apart(before: CopyMemory, look: CopyLook) -> bool:
    """Return whether the look before, in this boot, showed no connection either."""
    seen = before.seen
    return (
        seen is not None
        and seen.boot == look.now.boot
        and seen.status is not HastStatus.COMPLETE
    )


def _apart_beyond_hand_over(before: CopyMemory, look: CopyLook) -> bool:
    """Return whether looks in a row of this boot show no connection for long enough.

    Where the peer had fallen silent before the connection went, it is behind a cut: an
    owner that hands over is heard until it lets go.
    """
    since = before.seen.apart_since if before.seen is not None else None
    if since is None or since.boot != look.now.boot:
        return False
    silent = look.silent_since
    if silent is not None and silent.monotonic < since.monotonic:
        return True
    return look.now.seconds_since(since) >= HAND_OVER


def _half_synced(look: CopyLook, found: HastResource | None) -> str | None:
    """Return why this copy may be a mixture of old and new extents [FACTS B9, H12]."""
    theirs = look.peer_resource
    if (
        found is not None
        and connected(found)
        and theirs is not None
        and theirs.role is HastRole.PRIMARY
        and theirs.dirty > 0
        and isinstance(look.theirs, Known)
        and look.name not in look.theirs.value.in_sync
    ):
        return f"a resync from {look.peer} has begun and was not seen to end"
    return None


def _told_diverged(look: CopyLook) -> str | None:
    """Return the primary's debt on this copy, in its words, or None."""
    if not isinstance(look.theirs, Known) or not look.peer_is_primary:
        return None
    for latch in look.theirs.value.latches:
        if (
            latch.kind is LatchKind.DIVERGED
            and latch.resource == look.name
            and latch.copy_of == look.node
        ):
            return latch.reason
    return None


def _heard_in_sync(
    before: CopyMemory, look: CopyLook, found: HastResource | None
) -> InSync | None:
    """Return the primary's evidence for this very connection and generation, or None.

    The evidence names the secondary's worker where the primary was told of it; where
    it was not, the connection must have lasted since the look before, so that evidence
    of an earlier connection is not taken for this one's.
    """
    theirs = look.peer_resource
    if (
        found is None
        or found.role is not HastRole.SECONDARY
        or not connected(found)
        or theirs is None
        or theirs.role is not HastRole.PRIMARY
        or not connected(theirs)
        or not isinstance(look.theirs, Known)
        or _told_diverged(look) is not None
    ):
        return None
    evidence = look.theirs.value.in_sync.get(look.name)
    if evidence is None or evidence.workerpid != theirs.workerpid:
        return None
    if None not in (evidence.resuid, look.resuid) and evidence.resuid != look.resuid:
        return None
    if evidence.peer_worker is None:
        lasted = before.seen is not None and (
            same_worker(before.seen, look, found)
            and before.seen.status is HastStatus.COMPLETE
        )
        if not lasted:
            return None
    elif evidence.peer_worker != found.workerpid:
        return None
    return msgspec.structs.replace(evidence, heard=look.now)


def _withdrawn(after: CopyMemory, look: CopyLook, found: HastResource | None) -> bool:
    """Return whether the primary's earlier word no longer holds.

    It outlives the owner (that is what it is for) and a clean release; it does not
    outlive a latch on this copy, a primary that no longer says it, a new connection
    that nobody has vouched for yet, the end of this node's own hastd, or a disk that
    cannot be read once the connection is gone.
    """
    if look.hastd_ended:
        # The connection ended on this side: the owner lived on, for a while at least.
        return True
    if disk_unreadable(look.dump) and (found is None or not connected(found)):
        # The disk may have failed before the owner did. What it did not take while
        # they were connected is counted by a worker that is gone by now [FACTS H13].
        return True
    if look.cut_off and isinstance(look.theirs, Unknown):
        # It is this node that is cut off: the owner may go on without it, and be dead
        # by the time that this node is back.
        return True
    if any(
        latch.kind in CLEARED_BY_SYNC and latch.copy_of in ("", look.node)
        for latch in after.latches
    ):
        return True
    if look.peer_is_primary and isinstance(look.theirs, Known):
        evidence = look.theirs.value.in_sync.get(look.name)
        return evidence is None or _speaks_of_another(evidence, found)
    if "connect" in look.hints:
        # It broke and came back under the owner's writes, and ended before the owner
        # saw so: what was in flight is missing here, and nothing shows it [FACTS B8].
        return True
    return (
        found is not None
        and connected(found)
        and after.seen is not None
        and not same_worker(after.seen, look, found)
    )


def _speaks_of_another(evidence: InSync, found: HastResource | None) -> bool:
    """Return whether evidence names a worker that is not the one of the connection."""
    if found is None or not connected(found) or evidence.peer_worker is None:
        return False
    return evidence.peer_worker != found.workerpid
