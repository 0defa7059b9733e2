"""A simulated pair under hawatch with short times, and what tests ask of it.

Times are as short as `config check` lets them be, so that minutes of the world cost a
fraction of a second: an owner that is cut off has let go after at most 60 s, a standby
moves after 65 s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import msgspec

from hawatch.agent import Result
from hawatch.checking.collect import collect
from hawatch.checking.nouns import Collection
from hawatch.config import parse_config
from hawatch.deciding.timers import Budget, budget
from hawatch.model.config import Config
from hawatch.model.decision import Decision, Rule
from hawatch.model.hast import HastRole
from hawatch.model.latch import Latch, LatchKind
from hawatch.model.memory import Memory, ServiceMemory
from hawatch.model.plan import AnyStep, Outcome
from hawatch.recording.entries import Ended
from hawatch.recording.memory import load_memory
from hawatch.sim.agents import NodeAgent, PairAgents
from hawatch.sim.client import Client
from hawatch.sim.node import Node
from hawatch.sim.pair import Start, build_pair
from hawatch.sim.settings import NodeSettings, PairSettings, ServiceSettings
from hawatch.sim.violations import Wrong
from hawatch.sim.world import World

HAST_TIMEOUT = 5.0
WITNESS = "192.168.202.1"
SERVICE = "mysql"
RC = "mysql-server"
DISK = "disk0"

TOML = """
[nodes.alpha]
address = "192.168.202.53"
[nodes.beta]
address = "192.168.202.202"
[services.mysql]
vhid = 1
interface = "em0"
vip = "192.168.202.251"
resources = ["disk0"]
mounts = ["/var/db/mysql"]
rc = ["mysql-server"]
start_deadline = "30s"
stop_deadline = "10s"
unmount_deadline = "6s"
{service}
[services.mysql.probe]
user = "hawatch"
password_file = "/usr/local/etc/hawatch/mysql.secret"
timeout = "2s"
[agent]
interval = "5s"
[carp]
settle = "4s"
debounce = "5s"
{carp}
[hast]
timeout = "5s"
role_deadline = "10s"
[peer]
connect_timeout = "2s"
timeout = "4s"
max_age = "12s"
{peer}
[limits]
cooldown = "4m"
{limits}
[witness]
give_up = "15s"
promote_after = "65s"
{witness}
"""

ASKED_WITNESS = f'ping = ["{WITNESS}"]'


@cache
def shipped_checks() -> Collection:
    """Return the shipped checks, read once."""
    return collect()


@cache
def a_pair_config(
    *,
    service: str = "",
    carp: str = "",
    peer: str = "",
    limits: str = "",
    witness: str = ASKED_WITNESS,
) -> Config:
    """Return the configuration; each argument is TOML of its table."""
    text = TOML.format(
        service=service, carp=carp, peer=peer, limits=limits, witness=witness
    )
    return parse_config(text, "test")


def pair_settings(
    *,
    preempt: tuple[bool, bool] = (False, False),
    write_interval: float = 5.0,
) -> PairSettings:
    """Return the machines alpha (advskew 0) and beta (advskew 50)."""
    first, second = (
        NodeSettings(
            name=name,
            address=address,
            ether=ether,
            advskew=advskew,
            preempt=own_preempt,
        )
        for name, address, ether, advskew, own_preempt in (
            ("alpha", "192.168.202.53", "00:0c:29:75:28:84", 0, preempt[0]),
            ("beta", "192.168.202.202", "58:9c:fc:0a:20:02", 50, preempt[1]),
        )
    )
    return PairSettings(
        first=first,
        second=second,
        services=(ServiceSettings(write_interval=write_interval),),
        hast_timeout=HAST_TIMEOUT,
        kernel_boot=6.0,
    )


class Pair:
    """Both nodes under hawatch. alpha served when the world was settled."""

    def __init__(self, world: World, config: Config) -> None:
        self.world = world
        self.config = config
        self.agents = PairAgents(world, config, shipped_checks())
        self.ended: list[tuple[str, Outcome]] = []
        for name, agent in self.agents.agents.items():
            agent.store.on_entry.append(self._listener(name))

    def _listener(self, name: str) -> Callable[[object], None]:
        def heard(entry: object) -> None:
            if isinstance(entry, Ended):
                self.ended.append((name, entry.outcome))

        return heard

    @property
    def alpha(self) -> Node:
        """Return the node that served at first."""
        return self.world.nodes["alpha"]

    @property
    def beta(self) -> Node:
        """Return the node that stood by at first."""
        return self.world.nodes["beta"]

    def hold_carp_back_at_boot(self) -> None:
        """Put net.inet.carp.allow=0 into /boot/loader.conf of both nodes [A10]."""
        for node in self.world.nodes.values():
            node.settings = msgspec.structs.replace(node.settings, allow_at_boot=False)

    @property
    def client(self) -> Client:
        """Return the client that writes rows."""
        return self.world.clients[SERVICE]

    @property
    def times(self) -> Budget:
        """Return the sums of the configuration."""
        return budget(self.config)

    def agent(self, node: Node) -> NodeAgent:
        """Return a node's agent."""
        return self.agents[node.name]

    def run(self, seconds: float) -> None:
        """Let that many seconds pass."""
        self.world.run_for(seconds)

    def until(self, condition: Callable[[], bool], limit: float) -> bool:
        """Let time pass until a condition holds; return whether it came to hold.

        Whole seconds are enough for what tests wait for, and cost less than events.
        """
        end = self.world.now + limit
        while not condition():
            if self.world.now >= end:
                return False
            self.world.run_for(min(1.0, end - self.world.now))
        return True

    def decision(self, node: Node) -> Decision:
        """Return the newest decision of a node."""
        result = self.result(node)
        return result.decisions[0]

    def result(self, node: Node) -> Result:
        """Return the newest result of a node."""
        last = self.agent(node).last
        assert last is not None
        return last

    def memory(self, node: Node) -> Memory:
        """Return what is in a node's state directory."""
        agent = self.agent(node)
        return load_memory(agent.store, node.name, agent.host.now()).memory

    def own(self, node: Node) -> ServiceMemory:
        """Return what a node remembers of the service."""
        return self.memory(node).services.get(SERVICE, ServiceMemory())

    def latches(self, node: Node) -> set[LatchKind]:
        """Return the kinds of a node's latches on its own copy."""
        return {
            latch.kind
            for latch in self.own(node).latches
            if latch.copy_of in ("", node.name)
        }

    def all_latches(self, node: Node) -> Sequence[Latch]:
        """Return every latch that a node holds."""
        return self.own(node).latches

    def steps(self, node: Node, kind: type[AnyStep]) -> list[Outcome]:
        """Return the outcomes of a kind of step on a node, in order."""
        return [
            outcome
            for name, outcome in self.ended
            if name == node.name and isinstance(outcome.step, kind)
        ]

    # -- the state of the world ----------------------------------------------------

    def role(self, node: Node) -> HastRole:
        """Return the role that hastd has on a node."""
        return HastRole(node.resources[DISK].role)

    def serves(self, node: Node) -> bool:
        """Return whether a node is primary, has it mounted, and accepts clients."""
        service = node.services[RC]
        return (
            node.running
            and self.role(node) is HastRole.PRIMARY
            and node.mounts.visible("/var/db/mysql") is not None
            and service.accepting
        )

    def holds(self, node: Node) -> bool:
        """Return whether anything of the service is on a running node."""
        return node.running and (
            self.role(node) is HastRole.PRIMARY
            or node.mounts.visible("/var/db/mysql") is not None
            or node.services[RC].running
        )

    def servers(self) -> list[str]:
        """Return the nodes that serve."""
        return [node.name for node in self.world.nodes.values() if self.serves(node)]

    def clients_are_served(self) -> bool:
        """Return whether a row can be written through the VIP right now."""
        return self.client.down_since is None

    def is_healthy(self) -> bool:
        """Return whether one node serves, and the other is a standby in sync."""
        servers = self.servers()
        if len(servers) != 1 or not self.clients_are_served():
            return False
        owner = self.world.nodes[servers[0]]
        if self.world.vip_holders(1) != [owner]:
            return False
        standby = owner.peer
        if self.role(standby) is not HastRole.SECONDARY or self.holds(standby):
            return False
        vouched = DISK in self.own(standby).peer_in_sync
        calm = all(
            self.agent(n).last is not None
            and self.decision(n).rule in (Rule.ALL_WELL, Rule.RESTORE_SKEW)
            for n in (owner, standby)
        )
        return vouched and calm and not self.all_latches(owner)

    def asks_a_person(self) -> list[str]:
        """Return what the newest decisions raise an alarm for."""
        return [
            f"{node.name}: {decision.because}"
            for node in self.world.nodes.values()
            if node.running
            for decision in [self.decision(node)]
            if decision.alarm
        ]

    def wrongs(self) -> set[Wrong]:
        """Return the kinds of what must never happen and did."""
        return {found.wrong for found in self.world.violations.found}

    def harm(self) -> list[str]:
        """Return what must never happen and did."""
        return [
            f"{found.at - self.world.settled_at:.1f} {found.node} {found.text}"
            for found in self.world.violations.found
        ]


def a_pair(
    *,
    seed: int = 1,
    config: Config | None = None,
    settings: PairSettings | None = None,
    start: Start = Start.SETTLED,
    warm: float = 12.0,
) -> Pair:
    """Return a pair whose agents have looked at it for `warm` seconds."""
    world = build_pair(settings or pair_settings(), seed=seed, start=start)
    pair = Pair(world, config or a_pair_config())
    pair.agents.start()
    world.run_for(warm)
    return pair
