"""Values that no FreeBSD node can have: a report with one of them is not believed."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from hawatch.model.carp import CarpVhid
from hawatch.model.fact import Known
from hawatch.model.hast import HastDump, HastResource
from hawatch.model.report import PeerReport, ServiceReport

LONGEST_NAME = 255
"""Characters of a host name, a boot id, a version or a configuration's digest."""

LATEST_WALL = 253_402_300_800.0
"""The year 10000 in seconds since 1970."""

LARGEST_COUNT = 2**64 - 1
"""hastd's counters, sizes and generations are 64 bits wide [FACTS B6]."""


def absurdity(report: PeerReport) -> str | None:
    """Given a decoded report, return the first absurd value with its path, or None."""
    return next(_absurdities(report), None)


def _absurdities(report: PeerReport) -> Iterator[str]:
    for name in ("node", "version", "configuration", "boot"):
        value = getattr(report, name)
        if len(value) > LONGEST_NAME or not value.isprintable():
            yield f"absurd {name} in the report: {value[:40]!r}"
    if not report.boot:
        yield "absurd boot in the report: it is empty"
    yield from _outside("sequence", report.sequence, 0, LARGEST_COUNT)
    yield from _outside("wall", report.wall, 0.0, LATEST_WALL)
    yield from _outside("monotonic", report.monotonic, 0.0, LATEST_WALL)
    for at in report.moves:
        yield from _outside("moves", at, 0.0, LATEST_WALL)
    if report.maintenance is not None:
        yield from _outside(
            "maintenance.until", report.maintenance.until, 0.0, LATEST_WALL
        )
    if report.heard is not None:
        yield from _outside("heard.wall", report.heard.wall, 0.0, LATEST_WALL)
        yield from _outside("heard.monotonic", report.heard.monotonic, 0.0, LATEST_WALL)
    if isinstance(report.counters, Known):
        yield from _counts("counters", report.counters.value)
    if isinstance(report.sysctls, Known):
        demotion = report.sysctls.value.demotion
        yield from _outside("sysctls.demotion", demotion, -(2**31), 2**31)
    for name, service in report.services.items():
        yield from _of_service(f"services.{name[:LONGEST_NAME]}", service)


def _of_service(path: str, service: ServiceReport) -> Iterator[str]:
    if isinstance(service.carp, Known):
        yield from _of_vhid(f"{path}.carp", service.carp.value)
    for kind, facts in (("resources", service.resources), ("dumps", service.dumps)):
        for name, fact in facts.items():
            if isinstance(fact, Known):
                yield from _of_named(f"{path}.{kind}", name, fact.value)
    for latch in service.latches:
        yield from _outside(f"{path}.latches.since", latch.since, 0.0, LATEST_WALL)
        yield from _counts(f"{path}.latches", latch)
    for evidence in service.in_sync.values():
        yield from _outside(f"{path}.in_sync.since", evidence.since, 0.0, LATEST_WALL)
        yield from _counts(f"{path}.in_sync", evidence)


def _of_vhid(path: str, vhid: CarpVhid) -> Iterator[str]:
    """The ranges of ifconfig [FACTS A2]."""
    yield from _outside(f"{path}.vhid", vhid.vhid, 1, 255)
    yield from _outside(f"{path}.advbase", vhid.advbase, 1, 255)
    yield from _outside(f"{path}.advskew", vhid.advskew, 0, 254)


def _of_named(path: str, name: str, found: HastResource | HastDump) -> Iterator[str]:
    if found.name != name:
        yield f"{path}.{name} of the report speaks of {found.name}"
    yield from _counts(f"{path}.{name}", found)


def _counts(path: str, struct: msgspec.Struct) -> Iterator[str]:
    """Complain about each number of a struct that is no 64-bit counter."""
    for field in struct.__struct_fields__:
        value = getattr(struct, field)
        if isinstance(value, msgspec.Struct):
            yield from _counts(f"{path}.{field}", value)
        elif isinstance(value, int):
            yield from _outside(f"{path}.{field}", value, 0, LARGEST_COUNT)


def _outside(path: str, value: float, low: float, high: float) -> Iterator[str]:
    """Yield a complaint where a number is out of range (NaN is, too)."""
    if not low <= value <= high:
        yield f"absurd {path} in the report: {value!r}"
