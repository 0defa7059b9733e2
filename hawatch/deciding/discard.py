"""May this node's copy be thrown away? What a person has to know, and what forbids it.

`hastctl create` on the wrong node destroys the map and the generations of the only good
copy [FACTS B9]. So the other copy must be there, in this very look, and nothing may use
this one. Pure; `hawatch resync` asks, shows and acts.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from hawatch.deciding.generations import Forecast, forecast
from hawatch.deciding.service_view import ServiceView
from hawatch.model.fact import Known, Unknown, is_false
from hawatch.model.hast import HastDump, HastRole
from hawatch.model.latch import Latch, LatchKind
from hawatch.model.memory import ServiceMemory
from hawatch.model.report import Duty, ServiceReport

LOST = {
    Forecast.IN_SYNC: "nothing: the generations of both copies are equal",
    Forecast.PRIMARY_TO_SECONDARY: (
        "nothing that is not there as well: this copy is the older one, and HAST would "
        "bring it up to date by itself"
    ),
    Forecast.SECONDARY_TO_PRIMARY: (
        "everything that was written here alone: this copy is the NEWER one"
    ),
    Forecast.RECREATED: "nothing: this copy was re-created and never connected since",
    Forecast.VIRGIN: "whatever was written here: neither copy was ever connected",
    Forecast.SPLIT_BRAIN: (
        "everything that was written here while the nodes were apart; the other side's "
        "writes are kept"
    ),
    Forecast.ID_MISMATCH: "all of it: this copy belongs to another pair",
    Forecast.SIZE_MISMATCH: "all of it",
    Forecast.FULL_FROM_PRIMARY: "whatever was written here: the counters do not fit",
    Forecast.FULL_FROM_SECONDARY: (
        "everything that was written here alone: this copy is the NEWER one"
    ),
}
"""What goes with this copy, by what would happen if it met the other one as it is."""

NEWER = {
    Forecast.SECONDARY_TO_PRIMARY,
    Forecast.FULL_FROM_SECONDARY,
    Forecast.VIRGIN,
}

UNSOUND = {LatchKind.STALE, LatchKind.INCONSISTENT, LatchKind.SUSPECT_DISK}
"""Latches on the other copy that make this one perhaps the better one."""


class Copies(msgspec.Struct, frozen=True, kw_only=True):
    """This node's copy of a resource and the other one, in one look.

    theirs is None where the peer was not heard in it. keeper: a person has said that
    the other copy is the one to keep, although it is not primary.
    """

    node: str
    peer: str
    resource: str
    view: ServiceView
    own: ServiceMemory
    theirs: ServiceReport | None
    keeper: bool = False

    @property
    def dumps(self) -> tuple[HastDump | None, HastDump | None]:
        """Return the metadata here and there, None where they are not known."""
        ours = self.view.dumps[self.resource]
        fact = self.theirs.dumps.get(self.resource) if self.theirs is not None else None
        return (
            ours.value if isinstance(ours, Known) else None,
            fact.value if isinstance(fact, Known) else None,
        )

    @property
    def outlook(self) -> Forecast | None:
        """Return what would happen if the copies met with the other one as primary."""
        ours, theirs = self.dumps
        if ours is None or theirs is None:
            return None
        return forecast(theirs, ours).forecast


def forbidden(copies: Copies) -> tuple[str, ...]:
    """Return why this copy must not be thrown away, whatever anybody says."""
    return (*_in_use(copies), *_other_copy_missing(copies))


def doubtful(copies: Copies) -> tuple[str, ...]:
    """Return why it is probably the wrong copy; a person may say it a second time."""
    return tuple(_doubts(copies))


def lost(copies: Copies) -> str:
    """Return what goes with this copy, in a sentence."""
    outlook = copies.outlook
    return "nobody can say" if outlook is None else LOST[outlook]


def after_discard(own: ServiceMemory, copies: Copies) -> ServiceMemory:
    """Return the service's memory once this node's copy of a resource is new.

    What was known of the old copy goes, and with it this node's claim to have been the
    last owner. A fence of CARP is no matter of the copy and stays.
    """
    name = copies.resource
    fence = (LatchKind.FENCED, LatchKind.UNHEARD)
    kept = tuple(m for m in own.latches if m.resource != name or m.kind in fence)
    theirs = copies.theirs.epoch if copies.theirs is not None else 0
    return msgspec.structs.replace(
        own,
        latches=kept,
        duty=Duty.STANDBY,
        epoch=min(own.epoch, theirs),
        in_sync={n: e for n, e in own.in_sync.items() if n != name},
        peer_in_sync={n: e for n, e in own.peer_in_sync.items() if n != name},
        seen={n: s for n, s in own.seen.items() if n != name},
    )


def _in_use(copies: Copies) -> Iterator[str]:
    view, name = copies.view, copies.resource
    resource = view.resources[name]
    if isinstance(resource, Unknown):
        yield f"the role of {name} here is unknown: {resource.reason}"
    elif resource.value.role is HastRole.PRIMARY:
        yield f"{name} is primary here"
    if not is_false(view.primaries[name]):
        yield f"a primary's worker of {name} may be at work here"
    if not is_false(view.devices[name]):
        yield f"the device of {name} is not known to be gone"
    if not is_false(view.mounted):
        yield "a file system of the service is mounted here, or may be"
    if not is_false(view.alive):
        yield "a program of the service runs here, or may run"
    if isinstance(view.dumps[name], Unknown):
        yield f"the metadata of {name} here are unknown"
    if copies.own.unfinished is not None:
        yield f"a plan is not finished here: {copies.own.unfinished.because}"


def _other_copy_missing(copies: Copies) -> Iterator[str]:
    name, peer = copies.resource, copies.peer
    if copies.theirs is None:
        yield f"{peer} is not heard now: nobody knows that its copy is there"
        return
    theirs = copies.theirs.resources.get(name)
    if not isinstance(theirs, Known):
        yield f"the role of {name} on {peer} is unknown"
    elif theirs.value.role is not HastRole.PRIMARY and not copies.keeper:
        yield (
            f"{name} is not primary on {peer}: nothing shows that its copy is good "
            f"(--keeper {peer} says so)"
        )
    _, dump = copies.dumps
    if dump is None:
        yield f"the metadata of {name} on {peer} are unknown"
    elif dump.resuid == 0 and copies.outlook is not Forecast.VIRGIN:
        yield f"the copy on {peer} was re-created: this one may be the only one"
    if copies.outlook is Forecast.SIZE_MISMATCH:
        yield "the sizes differ: create it by hand, with -m and the smaller size"


def _doubts(copies: Copies) -> Iterator[str]:
    theirs = copies.theirs
    if copies.outlook in NEWER:
        yield f"the copy on {copies.node} is the newer one"
    if theirs is None:
        return
    if copies.own.epoch > theirs.epoch:
        yield f"{copies.node} was the last owner, by what both nodes remember"
    for latch in theirs.latches:
        if latch.resource == copies.resource and _unsound(latch, copies.peer):
            yield f"the copy on {copies.peer} is {latch.kind}: {latch.reason}"


def _unsound(latch: Latch, peer: str) -> bool:
    return latch.copy_of in ("", peer) and latch.kind in UNSOUND
