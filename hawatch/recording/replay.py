"""A recorded cycle through today's rules: what is decided now, and what differs."""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.deciding.remember import hook_hints, next_memory
from hawatch.deciding.rules import in_turn
from hawatch.deciding.situation import Situation
from hawatch.deciding.situations import situations, with_streaks
from hawatch.model.config import Config
from hawatch.model.decision import Decision
from hawatch.model.plan import Plan
from hawatch.recording.flight import Flight

FIELDS = ("rule", "duty", "because", "refused", "plan", "move", "alarm", "again")
"""What of a decision is compared."""


def decide_again(config: Config, flight: Flight) -> tuple[Decision, ...]:
    """Given the configuration and a recorded cycle, return today's decisions."""
    return tuple(decision for _, decision in again(config, flight))


def again(config: Config, flight: Flight) -> Iterator[tuple[Situation, Decision]]:
    """Given the configuration and a recorded cycle, yield what the rules are asked.

    Each service's situation comes with today's decision. The checks' findings are the
    recorded ones: they are values like the rest.
    """
    snapshot = flight.snapshot
    hints = hook_hints(flight.triggers)
    memory = next_memory(config, flight.memory, snapshot, hints)
    wall = snapshot.taken.wall
    memory = with_streaks(memory, flight.findings, flight.policies, wall=wall)
    return in_turn(
        situations(
            config,
            snapshot,
            memory,
            flight.findings,
            flight.policies,
            flight.triggers,
            last=flight.last,
            damaged=flight.damaged,
        )
    )


def differences(flight: Flight, now: tuple[Decision, ...]) -> Iterator[str]:
    """Yield what today's decisions have that the recorded ones had not, in words."""
    then = {decision.service: decision for decision in flight.decisions}
    for decision in now:
        before = then.get(decision.service)
        if before is None:
            yield f"{decision.service}: was not there"
            continue
        for name in FIELDS:
            old, new = getattr(before, name), getattr(decision, name)
            if old != new:
                yield f"{decision.service}: {name} was {_told(old)}, is {_told(new)}"
    for service in then.keys() - {decision.service for decision in now}:
        yield f"{service}: is not there any more"


def _told(value: object) -> str:
    if isinstance(value, Plan):
        return " -> ".join(step.goal for step in value.steps) or "nothing to do"
    if isinstance(value, tuple):
        return ", ".join(str(one.refusal) for one in value) or "nothing"
    return str(value)
