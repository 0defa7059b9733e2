"""What a check is about, what it may look at, and how a fact is declared.

Scopes are a chain: a mount point belongs to the HAST resource whose device it carries,
a resource to its service, a service to the node. A check runs once for each subject of
the finest scope among its arguments, and coarser facts come along.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeAlias

import msgspec

from hawatch.deciding.mount_view import MountView, device_of
from hawatch.deciding.service_view import ServiceView, service_view
from hawatch.model.config import Config
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.memory import Memory, Sample, ServiceMemory
from hawatch.model.report import PeerReport, ServiceReport
from hawatch.model.snapshot import Snapshot


class Scope(enum.IntEnum):
    """How fine a fact is; a finer subject has all coarser facts."""

    NODE = 0
    SERVICE = 1
    RESOURCE = 2
    MOUNT = 3


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that checks are about; what is coarser than its scope is set.

    A mount whose resource could not be found out has a reason in its place.
    """

    scope: Scope
    service: str = ""
    resource: Fact[str] = Unknown("no resource")
    directory: str = ""

    @property
    def text(self) -> str:
        """Return the subject as findings name it."""
        if self.scope is Scope.NODE:
            return "node"
        if self.scope is Scope.SERVICE:
            return self.service
        if self.scope is Scope.MOUNT:
            return f"{self.service}:{self.directory}"
        name = self.resource.value if isinstance(self.resource, Known) else "?"
        return f"{self.service}/{name}"


class NotApplicable(msgspec.Struct, frozen=True):
    """The configuration leaves out what this fact is about: its checks are skipped."""

    reason: str


Answer: TypeAlias = Fact[Any] | NotApplicable


class Look:
    """Everything that one cycle's checks may look at; nothing of it changes."""

    def __init__(self, config: Config, snapshot: Snapshot, memory: Memory) -> None:
        self.config = config
        self.snapshot = snapshot
        self.memory = memory
        self._subjects: dict[Scope, tuple[Subject, ...]] = {}
        self._answers: dict[tuple[str, Subject], Answer] = {}

    @cached_property
    def views(self) -> dict[str, ServiceView]:
        """Return the view of each configured service."""
        return {
            name: service_view(self.config, self.snapshot, name)
            for name in self.config.services
        }

    @cached_property
    def samples(self) -> tuple[Sample, ...]:
        """Return the earlier readings of this boot, oldest first."""
        taken = self.snapshot.taken
        return tuple(
            sample
            for sample in self.memory.samples
            if sample.taken.boot == taken.boot
            and sample.taken.monotonic < taken.monotonic
        )

    @cached_property
    def peer(self) -> Fact[PeerReport] | NotApplicable:
        """Return the peer's report, from this look or not older than peer.max_age."""
        if not self.config.peer.enabled:
            return NotApplicable("the peer channel is switched off")
        sighting = self.snapshot.peer.report
        heard = self.memory.peer
        if isinstance(sighting, Known) or heard is None:
            return sighting
        taken = self.snapshot.taken
        age = taken.seconds_since(heard.heard)
        if heard.heard.boot == taken.boot and age <= self.config.peer.max_age:
            return Known(heard.report)
        return Unknown(f"{sighting.reason}; last heard {age:.0f} s ago")

    def remembered(self, subject: Subject) -> ServiceMemory:
        """Return what is remembered of the subject's service."""
        return self.memory.services.get(subject.service, ServiceMemory())

    def peer_service(self, subject: Subject) -> Fact[ServiceReport] | NotApplicable:
        """Return what the peer reports of the subject's service."""
        if not isinstance(self.peer, Known):
            return self.peer
        report = self.peer.value.services.get(subject.service)
        if report is None:
            return Unknown(f"the peer does not know the service {subject.service}")
        return Known(report)

    def mount(self, subject: Subject) -> MountView:
        """Return the view of the subject's mount point."""
        return self.views[subject.service].mounts[subject.directory]

    def answer(self, spec: FactSpec, subject: Subject) -> Answer:
        """Return a fact about a subject; several checks may ask for the same one."""
        key = (spec.name, subject)
        if key not in self._answers:
            self._answers[key] = spec.answer(self, subject)
        return self._answers[key]

    def subjects(self, scope: Scope) -> tuple[Subject, ...]:
        """Return the subjects of a scope, in the configuration's order."""
        if scope not in self._subjects:
            self._subjects[scope] = self._find_subjects(scope)
        return self._subjects[scope]

    def _find_subjects(self, scope: Scope) -> tuple[Subject, ...]:
        if scope is Scope.NODE:
            return (Subject(scope=scope),)
        found: list[Subject] = []
        for name, service in self.config.services.items():
            if scope is Scope.SERVICE:
                found.append(Subject(scope=scope, service=name))
            elif scope is Scope.RESOURCE:
                found += [
                    Subject(scope=scope, service=name, resource=Known(resource))
                    for resource in service.resources
                ]
            else:
                found += [
                    Subject(
                        scope=scope,
                        service=name,
                        resource=self._resource_of(name, directory),
                        directory=directory,
                    )
                    for directory in service.mounts
                ]
        return tuple(found)

    def _resource_of(self, service: str, directory: str) -> Fact[str]:
        """Return the resource whose device /etc/fstab has for a mount point."""
        device = self.views[service].mounts[directory].device
        if isinstance(device, Unknown):
            return device
        for resource in self.config.services[service].resources:
            if device_of(self.snapshot, resource) == device.value:
                return Known(resource)
        return Unknown(
            f"/etc/fstab has {device.value} for {directory}, "
            f"which is no device of the service {service}"
        )


FactFunction: TypeAlias = Callable[[Look, Subject], Answer]


class FactSpec(msgspec.Struct, frozen=True):
    """A fact that checks can ask for: its name, its scope, and how it is had."""

    name: str
    scope: Scope
    doc: str
    answer: FactFunction


class Facts:
    """A table of facts; `declare` is the decorator that fills it."""

    def __init__(self) -> None:
        self.table: dict[str, FactSpec] = {}

    def declare(self, scope: Scope) -> Callable[[FactFunction], FactFunction]:
        """Given a scope, return a decorator: the function's name is the fact's."""

        def add(function: FactFunction) -> FactFunction:
            name = function.__name__
            doc = (function.__doc__ or "").strip()
            self.table[name] = FactSpec(name, scope, doc, function)
            return function

        return add
