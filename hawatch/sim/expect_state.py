"""Expectations about what is so: who serves, and what each node is and remembers."""

from __future__ import annotations

from hawatch.model.carp import CarpState
from hawatch.model.finding import Verdict as CheckVerdict
from hawatch.model.hast import HastRole
from hawatch.model.latch import LatchKind
from hawatch.model.memory import Memory
from hawatch.recording.memory import load_memory
from hawatch.sim.expectation import State, of_service
from hawatch.sim.play import Play


class ServedBy(State, frozen=True, kw_only=True):
    """The clients are served by this node, or by "nobody"."""

    node: str
    service: str = ""

    def _claim(self) -> str:
        return f"clients{of_service(self.service)} are served by {self.node}"

    def _found(self, play: Play) -> str:
        return play.served_by(self.service)

    def _holds(self, found: str) -> bool:
        return found == self.node


class Carp(State, frozen=True, kw_only=True):
    """The service's vhid is in this state."""

    node: str
    state: CarpState
    service: str = ""

    def _claim(self) -> str:
        return f"{self.node} is {self.state}{of_service(self.service)}"

    def _found(self, play: Play) -> str:
        number = play.settings(self.service).vhid
        vhid = play.node(self.node).carp.vhids.get(number)
        return "off" if vhid is None else str(vhid.state)

    def _holds(self, found: str) -> bool:
        return found == self.state


class Role(State, frozen=True, kw_only=True):
    """The service's HAST resource has this role."""

    node: str
    role: HastRole
    service: str = ""

    def _claim(self) -> str:
        return f"{self.node} is {self.role}{of_service(self.service)}"

    def _found(self, play: Play) -> str:
        name = play.settings(self.service).resource
        return play.node(self.node).resources[name].role

    def _holds(self, found: str) -> bool:
        return found == self.role


class Mounted(State, frozen=True, kw_only=True):
    """The service's file system is mounted."""

    node: str
    service: str = ""

    def _claim(self) -> str:
        return f"{self.node} has{of_service(self.service)} mounted"

    def _found(self, play: Play) -> str:
        directory = play.settings(self.service).mount
        there = play.node(self.node).mounts.visible(directory) is not None
        return "mounted" if there else "not mounted"

    def _holds(self, found: str) -> bool:
        return found == "mounted"


class Running(State, frozen=True, kw_only=True):
    """mysqld runs."""

    node: str
    service: str = ""

    def _claim(self) -> str:
        return f"mysqld{of_service(self.service)} runs on {self.node}"

    def _found(self, play: Play) -> str:
        running = play.rc(self.node, self.service).running
        return "running" if running else "stopped"

    def _holds(self, found: str) -> bool:
        return found == "running"


class Advskew(State, frozen=True, kw_only=True):
    """The vhid's advskew has this value."""

    node: str
    value: int
    service: str = ""

    def _claim(self) -> str:
        return f"advskew{of_service(self.service)} is {self.value} on {self.node}"

    def _found(self, play: Play) -> str:
        vhid = play.node(self.node).carp.vhids.get(play.settings(self.service).vhid)
        return "off" if vhid is None else str(vhid.advskew)

    def _holds(self, found: str) -> bool:
        return found == str(self.value)


class CopiesEqual(State, frozen=True, kw_only=True):
    """Both copies hold the same blocks."""

    service: str = ""

    def _claim(self) -> str:
        return f"both copies{of_service(self.service)} are the same"

    def _found(self, play: Play) -> str:
        name = play.settings(self.service).resource
        first, second = (n.resources[name] for n in play.world.nodes.values())
        differing = first.disk.differing(second.disk)
        if differing:
            return f"{len(differing)} extents differ"
        return "the same"

    def _holds(self, found: str) -> bool:
        return found == "the same"


class Latched(State, frozen=True, kw_only=True):
    """The node remembers a latch of this kind. copy_of: whose copy it speaks of."""

    node: str
    kind: LatchKind
    copy_of: str | None = None
    service: str = ""

    def _claim(self) -> str:
        whose = f" for the copy of {self.copy_of}" if self.copy_of else ""
        return f"{self.node} holds the latch {self.kind}{whose}"

    def _found(self, play: Play) -> str:
        own = _memory(play, self.node).services.get(play.settings(self.service).name)
        latches = own.latches if own is not None else ()
        return ", ".join(
            f"{latch.kind} of {latch.copy_of or self.node}" for latch in latches
        )

    def _holds(self, found: str) -> bool:
        if self.copy_of is not None:
            return f"{self.kind} of {self.copy_of}" in found.split(", ")
        return any(one.startswith(f"{self.kind} of ") for one in found.split(", "))


class Incident(State, frozen=True, kw_only=True):
    """An incident whose key begins with this is open."""

    node: str
    key: str

    def _claim(self) -> str:
        return f"{self.node} has the incident {self.key} open"

    def _found(self, play: Play) -> str:
        return ", ".join(sorted(_memory(play, self.node).incidents))

    def _holds(self, found: str) -> bool:
        return any(key.startswith(self.key) for key in found.split(", ") if key)


class Check(State, frozen=True, kw_only=True):
    """The newest finding of a check has this verdict; subject narrows it down."""

    node: str
    check: str
    verdict: CheckVerdict
    subject: str = ""

    def _claim(self) -> str:
        return f"{self.check} is {self.verdict} on {self.node}"

    def _found(self, play: Play) -> str:
        last = play.agents[self.node].last
        findings = last.findings if last is not None else ()
        return ", ".join(
            str(finding.verdict)
            for finding in findings
            if finding.check == self.check and self.subject in ("", finding.subject)
        )

    def _holds(self, found: str) -> bool:
        return self.verdict in found.split(", ")


def _memory(play: Play, node: str) -> Memory:
    agent = play.agents[node]
    return load_memory(agent.store, node, agent.host.now()).memory
