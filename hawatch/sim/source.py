"""`--host sim:SCENARIO[@NODE]`: a node of the simulated pair, for every command.

The scenario is played up to its `look` time, so that there is something to see:
reports, evidence, and what went wrong by then. From there on the command drives the
world.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec

from hawatch.agent import Opened, wired
from hawatch.checking.collect import collect_configured
from hawatch.checking.nouns import Collection
from hawatch.checking.source import NoSource
from hawatch.config import ConfigError, load_config
from hawatch.configuring.mistakes import nearest
from hawatch.cycle import recall
from hawatch.deciding.remember import next_memory
from hawatch.model.config import Config
from hawatch.model.memory import Memory
from hawatch.model.snapshot import Snapshot
from hawatch.observe import observe
from hawatch.recording.store import Store
from hawatch.sim.play import Play
from hawatch.sim.runner import stage
from hawatch.sim.scenario import FOLDER, Scenario, load_scenario, shipped
from hawatch.sim.shell import NotSimulated

LONGEST = 4 * 3600.0
"""Seconds of the world after which a command that has not ended is given up."""


class NoScenario(Exception):  # noqa: N818 - a sentence for the person who typed it
    """There is no such scenario or node; the text says what is nearest."""


class Stage:
    """A node of a played scenario: its agent's parts, and how to go on from there."""

    def __init__(self, play: Play, node: str) -> None:
        self.play = play
        self.node = node

    def drive(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine as a process of the node, and the world until it ends.

        Raises RuntimeError where it never does.
        """
        results: list[Any] = []
        world = self.play.world
        task = world.spawn(self.node, coroutine, results.append)
        world.run_while(lambda: not results and task.alive, limit=LONGEST)
        if not results:
            raise RuntimeError(
                f"{self.node} of the simulated pair went down, or waits for ever"
            )
        # One that never took its first step would complain when the program ends.
        world.run_while(
            lambda: any(
                task.alive and not task.begun
                for node in world.nodes.values()
                for task in node.tasks
            ),
            limit=1.0,
        )
        return results[0]

    def store(self) -> Store:
        """Return what the node has recorded so far."""
        return self.play.agents[self.node].store


def find_scenario(name: str) -> Scenario:
    """Given a shipped scenario's name, or the path of a file, return it.

    Raises NoScenario with the nearest name, ConfigError with a file's mistakes.
    """
    path = FOLDER / f"{name}.toml"
    if name in shipped():
        return load_scenario(path)
    if name.endswith(".toml"):
        try:
            return load_scenario(Path(name))
        except OSError as error:
            raise NoScenario(f"{name}: {error.strerror}") from None
    raise NoScenario(f"no scenario {name!r}: {nearest(name, shipped())}")


def open_stage(spec: str) -> Stage:
    """Given SCENARIO[@NODE], play it up to its look; raises as find_scenario does."""
    name, _, node = spec.partition("@")
    scenario = find_scenario(name or "healthy")
    nodes = [settings.name for settings in scenario.pair.nodes]
    if node and node not in nodes:
        raise NoScenario(f"no node {node!r} in {name}: {nearest(node, nodes)}")
    play = stage(scenario)
    try:
        play.world.run_until(play.zero + scenario.frame.look)
    except NotSimulated as error:
        raise NoScenario(f"{name}: {error}") from None
    here = Stage(play, node or nodes[0])
    if not play.node(here.node).running:
        raise NoScenario(f"{here.node} is off at that time of {name}")
    play.agents[here.node].enabled = False
    play.agents[here.node].kill()
    return here


def open_simulated(
    spec: str,
    *,
    pretends: bool,
    checks: Callable[[Collection], Collection],
) -> Opened:
    """Given SCENARIO[@NODE], return its agent at the scenario's look time.

    pretends: nothing is changed or recorded. checks narrows down what is checked.
    Raises NoScenario or ConfigError.
    """
    here = open_stage(spec)
    config, host = here.play.config, here.play.agents[here.node].host
    collection = checks(collect_configured(config))
    agent = wired(host, here.store(), config, collection, pretends=pretends)
    return Opened(agent, collection, here.drive, simulated=True)


def load_snapshot(
    spec: str, config_path: str | None
) -> tuple[Config, Snapshot, Memory]:
    """Given SCENARIO[@NODE], return one look there, for checks that run elsewhere.

    config_path: another configuration than the scenario's. Raises NoSource where that
    is impossible.
    """
    try:
        here = open_stage(spec)
        config = load_config(Path(config_path)) if config_path else here.play.config
    except (NoScenario, ConfigError) as error:
        raise NoSource(str(error)) from None
    agent = msgspec.structs.replace(here.play.agents[here.node].agent, config=config)
    before = recall(agent).memory
    snapshot: Snapshot = here.drive(observe(agent.host, config, heard=before.peer))
    return config, snapshot, next_memory(config, before, snapshot, {})
