"""This node as it is now, for the peer: look, remember nothing, act on nothing."""

from __future__ import annotations

from hawatch.agent import Agent
from hawatch.cycle import recall
from hawatch.deciding.remember import next_memory
from hawatch.model.report import PeerReport
from hawatch.observe import observe


async def live_report(agent: Agent) -> PeerReport:
    """Given an agent, return a report from a look of this moment.

    It takes no lock and writes nothing, so it is there while a cycle is at work; it
    does not ask the peer, which is waiting for it.
    """
    memory, _ = recall(agent)
    snapshot = await observe(
        agent.host, agent.config, heard=memory.peer, ask_peer=False
    )
    return agent.report(snapshot, next_memory(agent.config, memory, snapshot, {}))
