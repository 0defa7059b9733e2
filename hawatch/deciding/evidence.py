"""What may be believed about two copies of the data, look after look.

hastd's own words never say that a copy is current: `complete` only means connected, a
secondary never knows, generations count writes while apart and nothing else [FACTS B4,
B9, B10]. Here every look adds what it proves, and nothing is ever cleared by time.

A latch speaks of the copy on the node that `copy_of` names. What sets and clears it:

latch          on the copy of  set where the look shows
STALE          this standby    not connected, and the peer is primary and `degraded`;
                               or the peer has let go and both disks say that it wrote
                               alone; or not connected in two looks running while it
                               lives (its report says primary; or, without a report,
                               adverts of a MASTER go on) [H4, H8, H11]
INCONSISTENT   this standby    connected, and the primary has dirty > 0 without having
                               vouched for this copy [H12]
DIVERGED       the peer        this primary's connection broke while it was writing, or
                               may have been; or its disk failed under a resync; or
                               its memory was lost and the peer remembers it: a debt,
                               see debts.py [B8]
DIVERGED       this standby    the primary's report holds that debt
SPLIT_BRAIN    this node       both are primary; the generations forecast it; or the
                               hook told of it and the two dumps do not deny it
                               [B9, H15, H16]
SUSPECT_DISK   this node       its local read or write errors grew [H13, H14]

STALE, INCONSISTENT, DIVERGED and SPLIT_BRAIN end with an observed in-sync: on the
primary its own evidence (complete and dirty 0 on a connection without a debt), on the
standby that evidence in the primary's report, heard while connected, for this very
connection. STALE ends as well where both disks say that this copy is the newer one,
SPLIT_BRAIN where a person has made the other copy anew.
SUSPECT_DISK ends by an operator's word only; FENCED and UNHEARD end with the fence
itself, see remember.py.

Not a latch: a standby whose owner falls silent on every path after it had vouched for
this copy. That is the failover this program exists for [H7]; the owner's last word
stays in peer_in_sync. A link flap that HAST survives touches nothing either [H26].
A fact that is unknown sets and clears nothing, but for what the peer says of itself;
and a disk that cannot be read while nobody is connected takes the owner's word back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from hawatch.deciding.copies import (
    CopyLook,
    CopyMemory,
    connected,
    errors_grew,
    seen_now,
)
from hawatch.deciding.debts import (
    after_the_worker,
    as_primary,
    as_unread_primary,
)
from hawatch.deciding.generations import Forecast, forecast
from hawatch.deciding.service_view import ServiceView
from hawatch.deciding.standby import as_standby
from hawatch.model.carp import CarpState
from hawatch.model.config import Config
from hawatch.model.fact import Fact, Known, Unknown, map_fact
from hawatch.model.hast import HastResource, HastRole
from hawatch.model.latch import HastSeen, Latch, LatchKind
from hawatch.model.memory import Memory, SeenRole, ServiceMemory
from hawatch.model.report import ServiceReport
from hawatch.model.snapshot import NOT_ASKED, Snapshot

__all__ = ["CopyLook", "CopyMemory", "next_copy", "next_evidence"]


def next_evidence(
    config: Config,
    own: ServiceMemory,
    view: ServiceView,
    snapshot: Snapshot,
    memory: Memory,
    hints: Mapping[str, frozenset[str]],
) -> ServiceMemory:
    """Given a service's memory and a look, return its memory with the look in it.

    memory is the node's as it was before this look; its last sample tells whether
    adverts went on. hints are hook events by resource that rang since the last look.
    Only in_sync, connected, peer_in_sync, latches and seen are touched.
    """
    peer = config.peer_of(snapshot.node)
    theirs = _peer_service(snapshot, view.name)
    adverts = _adverts(snapshot, memory, view)
    after = {
        name: next_copy(
            _copy(own, name),
            CopyLook(
                name=name,
                node=snapshot.node,
                peer=peer,
                now=snapshot.taken,
                resource=view.resources[name],
                dump=view.dumps[name],
                theirs=theirs,
                adverts=adverts,
                cut_off=is_cut_off(snapshot),
                hastd_ended=_hastd_ended(snapshot, own.roles.get(name)),
                hints=hints.get(name, frozenset()),
                silent_since=memory.peer_silent_since,
            ),
        )
        for name in view.resources
    }
    return _merged(own, view, after)


def next_copy(before: CopyMemory, look: CopyLook) -> CopyMemory:
    """Given what is remembered of one resource and a look, return the memory after."""
    if isinstance(look.resource, Unknown):
        seen = before.seen
        if seen is not None and seen.role is HastRole.PRIMARY:
            after = as_unread_primary(before, seen, look)
        else:
            after = as_standby(before, look, None)
        return _with_all(after, _split_brain(look, None))
    found = look.resource.value
    if found.role is HastRole.PRIMARY:
        after = as_primary(before, look, found)
    else:
        after = as_standby(after_the_worker(before, look, found), look, found)
    if _only_copy(look):
        after = after.without(frozenset({LatchKind.SPLIT_BRAIN}))
    after = _with_all(after, _split_brain(look, found))
    after = _with_all(after, _suspect_disk(before.seen, look, found))
    return msgspec.structs.replace(after, seen=seen_now(before.seen, look, found))


def _only_copy(look: CopyLook) -> bool:
    """Return whether the peer's copy was made anew, so that nothing is split any more.

    Only a person does that, and by it has chosen this copy [FACTS H15].
    """
    theirs = look.peer_dump
    return theirs is not None and theirs.resuid == 0 and look.resuid not in (None, 0)


def _split_brain(look: CopyLook, found: HastResource | None) -> Iterator[Latch]:
    own, theirs = look.dump, look.peer_dump
    outlook = (
        forecast(own.value, theirs)
        if isinstance(own, Known) and theirs is not None
        else None
    )
    reason = None
    if found is not None and found.role is HastRole.PRIMARY and look.peer_is_primary:
        reason = f"{look.node} and {look.peer} are both primary"
    elif outlook is not None:
        if outlook.forecast is Forecast.SPLIT_BRAIN:
            reason = outlook.because
    elif "split-brain" in look.hints:
        reason = "hastd's hook told of a split-brain"
    if reason is not None:
        yield look.latch(LatchKind.SPLIT_BRAIN, reason, look.node)


def _suspect_disk(
    seen: HastSeen | None, look: CopyLook, found: HastResource
) -> Iterator[Latch]:
    """Yield a latch where local errors grew."""
    if errors_grew(seen, look, found):
        yield look.latch(
            LatchKind.SUSPECT_DISK,
            f"local errors of {found.localpath}: read {found.errors.read}, "
            f"write {found.errors.write}",
            look.node,
        )


def _with_all(memory: CopyMemory, latches: Iterator[Latch]) -> CopyMemory:
    for latch in latches:
        memory = memory.with_latch(latch)
    return memory


def _peer_service(snapshot: Snapshot, service: str) -> Fact[ServiceReport]:
    report = snapshot.peer.report
    if isinstance(report, Unknown):
        return report
    found = report.value.services.get(service)
    return Known(found) if found is not None else Unknown(f"it knows no {service}")


def _hastd_ended(snapshot: Snapshot, seen: SeenRole | None) -> bool:
    """Return whether hastd is dead here, or another one than a role was seen under."""
    if isinstance(snapshot.hastd, Unknown):
        return False
    pid = snapshot.hastd.value.pid
    if pid is None:
        return True
    if seen is None or seen.boot != snapshot.taken.boot:
        return False
    return seen.hastd not in (None, pid)


def is_cut_off(snapshot: Snapshot) -> bool:
    """Return whether witnesses were asked and none answered."""
    return bool(snapshot.witnesses) and not snapshot.witnessed


def _adverts(snapshot: Snapshot, memory: Memory, view: ServiceView) -> Fact[bool]:
    """Return whether adverts were accepted since the last look of this boot.

    Where this node is MASTER by now, they came from one that is none any more.
    """
    last = memory.samples[-1] if memory.samples else None
    if snapshot.peer.report == NOT_ASKED:
        return NOT_ASKED
    carp = view.carp
    if isinstance(carp, Known) and carp.value.state is CarpState.MASTER:
        return Unknown("this node is MASTER by now")
    if last is None or last.counters is None:
        return Unknown("no earlier reading of CARP's counters")
    if last.taken.boot != snapshot.taken.boot:
        return Unknown("CARP's counters are of another boot")
    before = last.counters.accepted
    return map_fact(snapshot.counters, lambda now: now.accepted > before)


def _copy(own: ServiceMemory, name: str) -> CopyMemory:
    return CopyMemory(
        in_sync=own.in_sync.get(name),
        peer_in_sync=own.peer_in_sync.get(name),
        latches=tuple(latch for latch in own.latches if latch.resource == name),
        seen=own.seen.get(name),
    )


def _merged(
    own: ServiceMemory, view: ServiceView, after: Mapping[str, CopyMemory]
) -> ServiceMemory:
    """Return a service's memory with its resources' memories put back."""
    others = [latch for latch in own.latches if latch.resource not in after]
    latches = [latch for copy in after.values() for latch in copy.latches]
    return msgspec.structs.replace(
        own,
        in_sync={n: c.in_sync for n, c in after.items() if c.in_sync is not None},
        peer_in_sync={
            n: c.peer_in_sync for n, c in after.items() if c.peer_in_sync is not None
        },
        connected=tuple(
            name
            for name, fact in view.resources.items()
            if (
                connected(fact.value)
                if isinstance(fact, Known)
                else name in own.connected
            )
        ),
        latches=(*others, *latches),
        seen={n: c.seen for n, c in after.items() if c.seen is not None},
    )
