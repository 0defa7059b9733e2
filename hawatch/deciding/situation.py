"""All that the rules may look at, for one service in one cycle."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hawatch.deciding.service_view import ServiceView, service_view
from hawatch.model.config import Config, ServiceConfig
from hawatch.model.decision import Decision, Refused, Rule
from hawatch.model.fact import Known, is_true
from hawatch.model.finding import (
    CheckPolicy,
    Finding,
    Remedy,
    Standing,
    Streak,
    Verdict,
)
from hawatch.model.latch import LatchKind
from hawatch.model.memory import Memory, ServiceMemory
from hawatch.model.moment import Moment
from hawatch.model.plan import Plan
from hawatch.model.report import Duty, PeerReport, ServiceReport
from hawatch.model.snapshot import Snapshot
from hawatch.model.trigger import Trigger, TriggerKind


class Failing(msgspec.Struct, frozen=True, kw_only=True):
    """A check that has failed `fall` times, with the remedies that are configured."""

    check: str
    subject: str
    message: str
    remedies: tuple[Remedy, ...]


class PeerWord(msgspec.Struct, frozen=True, kw_only=True):
    """The newest word of the peer about this service.

    report and service are None where nothing was ever heard or it does not know the
    service. fresh: it was said in this very look; a word from before says what was, and
    a peer that died since cannot take it back. silent_for: seconds without any answer.
    """

    report: PeerReport | None = None
    service: ServiceReport | None = None
    fresh: bool = False
    silent_for: float = 0.0

    @property
    def serves(self) -> bool:
        """Return whether the peer says in this look that it serves the service."""
        service = self.service
        return self.fresh and service is not None and is_true(service.serving)


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """The arguments of every rule; frozen values only.

    memory is what was remembered before, with this look's streaks, evidence and peer
    report already in it. damaged is why the memory could not be read, if so. gap is the
    seconds since the last cycle of this boot, None in the first cycle of a boot.
    """

    now: Moment
    node: str
    peer: str
    service: str
    config: Config
    snapshot: Snapshot
    view: ServiceView
    memory: Memory
    own: ServiceMemory
    word: PeerWord
    trigger: Trigger
    findings: tuple[Finding, ...] = ()
    failing: tuple[Failing, ...] = ()
    gap: float | None = None
    damaged: str | None = None

    @property
    def settings(self) -> ServiceConfig:
        """Return the service's configuration."""
        return self.config.services[self.service]

    @property
    def ailing(self) -> tuple[Failing, ...]:
        """Return the failing checks that ask for more than a report."""
        asking = {Remedy.RESTART, Remedy.DEMOTE}
        return tuple(f for f in self.failing if asking & set(f.remedies))

    @property
    def is_split(self) -> bool:
        """Return whether both copies were written, as far as this node knows."""
        return any(latch.kind is LatchKind.SPLIT_BRAIN for latch in self.own.latches)

    @property
    def interface(self) -> str:
        """Return the name of this node's interface for the VIP."""
        return self.settings.interface_of(self.node)

    def age(self, at: float) -> float:
        """Return the seconds since a time of the wall clock.

        One that was set back puts what is remembered into the future [FACTS H24].
        """
        return abs(self.now.wall - at)

    @property
    def next_owner(self) -> ServiceMemory:
        """Return the memory of a take-over: later than any that was heard of."""
        ours, service = self.own.epoch, self.word.service
        latest = ours if service is None else max(ours, service.epoch)
        return msgspec.structs.replace(self.own, epoch=latest + 1)

    def decide(
        self,
        rule: Rule,
        because: str,
        *,
        duty: Duty | None = None,
        plan: Plan = Plan(),  # noqa: B008 - frozen
        refused: tuple[Refused, ...] = (),
        alarm: bool = False,
        move: bool = False,
        again: bool = False,
        memory: ServiceMemory | None = None,
    ) -> Decision:
        """Return a decision for this service; the duty stays unless one is given."""
        remembered = memory if memory is not None else self.own
        wanted = duty if duty is not None else remembered.duty
        return Decision(
            service=self.service,
            rule=rule,
            duty=wanted,
            because=because,
            plan=plan,
            refused=refused,
            alarm=alarm,
            move=move,
            again=again,
            memory=msgspec.structs.replace(remembered, duty=wanted),
        )


def situation(
    config: Config,
    service: str,
    snapshot: Snapshot,
    memory: Memory,
    findings: tuple[Finding, ...],
    policies: Mapping[str, CheckPolicy],
    trigger: Trigger,
    *,
    last: Moment | None,
    damaged: str | None,
) -> Situation:
    """Return the situation of a service.

    last is when the last cycle ended, as it was remembered before this look; damaged
    says why the memory could not be read or written, if so. A start of the agent and a
    person's word end what a shutdown had begun.
    """
    now = snapshot.taken
    own = memory.services.get(service, ServiceMemory())
    if trigger.kind in (TriggerKind.BOOT, TriggerKind.OPERATOR):
        own = msgspec.structs.replace(own, released_in="")
    gap = None
    if last is not None and last.boot == now.boot:
        gap = now.seconds_since(last)
    return Situation(
        now=now,
        node=snapshot.node,
        peer=config.peer_of(snapshot.node),
        service=service,
        config=config,
        snapshot=snapshot,
        view=service_view(config, snapshot, service),
        memory=memory,
        own=own,
        word=peer_word(service, snapshot, memory, now=now),
        trigger=trigger,
        findings=findings,
        failing=standing_failures(service, memory.streaks, findings, policies),
        gap=gap,
        damaged=damaged,
    )


def standing_failures(
    service: str,
    streaks: Mapping[str, Streak],
    findings: tuple[Finding, ...],
    policies: Mapping[str, CheckPolicy],
) -> tuple[Failing, ...]:
    """Return the checks that stand failing for a service or for the whole node.

    A check counts only where this cycle's own finding is a failure too: what is unknown
    now is no ground for acting now [DESIGN law 1].
    """
    return tuple(
        Failing(
            check=finding.check,
            subject=finding.subject,
            message=finding.message,
            remedies=policies.get(finding.check, CheckPolicy()).remedy,
        )
        for finding in findings
        if finding.service in (None, service)
        and finding.verdict is Verdict.FAIL
        and (streak := streaks.get(finding.key)) is not None
        and streak.standing is Standing.FAILING
    )


def peer_word(
    service: str, snapshot: Snapshot, memory: Memory, *, now: Moment
) -> PeerWord:
    """Return the newest word of the peer, from this look or remembered."""
    sighting = snapshot.peer.report
    if isinstance(sighting, Known):
        report = sighting.value
        return PeerWord(report=report, service=report.services.get(service), fresh=True)
    heard = memory.peer
    since = memory.peer_silent_since
    silent_for = now.seconds_since(since) if since is not None else 0.0
    if heard is None:
        return PeerWord(silent_for=silent_for)
    return PeerWord(
        report=heard.report,
        service=heard.report.services.get(service),
        silent_for=silent_for,
    )
