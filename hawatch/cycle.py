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
from hawatch.deciding.remember import hook_hints, next_memory
from hawatch.deciding.rules import decide_all
from hawatch.deciding.rules_hold import longest_gap
from hawatch.deciding.situation import situation
from hawatch.deciding.streaks import next_streaks
from hawatch.model.decision import Decision
from hawatch.model.memory import Memory
from hawatch.model.plan import Outcome
from hawatch.model.trigger import Trigger, foremost
from hawatch.observe import observe
from hawatch.peer.silence import remember
from hawatch.recording.asked import silent_since_asked
from hawatch.recording.flight import Flight, keep
from hawatch.recording.journal import Journal
from hawatch.recording.memory import Origin, distrusted, load_memory, save_memory
from hawatch.recording.record import ServiceRecorder, announce, record


async def run_cycle(agent: Agent, *triggers: Trigger) -> Result:
    """Given an agent and who rang, look, check, decide, act and record once.

    Returns what happened. Whatever the machine does is a value in it; only a bug
    raises, and then nothing more is done [DESIGN law 6].
    """
    before, damaged = recall(agent)
    snapshot = await observe(agent.host, agent.config, heard=before.peer)
    memory = remember(
        before,
        snapshot.peer,
        at=snapshot.taken,
        longest_gap=longest_gap(agent.config),
    )
    memory = silent_since_asked(memory, agent.store, snapshot.taken)
    recalled = memory
    memory = next_memory(agent.config, memory, snapshot, hook_hints(triggers))
    findings = agent.check(snapshot, memory)
    streaks = next_streaks(
        memory.streaks, findings, agent.check.policies, wall=snapshot.taken.wall
    )
    memory = msgspec.structs.replace(memory, streaks=streaks)
    decisions = decide_all(
        situation(
            agent.config,
            service,
            snapshot,
            memory,
            findings,
            agent.check.policies,
            foremost(triggers),
            last=before.last,
            damaged=damaged,
        )
        for service in agent.config.services
    )
    keep(
        agent.store,
        Flight(
            sequence=memory.sequence,
            memory=recalled,
            last=before.last,
            damaged=damaged,
            snapshot=snapshot,
            findings=findings,
            policies=agent.check.policies,
            triggers=triggers,
            decisions=decisions,
        ),
    )
    journal = Journal(agent.store, sequence=memory.sequence)
    result = Result(
        triggers=triggers,
        snapshot=snapshot,
        findings=findings,
        decisions=decisions,
        outcomes={},
        memory=memory,
        problems=() if damaged is None else (f"the memory was lost: {damaged}",),
    )
    memory = announce(agent, result)
    outcomes: dict[str, tuple[Outcome, ...]] = {}
    for decision in decisions:
        memory = before_plan(memory, decision, now=snapshot.taken)
        outcomes[decision.service] = await _act(agent, journal, memory, decision)
        memory = after_plan(memory, decision, outcomes[decision.service])
    result = msgspec.structs.replace(
        result,
        outcomes=outcomes,
        memory=memory,
        again=any(_again(d, outcomes[d.service]) for d in decisions),
    )
    return record(agent, journal, result)


def recall(agent: Agent) -> tuple[Memory, str | None]:
    """Return what is remembered, and why it is not to be believed, if so."""
    now = agent.host.now()
    loaded = load_memory(agent.store, agent.host.node, now)
    if loaded.origin is not Origin.DAMAGED:
        return loaded.memory, None
    resources = {n: s.resources for n, s in agent.config.services.items()}
    return distrusted(loaded.memory, resources, loaded.reason, now), loaded.reason


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
