"""Roles, devices and workers on the simulated pair, and how each may fail."""

from __future__ import annotations

import pytest
from acting_bench import AWAIT, DEVICE, DIRECTORY, PRIMARY, Bench

from hawatch.model.hast import HastRole
from hawatch.model.plan import AwaitDevice, RestartWorker, SetRole, StepResult
from hawatch.sim.faults import FaultKind

REACHED, FAILED, UNKNOWN = StepResult.REACHED, StepResult.FAILED, StepResult.UNKNOWN
SECONDARY = SetRole(
    resource="disk0", role=HastRole.SECONDARY, device=DEVICE, deadline=30.0
)
ROLE = ("/sbin/hastctl", "role")


def test_a_role_is_read_back_and_its_device_is_gone(bench: Bench) -> None:
    """Secondary is reached when the device node has vanished, too."""
    bench.shell("/usr/sbin/service mysql-server onestop")
    bench.shell(f"/sbin/umount {DIRECTORY}")
    assert bench.run(SECONDARY).result is REACHED
    assert bench.resource.role == "secondary"
    assert bench.resource.device is None


def test_a_primary_is_not_given_up_under_a_mount(bench: Bench) -> None:
    """The change would destroy the device under the file system [FACTS B2]."""
    ended = bench.run(SECONDARY)
    assert ended.result is FAILED
    assert f"still mounted on {DIRECTORY}" in ended.text
    assert bench.resource.role == "primary"
    assert bench.commands == []


def test_a_primary_is_not_given_up_while_the_mounts_are_unknown(bench: Bench) -> None:
    """Giving up primary needs proof that nothing is mounted [DESIGN law 3]."""
    bench.fault(FaultKind.FAIL, "/sbin/mount")
    assert bench.run(SECONDARY).result is UNKNOWN
    assert bench.commands == []


def test_nobody_becomes_primary_without_the_vip(bench: Bench) -> None:
    """The state is read again before the step that is final [DESIGN law 2]."""
    ended = bench.run(PRIMARY, bench.second)
    assert (ended.result, ended.text) == (FAILED, "the VIP is not here any more")
    assert bench.second.resources["disk0"].role == "secondary"


def test_nobody_becomes_primary_while_carp_is_unknown(released: Bench) -> None:
    """Not known is not here."""
    released.fault(FaultKind.FAIL, "/sbin/ifconfig")
    assert released.run(PRIMARY).result is UNKNOWN
    assert released.resource.role == "secondary"


def test_an_order_that_timed_out_is_unknown_and_is_obeyed_later(
    released: Bench,
) -> None:
    """A hastd that was stopped reads its socket when it goes on [FACTS B7]."""
    released.first.hastd.stop_process()
    ended = released.run(PRIMARY)
    assert ended.result is UNKNOWN
    assert "may obey later" in ended.text
    assert released.resource.role == "secondary"
    released.first.hastd.cont_process()
    released.world.run_for(1.0)
    assert released.resource.role == "primary"


def test_a_role_that_hastctl_only_claims_is_not_reached(released: Bench) -> None:
    """Exit 0 is a hint [FACTS B2]."""
    released.fault(FaultKind.LIE, *ROLE)
    ended = released.run(PRIMARY)
    assert ended.result is FAILED
    assert released.world.now < 200.0


def test_a_role_that_hastctl_denies_may_be_reached(released: Bench) -> None:
    """What the next look says is what counts [DESIGN law 4]."""
    released.fault(FaultKind.DONE_FAIL, *ROLE, err="[ERROR] lost")
    assert released.run(PRIMARY).result is REACHED


def test_without_hastd_the_role_is_unknown(released: Bench) -> None:
    """Nobody answers, so nobody can say what the role is."""
    released.first.hastd.kill()
    assert released.run(PRIMARY).result is UNKNOWN


def test_the_device_of_an_answering_peer_is_there_at_once(released: Bench) -> None:
    """A connection that is refused or made ends the wait in a second [FACTS B3]."""
    released.run(PRIMARY)
    began = released.world.now
    assert released.run(AWAIT).result is REACHED
    assert released.world.now - began < 2.0


