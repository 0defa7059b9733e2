"""What an owner does about its own health where it cannot see all of it."""

from __future__ import annotations

from situation_tools import LOST, at, own, view

from hawatch.deciding.rules_restart import restarts_used_up, unhealthy_restart


def test_nothing_is_started_where_nobody_says_whether_the_disk_is_well() -> None:
    """With hastd stuck its worker goes on: what the disk did not take is not known."""
    s = at("owner-unhealthy")
    s = own(s, restarts=())
    assert unhealthy_restart(s) is not None
    stuck = view(s, resources={"disk0": LOST})
    assert unhealthy_restart(stuck) is None
    held = restarts_used_up(stuck)
    assert held is not None
    assert held.alarm
    assert "old blocks" in held.because
