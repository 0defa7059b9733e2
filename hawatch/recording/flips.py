"""From standings and decisions to incidents: what changed and is worth telling. Pure.

An incident opens once, is repeated now and then while it lasts, and closes once. The
troubles of a cycle are: checks that stand failing, decisions that sound the alarm,
plans that did not reach their goal, and records that could not be written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from hawatch.model.decision import Rule
from hawatch.model.finding import Finding, Severity
from hawatch.model.memory import Incident, Memory
from hawatch.model.moment import Moment
from hawatch.model.plan import StepResult
from hawatch.recording.entries import ServiceRecord
from hawatch.recording.message import Message, MessageKind
from hawatch.recording.troubles import ACTION, Trouble, find_troubles, trouble_of

UNTOLD = "untold:"
"""An action kept among the incidents until the outbox takes it: untold:KEY#MILLIS."""

UNDECIDED = frozenset(
    {Rule.LOOK_AGAIN, Rule.NOT_KNOWN, Rule.INTERRUPTED_PLAN, Rule.MAINTENANCE}
)
"""Rules that say nothing about whether what was told before is over."""


class Flips(msgspec.Struct, frozen=True, kw_only=True):
    """The incidents from now on, and what to tell about the change."""

    incidents: Mapping[str, Incident] = {}
    messages: tuple[Message, ...] = ()


def flips(
    memory: Memory,
    findings: Sequence[Finding],
    services: Sequence[ServiceRecord],
    now: Moment,
    *,
    remind: float,
    problems: Sequence[str] = (),
    explain: str = "",
) -> Flips:
    """Given a memory with its newest streaks and its open incidents, return the flips.

    findings and services are this cycle's; problems are reasons why records could not
    be read or written; remind is in seconds, 0 for never; explain is the journal id.
    """
    troubles = find_troubles(memory, findings, services, problems, now)
    told = _Teller(memory.node, now, explain)
    incidents: dict[str, Incident] = {}
    for key, incident in memory.incidents.items():
        if key.startswith(UNTOLD):
            told.again(incident)
        elif key in troubles or _unasked(key, services, memory):
            incidents[key] = told.reminded(incident, troubles.get(key), remind)
        else:
            told.closed(incident, services)
    for key, trouble in troubles.items():
        if key not in incidents:
            incidents[key] = told.opened(trouble)
    told.actions(services)
    return Flips(incidents=incidents, messages=tuple(told.messages))


def _unasked(key: str, services: Sequence[ServiceRecord], memory: Memory) -> bool:
    """Return whether this cycle said nothing about a decision's or an action's key."""
    kind, _, rest = key.partition("[")
    if kind != ACTION and kind not in list(Rule):
        return False
    service = rest.removesuffix("]")
    record = next((r for r in services if r.service == service), None)
    if record is None:
        return service in memory.services
    if kind != ACTION:
        return record.rule in UNDECIDED
    pending = memory.services.get(service)
    unfinished = pending is not None and pending.unfinished is not None
    return not record.outcomes and (unfinished or record.rule in UNDECIDED)


class _Teller:
    """Collects one cycle's messages in order."""

    def __init__(self, node: str, now: Moment, explain: str) -> None:
        self._node = node
        self._now = now
        self._explain = explain
        self.messages: list[Message] = []

    def opened(self, trouble: Trouble) -> Incident:
        """Tell that an incident opens, and return it."""
        self._tell(MessageKind.OPENED, trouble, opened=trouble.since)
        return Incident(
            key=trouble.key,
            opened=trouble.since,
            severity=trouble.severity,
            text=trouble.text,
        )

    def reminded(
        self, incident: Incident, trouble: Trouble | None, remind: float
    ) -> Incident:
        """Return an incident that goes on, after a reminder where one is due."""
        last = incident.reminded or incident.opened
        # A clock that stepped back must not silence an open incident.
        if not remind or abs(self._now.wall - last) < remind:
            return incident
        self._tell(
            MessageKind.REMINDER,
            trouble or trouble_of(incident),
            opened=incident.opened,
        )
        return msgspec.structs.replace(incident, reminded=self._now.wall)

    def closed(self, incident: Incident, services: Sequence[ServiceRecord]) -> None:
        """Tell that an incident is over."""
        trouble = trouble_of(incident)
        record = next((r for r in services if r.service == trouble.subject), None)
        self._tell(
            MessageKind.CLOSED,
            msgspec.structs.replace(trouble, record=record),
            opened=incident.opened,
        )

    def again(self, incident: Incident) -> None:
        """Tell an action whose message could not be put into the outbox."""
        key = incident.key.removeprefix(UNTOLD).partition("#")[0]
        trouble = msgspec.structs.replace(trouble_of(incident), key=key)
        self._tell(MessageKind.ACTION, trouble, at=incident.opened)

    def actions(self, services: Sequence[ServiceRecord]) -> None:
        """Tell the plans that reached their goal."""
        for record in services:
            if record.outcomes and all(
                outcome.result is StepResult.REACHED for outcome in record.outcomes
            ):
                trouble = Trouble(
                    key=f"{ACTION}[{record.service}]",
                    severity=_severity_of(record),
                    text=record.because,
                    since=0.0,
                    subject=record.service,
                    record=record,
                )
                self._tell(MessageKind.ACTION, trouble)

    def _tell(
        self,
        kind: MessageKind,
        trouble: Trouble,
        *,
        opened: float = 0.0,
        at: float | None = None,
    ) -> None:
        self.messages.append(
            Message(
                kind=kind,
                key=trouble.key,
                node=self._node,
                severity=trouble.severity,
                at=self._now.wall if at is None else at,
                text=trouble.text,
                opened=opened,
                check=trouble.check,
                subject=trouble.subject,
                record=trouble.record,
                explain=self._explain,
            )
        )


def _severity_of(record: ServiceRecord) -> Severity:
    if record.alarm:
        return Severity.CRITICAL
    return Severity.WARNING if record.move else Severity.INFO
