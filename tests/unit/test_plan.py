"""The planner: from any state, cut after any step, planned again, it arrives."""

from __future__ import annotations

import builders as b
import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st
from plan_model import (
    DEVICES,
    DIRECTORIES,
    RESOURCES,
    SERVICES,
    a_truth,
    a_wide_config,
    perform,
    seen,
)
from plan_order import disorder

from hawatch.deciding.plan import ladder_down, ladder_up, restart
from hawatch.deciding.service_view import ServiceView, service_view
from hawatch.model import plan as steps
from hawatch.model.config import StubbornPolicy
from hawatch.model.fact import Known
from hawatch.model.hast import Hastd, HastRole
from hawatch.model.plan import AnyStep, Plan
from hawatch.model.snapshot import Snapshot
from hawatch.model.storage import Mount

CONFIG = a_wide_config()
RELEASED_ROLES = (HastRole.SECONDARY, HastRole.INIT)
HIDEABLE = ("mounts", "hastd", *RESOURCES, *(f"device of {n}" for n in RESOURCES))

BOTH_MOUNTED = tuple(
    b.a_mount(device=device, directory=directory)
    for device, directory in zip(DEVICES, DIRECTORIES, strict=True)
)


def view_of(snapshot: Snapshot) -> ServiceView:
    """Return the service as a look shows it."""
    return service_view(CONFIG, snapshot, "mysql")


def down(snapshot: Snapshot, role: HastRole) -> tuple[AnyStep, ...]:
    """Return the steps down from a look."""
    return ladder_down(CONFIG, snapshot, view_of(snapshot), role=role)


def up(snapshot: Snapshot) -> tuple[AnyStep, ...]:
    """Return the steps up from a look."""
    return ladder_up(CONFIG, snapshot, view_of(snapshot), heard=True)


def performed(
    truth: Snapshot, plan: tuple[AnyStep, ...], cut: int
) -> tuple[Snapshot, bool]:
    """Return the machine after a plan that is cut, and whether a step was refused."""
    for step in plan[:cut]:
        after = perform(truth, step)
        if after is None:
            return truth, True
        truth = after
    return truth, False


def mounted(kind: str, device: str, directory: str) -> tuple[Mount, ...]:
    """Return what lies on a directory."""
    return {
        "none": (),
        "right": (b.a_mount(device=device, directory=directory),),
        "read-only": (
            b.a_mount(device=device, directory=directory, options=("read-only",)),
        ),
        "elsewhere": (b.a_mount(device=device, directory=f"/mnt{device}"),),
        "foreign": (b.a_mount(device="/dev/da9", directory=directory),),
        "twice": (
            b.a_mount(device=device, directory=directory),
            b.a_mount(device=device, directory=f"/mnt{device}"),
        ),
    }[kind]


def truths(*kinds: str) -> st.SearchStrategy[Snapshot]:
    """Return machines of every kind; a device is mounted only while its node is there.

    Where "zombie" is among the kinds, a mount may have lost its device.
    """
    zombies = "zombie" in kinds
    mounts = st.sampled_from([kind for kind in kinds if kind != "zombie"])
    roles = st.sampled_from(["init", "primary", "secondary"])
    services = st.sampled_from(["running", "dead", "orphaned"])

    def build(
        roles: list[str], mounts: list[str], services: list[str], gone: bool
    ) -> Snapshot:
        table: tuple[Mount, ...] = ()
        for kind, role, device, directory in zip(
            mounts, roles, DEVICES, DIRECTORIES, strict=True
        ):
            if role == "primary" or kind == "foreign" or (zombies and gone):
                table += mounted(kind, device, directory)
        devices = tuple(role == "primary" for role in roles)
        return a_truth(tuple(roles), devices, table, tuple(services))

    pair = {"min_size": 2, "max_size": 2}
    return st.builds(
        build,
        st.lists(roles, **pair),  # type: ignore[arg-type]
        st.lists(mounts, **pair),  # type: ignore[arg-type]
        st.lists(services, **pair),  # type: ignore[arg-type]
        st.booleans(),
    )


ANYTHING = truths(
    "none", "right", "read-only", "elsewhere", "foreign", "twice", "zombie"
)
CLIMBABLE = truths("none", "right")
HIDDEN = st.frozensets(st.sampled_from((*HIDEABLE, *SERVICES)))


