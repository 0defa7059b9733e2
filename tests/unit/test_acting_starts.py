"""A start that was given up does not come to its end on a bare directory."""

from __future__ import annotations

import pytest
from acting_bench import DEVICE, DIRECTORY, RC, Bench

from hawatch.freebsd.parse_processes import find_starts
from hawatch.host import Process
from hawatch.model.plan import StartService, StepResult, StopService, Unmount
from hawatch.sim.faults import FaultKind

STOP = StopService(rc=RC, deadline=60.0)
START = StartService(rc=RC, deadline=20.0)
UNMOUNT = Unmount(directory=DIRECTORY, device=DEVICE, deadline=20.0, force_after=10.0)


def a_process(pid: int, *cmdline: str, parent: int = 1) -> Process:
    """Return a process that runs a command line."""
    return Process(
        pid=pid, parent=parent, name="sh", cmdline=cmdline, started=0.0, exe="/bin/sh"
    )


def test_a_start_is_found_by_its_script_with_what_it_has_begun() -> None:
    """As service(8) and as the script; other verbs and other services are left out."""
    table = (
        a_process(101, "/bin/sh", "/usr/local/etc/rc.d/mysql-server", "onestart"),
        a_process(102, "/bin/sh", "/usr/sbin/service", "mysql-server", "onestart"),
        a_process(103, "/bin/sleep", "1", parent=101),
        a_process(104, "/bin/sh", "/usr/local/etc/rc.d/mysql-server", "onestatus"),
        a_process(105, "/bin/sh", "/usr/local/etc/rc.d/orders-server", "onestart"),
        a_process(106, "mysql-server"),
        a_process(107),
    )
    assert [process.pid for process in find_starts(table, RC)] == [101, 102, 103]


@pytest.mark.parametrize("kind", [FaultKind.LATE, FaultKind.SLOW])
def test_a_start_in_flight_ends_before_the_mount_point_is_let_go(
    bench: Bench, kind: FaultKind
) -> None:
    """It would begin an empty database there, minutes after it was given up."""
    assert bench.run(STOP).result is StepResult.REACHED
    bench.fault(kind, "/usr/sbin/service", RC, "onestart", seconds=120.0)
    assert bench.run(START).result is not StepResult.REACHED
    assert bench.run(UNMOUNT).result is StepResult.REACHED
    bench.world.run_for(300.0)
    assert not bench.rc.running
    assert bench.world.violations.found == []


def test_a_start_that_not_even_sigkill_ends_does_not_keep_the_mount(
    bench: Bench,
) -> None:
    """It will do nothing more of its own, so letting go waits only a moment [law 3]."""
    assert bench.run(STOP).result is StepResult.REACHED
    bench.fault(FaultKind.ABANDON, "/usr/sbin/service", RC, "onestart")
    assert bench.run(START).result is not StepResult.REACHED
    began = bench.world.now
    assert bench.run(UNMOUNT).result is StepResult.REACHED
    assert bench.world.now - began < 5.0
