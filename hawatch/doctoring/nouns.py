"""What a trap is, and the few questions that many rules ask."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator

import msgspec

from hawatch.discovering.machine import Machine, Settings
from hawatch.freebsd.parse_hastconf import HastNodeConf, HastResourceConf
from hawatch.model.carp import CarpVhid
from hawatch.model.config import Config
from hawatch.model.fact import Fact, Known
from hawatch.model.hast import HastDump
from hawatch.model.report import PeerReport, ServiceReport


class Gravity(enum.StrEnum):
    """How much a trap matters; the order is that of the words here."""

    PROBLEM = "problem"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """Return 0 for what matters most."""
        return list(Gravity).index(self)


class Trap(msgspec.Struct, frozen=True, kw_only=True):
    """One trap that this machine has.

    name is the rule's; what says what was found, why what it leads to, with the name of
    the fact [FACTS]; type is the line that mends it, or what to do where no line can.
    """

    name: str
    gravity: Gravity
    what: str
    why: str
    type: str


TrapRule = Callable[[Machine], Iterator[Trap]]
"""Given a machine, yield its traps of one kind."""


def settings(fact: Fact[Settings]) -> Settings:
    """Return settings, empty where they are unknown."""
    return fact.value if isinstance(fact, Known) else Settings()


def hast_resources(machine: Machine) -> tuple[HastResourceConf, ...]:
    """Return the resources of hast.conf, none where it is unknown."""
    if not isinstance(machine.hast_conf, Known):
        return ()
    return tuple(machine.hast_conf.value.resources.values())


def own_section(machine: Machine, resource: HastResourceConf) -> HastNodeConf | None:
    """Return the `on` section that hastd takes on this node [FACTS B13]."""
    for name in machine.names:
        if name in resource.nodes:
            return resource.nodes[name]
    return None


def peer_section(machine: Machine, resource: HastResourceConf) -> HastNodeConf | None:
    """Return the other node's section, where there is exactly one other."""
    own = own_section(machine, resource)
    others = [node for node in resource.nodes.values() if node is not own]
    return others[0] if own is not None and len(others) == 1 else None


def peer(machine: Machine) -> PeerReport | None:
    """Return what the other node said, None where it said nothing."""
    return machine.peer.value if isinstance(machine.peer, Known) else None


def peer_services(machine: Machine) -> tuple[ServiceReport, ...]:
    """Return the services of the other node's report."""
    said = peer(machine)
    return () if said is None else tuple(said.services.values())


def peer_vhid(machine: Machine, vhid: CarpVhid) -> CarpVhid | None:
    """Return the same vhid on the other node, where its report tells it."""
    for service in peer_services(machine):
        if isinstance(service.carp, Known) and service.carp.value.vhid == vhid.vhid:
            return service.carp.value
    return None


def peer_dump(machine: Machine, resource: str) -> HastDump | None:
    """Return the other node's metadata of a resource, where its report tells it."""
    for service in peer_services(machine):
        dump = service.dumps.get(resource)
        if isinstance(dump, Known):
            return dump.value
    return None


def config(machine: Machine) -> Config | None:
    """Return hawatch.toml, None where it cannot be used."""
    return machine.config.value if isinstance(machine.config, Known) else None
