"""What must never happen, seen from outside: the world's own verdict [DESIGN 8]."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hawatch.sim.node import Node
    from hawatch.sim.services import RcService
    from hawatch.sim.world import World


class Wrong(enum.StrEnum):
    """The kinds of harm that show in the world."""

    DUAL_MOUNT = "two writable mounts"
    DUAL_WRITERS = "rows accepted on both nodes"
    EMPTY_DATABASE = "an empty database was initialised"
    ROWS_ON_ROOT = "rows went to the root file system"
    LOST_ROWS = "acknowledged rows are missing"
    INCOMPLETE_COPY = "a half-synced copy was mounted"


@dataclass(frozen=True, slots=True)
class Violation:
    """One harm: when, where, what."""

    at: float
    node: str
    wrong: Wrong
    text: str


class Violations:
    """Collects harm; each episode counts once.

    spoiled: resources whose good copy HAST itself wrote over, with what a disk that
    fails had kept; or whose owner ended right after HAST had acknowledged by itself
    what was in flight; or whose standby's worker dropped what memsync had acknowledged:
    no program on the two machines could have kept it from that.
    """

    __slots__ = ("_accepted", "_dual", "_world", "found", "spoiled")

    def __init__(self, world: World) -> None:
        self._world = world
        self.found: list[Violation] = []
        self.spoiled: set[str] = set()
        self._dual: set[str] = set()
        self._accepted: dict[str, set[str]] = {}

    def clear(self) -> None:
        """Forget everything that was found."""
        self.found.clear()

    def look(self) -> None:
        """Look whether a resource is mounted writably on two running nodes."""
        for settings in self._world.settings.services:
            holders = [
                node.name
                for node in self._world.nodes.values()
                if node.running and self._writable(node, settings.resource)
            ]
            if len(holders) < 2:
                self._dual.discard(settings.resource)
                self._accepted.pop(settings.name, None)
            elif settings.resource not in self._dual:
                self._dual.add(settings.resource)
                self._add(
                    holders[-1],
                    Wrong.DUAL_MOUNT,
                    f"{settings.resource} is primary and mounted on both nodes",
                )

    def mounted(self, node: Node, resource: str) -> None:
        """Judge a mount that was just made."""
        if node.resources[resource].disk.incomplete:
            self._add(
                node.name,
                Wrong.INCOMPLETE_COPY,
                f"the copy of {resource} is half synced",
            )
        self.look()

    def row_accepted(self, node: Node, service: str, resource: str) -> None:
        """Note an acknowledged row; on both nodes of a dual mount it is harm."""
        if resource not in self._dual:
            return
        writers = self._accepted.setdefault(service, set())
        if node.name not in writers:
            writers.add(node.name)
            if len(writers) == 2:
                self._add(
                    node.name,
                    Wrong.DUAL_WRITERS,
                    f"clients of {service} were served by both nodes at once",
                )

    def empty_database(self, service: RcService, *, mounted: bool) -> None:
        """Note that a service initialised an empty database."""
        where = "an empty file system" if mounted else "the bare directory"
        self._add(
            service.node.name,
            Wrong.EMPTY_DATABASE,
            f"{service.settings.rc_name} was started on {where}",
        )

    def rows_on_root(self, service: RcService) -> None:
        """Note that rows landed on the root file system."""
        self._add(
            service.node.name,
            Wrong.ROWS_ON_ROOT,
            f"{service.settings.mount} is not mounted",
        )

    def service_up(self, service: RcService) -> None:
        """Count the acknowledged rows that a service which came up does not have."""
        client = self._world.clients[service.settings.name]
        lost = client.lost_on(service)
        if lost:
            self._add(
                service.node.name,
                Wrong.LOST_ROWS,
                f"{lost} acknowledged rows of {service.settings.name} are missing",
            )

    @staticmethod
    def _writable(node: Node, resource: str) -> bool:
        return any(
            entry.writable and not entry.zombie
            for entry in node.mounts.entries
            if entry.device == node.resources[resource].path
        )

    def _add(self, node: str, wrong: Wrong, text: str) -> None:
        self.found.append(Violation(self._world.now, node, wrong, text))
        self._world.note(node, f"{wrong}: {text}", "violation")
