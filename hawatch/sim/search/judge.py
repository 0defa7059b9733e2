"""What must never happen, judged on the world itself while a seed is played.

The agents are not asked: rows, mounts, copies and moves are counted where they are.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from hawatch.agent import Result
from hawatch.model.decision import Decision, Rule
from hawatch.model.hast import HastRole
from hawatch.model.plan import AnyStep, SetRole, StepResult
from hawatch.recording.memory import load_memory
from hawatch.sim.agents import NodeAgent
from hawatch.sim.node import Node
from hawatch.sim.play import Play
from hawatch.sim.power import Power
from hawatch.sim.search.ground import rows_missing
from hawatch.sim.violations import Wrong

MOVES_TOO_SOON = "a second automatic move inside the cool-down"
NOBODY_ABLE = "a demotion that left nobody able to serve"

NOT_WRITTEN = "something was taken that could not be remembered"

EXCUSED = 15.0
"""Seconds for which a peer that died may still be believed to be there."""

LOOKING = 10.0
"""Seconds of a look: a move counts from its look, and is seen when its plan begins."""

ARRIVAL = 2.0
"""Seconds in which a write that was acknowledged on arrival reaches the disk."""


def _grabs(step: AnyStep) -> bool:
    return isinstance(step, SetRole) and step.role is HastRole.PRIMARY


def _heard_within(agent: NodeAgent, seconds: float) -> bool:
    """Return whether an agent remembers a report of the peer from that lately."""
    now = agent.host.now()
    heard = load_memory(agent.store, agent.node.name, now).memory.peer
    return (
        heard is not None
        and heard.heard.boot == now.boot
        and now.seconds_since(heard.heard) < seconds
    )


class Harm(msgspec.Struct, frozen=True, kw_only=True):
    """One never that came true. at: seconds of the scenario."""

    at: float
    node: str
    what: str
    text: str


class Judge:
    """Listens to a play. harm: what was found; moves: automatic ones, with times."""

    def __init__(self, play: Play, excused: Iterable[str] = ()) -> None:
        self._play = play
        self._world = play.world
        self._excused: set[str] = set(excused)
        self._own: list[Harm] = []
        self._went: dict[str, float] = {}
        self._unwritten: set[tuple[str, str]] = set()
        self.moves: list[tuple[float, str, Node]] = []
        for agent in play.agents.agents.values():
            agent.on_begun.append(self._begun)
            agent.on_result.append(self._ended)
        for node in self._world.nodes.values():
            node.on_power.append(self._power_changed)

    def excuse(self, *wrongs: str) -> None:
        """Count this harm no more: a person has accepted it."""
        self._excused |= set(wrongs)

    @property
    def harm(self) -> list[Harm]:
        """Return everything that was found so far, in order of time."""
        excused: set[str] = set(self._excused)
        if self._world.violations.spoiled:
            excused.add(Wrong.LOST_ROWS)
        seen = [
            Harm(at=v.at - self._play.zero, node=v.node, what=v.wrong, text=v.text)
            for v in self._world.violations.found
            if v.wrong not in excused
        ]
        own = [harm for harm in self._own if harm.what not in excused]
        return sorted([*seen, *own], key=lambda harm: harm.at)

    def _power_changed(self, node: Node) -> None:
        if node.running and node.power is Power.UP:
            self._went.pop(node.name, None)
        else:
            self._went.setdefault(node.name, self._world.now)

    def _begun(self, agent: NodeAgent, decision: Decision) -> None:
        if decision.move:
            self._moved(agent, decision)
        if decision.rule is Rule.UNHEALTHY_DEMOTE:
            self._demoted(agent.node, decision)
        if agent.store.is_full:
            self._unwritten.add((agent.node.name, decision.service))

    def _ended(self, agent: NodeAgent, result: Result) -> None:
        """See whether a plan that could not be remembered took something."""
        for decision in result.decisions:
            begun = (agent.node.name, decision.service)
            if begun not in self._unwritten:
                continue
            self._unwritten.discard(begun)
            taken = [
                outcome
                for outcome in result.outcomes[decision.service]
                if _grabs(outcome.step) and outcome.result is not StepResult.REFUSED
            ]
            if taken:
                self._add(agent.node, NOT_WRITTEN, f"[{decision.rule}]")

    def _moved(self, agent: NodeAgent, decision: Decision) -> None:
        now = self._play.time
        for at, service, mover in self.moves:
            if service != decision.service:
                continue
            if mover is not agent.node and not _heard_within(agent, now - at):
                # Nobody could tell it: the other node is silent since before it moved.
                continue
            left = agent.agent.config.limits.cooldown - (now - at)
            if left > LOOKING:
                self._add(agent.node, MOVES_TOO_SOON, f"{left:.0f} s too early")
        self.moves.append((now, decision.service, agent.node))

    def _demoted(self, node: Node, decision: Decision) -> None:
        peer = node.peer
        gone = self._went.get(peer.name)
        if gone is not None and self._world.now - gone > EXCUSED:
            self._add(node, NOBODY_ABLE, f"{peer.name} is {peer.power}")
        elif rows_missing(self._play, peer, decision.service):
            self._world.scheduler.call_in(
                ARRIVAL, lambda: self._look_at_copy(node, decision.service)
            )

    def _look_at_copy(self, node: Node, service: str) -> None:
        missing = rows_missing(self._play, node.peer, service)
        if missing and not self._world.violations.spoiled:
            text = f"the copy on {node.peer.name} lacks {missing} acknowledged rows"
            self._add(node, NOBODY_ABLE, text)

    def _add(self, node: Node, what: str, text: str) -> None:
        self._own.append(Harm(at=self._play.time, node=node.name, what=what, text=text))
        node.note(f"{what}: {text}", "violation")
