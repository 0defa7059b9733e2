"""Mutation: gates are broken and rules taken away, and each time a scenario notices.

What can be taken away without a red scenario protects nothing that is tested.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from importlib import import_module

import pytest
from scenes import wrong_in

import hawatch.deciding
from hawatch.deciding import gates, rules
from hawatch.deciding.situation import Situation
from hawatch.model.decision import Refusal, Refused
from hawatch.sim.runner import run_scenario
from hawatch.sim.scenario import FOLDER, load_scenario

Gate = Callable[[Situation], tuple[Refused, ...]]

STALE_COPY = {
    Refusal.COPY_NOT_IN_SYNC,
    Refusal.PEER_LATCHED,
    Refusal.PEER_NOT_ELIGIBLE,
    Refusal.PEER_FAILING,
}
DEAD_PEER = STALE_COPY | {Refusal.PEER_STALE_REPORT, Refusal.PEER_UNKNOWN}
SILENT = {Refusal.PEER_SILENT_TOO_SHORT, Refusal.SECONDARY_STILL_CONNECTED}
OWN_COPY = {Refusal.OWN_COPY_LATCHED, Refusal.COPY_NOT_IN_SYNC, Refusal.NOT_RECORDED}
FORGOT = OWN_COPY | {Refusal.COOLDOWN}

BROKEN = [
    ("may_demote", STALE_COPY, "mysqld-dies-peer-degraded"),
    ("may_demote", STALE_COPY, "mysqld-dies-during-resync"),
    ("may_demote", STALE_COPY, "switchover-refused"),
    ("may_demote", DEAD_PEER, "peer-off-and-mysqld-dies"),
    ("may_demote", {Refusal.COOLDOWN, Refusal.MOVE_LIMIT}, "cooldown"),
    ("may_promote", SILENT, "owner-loses-power"),
    ("may_promote", {Refusal.PEER_SILENT_NO_WITNESS}, "witness-silent-too"),
    ("may_promote", FORGOT, "memory-damaged"),
    ("may_promote", OWN_COPY, "standby-boots-alone"),
    ("may_promote", {Refusal.PEER_HOLDS}, "owner-holds-without-agent"),
]


def forget(monkeypatch: pytest.MonkeyPatch, gate: str, forgotten: set[Refusal]) -> None:
    """Let a gate overlook some reasons, wherever a rule asks it."""
    whole: Gate = getattr(gates, gate)

    def broken(s: Situation) -> tuple[Refused, ...]:
        return tuple(r for r in whole(s) if r.refusal not in forgotten)

    for module in pkgutil.iter_modules(hawatch.deciding.__path__):
        rules = import_module(f"hawatch.deciding.{module.name}")
        if getattr(rules, gate, None) is whole:
            monkeypatch.setattr(rules, gate, broken)


@pytest.mark.parametrize(
    ("gate", "forgotten", "scenario"),
    BROKEN,
    ids=[f"{gate}:{scenario}" for gate, _, scenario in BROKEN],
)
def test_a_broken_gate_turns_a_scenario_red(
    gate: str,
    forgotten: set[Refusal],
    scenario: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same scenario is green with the gate as it is."""
    forget(monkeypatch, gate, forgotten)
    report = run_scenario(load_scenario(FOLDER / f"{scenario}.toml"))
    assert wrong_in(report) != []


NEEDED = [
    ("shutdown_release", "owner-shuts-down"),
    ("maintenance", "maintenance"),
    ("look_again", "node-paused"),
    ("two_primaries", "node-paused"),
    ("mounted_without_primary", "role-changed-under-a-mount"),
    ("operator_asked", "planned-switchover"),
    ("isolated_owner", "owner-isolated"),
    ("unhealthy_restart", "mysqld-restart-helps"),
    ("unhealthy_demote", "mysqld-dead-for-good"),
    ("diverged_heal", "hast-link-flaps"),
    ("peer_serves", "carp-partition"),
    ("master_not_serving", "owner-reboots"),
    ("backup_still_serving", "vip-leaves-a-sick-owner"),
    ("stale_init", "owner-reboots"),
    ("carp_held_back", "carp-partition"),
    ("link_down", "clients-link-dies"),
    ("restore_raised_skew", "mysqld-dead-for-good"),
    ("restarts_used_up", "restart-is-all-that-is-allowed"),
    ("latched", "link-stays-down"),
    ("not_known", "ifconfig-hangs"),
]


@pytest.mark.parametrize(("rule", "scenario"), NEEDED, ids=[rule for rule, _ in NEEDED])
def test_a_rule_that_is_taken_away_is_missed(
    rule: str, scenario: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other rules cannot stand in for it."""
    left = tuple(other for other in rules.RULES if other.__name__ != rule)
    assert len(left) == len(rules.RULES) - 1
    monkeypatch.setattr(rules, "RULES", left)
    report = run_scenario(load_scenario(FOLDER / f"{scenario}.toml"))
    assert wrong_in(report) != []
