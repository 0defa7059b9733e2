"""One copy given up: the look before it, the steps, and what is forgotten."""

from __future__ import annotations

import msgspec

from hawatch.acting.perform import perform
from hawatch.acting.site import Site
from hawatch.agent import Agent
from hawatch.cycle import recall
from hawatch.deciding.discard import Copies, after_discard, doubtful, forbidden
from hawatch.deciding.mount_view import device_of
from hawatch.deciding.service_view import service_view
from hawatch.model.fact import Known
from hawatch.model.hast import HastRole
from hawatch.model.memory import Memory, ServiceMemory
from hawatch.model.plan import DiscardCopy, Outcome, Plan, SetRole, StepResult
from hawatch.observe import observe
from hawatch.recording.journal import Journal
from hawatch.recording.memory import save_memory
from hawatch.recording.record import ServiceRecorder

CREATE_DEADLINE = 10.0
"""Seconds for `hastctl create`, which writes a map and one block."""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Both copies as they are now, and the memory that goes with it."""

    service: str
    copies: Copies
    memory: Memory
    device: str


async def look_at(agent: Agent, service: str, resource: str, *, keeper: str) -> Look:
    """Given an agent, return both copies of a resource as they are in this moment.

    keeper names the other node where a person has said that its copy is kept.
    """
    memory = recall(agent).memory
    snapshot = await observe(agent.host, agent.config, heard=memory.peer)
    peer = agent.config.peer_of(agent.host.node)
    report = snapshot.peer.report
    theirs = report.value.services.get(service) if isinstance(report, Known) else None
    return Look(
        service=service,
        copies=Copies(
            node=agent.host.node,
            peer=peer,
            resource=resource,
            view=service_view(agent.config, snapshot, service),
            own=memory.services.get(service, ServiceMemory()),
            theirs=theirs,
            keeper=keeper == peer,
        ),
        memory=memory,
        device=device_of(snapshot, resource),
    )


def refusals(copies: Copies, *, although_newer: bool) -> tuple[str, ...]:
    """Return why the copy is not given up; a second word ends the doubts only."""
    doubts = tuple(f"{doubt} (--although-newer)" for doubt in doubtful(copies))
    return (*forbidden(copies), *(() if although_newer else doubts))


def discard_plan(agent: Agent, look: Look, *, typed: str) -> Plan:
    """Return the steps: out of replication, made anew, and back to be filled.

    typed is what the person typed; the step in the middle wants the resource's name.
    """
    name, deadline = look.copies.resource, agent.config.hast.role_deadline

    def role(wanted: HastRole) -> SetRole:
        return SetRole(
            resource=name, role=wanted, device=look.device, deadline=deadline
        )

    anew = DiscardCopy(resource=name, typed=typed, deadline=CREATE_DEADLINE)
    return Plan(steps=(role(HastRole.INIT), anew, role(HastRole.SECONDARY)))


async def discard(agent: Agent, look: Look, *, typed: str) -> tuple[Outcome, ...]:
    """Perform the plan, journaled step by step, and forget what the old copy was.

    Nothing is begun where the intent cannot be written.
    """
    journal = Journal(agent.store, sequence=look.memory.sequence)
    recorder = ServiceRecorder(journal, agent.host, look.service, unsaved=None)
    site = Site(agent.host, agent.config, look.service, pretends=agent.pretends)
    plan = discard_plan(agent, look, typed=typed)
    outcomes = await perform(site, plan, recorder)
    if any(_is_gone(outcome) for outcome in outcomes):
        own = after_discard(look.copies.own, look.copies)
        services = {**look.memory.services, look.service: own}
        save_memory(
            agent.store, msgspec.structs.replace(look.memory, services=services)
        )
    return outcomes


def _is_gone(outcome: Outcome) -> bool:
    return (
        isinstance(outcome.step, DiscardCopy) and outcome.result is StepResult.REACHED
    )
