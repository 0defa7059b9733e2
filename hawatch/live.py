"""This node as it is now, for the peer: look, remember nothing, act on nothing."""

from __future__ import annotations

import msgspec

from hawatch.agent import Agent
from hawatch.cycle import recall
from hawatch.deciding.remember import next_memory
from hawatch.model.report import PeerReport
from hawatch.recording.asked import note_asked
from hawatch.recording.record import REPORT


async def live_report(agent: Agent) -> PeerReport:
    """Given an agent, return a report from a look of this moment.

    It takes no lock and remembers only that it was asked, so it is there while a cycle
    is at work; it does not ask the peer, which is waiting for it.
    """
    memory = recall(agent).memory
    snapshot = await agent.look(
        agent.host, agent.config, heard=memory.peer, ask_peer=False
    )
    note_asked(agent.store, agent.host.now())
    return agent.report(snapshot, next_memory(agent.config, memory, snapshot, {}))


def last_report(agent: Agent) -> PeerReport | None:
    """Return the report that the last cycle left, or None where there is none."""
    try:
        data = agent.store.read(REPORT)
        return None if data is None else msgspec.json.decode(data, type=PeerReport)
    except (OSError, msgspec.DecodeError):
        return None
