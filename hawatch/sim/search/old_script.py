"""A plain model of the scripts that hawatch replaces [FACTS G4, G5].

devd runs `carphast.sh`: on MASTER promote, on BACKUP and INIT tear down; at a boot
`hast_primary_check.sh` follows a peer that is primary. Nothing looks at the peer, at
what a copy lacks, at the service, or back at what was done. Every known slip of the
script's text (quoting, an undefined function, a lost event) is left out: what is
modelled is its policy, at its best.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from hawatch.freebsd.parse_devd import parse_event
from hawatch.freebsd.parse_error import ParseError
from hawatch.host import CommandResult
from hawatch.model.fact import Known, is_true
from hawatch.sim.commands_net import reaches
from hawatch.sim.host import SimHost
from hawatch.sim.node import Node
from hawatch.sim.settings import ServiceSettings
from hawatch.sim.task import Task
from hawatch.sim.world import World

FOREVER = 86_400.0
WORKER_WAIT = 60
DEVICE_WAIT = 60


class OldScript:
    """One node under the old scripts; devd runs them one after the other."""

    def __init__(self, world: World, node: Node) -> None:
        self._world = world
        self._node = node
        self._host = SimHost(world, node)
        self._queue: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._task: Task[None] | None = None
        node.on_devd.append(self._devd)
        node.on_boot.append(self._boot)

    def _devd(self, line: str) -> None:
        try:
            event = parse_event(line)
        except ParseError:
            return
        if event.system == "CARP":
            vhid = event.subsystem.partition("@")[0]
            for service in self._world.settings.services:
                if str(service.vhid) == vhid:
                    self._enqueue(partial(self._switch, service, event.type))

    def _boot(self) -> None:
        self._forget()
        for service in self._world.settings.services:
            self._enqueue(partial(self._check_primary, service))

    def _enqueue(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if self._task is not None and not self._task.alive:
            # The power went while it was at work: devd's queue went with it.
            self._forget()
        self._queue.append(work)
        if self._task is None:
            self._next(None)

    def _forget(self) -> None:
        self._queue.clear()
        self._task = None

    def _next(self, _done: None) -> None:
        self._task = None
        if self._queue:
            self._task = self._world.spawn(
                self._node.name, self._queue.pop(0)(), self._next
            )

    async def _switch(self, service: ServiceSettings, state: str) -> None:
        """Do what the event says, whatever is true by now."""
        if not self._node.hastd.alive:
            return
        await self._run("/usr/sbin/service", service.rc, "onestop")
        if state == "MASTER":
            await self._promote(service)
        else:
            await self._run("/sbin/umount", "-f", service.mount)
            role = "secondary" if state == "BACKUP" else "init"
            await self._run("/sbin/hastctl", "role", role, service.resource)

    async def _promote(self, service: ServiceSettings) -> None:
        for _ in range(WORKER_WAIT):
            if not self._worker_lives(service):
                break
            await self._host.sleep(1.0)
        else:
            return
        await self._run("/sbin/hastctl", "role", "primary", service.resource)
        device = f"/dev/hast/{service.resource}"
        for _ in range(DEVICE_WAIT):
            await self._host.sleep(1.0)
            if is_true(self._host.exists(device)):
                break
        checked = await self._run("/sbin/fsck", "-t", "ufs", "-y", device)
        if not checked.succeeded:
            return
        mounted = await self._run("/sbin/mount", service.mount)
        if mounted.succeeded:
            await self._run("/usr/sbin/service", service.rc, "onestart")

    async def _check_primary(self, service: ServiceSettings) -> None:
        """Follow the peer where it is primary; else stay init."""
        peer = self._node.peer
        if reaches(self._node, peer.settings.address) and (
            peer.resources[service.resource].role == "primary"
        ):
            await self._run("/sbin/hastctl", "role", "secondary", service.resource)

    def _worker_lives(self, service: ServiceSettings) -> bool:
        table = self._host.processes()
        title = f"hastd: {service.resource} (secondary)"
        return isinstance(table, Known) and any(
            process.cmdline == (title,) for process in table.value
        )

    async def _run(self, *argv: str) -> CommandResult:
        return await self._host.change(argv, deadline=FOREVER)
