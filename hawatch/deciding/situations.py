"""From the findings of a look to what the rules are asked about each service. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from hawatch.deciding.situation import Situation, situation
from hawatch.deciding.streaks import next_streaks
from hawatch.model.config import Config
from hawatch.model.finding import CheckPolicy, Finding
from hawatch.model.memory import Memory
from hawatch.model.moment import Moment
from hawatch.model.snapshot import Snapshot
from hawatch.model.trigger import Trigger, foremost


def with_streaks(
    memory: Memory,
    findings: tuple[Finding, ...],
    policies: Mapping[str, CheckPolicy],
    *,
    wall: float,
) -> Memory:
    """Return a memory with a look's findings counted in it. wall: when it was made."""
    streaks = next_streaks(memory.streaks, findings, policies, wall=wall)
    return msgspec.structs.replace(memory, streaks=streaks)


def situations(
    config: Config,
    snapshot: Snapshot,
    memory: Memory,
    findings: tuple[Finding, ...],
    policies: Mapping[str, CheckPolicy],
    triggers: tuple[Trigger, ...],
    *,
    last: Moment | None,
    damaged: str | None,
) -> Iterator[Situation]:
    """Given a look that is in the memory already, yield every service's situation.

    last is when the last cycle ended, as it was remembered before this look; damaged
    says why the memory could not be read or written, if so.
    """
    for service in config.services:
        yield situation(
            config,
            service,
            snapshot,
            memory,
            findings,
            policies,
            foremost(triggers, service),
            last=last,
            damaged=damaged,
        )