def test_the_device_takes_twenty_seconds_against_a_silent_peer(released: Bench) -> None:
    """The node appears when the attempt to connect has ended [FACTS B3]."""
    released.second.crash()
    released.world.run_for(1.0)
    began = released.world.now
    assert released.run(PRIMARY).result is REACHED
    assert released.run(AWAIT).result is REACHED
    assert 20.0 < released.world.now - began < 24.0


def test_a_device_that_does_not_come_in_time_is_a_failure(released: Bench) -> None:
    """The step has its deadline, whatever hastd waits for."""
    released.second.crash()
    released.world.run_for(1.0)
    released.run(PRIMARY)
    ended = released.run(AwaitDevice(resource="disk0", device=DEVICE, deadline=5.0))
    assert ended.result is FAILED
    assert "in 5 s" in ended.text


def test_a_worker_that_dies_during_the_promotion_is_noticed(released: Bench) -> None:
    """Exit 0 of `role primary`, and the role falls back to init in silence [B2]."""
    released.resource.disk.missing = True
    released.run(PRIMARY)
    began = released.world.now
    ended = released.run(AWAIT)
    assert ended.result is FAILED
    assert "fell back to init: its worker died" in ended.text
    assert released.world.now - began < 10.0


@pytest.mark.parametrize("flap", [0.0, 4.0])
def test_a_vip_that_leaves_for_good_during_the_promotion_ends_it(
    released: Bench, flap: float
) -> None:
    """A wait of twenty seconds is long enough for CARP to change its mind, or twice."""
    released.with_agent(interval=2.0)
    released.second.crash()
    released.world.run_for(1.0)
    released.run(PRIMARY)
    released.later(3.0, lambda: released.first.set_link(up=False))
    if flap:
        released.later(3.0 + flap, lambda: released.first.set_link(up=True))
    began = released.world.now
    ended = released.run(AWAIT)
    lost = (FAILED, "the VIP left during the promotion")
    assert (ended.result, ended.text) == ((REACHED, "") if flap else lost)
    assert released.world.now - began < 24.0


def test_a_leftover_device_that_does_not_answer_is_not_ready(primary: Bench) -> None:
    """The node alone proves nothing: its first block has to be read [FACTS B2]."""
    primary.worker.stop()
    ended = primary.run(AWAIT)
    assert ended.result is FAILED
    assert "cannot be read" in ended.text


def restart(pid: int) -> RestartWorker:
    """Return the step that replaces a worker."""
    return RestartWorker(resource="disk0", workerpid=pid, deadline=20.0)


def test_a_worker_is_replaced_under_a_mounted_file_system(bench: Bench) -> None:
    """The mount survives, I/O pauses, the new worker sends its map [FACTS B8]."""
    before = bench.worker
    assert bench.run(restart(before.pid)).result is REACHED
    assert bench.worker.pid != before.pid
    assert bench.mounted
    assert bench.rc.running


def test_a_worker_that_is_another_by_now_is_not_killed(bench: Bench) -> None:
    """The pid was read a moment ago; a pid alone is no proof."""
    before = bench.worker
    ended = bench.run(restart(before.pid + 1))
    assert ended.result is FAILED
    assert "not the worker any more" in ended.text
    assert bench.worker is before


def test_a_secondary_has_no_worker_to_restart(bench: Bench) -> None:
    """Only a primary's worker sends anything."""
    worker = bench.second.resources["disk0"].secondary
    assert worker is not None
    assert bench.run(restart(worker.pid), bench.second).result is FAILED
    assert worker.alive


def test_a_worker_whose_disk_failed_since_the_look_is_left_alone(bench: Bench) -> None:
    """Its successor would send the old blocks over the only good ones [FACTS H13]."""
    before = bench.worker
    before.write_errors = 1
    ended = bench.run(restart(before.pid))
    assert ended.result is FAILED
    assert "write 1" in ended.text
    assert bench.worker is before
    known = RestartWorker(
        resource="disk0", workerpid=before.pid, errors=1, deadline=20.0
    )
    assert bench.run(known).result is REACHED
