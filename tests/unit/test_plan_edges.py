"""The planner where something is missing: half of the mounts, fstab, a device node."""

from __future__ import annotations

from typing import Any

import builders as b
import msgspec
import pytest
from plan_model import DEVICES, DIRECTORIES, RESOURCES, SERVICES, a_truth, a_wide_config

from hawatch.deciding.plan import ladder_down, ladder_up, restart
from hawatch.deciding.service_view import service_view
from hawatch.model.config import StubbornPolicy
from hawatch.model.fact import Known, Unknown
from hawatch.model.hast import HastRole
from hawatch.model.plan import (
    AnyStep,
    MountFilesystem,
    RestartService,
    SetRole,
    StopService,
    Unmount,
)
from hawatch.model.snapshot import Snapshot

HIDDEN = Unknown("nobody could find out")
MOUNTS = tuple(
    b.a_mount(device=device, directory=directory)
    for device, directory in zip(DEVICES, DIRECTORIES, strict=True)
)
SERVING = a_truth(("primary",) * 2, (True,) * 2, MOUNTS, ("running",) * 2)
RELEASED = a_truth(("secondary",) * 2, (False,) * 2, (), ("dead",) * 2)


def up(truth: Snapshot, *, heard: bool = True, **changes: Any) -> tuple[AnyStep, ...]:
    """Return the steps up from a look with something changed."""
    look, config = msgspec.structs.replace(truth, **changes), a_wide_config()
    return ladder_up(config, look, service_view(config, look, "mysql"), heard=heard)


def down(truth: Snapshot, **changes: Any) -> tuple[AnyStep, ...]:
    """Return the steps down from a look with something changed."""
    look, config = msgspec.structs.replace(truth, **changes), a_wide_config()
    view = service_view(config, look, "mysql")
    return ladder_down(config, look, view, role=HastRole.SECONDARY)


def test_a_server_is_stopped_where_one_of_its_file_systems_is_missing() -> None:
    """Its logs would go to the bare directory and vanish under the mount [FACTS E3]."""
    steps = up(SERVING, mounts=Known(MOUNTS[:1]))
    assert [s.rc for s in steps if isinstance(s, StopService)] == [*reversed(SERVICES)]
    assert [s.directory for s in steps if isinstance(s, MountFilesystem)] == [
        DIRECTORIES[1]
    ]


@pytest.mark.parametrize(
    ("fstab", "mounted"),
    [
        (HIDDEN, []),
        (Known(()), []),
        (Known((b.an_fstab_entry(),)), [DIRECTORIES[0]]),
    ],
    ids=["unread", "empty", "one of two"],
)
def test_what_fstab_does_not_tell_is_mounted_by_nobody(
    fstab: Any, mounted: list[str]
) -> None:
    """A device is never guessed; the start that comes after it proves the mounts."""
    steps = up(RELEASED, fstab=fstab)
    found = [s.directory for s in steps if isinstance(s, MountFilesystem)]
    assert found == mounted


def test_only_a_mount_decided_against_a_silent_peer_asks_whether_it_came_back() -> None:
    """A peer that is heard has told what its copy is; a silent one may come back."""
    mounts = [s for s in up(RELEASED, heard=False) if isinstance(s, MountFilesystem)]
    assert [s.unjoined for s in mounts] == list(RESOURCES)
    mounts = [s for s in up(RELEASED) if isinstance(s, MountFilesystem)]
    assert [s.unjoined for s in mounts] == ["", ""]


def test_a_service_that_cannot_be_asked_is_started_on_the_way_up() -> None:
    """A start of what runs already does nothing; a start left out is an outage."""
    steps = up(SERVING, rc={**SERVING.rc, SERVICES[1]: HIDDEN})
    assert "proxysql running" in [step.goal for step in steps]
    assert "mysql-server running" not in [step.goal for step in steps]


@pytest.mark.parametrize("device", [Known(value=True), HIDDEN])
def test_a_secondary_whose_device_may_be_left_is_made_secondary_again(
    device: Any,
) -> None:
    """While a device is there somebody could mount it [FACTS B2]."""
    assert [s for s in down(RELEASED) if isinstance(s, SetRole)] == []
    devices = {**RELEASED.devices, RESOURCES[1]: device}
    steps = down(RELEASED, devices=devices, hastd=HIDDEN)
    assert [s.resource for s in steps if isinstance(s, SetRole)] == [RESOURCES[1]]


@pytest.mark.parametrize(
    ("fstab", "devices"),
    [(SERVING.fstab, DEVICES), (HIDDEN, ("", "")), (Known(()), ("", ""))],
    ids=["known", "unread", "empty"],
)
def test_with_the_mount_table_unread_every_directory_is_unmounted(
    fstab: Any, devices: tuple[str, ...]
) -> None:
    """The device is named where fstab names it: nothing else there is touched."""
    steps = down(SERVING, mounts=HIDDEN, fstab=fstab)
    found = [(s.directory, s.device) for s in steps if isinstance(s, Unmount)]
    assert found == [*reversed([*zip(DIRECTORIES, devices, strict=True)])]


def test_an_unmount_is_forced_after_half_of_its_time() -> None:
    """The other half is left for the force, which may have to wait as well."""
    times = [
        (s.force_after, s.deadline) for s in down(SERVING) if isinstance(s, Unmount)
    ]
    assert times == [(10.0, 20.0)] * 2


@pytest.mark.parametrize(
    ("stubborn", "kill"), [(StubbornPolicy.KILL, True), (StubbornPolicy.HOLD, False)]
)
def test_a_restart_has_the_time_of_a_stop_and_a_start(
    stubborn: StubbornPolicy, *, kill: bool
) -> None:
    """And kills a stubborn service only where that is allowed."""
    service = b.a_service_config(
        stop_deadline=60.0, start_deadline=45.0, stubborn=stubborn
    )
    config = b.a_config(services={"mysql": service})
    steps = restart(config, service_view(config, b.a_snapshot(), "mysql"))
    found = [(s.deadline, s.kill) for s in steps if isinstance(s, RestartService)]
    assert found == [(105.0, kill)]
