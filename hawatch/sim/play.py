"""A scenario at work: the pair, its agents, and what was seen of them so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar, get_args

import msgspec

from hawatch.agent import Result
from hawatch.checking.nouns import Collection
from hawatch.model.config import Config
from hawatch.model.decision import Decision
from hawatch.model.plan import AnyStep, Outcome, SetRole
from hawatch.recording.entries import Ended, Entry, Intent
from hawatch.sim.agents import NodeAgent, PairAgents
from hawatch.sim.node import Node
from hawatch.sim.services import RcService
from hawatch.sim.settings import ServiceSettings
from hawatch.sim.world import LogEntry, World

if TYPE_CHECKING:
    from hawatch.sim.action import Action

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that happened on a node, `at` seconds of the scenario."""

    at: float
    node: str
    what: Decision | Outcome | Intent | tuple[str, ...]


@dataclass(slots=True)
class History:
    """What the agents decided and did, in order. commands: what they changed with."""

    decisions: list[Seen] = field(default_factory=list)
    begun: list[Seen] = field(default_factory=list)
    ended: list[Seen] = field(default_factory=list)
    commands: list[Seen] = field(default_factory=list)


class Play:
    """Two nodes under hawatch. Time 0 is when the scenario's clock begins.

    before_deed is called before somebody touches the pair.
    """

    def __init__(
        self,
        world: World,
        config: Config,
        checks: Collection,
        *,
        isolate: bool = False,
        quick: bool = False,
    ) -> None:
        self.world = world
        self.config = config
        self.agents = PairAgents(world, config, checks, isolate=isolate, quick=quick)
        self.zero = world.now
        self.history = History()
        self.before_deed: list[Callable[[Action], None]] = []
        self._lost: dict[str, int] = {}
        world.on_note.append(self._noted)
        for agent in self.agents.agents.values():
            self._watch(agent)

    @property
    def time(self) -> float:
        """Return the seconds since the scenario's clock began."""
        return self.world.now - self.zero

    def begin(self) -> None:
        """Let the scenario's clock begin, and forget what was before it."""
        self.zero = self.world.now
        self.history = History()
        for client in self.world.clients.values():
            client.outages.clear()

    def do(self, action: Action) -> None:
        """Let an action of the scenario happen now."""
        for listener in self.before_deed:
            listener(action)
        action.act(self)

    def node(self, name: str) -> Node:
        """Return a node."""
        return self.world.nodes[name]

    def settings(self, service: str) -> ServiceSettings:
        """Return a service's settings; "" means the first one."""
        for settings in self.world.settings.services:
            if service in ("", settings.name):
                return settings
        raise KeyError(service)

    def rc(self, node: str, service: str) -> RcService:
        """Return the rc service of a service on a node."""
        return self.node(node).services[self.settings(service).rc]

    def served_by(self, service: str) -> str:
        """Return the node that serves a service's clients now, or "nobody"."""
        client = self.world.clients[self.settings(service).name]
        if client.down_since is not None or client.served_by is None:
            return "nobody"
        return client.served_by

    def outages(self, service: str) -> list[tuple[float, float]]:
        """Return each outage of the clients, in seconds; the last may still go on."""
        client = self.world.clients[self.settings(service).name]
        found = list(client.outages)
        if client.down_since is not None:
            found.append((client.down_since, self.world.now))
        return [(began - self.zero, ended - self.zero) for began, ended in found]

    def rows_lost(self, service: str) -> int | None:
        """Return how many acknowledged rows were missing where clients were served.

        A row's place is used again by later rows, so each change of the serving node is
        counted when it happens. None where nobody serves now.
        """
        settings = self.settings(service)
        node = self.served_by(settings.name)
        if node == "nobody":
            return None
        self._count_lost(settings, node)
        return self._lost[settings.name]

    def _noted(self, entry: LogEntry) -> None:
        if entry.kind != "client" or not entry.node:
            return
        for settings in self.world.settings.services:
            if self.world.clients[settings.name].served_by == entry.node:
                self._count_lost(settings, entry.node)

    def _count_lost(self, settings: ServiceSettings, node: str) -> None:
        client = self.world.clients[settings.name]
        lost = client.lost_on(self.node(node).services[settings.rc])
        self._lost[settings.name] = max(lost, self._lost.get(settings.name, 0))

    def _watch(self, agent: NodeAgent) -> None:
        agent.on_result.append(self._decided)
        agent.store.on_entry.append(lambda entry: self._journaled(agent, entry))
        agent.host.on_change.append(
            lambda argv: self.history.commands.append(self._seen(agent, argv))
        )

    def _decided(self, agent: NodeAgent, result: Result) -> None:
        for decision in result.decisions:
            self.history.decisions.append(self._seen(agent, decision))

    def _journaled(self, agent: NodeAgent, entry: Entry) -> None:
        if isinstance(entry, Intent):
            self.history.begun.append(self._seen(agent, entry))
        elif isinstance(entry, Ended):
            self.history.ended.append(self._seen(agent, entry.outcome))

    def _seen(
        self, agent: NodeAgent, what: Decision | Outcome | Intent | tuple[str, ...]
    ) -> Seen:
        return Seen(self.time, agent.node.name, what)


def step_word(step: AnyStep) -> str:
    """Return a step in a scenario's words: "unmount", "set-role-primary"."""
    word = kebab(type(step).__name__)
    return f"{word}-{step.role}" if isinstance(step, SetRole) else word


def kebab(name: str) -> str:
    """Return a class's name as a word of a scenario: KillMysqld is "kill-mysqld"."""
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")


def kinds_in(
    modules: Iterable[ModuleType], base: type[K], frames: Iterable[type[K]]
) -> Iterator[type[K]]:
    """Yield the classes of some modules below a base, without those named as frames."""
    excluded = {base, *frames}
    for module in modules:
        for thing in vars(module).values():
            kind = isinstance(thing, type) and issubclass(thing, base)
            if kind and thing not in excluded:
                yield thing


STEP_WORDS = sorted(
    {kebab(step.__name__) for step in get_args(AnyStep) if step is not SetRole}
    | {f"set-role-{role}" for role in ("primary", "secondary", "init")}
)
"""Every word that means a step."""


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a scenario: only the words that it knows are legal in it."""
