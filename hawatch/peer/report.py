"""This node's report for its peer: facts from a look and from memory, no secrets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from hawatch.deciding.service_view import service_view
from hawatch.model.config import Config
from hawatch.model.finding import Standing, Streak
from hawatch.model.memory import Memory, ServiceMemory
from hawatch.model.moment import Moment
from hawatch.model.report import Maintenance, PeerReport, ServiceReport
from hawatch.model.snapshot import Snapshot
from hawatch.peer.eligible import not_eligible


def build_report(
    config: Config,
    snapshot: Snapshot,
    memory: Memory,
    *,
    sequence: int,
    version: str,
    configuration: str,
    demoting: Collection[str],
) -> PeerReport:
    """Given one look and the memory, return the report for the peer.

    sequence is the cycle's number; the snapshot must be a new look, since the peer
    refuses the same one twice. version is hawatch's, configuration the digest
    of the file, demoting the names of the checks whose remedy has `demote`.
    """
    maintenance = _announced(memory.maintenance, snapshot.taken)
    current = msgspec.structs.replace(memory, maintenance=maintenance)
    return PeerReport(
        node=snapshot.node,
        version=version,
        configuration=configuration,
        boot=snapshot.taken.boot,
        sequence=sequence,
        wall=snapshot.taken.wall,
        monotonic=snapshot.taken.monotonic,
        sysctls=snapshot.sysctls,
        counters=snapshot.counters,
        services={
            name: _service_report(config, snapshot, current, name, demoting)
            for name in config.services
        },
        maintenance=maintenance,
        witnessed=_witnessed(snapshot),
        moves=tuple(
            snapshot.taken.wall - move.age(snapshot.taken) for move in memory.moves
        ),
        idle=_idle(snapshot, memory),
        heard=_heard(memory),
    )


def _announced(notice: Maintenance | None, now: Moment) -> Maintenance | None:
    """Return the maintenance in force, its end told by the clock of this report."""
    if notice is None or not notice.in_force(now):
        return None
    until = now.wall + notice.left(now)
    return msgspec.structs.replace(notice, until=until, begun=None)


def _heard(memory: Memory) -> Moment | None:
    if memory.peer is None:
        return None
    report = memory.peer.report
    return Moment(wall=report.wall, monotonic=report.monotonic, boot=report.boot)


def _idle(snapshot: Snapshot, memory: Memory) -> float | None:
    last = memory.last
    return None if last is None else snapshot.taken.seconds_since(last)


def encode_report(report: PeerReport) -> str:
    """Return a report as the line of JSON that goes over the channel."""
    return msgspec.json.encode(report).decode()


def failing_checks(
    service: str, streaks: Mapping[str, Streak], demoting: Collection[str]
) -> tuple[str, ...]:
    """Return the checks among demoting that stand failing for a service or the node.

    The keys of streaks are `check[subject]` as Finding.key writes them.
    """
    return tuple(sorted(set(_failing(service, streaks, demoting))))


def _failing(
    service: str, streaks: Mapping[str, Streak], demoting: Collection[str]
) -> Iterable[str]:
    for key, streak in streaks.items():
        if streak.standing is not Standing.FAILING:
            continue
        check, _, subject = key.removesuffix("]").partition("[")
        concerns = subject in ("node", service) or subject.startswith(
            (f"{service}/", f"{service}:")
        )
        if check in demoting and concerns:
            yield check


def _service_report(
    config: Config,
    snapshot: Snapshot,
    memory: Memory,
    name: str,
    demoting: Collection[str],
) -> ServiceReport:
    view = service_view(config, snapshot, name)
    own = memory.services.get(name, ServiceMemory())
    return ServiceReport(
        duty=own.duty,
        epoch=own.epoch,
        carp=view.carp,
        resources=view.resources,
        dumps=view.dumps,
        holding=view.holding,
        serving=view.serving,
        failing=failing_checks(name, memory.streaks, demoting),
        latches=own.latches,
        in_sync=own.in_sync,
        not_eligible=not_eligible(snapshot, view, own.latches, memory.maintenance),
    )


def _witnessed(snapshot: Snapshot) -> bool | None:
    """Return whether a witness answered; None where none was asked."""
    if not snapshot.witnesses:
        return None
    return snapshot.witnessed
