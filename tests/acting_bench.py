"""One step at a time on the simulated pair: perform it, and look at what it left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from hawatch.acting.perform import PERFORMERS, perform
from hawatch.acting.site import Ended, Site
from hawatch.dryrun import DryRunHost
from hawatch.host import CommandResult
from hawatch.model.config import Config, NodeConfig, ProbeConfig, ServiceConfig
from hawatch.model.hast import HastRole
from hawatch.model.plan import AnyStep, AwaitDevice, Outcome, Plan, SetRole
from hawatch.sim.faults import Fault, FaultKind
from hawatch.sim.hast_primary import PrimaryWorker
from hawatch.sim.hast_resource import Resource
from hawatch.sim.node import Node
from hawatch.sim.pair import build_pair
from hawatch.sim.services import RcService
from hawatch.sim.settings import PairSettings, ServiceSettings
from hawatch.sim.watched import WatchedHost

DIRECTORY = "/var/db/mysql"
DEVICE = "/dev/hast/disk0"
RC = "mysql-server"
PRIMARY = SetRole(resource="disk0", role=HastRole.PRIMARY, device=DEVICE, deadline=30.0)
AWAIT = AwaitDevice(resource="disk0", device=DEVICE, deadline=70.0)


class Notes:
    """A recorder that keeps what it is told; unwritten is why it cannot write."""

    def __init__(self, unwritten: str | None = None) -> None:
        self.unwritten = unwritten
        self.begun: list[AnyStep] = []
        self.ended: list[Outcome] = []

    def intent(self, step: AnyStep) -> str | None:
        """Note a step that begins."""
        self.begun.append(step)
        return self.unwritten

    def outcome(self, outcome: Outcome) -> None:
        """Note how it ended."""
        self.ended.append(outcome)


class Bench:
    """A settled pair without clients; first serves, second stands by.

    commands holds what was run to change the nodes, in order.
    """

    def __init__(self, settings: PairSettings | None = None, **service: Any) -> None:
        quiet = ServiceSettings(write_interval=0.0)
        if settings is None:
            settings = PairSettings()
        changed = msgspec.structs.replace(quiet, **service)
        settings = msgspec.structs.replace(settings, services=(changed,))
        self.world = build_pair(settings, seed=7)
        self.first, self.second = self.world.nodes.values()
        self.config = _config_of(settings)
        self.commands: list[tuple[str, ...]] = []

    def with_service(self, **changes: Any) -> Bench:
        """Change the agent's configuration of the service."""
        service = msgspec.structs.replace(self.config.services["mysql"], **changes)
        self.config = msgspec.structs.replace(self.config, services={"mysql": service})
        return self

    def with_agent(self, **changes: Any) -> Bench:
        """Change the agent's configuration of itself."""
        agent = msgspec.structs.replace(self.config.agent, **changes)
        self.config = msgspec.structs.replace(self.config, agent=agent)
        return self

    def run(self, step: AnyStep, node: Node | None = None) -> Ended:
        """Perform a step on a node (the first), and return how it ended."""
        results: list[Ended] = []
        name = (node or self.first).name
        performing = PERFORMERS[type(step)](self.site(name), step)
        self.world.spawn(name, _awaited(performing), results.append)
        self.world.run_while(lambda: not results, limit=4000.0)
        return results[0]

    def perform(self, plan: Plan, notes: Notes, *, dry: bool = False) -> Any:
        """Perform a plan on the first node, or only pretend to."""
        results: list[tuple[Outcome, ...]] = []
        site = self.site(self.first.name, dry=dry)
        self.world.spawn(self.first.name, perform(site, plan, notes), results.append)
        self.world.run_while(lambda: not results, limit=4000.0)
        return results[0]

    def site(self, name: str, *, dry: bool = False) -> Site:
        """Return where a plan is performed."""
        host = WatchedHost(self.world, self.world.nodes[name])
        host.on_change.append(self.commands.append)
        if dry:
            return Site(DryRunHost(host), self.config, "mysql", pretends=True)
        return Site(host, self.config, "mysql")

    def fault(
        self, kind: FaultKind, *argv: str, node: Node | None = None, **how: Any
    ) -> None:
        """Let the next command that begins with argv do something else."""
        (node or self.first).faults.add(Fault(argv, kind, **how))

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Let something happen while a step is at work."""
        self.world.scheduler.call_in(seconds, act)

    def shell(self, line: str, node: Node | None = None) -> CommandResult:
        """Run a command by hand."""
        results: list[CommandResult] = []
        host = self.world.host((node or self.first).name)
        self.world.spawn(
            host.node, host.change(line.split(), deadline=90.0), results.append
        )
        self.world.run_while(lambda: not results, limit=100.0)
        return results[0]

    def release(self) -> None:
        """Let the first node go by hand: service, mount, role."""
        self.shell("/usr/sbin/service mysql-server onestop")
        self.shell(f"/sbin/umount {DIRECTORY}")
        self.shell("/sbin/hastctl role secondary disk0")

    @property
    def rc(self) -> RcService:
        """Return the first node's service."""
        return self.first.services[RC]

    @property
    def resource(self) -> Resource:
        """Return the first node's resource."""
        return self.first.resources["disk0"]

    @property
    def worker(self) -> PrimaryWorker:
        """Return the first node's worker."""
        worker = self.resource.primary
        assert worker is not None
        return worker

    @property
    def mounted(self) -> bool:
        """Return whether something lies on the first node's directory."""
        return self.first.mounts.visible(DIRECTORY) is not None


async def _awaited(performing: Any) -> Ended:
    ended: Ended = await performing
    return ended


def _config_of(settings: PairSettings) -> Config:
    service = settings.services[0]
    return Config(
        nodes={node.name: NodeConfig(address=node.address) for node in settings.nodes},
        services={
            "mysql": ServiceConfig(
                vhid=service.vhid,
                interface=settings.first.interface,
                vip=service.vip,
                resources=(service.resource,),
                mounts=(service.mount,),
                rc=(service.rc,),
                process=service.process,
                probe=ProbeConfig(),
                sentinel=service.sentinel,
            )
        },
    )
