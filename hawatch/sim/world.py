"""The world: one clock, one seed, two nodes, their network and their clients."""

from __future__ import annotations

import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from hawatch.model.carp import CarpState
from hawatch.sim.carp_segment import CarpSegment
from hawatch.sim.client import Client
from hawatch.sim.clock import Scheduler
from hawatch.sim.network import Network
from hawatch.sim.node import Node
from hawatch.sim.violations import Violations

if TYPE_CHECKING:
    from hawatch.host import CommandResult
    from hawatch.sim.carp_vhid import Vhid
    from hawatch.sim.host import SimHost
    from hawatch.sim.settings import PairSettings
    from hawatch.sim.shell import Command
    from hawatch.sim.task import Task

T = TypeVar("T")
AnswerSsh = Callable[[str, str, tuple[str, ...]], "Coroutine[Any, Any, CommandResult]"]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One thing worth seeing. node is "" where it concerns nobody in particular."""

    at: float
    node: str
    kind: str
    text: str


class World:
    """Everything. A seed and the same calls give the same run.

    answer_ssh runs on the target when a node asks /usr/bin/ssh for its peer. witness_up
    tells whether the witness answers. site_commands adds or replaces programs by path,
    such as a site's fence; untrusted says of one why it must not be run. keep_log:
    False drops the log, for long searches.
    """

    __slots__ = (
        "answer_ssh",
        "clients",
        "keep_log",
        "log",
        "network",
        "nodes",
        "on_note",
        "rng",
        "scheduler",
        "segment",
        "settings",
        "settled_at",
        "site_commands",
        "untrusted",
        "violations",
        "witness_up",
    )

    def __init__(self, settings: PairSettings, seed: int) -> None:
        self.settings = settings
        self.rng = random.Random(seed)
        self.scheduler = Scheduler()
        self.network = Network(self.rng, tuple(node.name for node in settings.nodes))
        self.log: list[LogEntry] = []
        self.on_note: list[Callable[[LogEntry], None]] = []
        self.keep_log = True
        self.settled_at = 0.0
        self.witness_up = True
        self.answer_ssh: AnswerSsh | None = None
        self.site_commands: dict[str, Command] = {}
        self.untrusted: dict[str, str] = {}
        self.segment = CarpSegment(self)
        self.violations = Violations(self)
        self.nodes: dict[str, Node] = {}
        for node in settings.nodes:
            self.nodes[node.name] = Node(self, node)
        self.clients = {
            service.name: Client(self, service) for service in settings.services
        }
        self.network.before_change.append(self.segment.unfold)
        self.network.on_change.append(self.rewire)

    @property
    def now(self) -> float:
        """Return the virtual clock, in seconds."""
        return self.scheduler.now

    @property
    def after_event(self) -> list[Callable[[], None]]:
        """Return the hooks that run after every event."""
        return self.scheduler.after_event

    def run_until(self, at: float) -> None:
        """Let the world go on up to a time of its clock."""
        self.scheduler.run_until(at)

    def run_for(self, seconds: float) -> None:
        """Let that many seconds pass."""
        self.scheduler.run_until(self.now + seconds)

    def run_while(self, condition: Callable[[], bool], *, limit: float) -> bool:
        """Run event by event while a condition holds, `limit` seconds at most.

        Return whether the condition ended.
        """
        until = self.now + limit
        while condition():
            if not self.scheduler.step(until):
                return not condition()
        return True

    def spawn(
        self,
        node_name: str,
        coroutine: Coroutine[Any, Any, T],
        done: Callable[[T], None] | None = None,
    ) -> Task[T]:
        """Start a coroutine as a process of a node."""
        return self.nodes[node_name].spawn(coroutine, done)

    def host(self, node_name: str) -> SimHost:
        """Return a node behind the waist that the agent knows."""
        from hawatch.sim.host import SimHost

        return SimHost(self, self.nodes[node_name])

    def peer_of(self, node_name: str) -> Node:
        """Return the other node."""
        return next(node for name, node in self.nodes.items() if name != node_name)

    def vip_holders(self, vhid: int) -> list[Node]:
        """Return the nodes that answer ARP for a vhid's VIP."""
        return [
            node
            for node in self.nodes.values()
            if node.on_the_wire
            and vhid in node.carp.vhids
            and node.carp.vhids[vhid].state is CarpState.MASTER
        ]

    def vip_taken(self, vhid: Vhid) -> None:
        """Note that a node answers ARP for a VIP now."""
        self.note(vhid.stack.node_name, f"holds {', '.join(vhid.addresses)}", "vip")

    def note(self, node: str, text: str, kind: str) -> None:
        """Write a line into the log."""
        if not self.keep_log and not self.on_note:
            return
        entry = LogEntry(self.now, node, kind, text)
        if self.keep_log:
            self.log.append(entry)
        for listener in self.on_note:
            listener(entry)

    def rewire(self) -> None:
        """Let HAST look at its connections after a node, cable or path changed."""
        for node in self.nodes.values():
            for resource in node.resources.values():
                for worker in (resource.primary, resource.secondary):
                    if worker is not None and worker.connection is not None:
                        worker.connection.recheck()
