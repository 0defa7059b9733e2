"""Facts of one HAST resource and of one mount point."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TypeVar

from hawatch.checking.storage_views import (
    DirtyTrend,
    Evidence,
    FstabLine,
    Generations,
    Hast,
    MountPoint,
)
from hawatch.checking.subject import Answer, Facts, Look, Scope, Subject
from hawatch.model.fact import Fact, Known, Unknown, map_fact
from hawatch.model.hast import HastDump, HastResource
from hawatch.model.latch import LatchKind
from hawatch.model.snapshot import NOT_LOOKED
from hawatch.model.storage import FstabEntry

FACTS = Facts()
T = TypeVar("T")


@FACTS.declare(Scope.RESOURCE)
def hast(look: Look, subject: Subject) -> Answer:
    """Return the resource here: role, status, connected, dirty, disk_errors, device."""
    found = _pick(look.snapshot.resources, subject)
    return map_fact(found, lambda resource: Hast(resource=resource))


@FACTS.declare(Scope.RESOURCE)
def dump(look: Look, subject: Subject) -> Answer:
    """Return the metadata on the local disk, as `hastctl dump` reads it."""
    return _pick(look.snapshot.dumps, subject)


@FACTS.declare(Scope.RESOURCE)
def peer_hast(look: Look, subject: Subject) -> Answer:
    """Return the resource on the peer, with the same words as `hast`."""
    there = look.peer_service(subject)
    if not isinstance(there, Known):
        return there
    found: Fact[HastResource] = _pick(there.value.resources, subject)
    return map_fact(found, lambda resource: Hast(resource=resource))


@FACTS.declare(Scope.RESOURCE)
def generations(look: Look, subject: Subject) -> Answer:
    """Return the metadata of both nodes: split, strangers."""
    here: Fact[HastDump] = _pick(look.snapshot.dumps, subject)
    there = look.peer_service(subject)
    if isinstance(here, Unknown):
        return here
    if not isinstance(there, Known):
        return there
    found: Fact[HastDump] = _pick(there.value.dumps, subject)
    return map_fact(found, lambda dump: Generations(here=here.value, there=dump))


@FACTS.declare(Scope.RESOURCE)
def in_sync(look: Look, subject: Subject) -> Answer:
    """Return whether the standby's copy is proved current: proved, reason."""
    here: Fact[HastResource] = _pick(look.snapshot.resources, subject)
    if isinstance(here, Unknown) or isinstance(subject.resource, Unknown):
        return here
    name = subject.resource.value
    found = Hast(resource=here.value)
    if found.is_primary:
        return Known(_own_evidence(look, subject, name, found))
    there = look.peer_service(subject)
    if not isinstance(there, Known):
        return there
    if name in there.value.in_sync:
        return Known(Evidence(proved=True, reason=""))
    return Known(Evidence(proved=False, reason="the owner has not reported it"))


@FACTS.declare(Scope.RESOURCE)
def dirty_trend(look: Look, subject: Subject) -> Answer:
    """Return the dirty bytes of this boot's looks: now, lowest(seconds)."""
    found: Fact[HastResource] = _pick(look.snapshot.resources, subject)
    if isinstance(found, Unknown) or isinstance(subject.resource, Unknown):
        return found
    taken, name = look.snapshot.taken, subject.resource.value
    earlier = [
        (sample.taken, sample.dirty[name])
        for sample in look.samples
        if name in sample.dirty
    ]
    return Known(DirtyTrend(samples=(*earlier, (taken, found.value.dirty))))


@FACTS.declare(Scope.RESOURCE)
def error_growth(look: Look, subject: Subject) -> Answer:
    """Return by how many local read and write errors the disk grew worse of late.

    A counter that fell began anew with a new worker [FACTS B5].
    """
    found: Fact[HastResource] = _pick(look.snapshot.resources, subject)
    if isinstance(found, Unknown) or isinstance(subject.resource, Unknown):
        return found
    return Known(_grown(look, subject.resource.value, found.value))


