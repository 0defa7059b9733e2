"""What an owner does about its own health where it cannot see all of it."""

from __future__ import annotations

from typing import Any

import builders as b
import msgspec
import pytest
from situation_tools import LOST, at, own, view

from hawatch.deciding import rules_roles
from hawatch.deciding.rules_restart import restarts_used_up, unhealthy_restart
from hawatch.deciding.three import NO, YES


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


@pytest.mark.parametrize(
    ("restarting", "alive", "count"),
    [(True, NO, 1), (True, YES, None), (True, LOST, None), (False, NO, None)],
)
def test_only_a_restart_that_was_cut_after_its_stop_is_made_beyond_the_limit(
    *, restarting: bool, alive: Any, count: int | None
) -> None:
    """Hawatch stopped it; it is made anew without another count."""
    s = view(own(at("owner-unhealthy"), restarting=restarting), alive=alive)
    assert len(s.own.restarts) == s.config.limits.restarts
    decision = unhealthy_restart(s)
    assert (decision is not None) is (count is not None)
    assert decision is None or len(decision.memory.restarts) == count


def test_a_restart_is_marked_and_counted_before_it_begins() -> None:
    """Whoever is killed in it leaves both behind."""
    decision = unhealthy_restart(own(at("owner-unhealthy"), restarts=()))
    assert decision is not None
    assert decision.memory.restarting
    assert len(decision.memory.restarts) == 1


@pytest.mark.parametrize("heard", [True, False])
def test_a_raised_owner_without_a_channel_lets_go_at_once(*, heard: bool) -> None:
    """Nobody can be asked whether it has the VIP; this node gave it away itself."""
    s = own(at("owner", own={"carp": "BACKUP for 1 s"}), raised=b.a_raise())
    peer = msgspec.structs.replace(s.config.peer, enabled=heard)
    config = msgspec.structs.replace(s.config, peer=peer)
    s = msgspec.structs.replace(s, config=config)
    decision = rules_roles.backup_still_serving(s)
    assert decision is not None
    assert bool(decision.plan) is not heard
