"""Facts of one service, on this node and as the peer reports it."""

from __future__ import annotations

from hawatch.checking.subject import Answer, Facts, Look, NotApplicable, Scope, Subject
from hawatch.checking.views import Carp, RcServices, ServiceName, Sql, same_host
from hawatch.deciding.three import all_known, any_known
from hawatch.model.carp import CarpState
from hawatch.model.fact import Known, Unknown, map_fact
from hawatch.model.snapshot import NOT_LOOKED

FACTS = Facts()


@FACTS.declare(Scope.SERVICE)
def service(look: Look, subject: Subject) -> Answer:
    """Return the service's name, vhid, VIP and the name of its interface here."""
    configured = look.config.services[subject.service]
    try:
        interface = configured.interface_of(look.snapshot.node)
    except KeyError:
        return Unknown(f"no interface is configured for {look.snapshot.node}")
    return Known(
        ServiceName(name=subject.service, configured=configured, interface=interface)
    )


@FACTS.declare(Scope.SERVICE)
def interface(look: Look, subject: Subject) -> Answer:
    """Return the interface that carries the VIP: up, status, addresses, vhids."""
    named = service(look, subject)
    if not isinstance(named, Known):
        return named
    return look.snapshot.interfaces.get(named.value.interface, NOT_LOOKED)


@FACTS.declare(Scope.SERVICE)
def carp(look: Look, subject: Subject) -> Answer:
    """Return the service's vhid here: state, settling, advskew, wanted_hast_role."""
    found = look.views[subject.service].carp
    if isinstance(found, Unknown):
        return found
    remembered = look.remembered(subject)
    seconds = float("inf")
    if remembered.carp is not None:
        since, taken = remembered.carp.since, look.snapshot.taken
        same = remembered.carp.state is found.value.state and since.boot == taken.boot
        seconds = taken.seconds_since(since) if same else 0.0
    return Known(
        Carp(
            line=found.value,
            seconds_in_state=seconds,
            settling=seconds < look.config.carp.settle,
            raised=remembered.raised is not None,
        )
    )


@FACTS.declare(Scope.SERVICE)
def peer_carp(look: Look, subject: Subject) -> Answer:
    """Return the service's vhid on the peer: state, advskew, wanted_hast_role."""
    there = look.peer_service(subject)
    if not isinstance(there, Known):
        return there
    return map_fact(there.value.carp, lambda line: Carp(line=line))


@FACTS.declare(Scope.SERVICE)
def peer_service(look: Look, subject: Subject) -> Answer:
    """Return the peer's report of this service: duty, serving, failing."""
    return look.peer_service(subject)


@FACTS.declare(Scope.SERVICE)
def duty(look: Look, subject: Subject) -> Answer:
    """Return what this node should be, as last decided: active, standby, released."""
    return Known(look.remembered(subject).duty)


@FACTS.declare(Scope.SERVICE)
def owner(look: Look, subject: Subject) -> Answer:
    """Return whether this node holds the VIP, the disk or a mount of the service."""
    view = look.views[subject.service]
    master = map_fact(view.carp, lambda line: line.state is CarpState.MASTER)
    return any_known([master, *view.primaries.values(), view.mounted])


@FACTS.declare(Scope.SERVICE)
def has_disks(look: Look, subject: Subject) -> Answer:
    """Return whether this node is primary for every resource of the service."""
    return all_known(look.views[subject.service].primaries.values())


@FACTS.declare(Scope.SERVICE)
def sql(look: Look, subject: Subject) -> Answer:
    """Return what a SQL question to the VIP gave: serves, here, by_peer, text."""
    if look.config.services[subject.service].probe is None:
        return NotApplicable("no SQL probe is configured")
    name = look.snapshot.node
    others = [other for other in look.config.nodes if other != name]
    return map_fact(
        look.views[subject.service].sql,
        lambda answer: Sql(
            answer=answer,
            here=bool(answer.hostname) and same_host(answer.hostname or "", name),
            by_peer=any(same_host(answer.hostname or "", other) for other in others),
        ),
    )


@FACTS.declare(Scope.SERVICE)
def rc(look: Look, subject: Subject) -> Answer:
    """Return the rc services: alive, and unknown_to_rc."""
    facts = look.views[subject.service].rc
    if not facts:
        return NotApplicable("no rc service is configured")
    found = []
    for fact in facts.values():
        if isinstance(fact, Unknown):
            return fact
        found.append(fact.value)
    return Known(RcServices(all=tuple(found)))
