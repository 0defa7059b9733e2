"""What one look adds to the memory, before the rules are asked. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hawatch.deciding.evidence import next_evidence
from hawatch.deciding.service_view import ServiceView, service_view
from hawatch.model.config import Config
from hawatch.model.fact import Known, Unknown, is_true
from hawatch.model.hast import HastRole
from hawatch.model.latch import LatchKind
from hawatch.model.memory import (
    CarpSince,
    Memory,
    Sample,
    SeenRole,
    ServiceMemory,
)
from hawatch.model.moment import Moment
from hawatch.model.snapshot import Snapshot
from hawatch.model.trigger import Trigger, TriggerKind

MOST_SAMPLES = 6
"""Looks that are kept for trends."""


def sample(snapshot: Snapshot) -> Sample:
    """Return the readings of a look that trends are made of."""
    resources = {
        name: fact.value
        for name, fact in snapshot.resources.items()
        if isinstance(fact, Known)
    }
    counters = snapshot.counters
    return Sample(
        taken=snapshot.taken,
        counters=counters.value if isinstance(counters, Known) else None,
        dirty={name: resource.dirty for name, resource in resources.items()},
        errors={name: resource.errors.of_disk for name, resource in resources.items()},
        used={
            directory: fact.value.used
            for directory, fact in snapshot.space.items()
            if isinstance(fact, Known)
        },
    )


def with_sample(memory: Memory, snapshot: Snapshot) -> Memory:
    """Return the memory with this look's sample; samples of another boot go.

    Done at the end of a cycle: growth is measured against the look before.
    """
    kept = [s for s in memory.samples if s.taken.boot == snapshot.taken.boot]
    kept = [*kept, sample(snapshot)][-MOST_SAMPLES:]
    return msgspec.structs.replace(memory, samples=tuple(kept))


def hook_hints(triggers: tuple[Trigger, ...]) -> dict[str, frozenset[str]]:
    """Return hastd's hook events that rang since the last look, by resource [B12].

    Hints only: the evidence asks the machine before it believes one.
    """
    hints: dict[str, frozenset[str]] = {}
    for trigger in triggers:
        if trigger.kind is TriggerKind.HAST and len(trigger.words) >= 2:
            event, resource = trigger.words[:2]
            hints[resource] = hints.get(resource, frozenset()) | {event}
    return hints


def next_memory(
    config: Config,
    memory: Memory,
    snapshot: Snapshot,
    hints: Mapping[str, frozenset[str]],
) -> Memory:
    """Return the node's memory with this look in it: evidence and sequence."""
    services = {}
    for name in config.services:
        view = service_view(config, snapshot, name)
        own = memory.services.get(name, ServiceMemory())
        own = _unfenced(settled(own, view), snapshot)
        own = _with_look(config, own, view, snapshot)
        services[name] = next_evidence(config, own, view, snapshot, memory, hints)
    return msgspec.structs.replace(
        memory,
        boot=snapshot.taken.boot,
        sequence=memory.sequence + 1,
        services=services,
        witnessed=_witnessed(memory, snapshot),
    )


def _witnessed(memory: Memory, snapshot: Snapshot) -> Moment | None:
    """Return the last look of this boot in which a witness answered."""
    if snapshot.witnessed:
        return snapshot.taken
    last = memory.witnessed
    return last if last is not None and last.boot == snapshot.taken.boot else None


def _with_look(
    config: Config, own: ServiceMemory, view: ServiceView, snapshot: Snapshot
) -> ServiceMemory:
    """Return a service's memory with states, roles and restarts of this look."""
    wall = snapshot.taken.wall
    since = wall - config.limits.cooldown
    return msgspec.structs.replace(
        own,
        carp=_carp_since(own, view, snapshot),
        roles=_roles(own, view, snapshot),
        restarts=tuple(at for at in own.restarts if since < at <= wall),
        heals=tuple(at for at in own.heals if since < at <= wall),
    )


def _carp_since(
    own: ServiceMemory, view: ServiceView, snapshot: Snapshot
) -> CarpSince | None:
    carp = view.carp
    if isinstance(carp, Unknown):
        return own.carp
    before = own.carp
    if (
        before is not None
        and before.state is carp.value.state
        and before.since.boot == snapshot.taken.boot
    ):
        return before
    return CarpSince(state=carp.value.state, since=snapshot.taken)


def _roles(
    own: ServiceMemory, view: ServiceView, snapshot: Snapshot
) -> Mapping[str, SeenRole]:
    """Remember each role that is not init, with the boot and the hastd it was under."""
    roles = dict(own.roles)
    hastd = snapshot.hastd
    for name, fact in view.resources.items():
        if isinstance(fact, Known) and fact.value.role is not HastRole.INIT:
            roles[name] = SeenRole(
                role=fact.value.role,
                boot=snapshot.taken.boot,
                hastd=hastd.value.pid if isinstance(hastd, Known) else None,
            )
    return roles if roles != dict(own.roles) else own.roles


def _unfenced(own: ServiceMemory, snapshot: Snapshot) -> ServiceMemory:
    """Drop the latches of a fence that is seen to be gone: a boot lifts it, too."""
    sysctls = snapshot.sysctls
    if isinstance(sysctls, Unknown) or not sysctls.value.allow:
        return own
    if own.unfinished is not None:
        return own
    fence = (LatchKind.FENCED, LatchKind.UNHEARD)
    kept = tuple(latch for latch in own.latches if latch.kind not in fence)
    return msgspec.structs.replace(own, latches=kept)


def settled(own: ServiceMemory, view: ServiceView) -> ServiceMemory:
    """Drop a raise that somebody else has undone."""
    raised, carp = own.raised, view.carp
    if raised is None or isinstance(carp, Unknown):
        return own
    undone = carp.value.advskew == raised.original_advskew
    if undone and own.unfinished is None and not is_true(view.holding):
        return msgspec.structs.replace(own, raised=None)
    return own
