"""What a cycle decided for one service, and why."""

from __future__ import annotations

import enum

import msgspec

from hawatch.model.memory import ServiceMemory
from hawatch.model.plan import Plan
from hawatch.model.report import Duty


class Rule(enum.StrEnum):
    """The rules in the order in which they are asked; the last one always speaks."""

    ASKED = "asked"
    MAINTENANCE = "maintenance"
    LOOK_AGAIN = "look-again"
    TWO_PRIMARIES = "two-primaries"
    MOUNTED_WITHOUT_PRIMARY = "mounted-without-primary"
    INTERRUPTED_PLAN = "interrupted-plan"
    ISOLATED_OWNER = "isolated-owner"
    UNHEALTHY_RESTART = "unhealthy-restart"
    UNHEALTHY_DEMOTE = "unhealthy-demote"
    UNHEALTHY_HOLD = "unhealthy-hold"
    DIVERGED_HEAL = "diverged-heal"
    PEER_SERVES = "peer-serves"
    MASTER_NOT_SERVING = "master-not-serving"
    BACKUP_STILL_SERVING = "backup-still-serving"
    STALE_INIT = "stale-init"
    CARP_HELD_BACK = "carp-held-back"
    LINK_DOWN = "link-down"
    RESTORE_SKEW = "restore-skew"
    SPLIT_BRAIN = "split-brain"
    NOT_KNOWN = "not-known"
    ALL_WELL = "all-well"


class Refusal(enum.StrEnum):
    """Why something was not done. deciding/refusals.py holds sentence and remedy."""

    PEER_UNKNOWN = "peer-unknown"
    PEER_STALE_REPORT = "peer-stale-report"
    PEER_NOT_ELIGIBLE = "peer-not-eligible"
    PEER_FAILING = "peer-failing"
    PEER_LATCHED = "peer-latched"
    PEER_HOLDS = "peer-holds"
    PEER_SILENT_NO_WITNESS = "peer-silent-no-witness"
    PEER_SILENT_TOO_SHORT = "peer-silent-too-short"
    PEER_MAINTENANCE = "peer-maintenance"
    CONFIGURATION_DIFFERS = "configuration-differs"
    COPY_NOT_IN_SYNC = "copy-not-in-sync"
    OWN_COPY_LATCHED = "own-copy-latched"
    GENERATIONS_FORBID = "generations-forbid"
    SECONDARY_STILL_CONNECTED = "secondary-still-connected"
    COOLDOWN = "cooldown"
    MOVE_LIMIT = "move-limit"
    NO_LEVER = "no-lever"
    FACT_UNKNOWN = "fact-unknown"
    NOT_MOUNTED = "not-mounted"
    RESTARTS_USED_UP = "restarts-used-up"
    WORKER_DIED = "worker-died"
    NOT_RECORDED = "not-recorded"
    POLICY = "policy"


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """One refusal with the particular that a person needs."""

    refusal: Refusal
    detail: str


def refuse(refusal: Refusal, detail: str) -> Refused:
    """Return a refusal with its particular."""
    return Refused(refusal=refusal, detail=detail)


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of the rules for one service: one rule, one sentence.

    alarm says that a person must see it (exit code 3). memory is what the service
    remembers from now on; it is saved before the plan is performed. move says that the
    plan counts against the limit of automatic moves. again asks the driver to ring once
    more soon, because what was decided waits for a second look.
    """

    service: str
    rule: Rule
    duty: Duty
    because: str
    plan: Plan = Plan()
    again: bool = False
    refused: tuple[Refused, ...] = ()
    alarm: bool = False
    move: bool = False
    memory: ServiceMemory
