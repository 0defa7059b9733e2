"""The end of a cycle: journal, outbox, memory; a failure is told and stops nothing."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import msgspec

from hawatch.deciding.remember import with_sample
from hawatch.host import Host
from hawatch.model.memory import Memory
from hawatch.model.plan import AnyStep, Outcome
from hawatch.model.snapshot import Snapshot
from hawatch.peer.report import encode_report
from hawatch.recording.entries import CycleRecord, notable, service_record
from hawatch.recording.incidents import tell
from hawatch.recording.journal import Journal
from hawatch.recording.memory import save_memory

if TYPE_CHECKING:
    from hawatch.agent import Agent, Result


REPORT = "report.json"
"""The last cycle's report, for `hawatch report` without a look."""


class ServiceRecorder:
    """Writes one service's intents and outcomes into the journal.

    unsaved is why the memory could not be saved before the plan, if so: then no step
    that grabs something is begun.
    """

    def __init__(
        self, journal: Journal, host: Host, service: str, unsaved: str | None
    ) -> None:
        self._journal = journal
        self._host = host
        self._service = service
        self._unsaved = unsaved

    def intent(self, step: AnyStep) -> str | None:
        """Write that a step begins; return why that failed, if it did."""
        unwritten = self._journal.intent(self._service, step, self._host.now())
        return self._unsaved or unwritten

    def outcome(self, outcome: Outcome) -> None:
        """Write how a step ended; the next look is what counts."""
        # A failure shows in the cycle's own line, which is tried right after this one.
        self._journal.outcome(self._service, outcome, self._host.now())


def announce(agent: Agent, result: Result) -> Memory:
    """Before plans are performed, tell what is wrong already; return that memory.

    A plan may take an hour (a full fsck), and a person must not learn of it afterwards.
    """
    if not any(decision.plan for decision in result.decisions):
        return result.memory
    memory, _ = tell(
        agent.config,
        agent.store,
        result,
        now=agent.host.now(),
        problems=result.problems,
        only_new=True,
    )
    if agent.on_news is not None:
        agent.on_news()
    return memory


def record(agent: Agent, journal: Journal, result: Result) -> Result:
    """Given a cycle's result, write what has to last and return it with the problems.

    The order is: journal, messages, memory. A message is in the outbox before the
    memory says that its incident is open, so that a kill in between doubles it at
    worst and never loses it.
    """
    ended = agent.host.now()
    written = journal.cycle(
        CycleRecord(
            wall=ended.wall,
            boot=ended.boot,
            sequence=result.memory.sequence,
            node=result.snapshot.node,
            triggers=result.triggers,
            services=tuple(
                service_record(decision, result.outcomes[decision.service])
                for decision in result.decisions
            ),
            findings=notable(result.findings),
            seconds=ended.seconds_since(result.snapshot.taken),
        )
    )
    memory, untold = tell(
        agent.config,
        agent.store,
        result,
        now=ended,
        problems=[*result.problems, *([written] if written else [])],
        explain=journal.last_id,
    )
    memory = with_sample(memory, result.snapshot)
    memory = msgspec.structs.replace(memory, last=ended)
    unsaved = save_memory(agent.store, memory)
    agent.unsaved[:] = [] if unsaved is None else [(memory, unsaved)]
    new = tuple(p for p in (written, untold, unsaved) if p is not None)
    problems = (*result.problems, *new)
    _leave_report(agent, result.snapshot, memory)
    return msgspec.structs.replace(result, memory=memory, problems=problems)


def _leave_report(agent: Agent, snapshot: Snapshot, memory: Memory) -> None:
    """Leave the report for whoever asks without a look; it is worth nothing later."""
    with contextlib.suppress(OSError):
        text = encode_report(agent.report(snapshot, memory))
        agent.store.replace(REPORT, text.encode(), durable=False)
