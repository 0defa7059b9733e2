"""Mutation: each safety gate is broken on purpose, and a scenario notices.

A gate that can be taken away without a red scenario protects nothing that is tested.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from importlib import import_module

import pytest
from scenes import wrong_in

import hawatch.deciding
from hawatch.deciding import gates
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
