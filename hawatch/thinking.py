"""From one look to the decisions: everything between observing and acting.

Pure: what was remembered and what was seen go in, what is remembered now, the findings
and a decision for each service come out. A cycle does it once; who asks what another
moment or another program would decide does it again.
"""

from __future__ import annotations

import msgspec

from hawatch.agent import Checker
from hawatch.deciding.remember import hook_hints, next_memory
from hawatch.deciding.rules import decide_all
from hawatch.deciding.rules_hold import longest_gap
from hawatch.deciding.situations import situations, with_streaks
from hawatch.model.config import Config
from hawatch.model.decision import Decision
from hawatch.model.finding import Finding
from hawatch.model.memory import Memory
from hawatch.model.moment import Moment
from hawatch.model.snapshot import Snapshot
from hawatch.model.trigger import Trigger
from hawatch.peer.silence import not_before_asked, remember


class Recalled(msgspec.Struct, frozen=True, kw_only=True):
    """What a cycle begins with.

    memory: as it was saved. damaged: why it is not to be believed, if so. unwritten:
    why only this process remembers it, if so. asked: when the peer last asked.
    """

    memory: Memory
    damaged: str | None = None
    unwritten: str | None = None
    asked: Moment | None = None

    @property
    def unreliable(self) -> str | None:
        """Return why nothing may be begun that has to be remembered, if so."""
        return self.damaged or self.unwritten

    @property
    def problems(self) -> tuple[str, ...]:
        """Return what the record of this cycle has to complain about."""
        return () if self.damaged is None else (f"the memory was lost: {self.damaged}",)


class Thought(msgspec.Struct, frozen=True, kw_only=True):
    """What a look led to. recalled: the memory before the look was added to it."""

    recalled: Memory
    memory: Memory
    findings: tuple[Finding, ...]
    decisions: tuple[Decision, ...]


def think(
    config: Config,
    check: Checker,
    before: Recalled,
    snapshot: Snapshot,
    triggers: tuple[Trigger, ...],
) -> Thought:
    """Given what was remembered, a look and who rang, return what comes of them."""
    recalled = remember(
        before.memory,
        snapshot.peer,
        at=snapshot.taken,
        longest_gap=longest_gap(config),
    )
    recalled = not_before_asked(recalled, before.asked, snapshot.taken)
    memory = next_memory(config, recalled, snapshot, hook_hints(triggers))
    findings = check(snapshot, memory)
    memory = with_streaks(memory, findings, check.policies, wall=snapshot.taken.wall)
    decisions = decide_all(
        situations(
            config,
            snapshot,
            memory,
            findings,
            check.policies,
            triggers,
            last=before.memory.last,
            damaged=before.unreliable,
        )
    )
    return Thought(
        recalled=recalled, memory=memory, findings=findings, decisions=decisions
    )
