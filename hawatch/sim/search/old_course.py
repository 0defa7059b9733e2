"""Plays a drawn scenario under the old scripts' policy, and counts the same harm."""

from __future__ import annotations

import msgspec

from hawatch.sim.runner import stage
from hawatch.sim.search.draw import Drawn
from hawatch.sim.search.ground import missing_where_served
from hawatch.sim.search.judge import Harm
from hawatch.sim.search.old_script import OldScript
from hawatch.sim.search.play import Verdict, shipped_checks

NOT_THEIRS = {
    "clear-latch",
    "cut-plan",
    "damage-state",
    "disable-agent",
    "enable-agent",
    "fill-state",
    "kill-agent",
    "maintenance-off",
    "maintenance-on",
    "operator",
    "ring",
}
"""Deeds on hawatch itself: the old scripts have neither a state nor verbs."""

NOBODY = "nobody serves although everything is healed"


def play_old_script(drawn: Drawn) -> Verdict:
    """Given a drawn scenario, play it under the old scripts and judge the world."""
    scenario = drawn.scenario()
    kept = tuple(
        action
        for action, deed in zip(scenario.actions, drawn.deeds(), strict=True)
        if deed["do"] not in NOT_THEIRS
    )
    scenario = msgspec.structs.replace(scenario, actions=kept)
    play = stage(scenario, checks=shipped_checks())
    world = play.world
    world.keep_log = False
    for agent in play.agents.agents.values():
        agent.enabled = False
    for node in world.nodes.values():
        OldScript(world, node)
    world.run_until(play.zero + scenario.frame.end)
    harm = [
        Harm(at=v.at - play.zero, node=v.node, what=v.wrong, text=v.text)
        for v in world.violations.found
    ]
    idle = [name for name in world.clients if play.served_by(name) == "nobody"]
    harm += [Harm(at=play.time, node="", what=NOBODY, text=name) for name in idle]
    return Verdict(
        seed=drawn.seed,
        kind=drawn.kind,
        episodes=drawn.names,
        seconds=play.time,
        harm=tuple(harm),
        outages={name: tuple(play.outages(name)) for name in world.clients},
        rows=sum(client.successes for client in world.clients.values()),
        rows_lost=missing_where_served(play),
    )
