"""Builders of records, and a store that loses power at a chosen write."""

from __future__ import annotations

import msgspec
from hypothesis import strategies as st

from hawatch.model.decision import Refusal, Refused, Rule
from hawatch.model.fact import Unknown
from hawatch.model.finding import Finding, Severity, Standing, Streak, Verdict
from hawatch.model.latch import InSync, Latch, LatchKind
from hawatch.model.memory import (
    HeardReport,
    Incident,
    Memory,
    Move,
    Sample,
    ServiceMemory,
    SkewRaise,
)
from hawatch.model.moment import Moment
from hawatch.model.plan import Outcome, StartService, StepResult
from hawatch.model.report import Duty, Maintenance, PeerReport
from hawatch.recording.entries import ServiceRecord
from hawatch.recording.message import Message, MessageKind
from hawatch.recording.store import MemoryStore

BOOT = "boot-1"


def moment(wall: float = 1000.0, *, boot: str = BOOT) -> Moment:
    return Moment(wall=wall, monotonic=wall, boot=boot)


def finding(
    message: str = "no answer",
    *,
    check: str = "check_sql",
    verdict: Verdict = Verdict.FAIL,
    severity: Severity = Severity.CRITICAL,
) -> Finding:
    return Finding(
        check=check,
        subject="mysql",
        service="mysql",
        verdict=verdict,
        message=message,
        severity=severity,
    )


def failing(since: float = 990.0) -> Streak:
    return Streak(
        standing=Standing.FAILING,
        fails=3,
        since=since,
        last=Verdict.FAIL,
        message="no answer",
    )


def memory(**changes: object) -> Memory:
    return msgspec.structs.replace(Memory(node="a", boot=BOOT), **changes)


def outcome(result: StepResult = StepResult.REACHED, text: str = "pid 7") -> Outcome:
    step = StartService(rc="mysql-server", deadline=60.0)
    return Outcome(step=step, result=result, text=text, seconds=1.5)


def service(rule: Rule = Rule.ALL_WELL, **changes: object) -> ServiceRecord:
    record = ServiceRecord(
        service="mysql", rule=rule, duty=Duty.ACTIVE, because="because it is so"
    )
    return msgspec.structs.replace(record, **changes)


def refused() -> Refused:
    return Refused(refusal=Refusal.COOLDOWN, detail="for 300 s more")


def message(
    kind: MessageKind = MessageKind.OPENED,
    key: str = "check_sql[mysql]",
    *,
    severity: Severity = Severity.CRITICAL,
    at: float = 1000.0,
    text: str = "no answer",
) -> Message:
    check, _, subject = key.partition("[")
    return Message(
        kind=kind,
        key=key,
        node="a",
        severity=severity,
        at=at,
        text=text,
        opened=at - 90.0 if kind is MessageKind.CLOSED else at,
        check=check,
        subject=subject.rstrip("]"),
    )


class PowerCut(BaseException):
    """The power went; nothing of the program runs any more."""


class CutStore(MemoryStore):
    """Loses power at its n-th change (1 is the first), before or after it."""

    def __init__(self) -> None:
        super().__init__()
        self.cut_at = 0
        self.cut_before = False
        self._changes = 0

    def arm(self, cut_at: int, *, before: bool) -> None:
        self.cut_at, self.cut_before, self._changes = cut_at, before, 0

    def replace(self, name: str, data: bytes, *, durable: bool = True) -> None:
        self._changes += 1
        if self._changes == self.cut_at and self.cut_before:
            raise PowerCut
        super().replace(name, data, durable=durable)
        if self._changes == self.cut_at:
            raise PowerCut

    def append(self, name: str, data: bytes, *, durable: bool = True) -> None:
        self._changes += 1
        if self._changes == self.cut_at:
            torn = data[: len(data) // 2] if self.cut_before else data
            super().append(name, torn)
            raise PowerCut
        super().append(name, data, durable=durable)


_seconds = st.floats(0, 2e9, allow_nan=False)
_words = st.text(max_size=12)
_names = st.sampled_from(["mysql", "mail", "disk0"])
_moments = st.builds(
    Moment, wall=_seconds, monotonic=_seconds, boot=st.sampled_from(["boot-0", BOOT])
)
_streaks = st.builds(
    Streak,
    standing=st.sampled_from(Standing),
    fails=st.integers(0, 9),
    passes=st.integers(0, 9),
    since=_seconds,
    last=st.sampled_from(Verdict),
    message=_words,
)
_in_sync = st.dictionaries(
    _names,
    st.builds(
        InSync,
        since=_seconds,
        workerpid=st.integers(1, 99999),
        boot=_words,
        resuid=st.none() | st.integers(0, 2**63 - 1),
    ),
    max_size=2,
)
_services = st.builds(
    ServiceMemory,
    duty=st.sampled_from(Duty),
    latches=st.lists(
        st.builds(
            Latch,
            kind=st.sampled_from(LatchKind),
            resource=_names,
            since=_seconds,
            reason=_words,
        ),
        max_size=2,
    ).map(tuple),
    raised=st.none()
    | st.builds(
        SkewRaise,
        interface=st.just("em0"),
        vhid=st.integers(1, 255),
        original_advskew=st.integers(0, 254),
        original_advbase=st.integers(1, 255),
        raised_to=st.integers(0, 254),
        since=_seconds,
        reason=_words,
    ),
    restarts=st.lists(_seconds, max_size=3).map(tuple),
    in_sync=_in_sync,
    peer_in_sync=_in_sync,
)
_reports = st.builds(
    PeerReport,
    node=st.just("b"),
    version=_words,
    configuration=_words,
    boot=_words,
    sequence=st.integers(0, 10**9),
    wall=_seconds,
    monotonic=_seconds,
    sysctls=st.builds(Unknown, _words),
    counters=st.builds(Unknown, _words),
    services=st.just({}),
)
memories = st.builds(
    Memory,
    node=st.just("a"),
    boot=st.sampled_from(["boot-0", BOOT]),
    sequence=st.integers(0, 10**9),
    last=st.none() | _moments,
    streaks=st.dictionaries(_words, _streaks, max_size=3),
    services=st.dictionaries(_names, _services, max_size=2),
    moves=st.lists(
        st.builds(Move, service=_names, at=_seconds, rule=_words), max_size=3
    ).map(tuple),
    maintenance=st.none()
    | st.builds(Maintenance, why=_words, since=_seconds, until=_seconds, who=_words),
    peer=st.none() | st.builds(HeardReport, report=_reports, heard=_moments),
    peer_silent_since=st.none() | _moments,
    samples=st.lists(
        st.builds(
            Sample,
            taken=_moments,
            dirty=st.dictionaries(_names, st.integers(0, 2**60), max_size=2),
        ),
        max_size=2,
    ).map(tuple),
    incidents=st.dictionaries(
        _words,
        st.builds(
            Incident,
            key=_words,
            opened=_seconds,
            severity=st.sampled_from([str(s) for s in Severity]),
            text=_words,
        ),
        max_size=2,
    ),
)
