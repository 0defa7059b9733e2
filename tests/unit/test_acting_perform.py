"""The loop over a plan: intents first, one doubt and it stops, and a dry run."""

from __future__ import annotations

import pytest
from acting_bench import AWAIT, DEVICE, DIRECTORY, RC, Bench, Notes

from hawatch.acting.perform import PERFORMERS
from hawatch.model.grip import GIVING, TAKING, Grip, grip_of
from hawatch.model.hast import HastRole
from hawatch.model.plan import (
    AllowCarp,
    AnyStep,
    AwaitDevice,
    AwaitSql,
    CheckFilesystem,
    Lever,
    MountFilesystem,
    Plan,
    ProveMount,
    RestartService,
    RestartWorker,
    RestoreSkew,
    SetRole,
    StartService,
    Step,
    StepResult,
    StopService,
    TakeVip,
    Unmount,
    YieldVip,
)
from hawatch.sim.faults import FaultKind

STOP = StopService(rc=RC, kill=True, deadline=60.0)
UNMOUNT = Unmount(directory=DIRECTORY, device=DEVICE, deadline=20.0, force_after=10.0)
SECONDARY = SetRole(
    resource="disk0", role=HastRole.SECONDARY, device=DEVICE, deadline=30.0
)
PRIMARY = SetRole(resource="disk0", role=HastRole.PRIMARY, device=DEVICE, deadline=30.0)
YIELD = YieldVip(
    interface="em0",
    vhid=1,
    lever=Lever.FAST,
    advskew=240,
    advbase=5,
    settled_advbase=1,
    predicted=1.0,
    deadline=9.0,
)
START = StartService(rc=RC, deadline=120.0)
MOUNT = MountFilesystem(directory=DIRECTORY, device=DEVICE, deadline=30.0)
HAND_OVER = Plan(steps=(STOP, UNMOUNT, SECONDARY, YIELD))


def results(outcomes: tuple[object, ...]) -> list[StepResult]:
    """Return how the steps ended."""
    return [outcome.result for outcome in outcomes]  # type: ignore[attr-defined]


def test_every_kind_of_step_has_a_performer() -> None:
    """A step that nobody can perform would end a plan in a bug."""
    assert set(PERFORMERS) == set(AnyStep.__args__)  # type: ignore[attr-defined]
    assert set(PERFORMERS) == set(Step.__subclasses__())


def test_a_hand_over_is_performed_from_top_to_bottom() -> None:
    """Each step reached, each intent before its outcome, the peer MASTER at the end."""
    bench, notes = Bench(), Notes()
    outcomes = bench.perform(HAND_OVER, notes)
    assert results(outcomes) == [StepResult.REACHED] * 4
    assert tuple(notes.begun) == HAND_OVER.steps
    assert tuple(notes.ended) == outcomes
    assert bench.second.carp.vhids[1].state == "MASTER"
    assert bench.world.violations.found == []
    assert all(outcome.seconds >= 0 for outcome in outcomes)


def test_the_first_step_that_is_not_reached_is_the_last_one() -> None:
    """The VIP does not move while the file system is still mounted."""
    bench, notes = Bench(), Notes()
    bench.fault(FaultKind.LIE, "/sbin/umount", count=None)
    outcomes = bench.perform(HAND_OVER, notes)
    assert results(outcomes) == [StepResult.REACHED, StepResult.FAILED]
    assert len(notes.begun) == 2
    assert bench.resource.role == "primary"
    assert bench.first.carp.vhids[1].state == "MASTER"


def test_an_unknown_outcome_ends_the_plan_as_well() -> None:
    """Stay put until a later look answers [FACTS B7]."""
    bench = Bench()
    bench.later(8.0, bench.first.hastd.stop_process)
    bench.fault(FaultKind.SLOW, "/sbin/umount", seconds=9.0)
    outcomes = bench.perform(HAND_OVER, Notes())
    assert results(outcomes)[-1] is StepResult.UNKNOWN
    assert bench.first.carp.vhids[1].state == "MASTER"


def test_a_plan_of_nothing_is_over_at_once() -> None:
    """No step, no outcome."""
    assert Bench().perform(Plan(), Notes()) == ()


def test_letting_go_is_not_stopped_by_a_full_disk() -> None:
    """A failure to record never stops a release [DESIGN law 6]."""
    bench = Bench()
    outcomes = bench.perform(HAND_OVER, Notes(unwritten="No space left on device"))
    assert results(outcomes) == [StepResult.REACHED] * 4


@pytest.mark.parametrize(
    "step",
    [
        PRIMARY,
        MOUNT,
        START,
        TakeVip(interface="em0", vhid=1, advskew=0, advbase=1, deadline=5.0),
        RestartWorker(resource="disk0", workerpid=1, deadline=20.0),
    ],
    ids=lambda step: step.goal,
)
def test_nothing_is_grabbed_without_its_intent_on_the_disk(step: AnyStep) -> None:
    """Killed in the middle, nobody would know what was begun [DESIGN law 5]."""
    bench = Bench()
    outcomes = bench.perform(Plan(steps=(step,)), Notes(unwritten="Input/output error"))
    assert results(outcomes) == [StepResult.REFUSED]
    assert outcomes[0].text == "not recorded: Input/output error"
    assert bench.commands == []


