"""The demo: one scenario, told as it happens, in words and as a picture of both nodes.

Nothing in it is prepared: the scenario plays on the simulated pair with the agent that
also runs on a real one, and is judged like every other scenario.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import msgspec

from hawatch.agent import Result
from hawatch.model.finding import Remedy, Streak
from hawatch.recording.memory import load_memory
from hawatch.sim.agents import NodeAgent
from hawatch.sim.node import Node
from hawatch.sim.play import Play
from hawatch.sim.runner import Report, judge, stage
from hawatch.sim.scenario import Scenario
from hawatch.sim.source import find_scenario
from hawatch.sim.world import LogEntry

SCENARIO = "mysqld-dead-for-good"
SERVING = 5.0
"""Seconds of ordinary service that are shown first."""


class NodePicture(msgspec.Struct, frozen=True, kw_only=True):
    """One node at a moment, in FreeBSD's words."""

    name: str
    carp: str
    hast: str
    mount: str
    mysqld: str


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """Both nodes, and how many rows the client has been promised so far."""

    nodes: tuple[NodePicture, ...]
    rows: int
    served_by: str


class Beat(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the story. kind: what sort of thing it is, for colours.

    at: seconds since mysqld died.
    """

    at: float
    node: str
    kind: str
    text: str
    picture: Picture


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How it came out. outage: seconds of the world; None where it never ended."""

    serves: str
    outage: float
    rows: int
    rows_lost: int | None
    green: bool
    unmet: tuple[str, ...]


def play_demo(tell: Callable[[Beat], None]) -> Ending:
    """Play the demo, tell each beat of the story, and return how it came out."""
    scenario = find_scenario(SCENARIO)
    play = stage(scenario)
    teller = _Teller(play, tell, died=scenario.actions[0].time)
    teller.introduce()
    report = judge(scenario, play)
    return _ending(scenario, report)


def _ending(scenario: Scenario, report: Report) -> Ending:
    service = scenario.pair.services[0].name
    unmet = [f"{v.expected}: {v.said}" for v in report.verdicts if not v.met]
    unmet += [f"{h.wrong}: {h.text}" for h in report.harm if not h.accepted]
    return Ending(
        serves=report.served_by[service],
        outage=max((e - b for b, e in report.outages[service]), default=0.0),
        rows=report.rows[service],
        rows_lost=report.rows_lost[service],
        green=report.green,
        unmet=tuple(unmet),
    )


class _Teller:
    """Turns what happens in the world into beats, and leaves out what is noise."""

    def __init__(
        self, play: Play, tell: Callable[[Beat], None], *, died: float
    ) -> None:
        self._play = play
        self._tell = tell
        self._died = died
        self._failing: dict[tuple[str, str], int] = {}
        play.world.on_note.append(self._noted)
        for agent in play.agents.agents.values():
            agent.on_result.append(self._looked)
        for seconds in (SERVING, died - 1.0):
            play.world.scheduler.call_at(play.zero + seconds, self._rows)

    def introduce(self) -> None:
        """Say who is who."""
        owner, standby = self._play.world.nodes.values()
        self._beat(
            owner.name,
            "intro",
            "owner: holds the address, is HAST primary, runs mysqld",
        )
        self._beat(
            standby.name,
            "intro",
            "standby: HAST secondary, its copy of the disk is current",
        )

    def _rows(self) -> None:
        client = next(iter(self._play.world.clients.values()))
        self._beat(
            client.served_by or "",
            "client",
            f"a client writes rows: {client.successes} acknowledged so far",
        )

    def _looked(self, agent: NodeAgent, result: Result) -> None:
        """Tell how often checks have failed that may move the service."""
        if not any(result.outcomes.values()):
            self._counts(agent, result.memory.streaks)

    def _counts(self, agent: NodeAgent, streaks: Mapping[str, Streak]) -> None:
        for key, streak in streaks.items():
            check = key.partition("[")[0]
            policy = agent.agent.check.policies.get(check)
            if policy is None or Remedy.DEMOTE not in policy.remedy:
                continue
            before = self._failing.get((agent.node.name, key), 0)
            self._failing[agent.node.name, key] = streak.fails
            if streak.fails > before:
                self._beat(
                    agent.node.name,
                    "check",
                    f"{check} fails, {streak.fails} of {policy.fall}: "
                    f"{streak.message.splitlines()[0]}",
                )

    def _noted(self, entry: LogEntry) -> None:
        if entry.kind == "agent":
            # The count that made the agent act comes before what it decided.
            agent = self._play.agents[entry.node]
            memory = load_memory(agent.store, entry.node, agent.host.now()).memory
            self._counts(agent, memory.streaks)
        told = _words(entry)
        if told is not None:
            kind, text = told
            self._beat(entry.node, kind, text)

    def _beat(self, node: str, kind: str, text: str) -> None:
        self._tell(
            Beat(
                at=self._play.time - self._died,
                node=node,
                kind=kind,
                text=text,
                picture=picture(self._play),
            )
        )


def _words(entry: LogEntry) -> tuple[str, str] | None:
    """Return an entry of the world's log as a beat, None where it is noise."""
    text = entry.text
    if entry.kind in ("agent", "client", "violation", "fault", "person"):
        return entry.kind, text
    if entry.kind == "step":
        return "step", text.replace(": reached ", " ")
    if entry.kind == "kernel" and " -> " in text:
        return "carp", re.sub(r"^carp: (\d+)@(\S+):", r"CARP vhid \1 on \2:", text)
    if entry.kind == "service":
        return "mysqld", text.replace("mysql ", "mysqld ", 1)
    return None


def picture(play: Play) -> Picture:
    """Return both nodes as they are now."""
    client = next(iter(play.world.clients.values()))
    return Picture(
        nodes=tuple(_node(play, node) for node in play.world.nodes.values()),
        rows=client.successes,
        served_by=play.served_by(""),
    )


def _node(play: Play, node: Node) -> NodePicture:
    settings = play.settings("")
    vhid = node.carp.vhids.get(settings.vhid)
    resource = node.resources[settings.resource]
    service = node.services[settings.rc]
    if not node.running:
        return NodePicture(name=node.name, carp="off", hast="", mount="", mysqld="")
    mounted = node.mounts.visible(settings.mount) is not None
    mysqld = "starting" if service.running else "stopped"
    return NodePicture(
        name=node.name,
        carp=f"{vhid.state} advskew {vhid.advskew}" if vhid is not None else "no vhid",
        hast=f"{resource.role} {resource.status}",
        mount=f"{settings.mount} mounted" if mounted else "not mounted",
        mysqld="answers" if service.accepting else mysqld,
    )
