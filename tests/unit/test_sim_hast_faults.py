"""The simulated HAST when its parts fail: hastd, workers, clocks and disks."""

from __future__ import annotations

from sim_tools import (
    a_pair,
    both,
    differing,
    hooks,
    role,
    run_command,
    status,
    write_rows,
)

from hawatch.host import Ending
from hawatch.model.fact import Known


def test_a_timed_out_role_order_is_obeyed_later() -> None:
    """The order times out on a stopped hastd, which obeys it 5 s later [B7]."""
    world = a_pair()
    first, _second = both(world)
    first.hastd.stop_process()
    order = run_command(
        world, first, "/sbin/hastctl role secondary disk0", deadline=2.0
    )
    assert order.ending is Ending.OVERDUE
    assert first.resources["disk0"].role == "primary"
    world.run_for(5.0)
    first.hastd.cont_process()
    world.run_for(1.0)
    assert first.resources["disk0"].role == "secondary"
    assert any("Broken pipe" in entry.text for entry in world.log)


def test_a_full_queue_refuses_the_fourteenth_although_hastd_lives() -> None:
    """13 requests wait, the 14th is refused with exit 71 [FACTS B7]."""
    world = a_pair()
    first, _second = both(world)
    first.hastd.stop_process()
    for _ in range(13):
        said = run_command(world, first, "/sbin/hastctl status", deadline=0.5)
        assert said.ending is Ending.OVERDUE
    refused = run_command(world, first, "/sbin/hastctl status", deadline=0.5)
    assert (refused.ending, refused.status) == (Ending.EXITED, 71)
    assert first.hastd.alive
    first.hastd.cont_process()
    said = run_command(world, first, "/sbin/hastctl status", deadline=5.0)
    assert said.status == 0


def test_a_role_change_waits_while_the_worker_is_connecting() -> None:
    """Up to `timeout` in connect(): hastctl role, and every other call, waits [B2]."""
    world = a_pair()
    first, second = both(world)
    first.crash()
    world.run_for(25.0)
    role(world, second, "primary")
    world.run_for(2.0)
    took = run_command(world, second, "/sbin/hastctl role init disk0")
    assert 15.0 < took.seconds < 20.5
    assert second.resources["disk0"].role == "init"


def test_a_killed_hastd_takes_the_device_away_and_leaves_a_zombie() -> None:
    """The parent dies: workers and device are gone, the mount stays listed [B2]."""
    world = a_pair()
    first, _second = both(world)
    first.hastd.kill()
    world.run_for(1.0)
    entry = first.mounts.visible("/var/db/mysql")
    assert entry is not None
    assert entry.zombie
    assert world.host(first.name).exists("/dev/hast/disk0") == Known(False)
    said = run_command(world, first, "/sbin/hastctl status")
    assert said.status == 71


def test_a_worker_without_metadata_falls_back_to_init_without_a_hook() -> None:
    """The order exits 0, and a moment later the role is init [FACTS B2]."""
    world = a_pair()
    _first, second = both(world)
    role(world, second, "init")
    second.resources["disk0"].disk.meta = None
    world.log.clear()
    done = run_command(world, second, "/sbin/hastctl role primary disk0")
    assert done.status == 0
    world.run_for(2.0)
    assert second.resources["disk0"].role == "init"
    assert hooks(world, second) == ["role disk0 init primary"]
    assert any("exitcode=66" in entry.text for entry in world.log)


def test_a_clock_set_back_makes_the_secondary_drop_the_link() -> None:
    """The primary's clock goes back 60 s: no keepalives, no reconnect so long [H24]."""
    world = a_pair()
    first, second = both(world)
    first.clock_step(-60.0)
    world.run_for(25.0)
    assert status(second) == "-"
    write_rows(world, first, 1)
    world.run_for(30.0)
    assert status(first) == "degraded"
    world.run_for(30.0)
    assert (status(first), status(second)) == ("complete", "complete")


def test_a_clock_that_is_put_right_again_ends_the_pause() -> None:
    """Set back an hour and put forward again: the link is back in a round [H24]."""
    world = a_pair()
    first, second = both(world)
    first.clock_step(-3600.0)
    world.run_for(60.0)
    assert status(second) == "-"
    first.clock_step(3600.0)
    world.run_for(25.0)
    assert (status(first), status(second)) == ("complete", "complete")


def test_a_failing_disk_of_the_standby_stays_complete_and_diverges() -> None:
    """Remote write errors are cleared from the map: complete, dirty 0, wrong [H14]."""
    world = a_pair()
    first, second = both(world)
    second.resources["disk0"].disk.write_fails = True
    answers = write_rows(world, first, 3)
    world.run_for(1.0)
    assert answers == ["", "", ""]
    assert (status(first), first.resources["disk0"].dirty) == ("complete", 0)
    assert len(differing(world)) == 3
    said = run_command(world, second, "/sbin/hastctl list disk0")
    assert "write: 3, delete" in said.out


def test_a_failing_disk_of_the_owner_is_covered_by_the_standby() -> None:
    """A write succeeds if either side did; alone it is an I/O error [FACTS B8, H13]."""
    world = a_pair()
    first, second = both(world)
    first.resources["disk0"].disk.write_fails = True
    answers = write_rows(world, first, 1)
    world.run_for(1.0)
    assert answers == [""]
    second.crash()
    world.run_for(1.0)
    write_rows(world, first, 1)
    world.run_for(45.0)
    alone = write_rows(world, first, 1)
    world.run_for(1.0)
    assert alone == ["Input/output error"]
