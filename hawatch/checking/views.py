"""The nouns that checks speak of: the node, CARP, the peer, and services."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hawatch.model.carp import MAX_SKEW, CarpCounters, CarpState, CarpVhid
from hawatch.model.config import ServiceConfig
from hawatch.model.hast import HastRole
from hawatch.model.report import Maintenance, PeerReport
from hawatch.model.services import RcStatus, SqlAnswer


class NodeName(msgspec.Struct, frozen=True, kw_only=True):
    """This node and the other one, by name; version is hawatch's here."""

    name: str
    peer: str
    version: str


class ServiceName(msgspec.Struct, frozen=True, kw_only=True):
    """One service and how it is configured."""

    name: str
    configured: ServiceConfig
    interface: str

    @property
    def vhid(self) -> int:
        """Return the service's vhid."""
        return self.configured.vhid

    @property
    def vip(self) -> str:
        """Return the service's address."""
        return self.configured.vip


class Carp(msgspec.Struct, frozen=True, kw_only=True):
    """A vhid of one node.

    seconds_in_state: how long it has been in this state, infinite where nobody
    remembers a change. settling: less than carp.settle. raised: by our own hand, for a
    demotion.
    """

    line: CarpVhid
    seconds_in_state: float = float("inf")
    settling: bool = False
    raised: bool = False

    @property
    def state(self) -> CarpState:
        """Return INIT, BACKUP or MASTER."""
        return self.line.state

    @property
    def is_master(self) -> bool:
        """Return whether this node holds the VIP."""
        return self.state is CarpState.MASTER

    @property
    def is_backup(self) -> bool:
        """Return whether this node waits for the VIP."""
        return self.state is CarpState.BACKUP

    @property
    def is_init(self) -> bool:
        """Return whether CARP is off here: link down, or net.inet.carp.allow=0."""
        return self.state is CarpState.INIT

    @property
    def advskew(self) -> int:
        """Return the configured advskew."""
        return self.line.advskew

    @property
    def counted_skew(self) -> int:
        """Return the advskew as it is advertised: 240 is the largest [FACTS A4]."""
        return min(self.advskew, MAX_SKEW)

    @property
    def advbase(self) -> int:
        """Return the configured advbase in seconds."""
        return self.line.advbase

    @property
    def wanted_hast_role(self) -> HastRole:
        """Return the HAST role that fits: the holder of the VIP is primary."""
        return self.line.wanted_hast_role


class CounterGrowth(msgspec.Struct, frozen=True, kw_only=True):
    """By how much the CARP counters grew, and in how many seconds [FACTS A13]."""

    seconds: float
    received: int
    sent: int
    bad_authentication: int
    wrong_ttl: int
    bad_vhid: int
    bad_address_list: int
    other_discards: int


def growth_between(
    before: CarpCounters, now: CarpCounters, seconds: float
) -> CounterGrowth | None:
    """Return the growth between two readings, or None where one was reset between."""
    growth = {
        name: getattr(now, name) - getattr(before, name)
        for name in CounterGrowth.__struct_fields__
        if name not in ("seconds", "sent")
    }
    growth["sent"] = (now.sent_inet + now.sent_inet6) - (
        before.sent_inet + before.sent_inet6
    )
    if min(growth.values()) < 0:
        return None
    return CounterGrowth(seconds=seconds, **growth)


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """How the wall clock went against the monotonic one since an earlier look.

    stepped: seconds by which the wall clock was set forward (or back: negative).
    """

    stepped: float
    seconds: float


class Paths(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses that were asked: answering with the seconds, silent with the reason."""

    answering: Mapping[str, float]
    silent: Mapping[str, str]


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """When the peer was last heard.

    age: seconds since its last report was heard, infinite where it never was.
    """

    age: float
    max_age: float
    silence: str

    @property
    def fresh(self) -> bool:
        """Return whether the last report is young enough to be believed."""
        return self.age <= self.max_age


class Peer(msgspec.Struct, frozen=True, kw_only=True):
    """The other node as its report shows it.

    clock_ahead: seconds by which its wall clock was ahead of ours (behind: negative).
    """

    report: PeerReport
    clock_ahead: float

    @property
    def name(self) -> str:
        """Return its name."""
        return self.report.node

    @property
    def version(self) -> str:
        """Return its version of hawatch."""
        return self.report.version

    @property
    def configuration(self) -> str:
        """Return the digest of its configuration."""
        return self.report.configuration

    @property
    def idle(self) -> float | None:
        """Return the seconds since its last cycle, None where there was none."""
        return self.report.idle


class Hands(msgspec.Struct, frozen=True, kw_only=True):
    """Maintenance on one node or the other, where there is any."""

    here: Maintenance | None
    there: Maintenance | None

    @property
    def sentence(self) -> str:
        """Return who is under maintenance and why; empty where nobody is."""
        parts = []
        if self.here is not None:
            parts.append(f"this node is under maintenance: {self.here.why}")
        if self.there is not None:
            parts.append(f"the peer is under maintenance: {self.there.why}")
        return "; ".join(parts)


class Sql(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered on the VIP, and by which node.

    here, by_peer: the server's own host name is this node's, or the peer's.
    """

    answer: SqlAnswer
    here: bool
    by_peer: bool

    @property
    def serves(self) -> bool:
        """Return whether clients are served."""
        return self.answer.serves

    @property
    def kind(self) -> str:
        """Return how it answered, in SqlKind's words."""
        return self.answer.kind.value

    @property
    def text(self) -> str:
        """Return what it said."""
        return self.answer.text

    @property
    def hostname(self) -> str:
        """Return what the server calls itself; empty where it did not say."""
        return self.answer.hostname or ""

    @property
    def committed(self) -> bool | None:
        """Return whether the commit canary went through; None where not asked."""
        return self.answer.committed


def same_host(one: str, other: str) -> bool:
    """Return whether two host names mean one machine, with or without domain."""
    if "." in one and "." in other:
        return one.lower() == other.lower()
    return one.lower().split(".")[0] == other.lower().split(".")[0]


class RcServices(msgspec.Struct, frozen=True, kw_only=True):
    """The rc services of one service, in the order in which they are started."""

    all: tuple[RcStatus, ...]

    @property
    def alive(self) -> tuple[str, ...]:
        """Return the names of those that live, by rc or by the process table."""
        return tuple(status.name for status in self.all if status.alive)

    @property
    def unknown_to_rc(self) -> tuple[str, ...]:
        """Return those that rc calls stopped while their processes live [FACTS E3]."""
        return tuple(
            status.name
            for status in self.all
            if status.processes and not status.running
        )
