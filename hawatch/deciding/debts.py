"""The primary's side: what it owes to the peer's copy.

A debt is a DIVERGED latch on the *peer's* copy, held by the primary. Writes that are in
flight when the HAST connection breaks are acknowledged and never sent again, and the
pair says complete and dirty 0 all the same [FACTS B8, x-hast-divergence]. Only a new
worker sends the recently written extents again, so a debt runs through

    connection broke while writing    the debt names the worker that was connected
    connected again, same worker      a restart of that worker is due (healing_due)
    another worker, not yet in sync   wait
    another worker, complete, dirty 0 the debt is paid
    the local disk failed under it    only a full resync pays it

A worker's start re-sends the extents of the on-disk map: all dirty ones and the
`keepdirty` most recently written ones. Where the worker updated that map more often
than this since the oldest write that was in flight then, the lost extents may have been
forgotten: then the debt stays, and only a full resync or an operator ends it.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from hawatch.deciding.copies import (
    CLEARED_BY_SYNC,
    CopyLook,
    CopyMemory,
    connected,
    same_worker,
)
from hawatch.deciding.lost_debts import only_the_peer_knows, told_by_peer
from hawatch.deciding.resyncs import proof, resynced_in_vain
from hawatch.model.fact import Known
from hawatch.model.hast import HastResource, HastRole, HastStatus
from hawatch.model.latch import HastSeen, Latch, LatchKind
from hawatch.model.memory import ServiceMemory

KEEPDIRTY = 64
"""Extents that the map remembers where the metadata do not tell [FACTS B10]."""


def as_primary(before: CopyMemory, look: CopyLook, found: HastResource) -> CopyMemory:
    """Given the memory and a look of a primary, return the memory after it."""
    broke = _why_broken(before.seen, look, found)
    debt = _next_debt(before, look, found, broke)
    evidence = None
    if broke is None and debt is None and not only_the_peer_knows(before, look):
        evidence = proof(before, look, found)
    after = msgspec.structs.replace(
        before,
        in_sync=evidence,
        peer_in_sync=None,
        latches=_with_debt(before, debt),
    )
    return after.without(CLEARED_BY_SYNC) if evidence is not None else after


def as_unread_primary(before: CopyMemory, seen: HastSeen, look: CopyLook) -> CopyMemory:
    """Given the memory and a look at what was a primary, return the memory after it.

    Its workers go on while hastd itself does not answer: the hook, the disk and the
    peer may tell of a break that is over by the time the status can be read again.
    """
    broke = _broke_unseen(seen, look)
    if broke is None or seen.boot != look.now.boot:
        return before
    owing = Owing(seen.workerpid, seen.boot, 0)
    if isinstance(look.dump, Known):
        owing = _as_seen(seen, look.dump.value.extentsize)
    debt = _new_debt(_debt(before.latches), owing, look, broke)
    latches = _with_debt(before, debt)
    return msgspec.structs.replace(before, in_sync=None, latches=latches)


def after_the_worker(
    before: CopyMemory, look: CopyLook, found: HastResource
) -> CopyMemory:
    """Return the memory of a node that is no primary now, with what its worker forgot.

    Whoever becomes primary again has another worker, and the last count of the one that
    owes is only here: the look that shows its end has to draw the conclusion.
    """
    debt = _debt(before.latches)
    if debt is None or not _map_forgot(debt, before.seen, look, found):
        return before
    return msgspec.structs.replace(before, latches=_with_debt(before, _forgotten(debt)))


def healing_due(memory: ServiceMemory, found: HastResource) -> int | None:
    """Given a primary's memory and a resource, return the worker to restart, if any.

    It is due as soon as the pair is connected again under the worker whose connection
    broke: the longer it is put off, the more the map forgets [FACTS B8].
    """
    debt = owed(memory, found)
    if debt is None or debt.updates is None:
        return None
    seen = memory.seen.get(found.name)
    if seen is not None and debt.boot not in ("", seen.boot):
        return None
    return found.workerpid if found.workerpid == debt.workerpid else None


def owed(memory: ServiceMemory, found: HastResource) -> Latch | None:
    """Return what a primary owes while it may be paid: the pair is connected."""
    if found.role is not HastRole.PRIMARY or not connected(found):
        return None
    return _debt(tuple(m for m in memory.latches if m.resource == found.name))


def _is_debt(latch: Latch) -> bool:
    """Return whether a latch is a debt: only a debt names a worker or a boot."""
    return latch.kind is LatchKind.DIVERGED and latch.boot != ""


def _with_debt(memory: CopyMemory, debt: Latch | None) -> tuple[Latch, ...]:
    """Return a memory's latches with a debt in place of the one that it holds."""
    others = tuple(latch for latch in memory.latches if not _is_debt(latch))
    return others if debt is None else (*others, debt)


