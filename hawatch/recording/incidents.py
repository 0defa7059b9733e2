"""A cycle's result into incidents and messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from hawatch.model.config import Config
from hawatch.model.memory import Memory
from hawatch.model.moment import Moment
from hawatch.recording import outbox
from hawatch.recording.entries import service_record
from hawatch.recording.flips import Flips, flips
from hawatch.recording.message import MessageKind
from hawatch.recording.store import Store

if TYPE_CHECKING:
    from hawatch.agent import Result


def tell(
    config: Config,
    store: Store,
    result: Result,
    *,
    now: Moment,
    problems: Sequence[str] = (),
    explain: str = "",
    only_new: bool = False,
) -> tuple[Memory, str | None]:
    """Given a cycle's result, put what changed into the outbox.

    problems are records that could not be written so far; explain is the cycle's id in
    the journal. only_new: plans are still to be performed, so nothing can be over yet.
    Returns the memory with the incidents that were told, and why some
    message could not be put, or None.
    """
    services = [
        service_record(decision, result.outcomes.get(decision.service, ()))
        for decision in result.decisions
    ]
    change = flips(
        result.memory,
        result.findings,
        services,
        now,
        remind=config.notify.remind,
        problems=problems,
        explain=explain,
    )
    if only_new:
        change = _only_new(result.memory, change)
    told = outbox.tell(store, result.memory.incidents, change)
    memory = msgspec.structs.replace(result.memory, incidents=told.incidents)
    return memory, told.problem


def _only_new(memory: Memory, change: Flips) -> Flips:
    """Return the incidents that opened; those that are open stay as they are."""
    opened = tuple(m for m in change.messages if m.kind is MessageKind.OPENED)
    new = {m.key: change.incidents[m.key] for m in opened if m.key in change.incidents}
    return Flips(incidents={**memory.incidents, **new}, messages=opened)
