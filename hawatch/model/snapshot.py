"""Everything one look at the machine found: frozen, stamped, each part known or not."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hawatch.model.carp import CarpCounters, CarpSysctls, Interface
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.hast import Hastd, HastDump, HastResource
from hawatch.model.moment import Moment
from hawatch.model.report import PeerReport
from hawatch.model.services import RcStatus, SqlAnswer
from hawatch.model.storage import DirectoryProbe, FstabEntry, Mount, SkippedLine, Space

NOT_LOOKED: Unknown = Unknown("not looked at")


NOT_ASKED: Unknown = Unknown("the peer was not asked in this look")
"""Says nothing about the peer; one that was asked in vain is another thing."""


class PeerSighting(msgspec.Struct, frozen=True, kw_only=True):
    """What was heard of the other node in this look.

    paths: per configured address the seconds an answer took. report: what it said.
    """

    paths: Mapping[str, Fact[float]] = {}
    report: Fact[PeerReport] = NOT_LOOKED


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One look at one node.

    interfaces are keyed by name; resources, dumps and devices by HAST resource name
    (a device fact tells whether /dev/hast/PROVNAME exists); directories and space by
    mount point; rc by script name; sql by service name; witnesses by address.
    fstab_skipped: the lines of fstab that mount(8) leaves out. configured_devices: the
    device of each resource by hast.conf, read only where hastctl did not tell it.
    """

    node: str
    taken: Moment
    seconds: float = 0.0
    boot_time: Fact[float] = NOT_LOOKED
    sysctls: Fact[CarpSysctls] = NOT_LOOKED
    counters: Fact[CarpCounters] = NOT_LOOKED
    interfaces: Mapping[str, Fact[Interface]] = {}
    hastd: Fact[Hastd] = NOT_LOOKED
    resources: Mapping[str, Fact[HastResource]] = {}
    dumps: Mapping[str, Fact[HastDump]] = {}
    configured_devices: Mapping[str, str] = {}
    devices: Mapping[str, Fact[bool]] = {}
    mounts: Fact[tuple[Mount, ...]] = NOT_LOOKED
    fstab: Fact[tuple[FstabEntry, ...]] = NOT_LOOKED
    fstab_skipped: tuple[SkippedLine, ...] = ()
    directories: Mapping[str, Fact[DirectoryProbe]] = {}
    space: Mapping[str, Fact[Space]] = {}
    rc: Mapping[str, Fact[RcStatus]] = {}
    sql: Mapping[str, Fact[SqlAnswer]] = {}
    witnesses: Mapping[str, Fact[float]] = {}
    peer: PeerSighting = PeerSighting()

    @property
    def witnessed(self) -> bool:
        """Return whether a witness answered."""
        return any(isinstance(fact, Known) for fact in self.witnesses.values())
