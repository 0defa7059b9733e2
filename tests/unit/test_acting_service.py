"""Services stopped, started, restarted and asked on the simulated pair."""

from __future__ import annotations

import msgspec
import pytest
from acting_bench import DIRECTORY, RC, Bench

from hawatch.model.plan import (
    AwaitSql,
    RestartService,
    StartService,
    StepResult,
    StopService,
)
from hawatch.sim.faults import FaultKind
from hawatch.sim.services import Mood

REACHED, FAILED, UNKNOWN = StepResult.REACHED, StepResult.FAILED, StepResult.UNKNOWN
STOP = StopService(rc=RC, deadline=60.0)
STOP_OR_KILL = StopService(rc=RC, kill=True, deadline=60.0)
START = StartService(rc=RC, deadline=120.0)
RESTART = RestartService(rc=RC, kill=True, deadline=180.0)
SQL = AwaitSql(service="mysql", deadline=20.0)


@pytest.fixture
def stopped(bench: Bench) -> Bench:
    """Return the pair with the service stopped on its mounted file system."""
    assert bench.run(STOP).result is REACHED
    bench.commands.clear()
    return bench


def test_a_service_is_stopped_by_rc(bench: Bench) -> None:
    """Neither rc nor the process table shows it any more."""
    assert bench.run(STOP).result is REACHED
    assert not bench.rc.running
    assert bench.commands == [("/usr/sbin/service", RC, "onestop")]


def test_what_does_not_run_is_not_stopped_again(stopped: Bench) -> None:
    """The goal is there already."""
    ended = stopped.run(STOP)
    assert (ended.result, ended.text) == (REACHED, "was not running")
    assert stopped.commands == []


def test_a_service_that_will_not_stop_is_killed_where_that_is_allowed(
    bench: Bench,
) -> None:
    """SIGKILL after the deadline, to the process whose start time fits."""
    bench.rc.will_not_stop = True
    pid, began = bench.rc.pid, bench.world.now
    ended = bench.run(STOP_OR_KILL)
    assert ended.result is REACHED
    assert f"killed (pid {pid})" in ended.text
    assert bench.world.now - began > 60.0
    assert not bench.rc.running


def test_a_service_that_will_not_stop_is_held_where_killing_is_not_allowed(
    bench: Bench,
) -> None:
    """With stubborn = "hold" the plan ends here, and a person is told."""
    bench.rc.will_not_stop = True
    ended = bench.run(STOP)
    assert ended.result is FAILED
    assert "does not stop" in ended.text
    assert bench.rc.running


def test_a_process_in_a_disk_wait_survives_even_sigkill(bench: Bench) -> None:
    """It is told, and not waited for [FACTS E6]."""
    bench.worker.stop()
    bench.rc.commit(0, 0, 1)
    ended = bench.run(STOP_OR_KILL)
    assert ended.result is FAILED
    assert "does not even die of SIGKILL" in ended.text


def test_a_process_that_rc_has_forgotten_is_told_to_go(bench: Bench) -> None:
    """Its pid file went with the forced unmount [FACTS E3]."""
    bench.shell(f"/sbin/umount -f {DIRECTORY}")
    assert bench.rc.running
    began = bench.world.now
    assert bench.run(STOP_OR_KILL).result is REACHED
    assert not bench.rc.running
    assert bench.world.now - began < 20.0


def test_a_killed_service_is_not_brought_back_by_its_keeper() -> None:
    """mysqld_safe starts a killed mysqld again: it has to go first [FACTS E3]."""
    bench = Bench(keeper="/usr/local/bin/mysqld_safe")
    bench.rc.will_not_stop = True
    assert bench.rc.keeper
    assert bench.run(STOP_OR_KILL).result is REACHED
    bench.world.run_for(10.0)
    assert not bench.rc.running
    assert not bench.rc.keeper


def test_a_stop_between_death_and_rebirth_ends_the_keeper() -> None:
    """The server is dead at this very moment, but not for long."""
    bench = Bench(keeper="/usr/local/bin/mysqld_safe")
    bench.rc.kill()
    assert not bench.rc.running
    assert bench.run(STOP_OR_KILL).result is REACHED
    bench.world.run_for(10.0)
    assert not bench.rc.running


def test_a_keeper_is_left_alone_where_killing_is_not_allowed() -> None:
    """It brings its server back, so that the stop is known to have failed."""
    bench = Bench(keeper="/usr/local/bin/mysqld_safe")
    bench.rc.kill()
    bench.rc.will_not_stop = True
    assert bench.run(STOP).result is FAILED
    assert bench.rc.running


def test_a_stop_that_is_only_claimed_is_no_stop(bench: Bench) -> None:
    """Exit 0 is a hint."""
    bench.fault(FaultKind.LIE, "/usr/sbin/service", RC, "onestop")
    assert bench.run(STOP).result is FAILED
    assert bench.rc.running


def test_a_stop_is_unknown_while_neither_rc_nor_a_process_can_be_asked(
    bench: Bench,
) -> None:
    """A shell that hangs on a hung file system tells nothing [FACTS E3]."""
    bench.with_service(process="")
    bench.fault(FaultKind.HANG, "/usr/sbin/service", RC, "onestatus", count=None)
    assert bench.run(STOP).result is UNKNOWN


@pytest.mark.parametrize("lives_on", [False, True])
def test_a_script_that_hangs_does_not_hold_up_a_stop(
    bench: Bench, *, lives_on: bool
) -> None:
    """The process table tells when mysqld is gone [law 3]; a deaf one is killed."""
    bench.fault(FaultKind.HANG, "/usr/sbin/service", RC, "onestatus", count=None)
    if lives_on:
        bench.fault(FaultKind.HANG, "/usr/sbin/service", RC, "onestop", count=None)
    assert bench.run(msgspec.structs.replace(STOP, kill=True)).result is REACHED
    assert not bench.rc.running


