"""What one node tells the other: facts, no secrets."""

from __future__ import annotations

import enum
from collections.abc import Mapping

import msgspec

from hawatch.model.carp import CarpCounters, CarpSysctls, CarpVhid
from hawatch.model.fact import Fact
from hawatch.model.hast import HastDump, HastResource
from hawatch.model.latch import InSync, Latch
from hawatch.model.moment import Moment

REPORT_SCHEMA = 1
"""Raised when a report's meaning changes; another number is not understood."""


class Duty(enum.StrEnum):
    """What a node should be for one service."""

    ACTIVE = "active"
    STANDBY = "standby"
    RELEASED = "released"


class Maintenance(msgspec.Struct, frozen=True, kw_only=True):
    """Hands off: nothing automatic until it ends (wall clock seconds).

    begun, ended: when this node's person began it, and ended it before its time; never
    known of the peer's. One that was ended is kept: the peer may not have heard it.
    """

    why: str
    since: float
    until: float
    who: str = ""
    begun: Moment | None = None
    ended: Moment | None = None

    def left(self, now: Moment) -> float:
        """Return the seconds until the end that was announced, below 0 after it.

        Within the boot in which it began, a clock that is set changes nothing.
        """
        if self.begun is not None and self.begun.boot == now.boot:
            whole = self.until - self.begun.wall
            return whole - (now.monotonic - self.begun.monotonic)
        return self.until - now.wall

    def in_force(self, now: Moment) -> bool:
        """Return whether it holds this node's own hands now."""
        return self.ended is None and self.left(now) > 0


class ServiceReport(msgspec.Struct, frozen=True, kw_only=True):
    """One service on the reporting node.

    epoch: which take-over made this node the owner, or the last that it was.
    holding: any role primary, mount or process of the service is left here.
    serving: role primary, mounted, and every service alive.
    failing: checks with remedy `demote` that stand failing here.
    in_sync: as primary, the evidence that the other node's copy is current.
    eligible: why this node could not take over, empty when it could.
    """

    duty: Duty
    epoch: int = 0
    carp: Fact[CarpVhid]
    resources: Mapping[str, Fact[HastResource]]
    dumps: Mapping[str, Fact[HastDump]]
    holding: Fact[bool]
    serving: Fact[bool]
    failing: tuple[str, ...] = ()
    latches: tuple[Latch, ...] = ()
    in_sync: Mapping[str, InSync] = {}
    not_eligible: tuple[str, ...] = ()


class PeerReport(msgspec.Struct, frozen=True, kw_only=True):
    """One node's report for its peer. wall and monotonic are the reporter's clocks.

    idle: seconds since the reporter's last cycle ended, None where there was none. A
    report can be made by a node whose cron is dead. heard: the other node's clocks in
    the newest of its reports that the reporter believed: what that one said is known.
    """

    schema: int = REPORT_SCHEMA
    node: str
    version: str
    configuration: str
    boot: str
    sequence: int
    wall: float
    monotonic: float
    sysctls: Fact[CarpSysctls]
    counters: Fact[CarpCounters]
    services: Mapping[str, ServiceReport]
    maintenance: Maintenance | None = None
    witnessed: bool | None = None
    moves: tuple[float, ...] = ()
    idle: float | None = None
    heard: Moment | None = None
