"""A machine as simple as a plan thinks it is: what each step does to a snapshot.

The truth is a snapshot in which everything is known; a look is the truth with some of
its facts hidden. Steps act upon the truth, as they would on a machine, and refuse what
the real ones refuse.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import builders as b
import msgspec

from hawatch.model import plan as steps
from hawatch.model.config import Config
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.hast import HastRole
from hawatch.model.plan import AnyStep
from hawatch.model.snapshot import Snapshot
from hawatch.model.storage import FstabEntry, Mount

HIDDEN = Unknown("hidden")
RESOURCES = ("disk0", "disk1")
DIRECTORIES = ("/var/db/mysql", "/var/db/mysql/log")
SERVICES = ("mysql-server", "proxysql")
DEVICES = tuple(f"/dev/hast/{name}" for name in RESOURCES)


def a_wide_config() -> Config:
    """Return a service of two resources, two mounts (one in the other), two scripts."""
    service = b.a_service_config(resources=RESOURCES, mounts=DIRECTORIES, rc=SERVICES)
    return b.a_config(services={"mysql": service})


def a_truth(
    roles: tuple[str, ...],
    devices: tuple[bool, ...],
    mounts: tuple[Mount, ...],
    services: tuple[str, ...],
) -> Snapshot:
    """Return a machine: roles, device nodes, mounts, and how each service is.

    A service is "running", "dead" or "orphaned" (a process that rc does not know).
    """
    rc = {}
    for name, state in zip(SERVICES, services, strict=True):
        status = b.an_rc_status(alive=state == "running", name=name)
        if state == "orphaned":
            status = msgspec.structs.replace(status, processes=(99,))
        rc[name] = Known(status)
    entries = tuple(
        FstabEntry(device=device, directory=directory, fstype="ufs", options=("rw",))
        for device, directory in zip(DEVICES, DIRECTORIES, strict=True)
    )
    return b.a_snapshot(
        hastd=Known(b.a_hastd("init")),
        resources={
            name: Known(b.a_resource(role, name=name, provname=name))
            for name, role in zip(RESOURCES, roles, strict=True)
        },
        devices=dict(zip(RESOURCES, map(Known, devices), strict=True)),
        mounts=Known(mounts),
        fstab=Known(entries),
        rc=rc,
    )


def seen(truth: Snapshot, hidden: frozenset[str]) -> Snapshot:
    """Return a look at a machine in which some facts could not be found out.

    hidden: "mounts", "hastd", and names of resources, devices and services.
    """

    def mask(facts: Any, prefix: str) -> Any:
        return {
            name: HIDDEN if prefix + name in hidden else fact
            for name, fact in facts.items()
        }

    return msgspec.structs.replace(
        truth,
        mounts=HIDDEN if "mounts" in hidden else truth.mounts,
        hastd=HIDDEN if "hastd" in hidden else truth.hastd,
        resources=mask(truth.resources, ""),
        devices=mask(truth.devices, "device of "),
        rc=mask(truth.rc, ""),
    )


def perform(truth: Snapshot, step: AnyStep) -> Snapshot | None:
    """Return the machine after a step, or None where the step cannot be done."""
    return EFFECTS[type(step)](truth, step)


def _stop(truth: Snapshot, step: steps.StopService) -> Snapshot:
    return _with_service(truth, step.rc, alive=False)


def _start(truth: Snapshot, step: steps.StartService) -> Snapshot | None:
    mounts = _mounts(truth)
    ready = all(
        any(m.directory == place and m.device == device for m in mounts)
        for place, device in zip(DIRECTORIES, DEVICES, strict=True)
    )
    return _with_service(truth, step.rc, alive=True) if ready else None


def _with_service(truth: Snapshot, rc: str, *, alive: bool) -> Snapshot:
    status = Known(b.an_rc_status(alive=alive, name=rc))
    return msgspec.structs.replace(truth, rc={**truth.rc, rc: status})


def _unmount(truth: Snapshot, step: steps.Unmount) -> Snapshot | None:
    mounts = _mounts(truth)
    inside = any(m.directory.startswith(step.directory + "/") for m in mounts)
    here = [
        m
        for m in mounts
        if m.directory == step.directory and step.device in ("", m.device)
    ]
    if here and inside:
        return None
    kept = tuple(m for m in mounts if m not in here)
    return msgspec.structs.replace(truth, mounts=Known(kept))


def _set_role(truth: Snapshot, step: steps.SetRole) -> Snapshot | None:
    if step.role is not HastRole.PRIMARY and any(
        m.device == step.device for m in _mounts(truth)
    ):
        return None
    found = b.a_resource(step.role, name=step.resource, provname=step.resource)
    device: Fact[bool] = truth.devices[step.resource]
    if step.role is not HastRole.PRIMARY:
        device = Known(value=False)
    return msgspec.structs.replace(
        truth,
        resources={**truth.resources, step.resource: Known(found)},
        devices={**truth.devices, step.resource: device},
    )


def _await_device(truth: Snapshot, step: steps.AwaitDevice) -> Snapshot | None:
    found = truth.resources[step.resource]
    assert isinstance(found, Known)
    if found.value.role is not HastRole.PRIMARY:
        return None
    there: Fact[bool] = Known(value=True)
    return msgspec.structs.replace(
        truth, devices={**truth.devices, step.resource: there}
    )


def _check(truth: Snapshot, step: steps.CheckFilesystem) -> Snapshot | None:
    mounted = any(m.device == step.device for m in _mounts(truth))
    return None if mounted or not _has_node(truth, step.device) else truth


def _mount(truth: Snapshot, step: steps.MountFilesystem) -> Snapshot | None:
    if not _has_node(truth, step.device):
        return None
    mount = b.a_mount(device=step.device, directory=step.directory)
    return msgspec.structs.replace(truth, mounts=Known((*_mounts(truth), mount)))


def _prove(truth: Snapshot, step: steps.ProveMount) -> Snapshot | None:
    there = any(
        m.directory == step.directory and m.device == step.device
        for m in _mounts(truth)
    )
    return truth if there and _has_node(truth, step.device) else None


def _ask(truth: Snapshot, step: steps.AwaitSql) -> Snapshot:
    del step
    return truth


def _has_node(truth: Snapshot, device: str) -> bool:
    return truth.devices[device.rsplit("/", 1)[-1]] == Known(value=True)


def _mounts(truth: Snapshot) -> tuple[Mount, ...]:
    assert isinstance(truth.mounts, Known)
    return truth.mounts.value


EFFECTS: dict[type[Any], Callable[[Snapshot, Any], Snapshot | None]] = {
    steps.StopService: _stop,
    steps.StartService: _start,
    steps.Unmount: _unmount,
    steps.SetRole: _set_role,
    steps.AwaitDevice: _await_device,
    steps.CheckFilesystem: _check,
    steps.MountFilesystem: _mount,
    steps.ProveMount: _prove,
    steps.AwaitSql: _ask,
}
