"""A MASTER transition where every tool answers at once: the agent's own seconds.

The simulated tools answer in no simulated time: what is measured is the real
time that hawatch spends on looking, checking, deciding and acting in a take-over.
"""

from __future__ import annotations

import statistics
import time

from hawatch.checking.collect import collect
from hawatch.cycle import run_cycle
from hawatch.model.carp import CarpState
from hawatch.model.trigger import Trigger, TriggerKind
from hawatch.sim.agents import PairAgents
from hawatch.sim.pair import build_pair
from hawatch.sim.settings import PairSettings, ServiceSettings
from hawatch.sim.source import find_scenario

ROUNDS = 7


def main() -> None:
    """Measure take-overs of the standby after the owner has let go."""
    found = [take_over() for _ in range(ROUNDS)]
    print(
        f"MASTER transition, real seconds, median of {ROUNDS}: "
        f"{statistics.median(seconds for seconds, _ in found):.3f}"
    )
    print(f"steps performed: {found[0][1]}")


def take_over() -> tuple[float, int]:
    """Let the owner hand over; return the real seconds of the standby's cycle."""
    service = ServiceSettings(start=0.0, stop=0.0, write_interval=0.0)
    settings = PairSettings(services=(service,), command=0.0)
    world = build_pair(settings)
    pair = PairAgents(world, find_scenario("healthy").config, collect())
    owner, standby = pair.agents.values()
    pair.start()
    world.run_for(25.0)
    standby.enabled = False
    owner.ring(TriggerKind.OPERATOR, "switchover", service.name)
    world.run_while(
        lambda: standby.node.carp.vhids[1].state is not CarpState.MASTER, limit=60.0
    )
    results = []
    trigger = Trigger(kind=TriggerKind.CARP, words=("MASTER", "1@em0"))
    began = time.perf_counter()
    world.spawn(standby.node.name, run_cycle(standby.agent, trigger), results.append)
    world.run_while(lambda: not results, limit=120.0)
    seconds = time.perf_counter() - began
    outcomes = results[0].outcomes[service.name]
    if not outcomes or any(outcome.result != "reached" for outcome in outcomes):
        raise SystemExit(f"the take-over failed: {results[0].decisions}")
    return seconds, len(outcomes)


if __name__ == "__main__":
    main()
