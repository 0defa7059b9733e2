"""Expectations about what happened: decisions, steps, commands, messages, sums."""

from __future__ import annotations

from collections.abc import Sequence

from hawatch.model.decision import Decision, Refusal, Rule
from hawatch.model.fact import Known
from hawatch.model.plan import Outcome, StepResult
from hawatch.recording.entries import Intent
from hawatch.recording.message import MessageKind
from hawatch.recording.outbox import pending, read_message
from hawatch.sim.expectation import Happening, Total, Verdict, of_service
from hawatch.sim.play import Play, Seen, step_word


class Decided(Happening, frozen=True, kw_only=True):
    """A cycle ended with this rule; alarm narrows it down."""

    rule: Rule
    alarm: bool | None = None
    service: str = ""

    def _claim(self) -> str:
        loud = {None: "", True: " with an alarm", False: " without an alarm"}
        return (
            f"the rule {self.rule} speaks{loud[self.alarm]}{of_service(self.service)}"
        )

    def _happened(self, play: Play) -> Sequence[Seen]:
        return [
            seen
            for seen in play.history.decisions
            if isinstance(seen.what, Decision)
            and seen.what.rule is self.rule
            and self.alarm in (None, seen.what.alarm)
            and self.service in ("", seen.what.service)
        ]


class Refuses(Happening, frozen=True, kw_only=True):
    """A decision named this refusal."""

    refusal: Refusal
    service: str = ""

    def _claim(self) -> str:
        return f"something is refused: {self.refusal}{of_service(self.service)}"

    def _happened(self, play: Play) -> Sequence[Seen]:
        return [
            seen
            for seen in play.history.decisions
            if isinstance(seen.what, Decision)
            and self.service in ("", seen.what.service)
            and any(r.refusal is self.refusal for r in seen.what.refused)
        ]


class Step(Happening, frozen=True, kw_only=True):
    """A step of a plan was begun, or, with a result, ended so."""

    step: str
    result: StepResult | None = None
    service: str = ""

    def _claim(self) -> str:
        how = "is begun" if self.result is None else f"ends {self.result}"
        return f"the step {self.step} {how}{of_service(self.service)}"

    def _happened(self, play: Play) -> Sequence[Seen]:
        if self.result is None:
            return [
                seen
                for seen in play.history.begun
                if isinstance(seen.what, Intent)
                and self.service in ("", seen.what.service)
                and step_word(seen.what.step) == self.step
            ]
        return [
            seen
            for seen in play.history.ended
            if isinstance(seen.what, Outcome)
            and seen.what.result is self.result
            and step_word(seen.what.step) == self.step
        ]


class Command(Happening, frozen=True, kw_only=True):
    """hawatch ran a changing command in which this text occurs."""

    text: str

    def _claim(self) -> str:
        return f"a command with {self.text!r} is run"

    def _happened(self, play: Play) -> Sequence[Seen]:
        return [
            seen
            for seen in play.history.commands
            if isinstance(seen.what, tuple) and self.text in " ".join(seen.what)
        ]


class Moves(Total, frozen=True, kw_only=True):
    """Automatic moves that both nodes together made."""

    at_most: int
    at_least: int = 0

    def _verdict(self, play: Play) -> Verdict:
        found = sum(
            isinstance(seen.what, Decision) and seen.what.move
            for seen in play.history.decisions
        )
        return Verdict(
            expected=f"{self.at_least} to {self.at_most} automatic moves",
            met=self.at_least <= found <= self.at_most,
            said=f"{found} moves",
            at=play.time,
        )


class Outage(Total, frozen=True, kw_only=True):
    """The longest outage that the clients saw, in seconds."""

    at_most: float
    at_least: float = 0.0
    service: str = ""

    def _verdict(self, play: Play) -> Verdict:
        longest = max((e - b for b, e in play.outages(self.service)), default=0.0)
        least = f"{self.at_least:g} to " if self.at_least else "at most "
        of = of_service(self.service)
        return Verdict(
            expected=f"an outage{of} of {least}{self.at_most:g} s",
            met=self.at_least <= longest <= self.at_most,
            said=f"{longest:.1f} s",
            at=play.time,
        )


class RowsLost(Total, frozen=True, kw_only=True):
    """Acknowledged rows that were missing on a node that served the clients."""

    at_most: int = 0
    service: str = ""

    def _verdict(self, play: Play) -> Verdict:
        lost = play.rows_lost(self.service)
        return Verdict(
            expected=f"at most {self.at_most} acknowledged rows lost"
            + of_service(self.service),
            met=lost is not None and lost <= self.at_most,
            said="nobody serves" if lost is None else f"{lost} rows lost",
            at=play.time,
        )


class Message(Total, frozen=True, kw_only=True):
    """Messages that wait in a node's outbox: about what, of which kind, how many."""

    node: str
    about: str
    kind: MessageKind | None = None
    times: int | None = None

    def _verdict(self, play: Play) -> Verdict:
        found = 0
        for name in pending(play.agents[self.node].store):
            message = read_message(play.agents[self.node].store, name)
            if isinstance(message, Known) and message.value.key.startswith(self.about):
                found += self.kind in (None, message.value.kind)
        wanted = "" if self.times is None else f", {self.times} times"
        return Verdict(
            expected=f"{self.node} tells of {self.about} {self.kind or ''}".rstrip()
            + wanted,
            met=found > 0 if self.times is None else found == self.times,
            said=f"{found} messages",
            at=play.time,
        )
