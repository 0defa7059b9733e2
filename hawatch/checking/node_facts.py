"""Facts of the whole node, and of the peer as a node."""

from __future__ import annotations

from collections.abc import Mapping

from hawatch import __version__
from hawatch.checking.subject import Answer, Facts, Look, NotApplicable, Scope, Subject
from hawatch.checking.views import (
    Clock,
    Contact,
    Hands,
    NodeName,
    Paths,
    Peer,
    growth_between,
)
from hawatch.model.carp import CarpState
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.latch import LatchKind
from hawatch.model.report import PeerReport

FACTS = Facts()


@FACTS.declare(Scope.NODE)
def node(look: Look, _: Subject) -> Answer:
    """Return this node: name, peer (its name), version (of hawatch)."""
    name = look.snapshot.node
    try:
        return Known(
            NodeName(name=name, peer=look.config.peer_of(name), version=__version__)
        )
    except KeyError:
        return Unknown(f"{name} is no node of the configuration")


@FACTS.declare(Scope.NODE)
def sysctls(look: Look, _: Subject) -> Answer:
    """Return the net.inet.carp tree: allow, preempt, demotion."""
    return look.snapshot.sysctls


@FACTS.declare(Scope.NODE)
def peer_sysctls(look: Look, _: Subject) -> Answer:
    """Return the peer's net.inet.carp tree."""
    return look.peer.value.sysctls if isinstance(look.peer, Known) else look.peer


@FACTS.declare(Scope.NODE)
def counters(look: Look, _: Subject) -> Answer:
    """Return the counters of `netstat -s -p carp`."""
    return look.snapshot.counters


@FACTS.declare(Scope.NODE)
def counter_growth(look: Look, _: Subject) -> Answer:
    """Return by how much the CARP counters grew since the look before."""
    now = look.snapshot.counters
    if isinstance(now, Unknown):
        return now
    taken = look.snapshot.taken
    for sample in reversed(look.samples):
        if sample.counters is not None:
            seconds = taken.seconds_since(sample.taken)
            growth = growth_between(sample.counters, now.value, seconds)
            return (
                Unknown("the counters were reset") if growth is None else Known(growth)
            )
    return NotApplicable("this is the first look since the boot")


@FACTS.declare(Scope.NODE)
def vhids_in_init(look: Look, _: Subject) -> Answer:
    """Return how many vhids of this node are INIT, on the interfaces asked."""
    count = 0
    for fact in look.snapshot.interfaces.values():
        if isinstance(fact, Unknown):
            return fact
        count += sum(vhid.state is CarpState.INIT for vhid in fact.value.vhids)
    return Known(count)


@FACTS.declare(Scope.NODE)
def all_master(look: Look, _: Subject) -> Answer:
    """Return whether every vhid of this node is MASTER, so that no advert is due."""
    for fact in look.snapshot.interfaces.values():
        if isinstance(fact, Unknown):
            return fact
        if any(vhid.state is not CarpState.MASTER for vhid in fact.value.vhids):
            return Known(value=False)
    return Known(value=True)


@FACTS.declare(Scope.NODE)
def fenced(look: Look, _: Subject) -> Answer:
    """Return whether hawatch itself holds this node fenced (net.inet.carp.allow=0)."""
    return Known(
        any(
            latch.kind is LatchKind.FENCED
            for service in look.memory.services.values()
            for latch in service.latches
        )
    )


@FACTS.declare(Scope.NODE)
def hastd(look: Look, _: Subject) -> Answer:
    """Return the hastd parent and its workers: pid, answering, workers."""
    return look.snapshot.hastd


@FACTS.declare(Scope.NODE)
def clock(look: Look, _: Subject) -> Answer:
    """Return how far the wall clock was set since the oldest remembered look."""
    taken = look.snapshot.taken
    earlier = look.samples[0].taken if look.samples else look.memory.last
    if earlier is None or earlier.boot != taken.boot:
        return NotApplicable("this is the first look since the boot")
    seconds = taken.monotonic - earlier.monotonic
    return Known(Clock(stepped=taken.wall - earlier.wall - seconds, seconds=seconds))


@FACTS.declare(Scope.NODE)
def peer(look: Look, _: Subject) -> Answer:
    """Return the peer by its report: version, configuration, clock_ahead, idle."""
    found = look.peer
    if not isinstance(found, Known):
        return found
    ahead = _clock_ahead(look, found.value)
    return Known(Peer(report=found.value, clock_ahead=ahead))


@FACTS.declare(Scope.NODE)
def peer_contact(look: Look, _: Subject) -> Answer:
    """Return when the peer was last heard: age, fresh; known also while silent."""
    if not look.config.peer.enabled:
        return NotApplicable("the peer channel is switched off")
    sighting, heard = look.snapshot.peer.report, look.memory.peer
    age = float("inf")
    if isinstance(sighting, Known):
        age = 0.0
    elif heard is not None:
        age = look.snapshot.taken.seconds_since(heard.heard)
    return Known(
        Contact(
            age=age,
            max_age=look.config.peer.max_age,
            silence=sighting.reason if isinstance(sighting, Unknown) else "",
        )
    )


@FACTS.declare(Scope.NODE)
def peer_paths(look: Look, _: Subject) -> Answer:
    """Return which of the peer's addresses answer and which are silent."""
    if not look.config.peer.enabled:
        return NotApplicable("the peer channel is switched off")
    return _paths(look.snapshot.peer.paths, "no address of the peer was asked")


@FACTS.declare(Scope.NODE)
def witnesses(look: Look, _: Subject) -> Answer:
    """Return which witnesses answer and which are silent."""
    if not (look.config.witness.ping or look.config.witness.tcp):
        return NotApplicable("no witness is configured")
    return _paths(look.snapshot.witnesses, "no witness was asked")


@FACTS.declare(Scope.NODE)
def maintenance(look: Look, _: Subject) -> Answer:
    """Return the maintenance of this node and of the peer, as far as it is heard."""
    there = look.peer.value.maintenance if isinstance(look.peer, Known) else None
    here = look.memory.maintenance
    if here is not None and not here.in_force(look.snapshot.taken):
        here = None
    return Known(Hands(here=here, there=there))


@FACTS.declare(Scope.NODE)
def configuration(look: Look, _: Subject) -> Answer:
    """Return the digest of this node's configuration."""
    from hawatch.configuring.effective import configuration_hash

    return Known(configuration_hash(look.config))


def _clock_ahead(look: Look, report: PeerReport) -> float:
    """Return how far a report's wall clock lies outside the look that heard it."""
    if look.snapshot.peer.report == Known(report) or look.memory.peer is None:
        begin = look.snapshot.taken.wall
        end = begin + look.snapshot.seconds
    else:
        begin = end = look.memory.peer.heard.wall
    return report.wall - min(max(report.wall, begin), end)


def _paths(paths: Mapping[str, Fact[float]], none: str) -> Answer:
    if not paths:
        return Unknown(none)
    return Known(
        Paths(
            answering={
                address: fact.value
                for address, fact in paths.items()
                if isinstance(fact, Known)
            },
            silent={
                address: fact.reason
                for address, fact in paths.items()
                if isinstance(fact, Unknown)
            },
        )
    )
