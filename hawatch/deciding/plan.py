"""Two ladders, one planner: the steps that are still missing to reach a duty.

Given what is there, `ladder_up` and `ladder_down` name only what is not reached yet, so
a plan that was cut after any step and is planned again goes on where it stopped. Going
down, what is unknown counts as still to be done; going up, the gates have refused
before anything unknown gets here.
"""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.deciding.mount_view import device_of
from hawatch.deciding.service_view import ServiceView
from hawatch.deciding.timers import budget
from hawatch.model.config import Config, ServiceConfig, StubbornPolicy
from hawatch.model.fact import Known, is_false, is_true
from hawatch.model.hast import HastRole
from hawatch.model.plan import (
    AnyStep,
    AwaitDevice,
    AwaitSql,
    CheckFilesystem,
    MountFilesystem,
    ProveMount,
    RestartService,
    SetRole,
    StartService,
    StopService,
    Unmount,
)
from hawatch.model.snapshot import Snapshot

MOUNT_DEADLINE = 30.0
PROOF_DEADLINE = 10.0


def ladder_down(
    config: Config,
    snapshot: Snapshot,
    view: ServiceView,
    *,
    role: HastRole,
    insist: bool = False,
) -> tuple[AnyStep, ...]:
    """Return the steps from what is there to a released service.

    services stopped, everything of the service unmounted, then the HAST roles set to
    `role` (secondary, or init when fencing). Empty when all of it is known to be so.
    insist: what does not stop is killed, even where a person wants to see it first.
    """
    service = config.services[view.name]
    return (
        *_stops(service, view, insist=insist),
        *_unmounts(service, snapshot, view),
        *_role_changes(config, snapshot, view, role),
    )


def ladder_up(
    config: Config, snapshot: Snapshot, view: ServiceView, *, heard: bool
) -> tuple[AnyStep, ...]:
    """Return the steps from what is there to a serving node.

    heard: the peer answered in this look. A process that outlived its file system is
    stopped first [FACTS E3].
    """
    service = config.services[view.name]
    in_place = all(is_true(mount.ready) for mount in view.mounts.values())
    return (
        *(() if in_place else _stops(service, view)),
        *_promotions(config, snapshot, view),
        *_mounts(service, snapshot, view, heard=heard),
        *_starts(service, view, in_place=in_place),
    )


def restart(config: Config, view: ServiceView) -> tuple[AnyStep, ...]:
    """Return the local remedy: prove the mounts, then restart the rc services."""
    service = config.services[view.name]
    return (
        *_proofs(service, view),
        *(
            RestartService(
                rc=rc,
                deadline=service.stop_deadline + service.start_deadline,
                kill=service.stubborn is StubbornPolicy.KILL,
            )
            for rc in service.rc
        ),
        *_sql(service, view),
    )


def _stops(
    service: ServiceConfig, view: ServiceView, *, insist: bool = False
) -> Iterator[AnyStep]:
    for rc in reversed(service.rc):
        status = view.rc[rc]
        if not (isinstance(status, Known) and status.value.gone):
            yield StopService(
                rc=rc,
                deadline=service.stop_deadline,
                kill=insist or service.stubborn is StubbornPolicy.KILL,
            )


def _unmounts(
    service: ServiceConfig, snapshot: Snapshot, view: ServiceView
) -> Iterator[AnyStep]:
    """Yield one step for each mount of the service, the innermost first."""
    if is_false(view.mounted):
        return
    if isinstance(snapshot.mounts, Known):
        devices = {device_of(snapshot, name) for name in service.resources}
        places = {
            mount.directory: mount.device
            for mount in snapshot.mounts.value
            if mount.device in devices or mount.directory in view.mounts
        }
    else:
        places = {
            directory: mount.device.value if isinstance(mount.device, Known) else ""
            for directory, mount in view.mounts.items()
        }
    for directory in sorted(places, key=len, reverse=True):
        yield Unmount(
            directory=directory,
            device=places[directory],
            deadline=service.unmount_deadline,
            force_after=service.unmount_deadline / 2,
        )


def _role_changes(
    config: Config, snapshot: Snapshot, view: ServiceView, role: HastRole
) -> Iterator[AnyStep]:
    if isinstance(snapshot.hastd, Known) and snapshot.hastd.value.pid is None:
        return
    for name, resource in view.resources.items():
        # A role of init is released: whether it may become secondary is another
        # question, with gates of its own [FACTS H16].
        there = isinstance(resource, Known) and resource.value.role in (
            role,
            HastRole.INIT,
        )
        if not (there and is_false(view.devices[name])):
            yield SetRole(
                resource=name,
                role=role,
                device=device_of(snapshot, name),
                deadline=config.hast.role_deadline,
            )


def _promotions(
    config: Config, snapshot: Snapshot, view: ServiceView
) -> Iterator[AnyStep]:
    for name in view.resources:
        device = device_of(snapshot, name)
        if not is_true(view.primaries[name]):
            yield SetRole(
                resource=name,
                role=HastRole.PRIMARY,
                device=device,
                deadline=config.hast.role_deadline,
            )
        if not is_true(view.serving):
            yield AwaitDevice(
                resource=name, device=device, deadline=budget(config).device_wait
            )


def _mounts(
    service: ServiceConfig, snapshot: Snapshot, view: ServiceView, *, heard: bool
) -> Iterator[AnyStep]:
    resources = {device_of(snapshot, name): name for name in service.resources}
    for directory, mount in view.mounts.items():
        if is_true(mount.ready) or not isinstance(mount.entry, Known):
            continue
        entry = mount.entry.value
        if entry is None:
            continue
        yield CheckFilesystem(
            device=entry.device,
            fstype=entry.fstype,
            allow_yes=directory in service.fsck_yes,
            deadline=service.fsck_deadline,
        )
        yield MountFilesystem(
            directory=directory,
            device=entry.device,
            unjoined="" if heard else resources.get(entry.device, ""),
            deadline=MOUNT_DEADLINE,
        )
    if not is_true(view.serving):
        yield from _proofs(service, view)


def _proofs(service: ServiceConfig, view: ServiceView) -> Iterator[AnyStep]:
    for directory, mount in view.mounts.items():
        device = mount.device
        if isinstance(device, Known):
            yield ProveMount(
                directory=directory,
                device=device.value,
                sentinel=service.sentinel,
                deadline=PROOF_DEADLINE,
            )


def _starts(
    service: ServiceConfig, view: ServiceView, *, in_place: bool
) -> Iterator[AnyStep]:
    for rc in service.rc:
        status = view.rc[rc]
        if not (in_place and isinstance(status, Known) and status.value.alive):
            yield StartService(rc=rc, deadline=service.start_deadline)
    if not is_true(view.serving):
        yield from _sql(service, view)


def _sql(service: ServiceConfig, view: ServiceView) -> Iterator[AnyStep]:
    if service.probe is not None:
        yield AwaitSql(service=view.name, deadline=service.start_deadline)
