"""What a check found, and what a run of findings amounts to."""

from __future__ import annotations

import enum

import msgspec


class Verdict(enum.StrEnum):
    """A check's verdict; a broken thermometer (UNKNOWN) is no ill patient (FAIL)."""

    OK = "ok"
    SKIP = "skip"
    WARN = "warn"
    UNKNOWN = "unknown"
    FAIL = "fail"

    @property
    def rank(self) -> int:
        """Return the place in the order from OK (0) to FAIL (4), for max()."""
        return list(Verdict).index(self)


class Severity(enum.StrEnum):
    """How much a failing check matters to a person."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Remedy(enum.StrEnum):
    """What may be done about a failing check, in the order of the configured ladder."""

    REPORT = "report"
    RESTART = "restart"
    DEMOTE = "demote"
    REPAIR = "repair"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One verdict of one check about one subject, in one cycle.

    subject is "node", a service ("mysql"), a resource ("mysql/disk0") or a mount point
    ("mysql:/var/db/mysql"); service is None for the node. seconds is what it took.
    """

    check: str
    subject: str
    service: str | None
    verdict: Verdict
    message: str
    severity: Severity
    seconds: float = 0.0
    source: str = ""

    @property
    def key(self) -> str:
        """Return the name under which streaks and incidents remember this."""
        return f"{self.check}[{self.subject}]"


class CheckPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """One check's numbers after the configuration was laid over its decorator.

    fall: failures in a row before it counts; rise: passes in a row before it clears.
    """

    fall: int = 3
    rise: int = 5
    severity: Severity = Severity.WARNING
    remedy: tuple[Remedy, ...] = (Remedy.REPORT,)


class Standing(enum.StrEnum):
    """What the last cycles of one check amount to, after fall and rise."""

    WELL = "well"
    FAILING = "failing"


class Streak(msgspec.Struct, frozen=True, kw_only=True):
    """Failures and passes in a row of one check on one subject.

    UNKNOWN and SKIP change neither count: unknown neither fences nor clears. unknowns:
    looks in a row that could not find out, for telling a person and nothing else.
    since: the wall clock of the last change of standing. message: the last failure's.
    """

    standing: Standing = Standing.WELL
    fails: int = 0
    passes: int = 0
    unknowns: int = 0
    since: float = 0.0
    last: Verdict = Verdict.OK
    message: str = ""
