"""One HAST resource as one look sees it, and what is remembered of its two copies.

evidence.py asks debts.py where this node is primary and standby.py where it is not;
this file holds what the three pass around.
"""

from __future__ import annotations

import msgspec

from hawatch.model.fact import Fact, Known
from hawatch.model.hast import HastDump, HastResource, HastRole, HastStatus
from hawatch.model.latch import HastSeen, InSync, Latch, LatchKind
from hawatch.model.moment import Moment
from hawatch.model.report import ServiceReport

CLEARED_BY_SYNC = frozenset(
    {
        LatchKind.STALE,
        LatchKind.INCONSISTENT,
        LatchKind.DIVERGED,
        LatchKind.SPLIT_BRAIN,
    }
)
"""The latches that an observed in-sync ends.

Not SUSPECT_DISK: a local write that failed is not dirty and is never sent again, so a
pair that says in sync may hold it only once [FACTS B8, H13, H14]. Not FENCED.
"""


class CopyLook(msgspec.Struct, frozen=True, kw_only=True):
    """One look at one resource.

    theirs is what the peer said in this very look, never a remembered word. adverts
    tells whether adverts of a MASTER were accepted since the look before. cut_off: no
    witness answers this node, so the peer's silence may be this node's own.
    hastd_ended: this node's hastd is dead, or is another one than the last role was
    under. hints are the hook events of this resource that rang since then [FACTS B12].
    silent_since: since when the peer has answered on no path, None where it answers.
    """

    name: str
    node: str
    peer: str
    now: Moment
    resource: Fact[HastResource]
    dump: Fact[HastDump]
    theirs: Fact[ServiceReport]
    adverts: Fact[bool]
    cut_off: bool = False
    hastd_ended: bool = False
    hints: frozenset[str] = frozenset()
    silent_since: Moment | None = None

    @property
    def peer_resource(self) -> HastResource | None:
        """Return the resource on the peer, or None where it is not known now."""
        if not isinstance(self.theirs, Known):
            return None
        fact = self.theirs.value.resources.get(self.name)
        return fact.value if isinstance(fact, Known) else None

    @property
    def peer_dump(self) -> HastDump | None:
        """Return the peer's metadata, or None where they are not known now."""
        if not isinstance(self.theirs, Known):
            return None
        fact = self.theirs.value.dumps.get(self.name)
        return fact.value if isinstance(fact, Known) else None

    @property
    def peer_is_primary(self) -> bool:
        """Return whether the peer is known to be primary now."""
        resource = self.peer_resource
        return resource is not None and resource.role is HastRole.PRIMARY

    @property
    def localcnt(self) -> int | None:
        """Return this copy's generation, or None where it is not known."""
        return self.dump.value.localcnt if isinstance(self.dump, Known) else None

    @property
    def resuid(self) -> int | None:
        """Return this copy's resource id, or None where it is not known."""
        return self.dump.value.resuid if isinstance(self.dump, Known) else None

    def latch(self, kind: LatchKind, reason: str, copy_of: str) -> Latch:
        """Return a latch of this moment and generation on one node's copy."""
        return Latch(
            kind=kind,
            resource=self.name,
            since=self.now.wall,
            reason=reason,
            resuid=self.resuid,
            localcnt=self.localcnt,
            copy_of=copy_of,
        )


class CopyMemory(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a service's memory that is about one resource.

    in_sync: as primary, the evidence that the peer's copy is current. peer_in_sync: as
    standby, the primary's last word that this copy is.
    """

    in_sync: InSync | None = None
    peer_in_sync: InSync | None = None
    latches: tuple[Latch, ...] = ()
    seen: HastSeen | None = None

    def with_latch(self, latch: Latch) -> CopyMemory:
        """Return this memory with a latch; one that already stands keeps its time."""
        for held in self.latches:
            if held.kind is latch.kind and held.copy_of in ("", latch.copy_of):
                return self
        return msgspec.structs.replace(self, latches=(*self.latches, latch))

    def without(self, kinds: frozenset[LatchKind]) -> CopyMemory:
        """Return this memory without latches of these kinds, whosever copy."""
        kept = tuple(latch for latch in self.latches if latch.kind not in kinds)
        return msgspec.structs.replace(self, latches=kept)


def same_worker(seen: HastSeen, look: CopyLook, found: HastResource) -> bool:
    """Return whether the last look saw this very worker."""
    return (
        found.workerpid is not None
        and seen.workerpid == found.workerpid
        and seen.boot == look.now.boot
    )


def errors_grew(seen: HastSeen | None, look: CopyLook, found: HastResource) -> bool:
    """Return whether the local disk failed since the last look.

    A new worker counts from 0 [FACTS B5].
    """
    same = seen is not None and same_worker(seen, look, found)
    return found.errors.of_disk > (seen.errors if seen is not None and same else 0)


def seen_now(before: HastSeen | None, look: CopyLook, found: HastResource) -> HastSeen:
    """Return what this look leaves for the next one."""
    theirs = look.peer_resource
    peer_worker = theirs.workerpid if theirs is not None else None
    if peer_worker is None and before is not None and same_worker(before, look, found):
        peer_worker = before.peer_worker
    return HastSeen(
        role=found.role,
        status=found.status,
        boot=look.now.boot,
        workerpid=found.workerpid,
        dirty=found.dirty,
        writes=found.writes + found.deletes,
        updates=found.activemap_updates,
        errors=found.errors.of_disk,
        localcnt=look.localcnt,
        peer_worker=peer_worker,
        apart_since=_apart_since(before, look, found),
    )


def _apart_since(
    before: HastSeen | None, look: CopyLook, found: HastResource
) -> Moment | None:
    """Return the first of the looks in a row that showed no connection, if any."""
    if connected(found):
        return None
    since = before.apart_since if before is not None else None
    if since is not None and since.boot == look.now.boot:
        return since
    return look.now


def connected(found: HastResource) -> bool:
    """Return whether a worker says that it is connected [FACTS B4]."""
    return found.status is HastStatus.COMPLETE
