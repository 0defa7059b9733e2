"""Why this node could not take a service over, in one short sentence per reason.

What is not known counts against the node: taking over needs proof [DESIGN law 3]. All
that its own gate of a promotion refuses is here, so that nobody hands over to it in
vain; and besides what would only stop its plan later.
"""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.deciding.own_facts import own_facts
from hawatch.deciding.service_view import ServiceView
from hawatch.model.carp import CarpState
from hawatch.model.fact import Known, Unknown
from hawatch.model.hast import HastRole
from hawatch.model.latch import Latch
from hawatch.model.report import Maintenance
from hawatch.model.snapshot import Snapshot


def not_eligible(
    snapshot: Snapshot,
    view: ServiceView,
    latches: tuple[Latch, ...],
    maintenance: Maintenance | None,
) -> tuple[str, ...]:
    """Given a look and what is remembered, return the reasons; empty when it could.

    maintenance is the one in force. Each reason is told once.
    """
    reasons = [
        *_maintenance(maintenance),
        *_latched(latches),
        *_carp(snapshot, view),
        *(refused.detail for refused in own_facts(snapshot, view)),
        *_hast(snapshot, view),
        *_directories(snapshot, view),
    ]
    return tuple(dict.fromkeys(reasons))


def _maintenance(maintenance: Maintenance | None) -> Iterator[str]:
    if maintenance is not None:
        yield f"the node is in maintenance: {maintenance.why}"


def _latched(latches: tuple[Latch, ...]) -> Iterator[str]:
    for latch in latches:
        yield f"the copy of {latch.resource} is latched {latch.kind}: {latch.reason}"


def _carp(snapshot: Snapshot, view: ServiceView) -> Iterator[str]:
    if isinstance(view.carp, Unknown):
        yield f"the vhid is not known: {view.carp.reason}"
    elif view.carp.value.state is CarpState.INIT:
        vhid = view.carp.value
        yield f"vhid {vhid.vhid} on {vhid.interface} is INIT"
    if isinstance(snapshot.sysctls, Unknown):
        yield f"net.inet.carp is not known: {snapshot.sysctls.reason}"
    elif not snapshot.sysctls.value.allow:
        yield "net.inet.carp.allow is 0"


def _hast(snapshot: Snapshot, view: ServiceView) -> Iterator[str]:
    hastd = snapshot.hastd
    if isinstance(hastd, Known) and hastd.value.pid and not hastd.value.answering:
        yield "hastd does not answer"
    for name, fact in view.resources.items():
        if isinstance(fact, Known) and fact.value.role is HastRole.INIT:
            yield f"the role of {name} is init"


def _directories(snapshot: Snapshot, view: ServiceView) -> Iterator[str]:
    for directory in view.mounts:
        probe = snapshot.directories.get(directory)
        if isinstance(probe, Unknown):
            yield f"{directory} is not known: {probe.reason}"
        elif probe is not None and probe.value.error is not None:
            yield f"{directory} cannot be used: {probe.value.error}"