def test_every_kind_of_step_is_known_to_take_to_give_or_to_do_neither() -> None:
    """Whoever adds a step has to say which."""
    neither = {AwaitDevice, AwaitSql, ProveMount, CheckFilesystem}
    neither |= {RestartService, RestoreSkew}
    listed = (*TAKING, *GIVING, *neither, SetRole, AllowCarp)
    assert set(listed) == set(PERFORMERS)
    assert len(listed) == len(PERFORMERS)


@pytest.mark.parametrize(
    ("step", "grip"),
    [
        (PRIMARY, Grip.TAKES),
        (SECONDARY, Grip.GIVES),
        (AllowCarp(allow=True, deadline=5.0), Grip.TAKES),
        (AllowCarp(allow=False, deadline=5.0), Grip.GIVES),
        (START, Grip.TAKES),
        (STOP, Grip.GIVES),
        (AWAIT, Grip.NEITHER),
    ],
)
def test_a_role_and_carps_switch_take_or_give_by_their_aim(
    step: AnyStep, grip: Grip
) -> None:
    """The same order serves both ways."""
    assert grip_of(step) is grip


def test_a_release_goes_on_to_the_unmount_where_a_stop_is_not_known() -> None:
    """The rc script hangs and no process is known: the mount table tells [law 3]."""
    bench = Bench().with_service(process="")
    bench.fault(FaultKind.HANG, "/usr/sbin/service", RC, "onestatus", count=None)
    outcomes = bench.perform(HAND_OVER, Notes())
    assert [o.result for o in outcomes[:2]] == [StepResult.UNKNOWN, StepResult.REACHED]


@pytest.mark.parametrize("then", [START, PRIMARY])
def test_what_takes_something_waits_for_a_stop_that_is_known(then: AnyStep) -> None:
    """Only a plan that lets go may leave a question open."""
    bench = Bench().with_service(process="")
    bench.fault(FaultKind.HANG, "/usr/sbin/service", RC, "onestatus", count=None)
    outcomes = bench.perform(Plan(steps=(STOP, UNMOUNT, then)), Notes())
    assert [outcome.result for outcome in outcomes] == [StepResult.UNKNOWN]


def test_a_service_that_may_not_be_killed_is_not_unmounted_blindly() -> None:
    """Its file system is not forced off under it."""
    bench = Bench().with_service(process="")
    bench.fault(FaultKind.HANG, "/usr/sbin/service", RC, "onestatus", count=None)
    held = StopService(rc=RC, kill=False, deadline=60.0)
    outcomes = bench.perform(Plan(steps=(held, UNMOUNT)), Notes())
    assert len(outcomes) == 1


def test_a_dry_run_shows_every_step_and_changes_nothing() -> None:
    """The same code; the host refuses, and the first command of each step is told."""
    bench = Bench()
    before = bench.world.nodes[bench.first.name].kernel[:]
    outcomes = bench.perform(HAND_OVER, Notes(), dry=True)
    assert [outcome.text for outcome in outcomes] == [
        "would run: /usr/sbin/service mysql-server onestop",
        f"would run: /sbin/umount {DIRECTORY}",
        "would run: /sbin/hastctl role secondary disk0",
        "would run: /sbin/ifconfig em0 vhid 1 advbase 5 advskew 240 state master",
    ]
    assert results(outcomes) == [StepResult.REFUSED] * 4
    assert bench.commands == []
    assert bench.rc.running
    assert bench.mounted
    assert bench.first.kernel == before


def test_a_dry_run_of_a_take_over_does_not_wait_for_what_never_comes() -> None:
    """Device, proof and SQL depend on steps that were not performed."""
    bench = Bench()
    bench.release()
    began = bench.world.now
    plan = Plan(
        steps=(
            PRIMARY,
            AwaitDevice(resource="disk0", device=DEVICE, deadline=70.0),
            CheckFilesystem(device=DEVICE, fstype="ufs", deadline=3600.0),
            MOUNT,
            ProveMount(directory=DIRECTORY, device=DEVICE, sentinel="", deadline=10.0),
            START,
            AwaitSql(service="mysql", deadline=120.0),
        )
    )
    outcomes = bench.perform(plan, Notes(), dry=True)
    assert [outcome.text for outcome in outcomes] == [
        "would run: /sbin/hastctl role primary disk0",
        f"would wait for: {DEVICE} readable",
        f"would run: /sbin/fsck -t ufs -p {DEVICE}",
        f"would run: /sbin/mount {DIRECTORY}",
        f"would wait for: {DIRECTORY} proved",
        "would run: /usr/sbin/service mysql-server onestart",
        "would wait for: mysql answers SQL",
    ]
    assert bench.world.now - began < 2.0


def test_a_dry_run_tells_the_signal_that_it_does_not_send() -> None:
    """A kill is no command, and is shown as one."""
    bench = Bench()
    worker = bench.worker
    step = RestartWorker(resource="disk0", workerpid=worker.pid, deadline=20.0)
    (outcome,) = bench.perform(Plan(steps=(step,)), Notes(), dry=True)
    assert outcome.result is StepResult.REFUSED
    assert outcome.text == f"would run: kill -9 {worker.pid}"
    assert bench.worker is worker
