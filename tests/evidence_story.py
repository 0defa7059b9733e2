"""A resource's story, look after look: what the tests of the evidence tell."""

from __future__ import annotations

from typing import Any

from builders import (
    OWNER,
    STANDBY,
    a_config,
    a_counters,
    a_dump,
    a_memory,
    a_moment,
    a_peer_report,
    a_resource,
    a_sample,
    a_service_report,
    a_snapshot,
    an_in_sync,
)

from hawatch.deciding.evidence import next_evidence
from hawatch.deciding.service_view import service_view
from hawatch.model.fact import Known, Unknown
from hawatch.model.hast import HastDump, HastResource, HastStatus
from hawatch.model.latch import Latch, LatchKind
from hawatch.model.memory import ServiceMemory
from hawatch.model.report import ServiceReport
from hawatch.model.snapshot import PeerSighting

DEGRADED: dict[str, Any] = {"status": HastStatus.DEGRADED}
ALONE: dict[str, Any] = {"status": HastStatus.NONE, "workerpid": None}
SILENT = Unknown("no answer over any path")


class Story:
    """A node's memory over its looks, 10 seconds apart."""

    def __init__(self, node: str, **remembered: Any) -> None:
        self.node = node
        self.own = ServiceMemory(**remembered)
        self.monotonic = 1000.0
        self.received = 0

    def look(
        self,
        hast: HastResource | Unknown,
        theirs: ServiceReport | Unknown,
        *,
        dump: HastDump | None = None,
        adverts: int = 0,
        hints: tuple[str, ...] = (),
        boot: str = "boot-1",
        boot_before: str | None = None,
    ) -> ServiceMemory:
        """Look once more; adverts is how many were accepted since the last look."""
        before = a_counters(received_inet=self.received)
        self.received += adverts
        earlier = a_moment(self.monotonic, boot=boot_before or boot)
        self.monotonic += 10.0
        peer = STANDBY if self.node == OWNER else OWNER
        report = (
            theirs
            if isinstance(theirs, Unknown)
            else Known(a_peer_report(peer, services={"mysql": theirs}))
        )
        snapshot = a_snapshot(
            self.node,
            hast=hast,
            taken=a_moment(self.monotonic, boot=boot),
            counters=Known(a_counters(received_inet=self.received)),
            dumps={"disk0": Known(dump or a_dump())},
            peer=PeerSighting(report=report),
        )
        config = a_config()
        self.own = next_evidence(
            config,
            self.own,
            service_view(config, snapshot, "mysql"),
            snapshot,
            a_memory(self.node, samples=(a_sample(taken=earlier, counters=before),)),
            {"disk0": frozenset(hints)},
        )
        return self.own

    def kinds(self) -> set[tuple[LatchKind, str]]:
        return {(latch.kind, latch.copy_of) for latch in self.own.latches}

    def latch(self, kind: LatchKind) -> Latch:
        (latch,) = [latch for latch in self.own.latches if latch.kind is kind]
        return latch


def primary(**changes: Any) -> HastResource:
    return a_resource("primary", **{"workerpid": 1747} | changes)


def secondary(**changes: Any) -> HastResource:
    return a_resource("secondary", **{"workerpid": 800} | changes)


def owner_says(resource: HastResource | None = None, **changes: Any) -> ServiceReport:
    """Return the owner's report; its evidence names the standby's worker 800."""
    values: dict[str, Any] = {
        "resources": {"disk0": Known(resource or primary())},
        "in_sync": {"disk0": an_in_sync(peer_worker=800)},
    }
    return a_service_report(OWNER, **values | changes)


def standby_says(resource: HastResource | None = None, **changes: Any) -> ServiceReport:
    values: dict[str, Any] = {"resources": {"disk0": Known(resource or secondary())}}
    return a_service_report(STANDBY, **values | changes)


def a_synced_owner() -> Story:
    story = Story(OWNER)
    story.look(primary(), standby_says())
    assert "disk0" in story.own.in_sync
    return story


def a_synced_standby() -> Story:
    story = Story(STANDBY)
    story.look(secondary(), owner_says())
    assert "disk0" in story.own.peer_in_sync
    return story


def an_indebted_owner() -> Story:
    """Return an owner that wrote while the link broke, connected again since."""
    story = a_synced_owner()
    story.look(primary(writes=166, dirty=4194304, **DEGRADED), standby_says())
    story.look(primary(writes=170), standby_says())
    assert story.kinds() == {(LatchKind.DIVERGED, STANDBY)}
    return story


def a_stale_standby() -> Story:
    story = a_synced_standby()
    story.look(secondary(**ALONE), owner_says(primary(**DEGRADED), in_sync={}))
    assert story.kinds() == {(LatchKind.STALE, STANDBY)}
    return story