@given(ANYTHING, HIDDEN, st.sampled_from(RELEASED_ROLES), st.integers(0, 9))
def test_a_release_cut_after_any_step_and_planned_again_arrives(
    truth: Snapshot, hidden: frozenset[str], role: HastRole, cut: int
) -> None:
    """Whatever was there and whatever was unknown, nothing is held in the end."""
    first = down(seen(truth, hidden), role)
    truth, refused = performed(truth, first, cut)
    assert not refused or "mounts" in hidden
    truth, refused = performed(truth, down(truth, role), 99)
    assert not refused
    assert view_of(truth).released == Known(value=True)
    assert down(truth, role) == ()


@given(CLIMBABLE, st.integers(0, 12))
def test_a_take_over_cut_after_any_step_and_planned_again_arrives(
    truth: Snapshot, cut: int
) -> None:
    """Each step of the ladder is taken once, and the node serves in the end."""
    truth, refused = performed(truth, up(truth), cut)
    assert not refused
    truth, refused = performed(truth, up(truth), 99)
    assert not refused
    assert view_of(truth).serving == Known(value=True)
    assert up(truth) == ()


@given(CLIMBABLE, st.integers(0, 12), st.integers(0, 9))
def test_a_take_over_that_is_backed_out_of_leaves_nothing(
    truth: Snapshot, cut: int, second: int
) -> None:
    """Up to any step, then down, cut again: the node holds nothing in the end."""
    truth, _ = performed(truth, up(truth), cut)
    truth, refused = performed(truth, down(truth, HastRole.SECONDARY), second)
    assert not refused
    truth, refused = performed(truth, down(truth, HastRole.SECONDARY), 99)
    assert not refused
    assert view_of(truth).released == Known(value=True)


@given(ANYTHING, HIDDEN, st.sampled_from(RELEASED_ROLES))
def test_the_steps_down_are_in_order(
    truth: Snapshot, hidden: frozenset[str], role: HastRole
) -> None:
    """Services, then mounts from the inside out, then roles."""
    assert disorder(Plan(steps=down(seen(truth, hidden), role))) == []


@given(CLIMBABLE)
def test_the_steps_up_are_in_order(truth: Snapshot) -> None:
    """Role, device, check, mount, proof, service."""
    assert disorder(Plan(steps=up(truth))) == []


@given(ANYTHING, HIDDEN, st.sampled_from(RELEASED_ROLES))
def test_what_is_unknown_counts_as_held_on_the_way_down(
    truth: Snapshot, hidden: frozenset[str], role: HastRole
) -> None:
    """Each hidden service is stopped, each hidden resource gets its role."""
    plan = down(seen(truth, hidden), role)
    stopped = {step.rc for step in plan if isinstance(step, steps.StopService)}
    given_up = {step.resource for step in plan if isinstance(step, steps.SetRole)}
    assert hidden & set(SERVICES) <= stopped
    assert hidden & set(RESOURCES) <= given_up


@given(ANYTHING, HIDDEN, st.sampled_from(RELEASED_ROLES))
def test_a_release_never_lifts_a_role_of_init(
    truth: Snapshot, hidden: frozenset[str], role: HastRole
) -> None:
    """Whether a copy may join as secondary is asked elsewhere [FACTS H16]."""
    look = seen(truth, hidden)
    at_rest = {
        name
        for name in RESOURCES
        if (fact := look.resources[name])
        and isinstance(fact, Known)
        and fact.value.role is HastRole.INIT
        and look.devices[name] == Known(value=False)
    }
    touched = {s.resource for s in down(look, role) if isinstance(s, steps.SetRole)}
    assert at_rest & touched == set()


@settings(max_examples=30)
@given(ANYTHING, HIDDEN)
@example(a_truth(("init",) * 2, (False,) * 2, (), ("dead",) * 2), frozenset())
def test_without_hastd_no_role_is_asked_for(
    truth: Snapshot, hidden: frozenset[str]
) -> None:
    """With the parent gone the devices are gone as well, and nobody would answer."""
    look = seen(truth, hidden - {"hastd"})
    look = msgspec.structs.replace(look, hastd=Known(Hastd(pid=None)))
    plan = down(look, HastRole.SECONDARY)
    assert not [step for step in plan if isinstance(step, steps.SetRole)]


def test_a_process_without_its_pid_file_is_not_joined_by_a_second_one() -> None:
    """Everything is in place and it lives: whether it is well, the checks tell."""
    truth = a_truth(("primary",) * 2, (True,) * 2, BOTH_MOUNTED, ("orphaned",) * 2)
    assert up(truth) == ()