def _debt(latches: tuple[Latch, ...]) -> Latch | None:
    return next((latch for latch in latches if _is_debt(latch)), None)


def _why_broken(
    seen: HastSeen | None, look: CopyLook, found: HastResource
) -> str | None:
    """Return why the connection broke since the last look, or None.

    A break may begin and end between two looks: the worker is another one, the hook
    rang, the peer's worker is another one, or the generation grew, which only a write
    without a connection does [FACTS B9]. In the first look after a promotion, which may
    be long after it, only the hook can tell.
    """
    if seen is None:
        degraded = found.status is HastStatus.DEGRADED and found.writes + found.dirty
        return "degraded, and nothing is remembered of it" if degraded else None
    if seen.role is not HastRole.PRIMARY:
        rang = "disconnect" in look.hints and found.writes + found.deletes > 0
        return "the hook told of a disconnect since the promotion" if rang else None
    if not same_worker(seen, look, found):
        lost = seen.status is HastStatus.COMPLETE
        return "the connected worker was replaced" if lost else None
    if seen.status is not HastStatus.COMPLETE:
        flapped = {"connect", "disconnect"} <= look.hints
        return "it connected and lost the connection again" if flapped else None
    if not connected(found):
        return "complete became degraded"
    return _broke_unseen(seen, look)


def _broke_unseen(seen: HastSeen, look: CopyLook) -> str | None:
    """Return what tells of a break since a look, whatever the status says, or None."""
    if "disconnect" in look.hints:
        return "the hook told of a disconnect"
    if seen.status is not HastStatus.COMPLETE:
        return None
    theirs = look.peer_resource
    peer_worker = theirs.workerpid if theirs is not None else None
    if None not in (peer_worker, seen.peer_worker) and peer_worker != seen.peer_worker:
        return f"{look.peer} has another worker"
    if _grew(seen.localcnt, look.localcnt):
        return "the generation grew, so it wrote alone"
    return None


def _grew(before: int | None, now: int | None) -> bool:
    return before is not None and now is not None and now > before


def _was_writing(seen: HastSeen | None, look: CopyLook, found: HastResource) -> bool:
    """Return whether writes may have been in flight; not known counts as yes."""
    if seen is None or not same_worker(seen, look, found):
        return True
    wrote = found.writes + found.deletes != seen.writes
    return wrote or found.dirty > 0 or seen.dirty > 0


def _next_debt(
    before: CopyMemory, look: CopyLook, found: HastResource, broke: str | None
) -> Latch | None:
    """Return the debt after this look: an old one, a new one, or none."""
    seen = before.seen
    debt = _debt(before.latches) or told_by_peer(before, look, found)
    if debt is not None and _map_forgot(debt, seen, look, found):
        debt = _forgotten(debt)
    if resynced_in_vain(before, look, found):
        return _never_sent(debt, look, found)
    if broke is not None and _was_writing(seen, look, found):
        return _new_debt(debt, _owing(seen, look, found), look, broke)
    if debt is None or _is_paid(debt, look, found):
        return None
    return debt


