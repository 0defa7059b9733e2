"""One cycle: trigger, observe, check, decide, act, record.

Cron, devd, hastd's hook, boot, an operator and the simulator ring the bell; the rest is
this straight line. Nothing loops back: "try again" means the next cycle.
"""

from __future__ import annotations

import msgspec

from hawatch.acting.perform import perform
from hawatch.acting.site import Site
from hawatch.agent import Agent, Result
from hawatch.deciding.aftermath import after_plan, before_plan
from hawatch.deciding.fresh import after_another_plan
from hawatch.model.decision import Decision
from hawatch.model.memory import Memory
from hawatch.model.plan import Outcome
from hawatch.model.trigger import Trigger
from hawatch.recording.asked import last_asked
from hawatch.recording.flight import Flight, keep
from hawatch.recording.journal import Journal
from hawatch.recording.memory import Origin, distrusted, load_memory, save_memory
from hawatch.recording.record import ServiceRecorder, announce, record
from hawatch.thinking import Recalled, think


async def run_cycle(agent: Agent, *triggers: Trigger) -> Result:
    """Given an agent and who rang, look, check, decide, act and record once.

    Returns what happened. Whatever the machine does is a value in it; only a bug
    raises, and then nothing more is done [DESIGN law 6].
    """
    before = recall(agent)
    snapshot = await agent.look(agent.host, agent.config, heard=before.memory.peer)
    # The peer may have asked during the look.
    before = msgspec.structs.replace(before, asked=last_asked(agent.store))
    thought = think(agent.config, agent.check, before, snapshot, triggers)
    memory = thought.memory
    keep(
        agent.store,
        Flight(
            sequence=memory.sequence,
            memory=thought.recalled,
            last=before.memory.last,
            damaged=before.unreliable,
            snapshot=snapshot,
            findings=thought.findings,
            policies=agent.check.policies,
            triggers=triggers,
            decisions=thought.decisions,
        ),
    )
    journal = Journal(agent.store, sequence=memory.sequence)
    result = Result(
        triggers=triggers,
        snapshot=snapshot,
        findings=thought.findings,
        decisions=thought.decisions,
        outcomes={},
        memory=memory,
        problems=before.problems,
    )
    memory = announce(agent, result)
    outcomes: dict[str, tuple[Outcome, ...]] = {}
    decisions: list[Decision] = []
    for decision in thought.decisions:
        own = memory.services[decision.service]
        for done in (name for name, ended in outcomes.items() if ended):
            decision = after_another_plan(decision, own, done)
        memory = before_plan(memory, decision, now=snapshot.taken)
        outcomes[decision.service] = await _act(agent, journal, memory, decision)
        memory = after_plan(memory, decision, outcomes[decision.service])
        decisions.append(decision)
    result = msgspec.structs.replace(
        result,
        decisions=tuple(decisions),
        outcomes=outcomes,
        memory=memory,
        again=any(_again(d, outcomes[d.service]) for d in decisions),
    )
    return record(agent, journal, result)


def recall(agent: Agent) -> Recalled:
    """Return what is remembered, and why it is not to be believed, if so."""
    for memory, why in agent.unsaved:
        return Recalled(memory=memory, unwritten=why)
    now = agent.host.now()
    loaded = load_memory(agent.store, agent.host.node, now)
    if loaded.origin is not Origin.DAMAGED:
        return Recalled(memory=loaded.memory)
    resources = {n: s.resources for n, s in agent.config.services.items()}
    memory = distrusted(loaded.memory, resources, loaded.reason, now)
    return Recalled(memory=memory, damaged=loaded.reason)


async def _act(
    agent: Agent, journal: Journal, memory: Memory, decision: Decision
) -> tuple[Outcome, ...]:
    """Save the intent, then perform the plan, if there is one."""
    if not decision.plan:
        return ()
    unsaved = save_memory(agent.store, memory)
    if agent.on_decision is not None:
        agent.on_decision(decision)
    recorder = ServiceRecorder(journal, agent.host, decision.service, unsaved)
    site = Site(agent.host, agent.config, decision.service, pretends=agent.pretends)
    return await perform(site, decision.plan, recorder)


def _again(decision: Decision, outcomes: tuple[Outcome, ...]) -> bool:
    """Return whether the driver should ring again soon: waiting, or just acted."""
    return decision.again or bool(outcomes)