@FACTS.declare(Scope.RESOURCE)
def unaccepted_errors(look: Look, subject: Subject) -> Answer:
    """Return the disk's errors that nobody accepted by clearing `suspect-disk`.

    Each new error sets that latch, so without it all that the last look saw of this
    worker was accepted: its counter itself never falls [FACTS B5].
    """
    found: Fact[HastResource] = _pick(look.snapshot.resources, subject)
    if isinstance(found, Unknown) or isinstance(subject.resource, Unknown):
        return found
    name, errors = subject.resource.value, found.value.errors.of_disk
    own = look.remembered(subject)
    seen = own.seen.get(name)
    suspect = any(
        latch.kind is LatchKind.SUSPECT_DISK and latch.resource == name
        for latch in own.latches
    )
    worker = (found.value.workerpid, look.snapshot.taken.boot)
    if suspect or seen is None or (seen.workerpid, seen.boot) != worker:
        return Known(max(errors, _grown(look, name, found.value)))
    return Known(errors - seen.errors)


@FACTS.declare(Scope.RESOURCE)
def latches(look: Look, subject: Subject) -> Answer:
    """Return the latches on this resource: why its copy may not be served."""
    if isinstance(subject.resource, Unknown):
        return subject.resource
    name = subject.resource.value
    return Known(
        tuple(
            latch
            for latch in look.remembered(subject).latches
            if latch.resource == name
        )
    )


@FACTS.declare(Scope.RESOURCE)
def device_present(look: Look, subject: Subject) -> Answer:
    """Return whether the resource's device node exists."""
    return _pick(look.snapshot.devices, subject)


@FACTS.declare(Scope.MOUNT)
def mount(look: Look, subject: Subject) -> Answer:
    """Return what is mounted here: mounted, device, writable, stacked."""
    view = look.mount(subject)
    if isinstance(view.visible, Unknown):
        return view.visible
    found = view.visible.value
    if found is None:
        return Known(MountPoint(directory=subject.directory, mounted=False))
    return map_fact(
        view.stacked,
        lambda stacked: MountPoint(
            directory=subject.directory,
            mounted=True,
            device=found.device,
            writable=found.writable,
            stacked=stacked,
        ),
    )


@FACTS.declare(Scope.MOUNT)
def mounted_elsewhere(look: Look, subject: Subject) -> Answer:
    """Return the other directories on which the device of this mount point lies."""
    view = look.mount(subject)
    if isinstance(view.device, Unknown):
        return view.device
    device = view.device.value
    return map_fact(
        look.snapshot.mounts,
        lambda mounts: tuple(
            other.directory
            for other in mounts
            if other.device == device and other.directory != subject.directory
        ),
    )


@FACTS.declare(Scope.MOUNT)
def fstab_entry(look: Look, subject: Subject) -> Answer:
    """Return the line of /etc/fstab: present, device, noauto."""
    return map_fact(look.mount(subject).entry, _fstab_line)


@FACTS.declare(Scope.MOUNT)
def directory(look: Look, subject: Subject) -> Answer:
    """Return what a child found in the directory: sentinel, empty, immutable."""
    return look.snapshot.directories.get(subject.directory, NOT_LOOKED)


@FACTS.declare(Scope.MOUNT)
def space(look: Look, subject: Subject) -> Answer:
    """Return the space of the file system here: used_percent, available, total."""
    return look.snapshot.space.get(subject.directory, NOT_LOOKED)


def _grown(look: Look, name: str, found: HastResource) -> int:
    """Return the errors that were added from look to look; one that fell is new."""
    counts = [s.errors[name] for s in look.samples if name in s.errors]
    steps = pairwise([*counts, found.errors.of_disk])
    return sum(now - old if now >= old else now for old, now in steps)


def _pick(facts: Mapping[str, Fact[T]], subject: Subject) -> Fact[T]:
    if isinstance(subject.resource, Unknown):
        return subject.resource
    return facts.get(subject.resource.value, NOT_LOOKED)


def _own_evidence(look: Look, subject: Subject, name: str, found: Hast) -> Evidence:
    proof = look.remembered(subject).in_sync.get(name)
    if not found.connected:
        return Evidence(proved=False, reason="the standby is not connected")
    if proof is None:
        return Evidence(
            proved=False, reason="dirty has not reached 0 since it connected"
        )
    if proof.workerpid != found.workerpid or proof.boot != look.snapshot.taken.boot:
        return Evidence(proved=False, reason="the proof is of an earlier connection")
    return Evidence(proved=True, reason="")


def _fstab_line(entry: FstabEntry | None) -> FstabLine:
    if entry is None:
        return FstabLine(present=False)
    return FstabLine(
        present=True, device=entry.device, options=entry.options, passno=entry.passno
    )
