"""Leaves out the looks of a pair at rest, and goes on where they would have led.

Both nodes have to be at rest: three looks alike, nothing begun, nothing waited for, a
memory in which only clocks move. A look is then spared as long as nothing that it could
show has changed, nobody else rings, and the rules, asked beforehand about the whole
stretch, would go on saying the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import msgspec

from hawatch.agent import Result
from hawatch.model.memory import Memory
from hawatch.model.moment import Moment
from hawatch.model.trigger import TriggerKind
from hawatch.recording.asked import last_asked, note_asked
from hawatch.recording.memory import save_memory
from hawatch.sim.agents import NodeAgent, PairAgents
from hawatch.sim.leaping.carry import Course, carried
from hawatch.sim.leaping.shown import shown
from hawatch.sim.leaping.story import at_rest, story
from hawatch.sim.network import Kind
from hawatch.thinking import Recalled, think

ALIKE = 2
"""Looks in a row that must be alike, and tell how it goes on."""

KEPT = 8
"""Looks in a row that are kept."""

APART = 5.0
"""Seconds between the two looks that tell a course: hooks ring in bursts."""

WORTH = 25.0
"""Seconds below which a leap spares nothing."""

MOST = 86_400.0
"""Seconds of one leap: after that the rules are asked anew."""

HALVINGS = 5

ASKED_OVER = (Kind.SSH, Kind.SSH2, Kind.CLIENT, Kind.WITNESS)
"""Traffic of a look: where chance loses some of it, no look is like another."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One look that was made. at: when it was rung for, by the world's clock."""

    at: float
    result: Result
    story: tuple[Any, ...]
    asked: Moment | None


@dataclass(slots=True)
class Rest:
    """One node's looks, and what was spared of them.

    begun: what the pair showed when it was rung for. usual: who rang for the looks that
    were alike. spared, until: looks left out, and when the last one was due. counts:
    each worker's writes and updates of its map at that time.
    """

    looks: list[Seen] = field(default_factory=list)
    at: float = 0.0
    begun: tuple[Any, ...] = ()
    usual: set[tuple[TriggerKind, tuple[str, ...]]] = field(default_factory=set)
    spared: int = 0
    until: float = 0.0
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)


class Leaper:
    """Sits between the bells of both nodes and their cycles.

    until tells when the play ends, by the world's clock. spared: looks left out so far.
    Who touches what hawatch remembers has to wake it first.
    """

    def __init__(self, agents: PairAgents, until: Callable[[], float]) -> None:
        self._world = agents.world
        self._agents = list(agents.agents.values())
        self._play_ends = until
        self._rest = {agent.node.name: Rest() for agent in self._agents}
        self._asleep: list[NodeAgent] = []
        self._shown: tuple[Any, ...] = ()
        self._seen: tuple[Any, ...] = ()
        self._seen_at = -1
        self._until = 0.0
        self.spared = 0
        for agent in self._agents:
            agent.spared = self._spare
            agent.before_cycle.append(self.wake)
            agent.on_result.append(self._ended)

    def wake(self) -> None:
        """Bring both memories to where the spared looks would have led."""
        asleep, self._asleep = self._asleep, []
        for agent in asleep:
            rest = self._rest[agent.node.name]
            if rest.spared:
                _go_on(agent, rest)
            rest.looks.clear()

    def _spare(
        self, agent: NodeAgent, kind: TriggerKind, words: tuple[str, ...]
    ) -> bool:
        """Return whether a ring needs no look."""
        rest, now = self._rest[agent.node.name], self._world.now
        hook = kind is TriggerKind.HAST
        visible = rest.begun if hook else self._visible()
        if self._asleep and self._world.network.loses(*ASKED_OVER):
            self.wake()
        if self._asleep:
            usual = agent in self._asleep and (kind, words) in rest.usual
            # A hook of hastd rings in the middle of what it tells; the next look by the
            # clock sees what came of it.
            same = hook or visible == self._shown
            if usual and same and now < self._until:
                rest.spared += 1
                self.spared += 1
                rest.until = now
                rest.counts = _counts(agent)
                if not hook:
                    self._world.scheduler.changed_nothing()
                return True
            self.wake()
        rest.at, rest.begun = now, visible
        return False

    def _visible(self) -> tuple[Any, ...]:
        """Return what the pair shows; looked for only after something stirred."""
        stirring = self._world.scheduler.stirring
        if not self._asleep or self._seen_at != stirring:
            self._seen, self._seen_at = shown(self._world), stirring
        return self._seen

    def _ended(self, agent: NodeAgent, result: Result) -> None:
        rest = self._rest[agent.node.name]
        told = story(result.decisions, result.findings)
        if result.again or any(result.outcomes.values()) or not _looked_only(result):
            rest.looks.clear()
            return
        if rest.looks and rest.looks[-1].story != told:
            rest.looks.clear()
        rest.looks = [
            *rest.looks[-(KEPT - 1) :],
            Seen(
                at=rest.at,
                result=result,
                story=told,
                asked=last_asked(agent.store),
            ),
        ]
        self._try()

    def _try(self) -> None:
        """Fall asleep, if the whole pair is at rest."""
        if self._asleep or self._world.network.loses(*ASKED_OVER):
            return
        able = [agent for agent in self._agents if agent.enabled and agent.node.running]
        visible = shown(self._world)
        for agent in able:
            rest = self._rest[agent.node.name]
            if not agent.idle or len(rest.looks) < ALIKE or rest.begun != visible:
                return
            if not _rests(rest):
                return
        limit = min(MOST, self._play_ends() - self._world.now)
        for agent in able:
            if limit < WORTH:
                return
            limit = _goes_on_for(agent, self._rest[agent.node.name], limit)
        if limit < WORTH:
            return
        self._asleep, self._shown = able, visible
        self._until = self._world.now + limit
        for agent in able:
            rest = self._rest[agent.node.name]
            rest.spared = 0
            rest.usual = {
                (trigger.kind, trigger.words)
                for look in rest.looks
                for trigger in look.result.triggers
            }


