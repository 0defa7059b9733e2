"""Scenarios written in a test: the same TOML, without a file."""

from __future__ import annotations

from hawatch.sim.runner import Report, run_scenario
from hawatch.sim.scenario import Scenario, parse_scenario

OWNER = "freebsd-esxi"
STANDBY = "freebsd-bhyve"


def a_scene(text: str) -> Scenario:
    """Return a scenario; $A is the owner at the start, $B the standby."""
    whole = text if "title" in text else f'title = "a test"\n{text}'
    return parse_scenario(
        whole.replace("$A", OWNER).replace("$B", STANDBY), "scene", "scene.toml"
    )


def play_out(text: str, *, seed: int | None = None) -> Report:
    """Play a scene to its end."""
    return run_scenario(a_scene(text), seed=seed)


def wrong_in(report: Report) -> list[str]:
    """Return what went wrong, one line each: empty for a green report."""
    unmet = [f"{v.expected}: {v.said}" for v in report.verdicts if not v.met]
    harm = [
        f"{h.wrong} at {h.at:.1f} s on {h.node}: {h.text}"
        for h in report.harm
        if not h.accepted
    ]
    return [*unmet, *harm]