class Owing(NamedTuple):
    """Whose connection broke, and its updates of the map no later than the break."""

    workerpid: int | None
    boot: str
    updates: int


def _owing(seen: HastSeen | None, look: CopyLook, found: HastResource) -> Owing:
    """Return whose connection it was that broke since the last look."""
    if seen is None or seen.role is not HastRole.PRIMARY:
        # The connection that broke was the new primary's, not the old secondary's.
        return Owing(found.workerpid, look.now.boot, 0)
    return _as_seen(seen, found.extentsize)


def _as_seen(seen: HastSeen, extentsize: int) -> Owing:
    """Return the worker of the last look, with its updates before the first lost write.

    What was in flight at that look may be lost as well, and each extent of it was one
    update at most. extentsize: bytes.
    """
    size = max(extentsize, 1)
    in_flight = (seen.dirty + size - 1) // size
    return Owing(seen.workerpid, seen.boot, max(0, seen.updates - in_flight))


def _new_debt(debt: Latch | None, owing: Owing, look: CopyLook, broke: str) -> Latch:
    """Return the debt of a break; an unpaid one of the same worker stays as it is."""
    owed = (owing.workerpid, owing.boot)
    if debt is not None and (debt.workerpid, debt.boot) == owed:
        return debt
    fresh = msgspec.structs.replace(
        look.latch(
            LatchKind.DIVERGED,
            f"{broke} while writing: what was in flight may be missing on {look.peer}",
            look.peer,
        ),
        workerpid=owing.workerpid,
        boot=owing.boot,
        updates=owing.updates,
    )
    if debt is None:
        return fresh
    fresh = msgspec.structs.replace(fresh, since=debt.since)
    return _forgotten(fresh) if debt.updates is None else fresh


def _map_forgot(
    debt: Latch, seen: HastSeen | None, look: CopyLook, found: HastResource
) -> bool:
    """Return whether the worker, now replaced, may have forgotten the lost extents.

    Asked in the look that first shows another worker, with the old one's last count.
    """
    if debt.updates is None or seen is None:
        return False
    owed = (debt.workerpid, debt.boot)
    if (seen.workerpid, seen.boot) != owed or (found.workerpid, look.now.boot) == owed:
        return False
    dump = look.dump.value if isinstance(look.dump, Known) else None
    keepdirty = dump.keepdirty if dump is not None else KEEPDIRTY
    return seen.updates - debt.updates > keepdirty


def _is_paid(debt: Latch, look: CopyLook, found: HastResource) -> bool:
    """Return whether another worker has sent all, or the peer's copy was re-created."""
    theirs = look.peer_dump
    if theirs is not None and theirs.resuid == 0:
        return True
    another = (found.workerpid, look.now.boot) != (debt.workerpid, debt.boot)
    sent = connected(found) and found.dirty == 0
    return another and debt.updates is not None and sent


def _never_sent(debt: Latch | None, look: CopyLook, found: HastResource) -> Latch:
    """Return the debt of a resync that the local disk failed under."""
    reason = (
        f"the local disk failed while {look.name} was resynced: what could not be read "
        f"is missing on {look.peer}, and only a full resync is sure"
    )
    latch = look.latch(LatchKind.DIVERGED, reason, look.peer)
    return msgspec.structs.replace(
        latch,
        since=debt.since if debt is not None else latch.since,
        workerpid=found.workerpid,
        boot=look.now.boot,
        updates=None,
    )


def _forgotten(debt: Latch) -> Latch:
    """Return the debt of a map that no longer remembers all: updates None says so."""
    return msgspec.structs.replace(
        debt,
        updates=None,
        reason=(
            "what was in flight when the connection broke may be missing on "
            f"{debt.copy_of}, and too many extents were written since for the map to "
            "remember it: only a full resync is sure"
        ),
    )