def _looked_only(result: Result) -> bool:
    """Return whether nobody wanted more than a look."""
    kinds = {trigger.kind for trigger in result.triggers}
    return kinds <= {TriggerKind.CRON, TriggerKind.HAST}


def _pair(rest: Rest) -> tuple[Seen, Seen] | None:
    """Return the last look and the newest one that is far enough before it."""
    now = rest.looks[-1]
    for then in reversed(rest.looks[:-1]):
        if now.at - then.at >= APART:
            return then, now
    return None


def _rests(rest: Rest) -> bool:
    """Return whether only clocks moved in the memory."""
    memories = [look.result.memory for look in rest.looks[-ALIKE:]]
    return all(at_rest(one, other) for one, other in pairwise(memories))


def _goes_on_for(agent: NodeAgent, rest: Rest, limit: float) -> float:
    """Return for how many seconds, up to a limit, the rules say the same."""
    if _says_the_same(agent, rest, limit):
        return limit
    low, high = 0.0, limit
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if _says_the_same(agent, rest, middle):
            low = middle
        else:
            high = middle
    return low


def _says_the_same(agent: NodeAgent, rest: Rest, seconds: float) -> bool:
    """Return whether a look after some seconds would lead to the same."""
    pair = _pair(rest)
    if pair is None:
        return False
    then, now = pair
    course = Course(apart=now.at - then.at, seconds=seconds)
    interval = agent.agent.config.agent.interval
    before = msgspec.structs.replace(course, seconds=seconds - interval)
    thought = think(
        agent.agent.config,
        agent.agent.check,
        Recalled(
            memory=carried(then.result.memory, now.result.memory, before),
            asked=carried(then.asked, now.asked, course),
        ),
        carried(then.result.snapshot, now.result.snapshot, course),
        now.result.triggers,
    )
    return story(thought.decisions, thought.findings) == now.story


def _go_on(agent: NodeAgent, rest: Rest) -> None:
    """Save the memory, and when the peer asked, as the spared looks would have."""
    pair = _pair(rest)
    if pair is None:
        return
    then, now = pair
    course = Course(apart=now.at - then.at, seconds=rest.until - now.at)
    memory = carried(then.result.memory, now.result.memory, course)
    save_memory(agent.store, _with_counts(memory, rest.counts))
    asked = carried(then.asked, now.asked, course)
    if asked is not None and asked != now.asked:
        note_asked(agent.store, asked)


def _counts(agent: NodeAgent) -> dict[str, tuple[int, int]]:
    found = {}
    for name, resource in agent.node.resources.items():
        primary = resource.primary
        worker = primary or resource.secondary
        updates = primary.map.updates if primary is not None else 0
        found[name] = (worker.writes if worker is not None else 0, updates)
    return found


def _with_counts(memory: Memory, counts: dict[str, tuple[int, int]]) -> Memory:
    """Return a memory with the writes that the last spared look would have seen."""
    services = {}
    for name, own in memory.services.items():
        seen = {
            resource: msgspec.structs.replace(
                look, writes=counts[resource][0], updates=counts[resource][1]
            )
            for resource, look in own.seen.items()
        }
        services[name] = msgspec.structs.replace(own, seen={**own.seen, **seen})
    return msgspec.structs.replace(memory, services=services)