def test_a_process_that_outlived_its_file_system_is_stopped_before_the_mount() -> None:
    """What it writes goes nowhere, and a start would leave it there [FACTS E3]."""
    truth = a_truth(("primary",) * 2, (True,) * 2, (), ("orphaned", "dead"))
    goals = [step.goal for step in up(truth)]
    assert goals[0] == "mysql-server stopped"
    assert "mysql-server running" in goals


def test_a_restart_proves_the_mounts_first() -> None:
    """The local remedy: proofs, each script in its order, the question in SQL."""
    truth = a_truth(("primary",) * 2, (True,) * 2, BOTH_MOUNTED, ("running",) * 2)
    plan = restart(CONFIG, view_of(truth))
    assert [step.goal for step in plan] == [
        "/var/db/mysql proved",
        "/var/db/mysql/log proved",
        "mysql-server restarted",
        "proxysql restarted",
        "mysql answers SQL",
    ]
    assert disorder(Plan(steps=plan)) == []


def test_services_are_stopped_in_the_reverse_of_their_starting_order() -> None:
    """Who depends on a service goes before it."""
    truth = a_truth(("init",) * 2, (False,) * 2, (), ("running",) * 2)
    plan = down(truth, HastRole.SECONDARY)
    assert [step.goal for step in plan] == ["proxysql stopped", "mysql-server stopped"]


def test_a_stubborn_service_is_killed_only_where_that_is_allowed() -> None:
    """With stubborn = "hold" a person has the last word."""
    truth = a_truth(("init",) * 2, (False,) * 2, (), ("running",) * 2)
    service = b.a_service_config(
        resources=RESOURCES,
        mounts=DIRECTORIES,
        rc=SERVICES,
        stubborn=StubbornPolicy.HOLD,
    )
    config = b.a_config(services={"mysql": service})
    view = service_view(config, truth, "mysql")
    plan = ladder_down(config, truth, view, role=HastRole.SECONDARY)
    assert [s.kill for s in plan if isinstance(s, steps.StopService)] == [False] * 2
    plan = ladder_down(config, truth, view, role=HastRole.SECONDARY, insist=True)
    assert [s.kill for s in plan if isinstance(s, steps.StopService)] == [True] * 2


def test_a_dead_service_whose_keeper_lives_is_stopped_all_the_same() -> None:
    """It would be back before the unmount, and hold its files open [FACTS E3]."""
    truth = a_truth(("primary",) * 2, (True,) * 2, (), ("dead",) * 2)
    dead = b.an_rc_status(alive=False)
    kept = b.an_rc_status(alive=False, keepers=(70,))
    for status, wanted in ((dead, []), (kept, [SERVICES[0]])):
        rc = {**truth.rc, SERVICES[0]: Known(status)}
        plan = down(msgspec.structs.replace(truth, rc=rc), HastRole.SECONDARY)
        assert [s.rc for s in plan if isinstance(s, steps.StopService)] == wanted


def test_fsck_yes_is_asked_only_for_the_directories_that_the_owner_named() -> None:
    """Never 8: nothing destructive is automatic."""
    truth = a_truth(("primary",) * 2, (True,) * 2, (), ("dead",) * 2)
    service = b.a_service_config(
        resources=RESOURCES,
        mounts=DIRECTORIES,
        rc=SERVICES,
        fsck_yes=(DIRECTORIES[1],),
    )
    config = b.a_config(services={"mysql": service})
    plan = ladder_up(config, truth, service_view(config, truth, "mysql"), heard=True)
    allowed = {
        s.device: s.allow_yes for s in plan if isinstance(s, steps.CheckFilesystem)
    }
    assert allowed == {DEVICES[0]: False, DEVICES[1]: True}


def test_every_step_has_a_deadline() -> None:
    """Nothing is waited for without an end."""
    truth = a_truth(("secondary",) * 2, (False,) * 2, (), ("dead",) * 2)
    assert all(step.deadline > 0 for step in up(truth))
    assert all(step.deadline > 0 for step in down(truth, HastRole.INIT))


def test_the_device_gets_the_time_that_a_silent_peer_costs() -> None:
    """Three times hast.conf's timeout and ten seconds [FACTS B3]."""
    truth = a_truth(("secondary",) * 2, (False,) * 2, (), ("dead",) * 2)
    waits = [step.deadline for step in up(truth) if isinstance(step, steps.AwaitDevice)]
    assert waits == [70.0, 70.0]
