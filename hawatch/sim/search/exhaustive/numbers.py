"""What is the same in every look at the abstract pair: configuration and numbers."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from hawatch.model.carp import (
    CarpCounters,
)
from hawatch.model.config import (
    CarpConfig,
    Config,
    NodeConfig,
    PeerConfig,
    ServiceConfig,
    WitnessConfig,
)
from hawatch.model.finding import (
    CheckPolicy,
    Remedy,
)
from hawatch.model.hast import (
    HastRole,
)
from hawatch.model.moment import Moment
from hawatch.model.report import Duty
from hawatch.sim.search.exhaustive.state import ADVERTS_ONLY, INTERLOCK, NodeState

CONFIG = Config(
    nodes={"a": NodeConfig(address="192.0.2.1"), "b": NodeConfig(address="192.0.2.2")},
    services={
        "db": ServiceConfig(
            vhid=1,
            interface="em0",
            vip="192.0.2.3",
            resources=("disk",),
            mounts=("/db",),
            rc=("db-server",),
        )
    },
    witness=WitnessConfig(ping=("192.0.2.254",)),
)
CHECK = "database_answers"
WHOLE_NODE = "space_left"
"""A check that is about a node, whether it serves or not."""

TWO_SERVICES = "two services"
FILES = ServiceConfig(
    vhid=2,
    interface="em0",
    vip="192.0.2.4",
    resources=("files",),
    mounts=("/files",),
    rc=("files-server",),
)
"""A second service. Of it nothing can be read, so it counts as held."""


class Site(NamedTuple):
    """A configuration, and what is done about a failing database."""

    config: Config
    remedies: tuple[Remedy, ...]

    @property
    def policies(self) -> dict[str, CheckPolicy]:
        """Return the policies of both checks."""
        return {
            CHECK: CheckPolicy(remedy=self.remedies),
            WHOLE_NODE: CheckPolicy(remedy=(Remedy.DEMOTE,)),
        }


SITES = {
    "usual": Site(CONFIG, (Remedy.DEMOTE,)),
    "lossy breaks": Site(CONFIG, (Remedy.DEMOTE,)),
    "restarts first": Site(CONFIG, (Remedy.RESTART, Remedy.DEMOTE)),
    "restarts only": Site(CONFIG, (Remedy.RESTART,)),
    "fences": Site(
        msgspec.structs.replace(
            CONFIG,
            witness=WitnessConfig(ping=CONFIG.witness.ping, fence=("/bin/off",)),
        ),
        (Remedy.DEMOTE,),
    ),
    ADVERTS_ONLY: Site(
        msgspec.structs.replace(CONFIG, peer=PeerConfig(enabled=False)),
        (Remedy.DEMOTE,),
    ),
    INTERLOCK: Site(
        msgspec.structs.replace(CONFIG, carp=CarpConfig(interlock=True)),
        (Remedy.DEMOTE,),
    ),
    TWO_SERVICES: Site(
        msgspec.structs.replace(CONFIG, services={**CONFIG.services, "files": FILES}),
        (Remedy.DEMOTE,),
    ),
}
ROLES = {"p": HastRole.PRIMARY, "s": HastRole.SECONDARY, "i": HastRole.INIT}
DUTIES = {"A": Duty.ACTIVE, "S": Duty.STANDBY, "R": Duty.RELEASED}
NOW = Moment(wall=1e9, monotonic=10_000.0, boot="boot")
BEFORE = Moment(wall=1e9 - 10, monotonic=9_990.0, boot="boot")
LONG_AGO = Moment(wall=1e9 - 2000, monotonic=8_000.0, boot="boot")
SILENCES = (0.0, CONFIG.witness.give_up + 1, CONFIG.witness.promote_after + 1)
SKEWS = {"a": 0, "b": 100}
COUNTERS = CarpCounters(**dict.fromkeys(CarpCounters.__struct_fields__, 0))
ONE_MORE = msgspec.structs.replace(COUNTERS, received_inet=1)
"""CARP's counters once an advert was heard since the look before."""


def skew_of(name: str, node: NodeState) -> int:
    """Return a node's advskew, raised or as configured."""
    if node.raised:
        return CONFIG.carp.demoted_advskew - ("a", "b").index(name)
    return SKEWS[name]