def test_a_service_is_started_on_its_file_system(stopped: Bench) -> None:
    """It is reached when rc shows it running."""
    assert stopped.run(START).result is REACHED
    assert stopped.rc.running
    assert stopped.rc.mount is not None


def test_a_service_that_runs_is_not_started_again(bench: Bench) -> None:
    """The goal is there already."""
    ended = bench.run(START)
    assert (ended.result, ended.text) == (REACHED, "was running")
    assert bench.commands == []


def test_nothing_is_started_on_a_bare_directory(stopped: Bench) -> None:
    """An empty database would be made there [FACTS E3, never 4]."""
    stopped.shell(f"/sbin/umount {DIRECTORY}")
    ended = stopped.run(START)
    assert ended.result is FAILED
    assert "not mounted as /etc/fstab says" in ended.text
    assert stopped.commands == []
    assert stopped.world.violations.found == []


def test_nothing_is_started_on_a_file_system_that_is_read_only(stopped: Bench) -> None:
    """A mount that turned read-only is not what /etc/fstab says."""
    stopped.shell(f"/sbin/umount {DIRECTORY}")
    stopped.shell(f"/sbin/mount -r /dev/hast/disk0 {DIRECTORY}")
    assert stopped.run(START).result is FAILED
    assert stopped.commands == []


def test_nothing_is_started_while_the_mounts_are_unknown(stopped: Bench) -> None:
    """Grabbing needs proof [DESIGN law 3]."""
    stopped.fault(FaultKind.FAIL, "/sbin/mount")
    assert stopped.run(START).result is UNKNOWN
    assert stopped.commands == []


def test_a_service_that_does_not_come_up_is_given_up_soon(stopped: Bench) -> None:
    """Its exit 0 proves nothing; without a process nobody waits two minutes [E3]."""
    stopped.rc.will_not_start = True
    began = stopped.world.now
    ended = stopped.run(START)
    assert ended.result is FAILED
    assert "does not run" in ended.text
    assert stopped.world.now - began < 40.0


def test_a_start_that_is_only_claimed_is_no_start(stopped: Bench) -> None:
    """Exit 0 is a hint."""
    stopped.fault(FaultKind.LIE, "/usr/sbin/service", RC, "onestart")
    assert stopped.run(START).result is FAILED
    assert not stopped.rc.running


def test_a_restart_stops_and_starts(bench: Bench) -> None:
    """Another process serves afterwards."""
    pid = bench.rc.pid
    assert bench.run(RESTART).result is REACHED
    assert bench.rc.running
    assert bench.rc.pid != pid
    verbs = [argv[2] for argv in bench.commands]
    assert verbs == ["onestop", "onestart"]


def test_a_hung_service_is_killed_and_started(bench: Bench) -> None:
    """The local remedy works on what hangs, too [FACTS H2]."""
    bench.rc.will_not_stop = True
    pid = bench.rc.pid
    assert bench.run(RESTART).result is REACHED
    assert bench.rc.pid != pid


def test_what_could_not_be_stopped_is_not_started(bench: Bench) -> None:
    """Two servers on one directory would be the end of the data."""
    bench.rc.will_not_stop = True
    held = RestartService(rc=RC, kill=False, deadline=180.0)
    assert bench.run(held).result is FAILED
    assert [argv[2] for argv in bench.commands] == ["onestop"]


def test_a_dead_service_is_simply_started_by_a_restart(bench: Bench) -> None:
    """There is nothing to stop [FACTS H1]."""
    bench.rc.kill()
    bench.world.run_for(1.0)
    assert bench.run(RESTART).result is REACHED
    assert [argv[2] for argv in bench.commands] == ["onestart"]


def test_a_server_that_answers_in_sql_is_reached_at_once(bench: Bench) -> None:
    """At once where the server is there."""
    began = bench.world.now
    assert bench.run(SQL).result is REACHED
    assert bench.world.now - began < 1.0


def test_sql_is_waited_for_while_the_server_recovers(stopped: Bench) -> None:
    """InnoDB may take its time [FACTS I]."""
    stopped.later(8.0, stopped.rc.start)
    assert stopped.run(SQL).result is REACHED


def test_a_server_that_does_not_answer_is_a_failure_with_its_words(
    stopped: Bench,
) -> None:
    """The last answer is told."""
    ended = stopped.run(SQL)
    assert ended.result is FAILED
    assert "no SQL answer in 20 s" in ended.text
    assert "refused" in ended.text


@pytest.mark.parametrize(
    ("mood", "result"),
    [
        (Mood.FULL_HOUSE, REACHED),
        (Mood.NO_ACCESS, REACHED),
        (Mood.READ_ONLY, FAILED),
        (Mood.HUNG, FAILED),
    ],
)
def test_who_serves_and_who_does_not(
    bench: Bench, mood: Mood, result: StepResult
) -> None:
    """A full house serves [FACTS H3]; read-only and hung do not."""
    bench.rc.mood = mood
    assert bench.run(SQL).result is result


def test_a_start_says_which_line_of_fstab_keeps_it_from_starting(
    stopped: Bench,
) -> None:
    """A person mends what is quoted; "not known" mends nothing."""
    line = f"/dev/hast/disk0 {DIRECTORY} ufs noauto,noatime 0 0\n"
    stopped.first.root.write("/etc/fstab", line, synced=True)
    ended = stopped.run(START)
    assert ended.result is UNKNOWN
    assert ended.text.endswith(f"mount skips line 1 of /etc/fstab: {line.strip()}")
