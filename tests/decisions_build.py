"""From a decision case to the situation, along the line that a cycle takes.

What is remembered, what is seen and what was found go through the very functions that
`hawatch.cycle` calls between its look and its plan; nothing here decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import builders as b
import msgspec
from decisions_format import Case, Remembered
from decisions_look import (
    HAST_WORDS,
    NOW,
    SERVICE,
    WITNESS,
    maintenance_of,
    report_of,
    silence_of,
    snapshot_of,
)
from decisions_words import ago, parts, read_check, read_latch, read_unfinished

from hawatch.deciding.aftermath import before_plan
from hawatch.deciding.remember import next_memory
from hawatch.deciding.rules import decide
from hawatch.deciding.rules_hold import longest_gap
from hawatch.deciding.situation import Situation, situation
from hawatch.deciding.streaks import next_streaks
from hawatch.model.carp import CarpState
from hawatch.model.config import Config
from hawatch.model.decision import Decision
from hawatch.model.finding import CheckPolicy, Finding, Severity
from hawatch.model.latch import HastSeen
from hawatch.model.memory import (
    CarpSince,
    HeardReport,
    Memory,
    Move,
    PeerFence,
    SeenRole,
    ServiceMemory,
    SkewRaise,
)
from hawatch.model.moment import Moment
from hawatch.model.trigger import Trigger, TriggerKind
from hawatch.peer.silence import remember


def moment(seconds_ago: float) -> Moment:
    """Return the moment that many seconds before the look, in the same boot."""
    return b.a_moment(NOW.monotonic - seconds_ago)


def build(case: Case) -> Situation:
    """Given a case, return the situation that the rules are asked about."""
    config = _config(case)
    snapshot = snapshot_of(case, config)
    before = _memory(case, config)
    memory = remember(
        before, snapshot.peer, at=snapshot.taken, longest_gap=longest_gap(config)
    )
    memory = next_memory(config, memory, snapshot, {})
    findings, policies = _findings(case)
    streaks = next_streaks(memory.streaks, findings, policies, wall=NOW.wall)
    return situation(
        config,
        SERVICE,
        snapshot,
        msgspec.structs.replace(memory, streaks=streaks),
        findings,
        policies,
        _trigger(case),
        last=before.last,
        damaged=case.memory.damaged or None,
    )


def decided(case: Case) -> tuple[Decision, Memory]:
    """Given a case, return its decision and the memory saved before the plan."""
    s = build(case)
    decision = decide(s)
    return decision, before_plan(s.memory, decision, now=s.now)


def _config(case: Case) -> Config:
    config = b.a_config()
    values: dict[str, Any] = msgspec.to_builtins(config)
    _lay(values, case.config, case.name)
    if case.own.witness != "none":
        values["witness"]["ping"] = [WITNESS]
    return msgspec.convert(values, Config)


def _lay(values: dict[str, Any], above: Mapping[str, Any], name: str) -> None:
    for key, value in above.items():
        if key not in values:
            raise ValueError(f"{name}: the configuration knows no {key}")
        if isinstance(value, Mapping) and isinstance(values[key], dict):
            _lay(values[key], value, name)
        else:
            values[key] = value


def _findings(
    case: Case,
) -> tuple[tuple[Finding, ...], dict[str, CheckPolicy]]:
    findings, policies = [], {}
    for check, words in case.checks.items():
        verdict, _, remedies = read_check(words)
        policies[check] = CheckPolicy(remedy=remedies)
        findings.append(
            Finding(
                check=check,
                subject=SERVICE,
                service=SERVICE,
                verdict=verdict,
                message=f"{check} says {verdict}",
                severity=Severity.CRITICAL,
            )
        )
    return tuple(findings), policies


def _trigger(case: Case) -> Trigger:
    kind, *words = case.trigger.split()
    return Trigger(kind=TriggerKind(kind), words=tuple(words), at=NOW.wall)


def _memory(case: Case, config: Config) -> Memory:
    was, never, silent = case.memory, False, None
    if case.peer.word not in ("fresh", "mute") and config.peer.enabled:
        never, silent = silence_of(case.peer.word)
    heard = HeardReport(
        report=report_of(case, config), heard=moment((silent or 0.0) + 10.0)
    )
    return Memory(
        node=case.node,
        boot=NOW.boot,
        sequence=42,
        last=_last(was.last),
        streaks={
            f"{check}[{SERVICE}]": read_check(words)[1]
            for check, words in case.checks.items()
        },
        services={SERVICE: _service_memory(case, was)},
        moves=tuple(
            Move(service=SERVICE, at=NOW.wall - age, rule="earlier")
            for age in was.moves
        ),
        maintenance=maintenance_of(was.maintenance),
        peer=None if never or not config.peer.enabled else heard,
        peer_silent_since=moment(silent) if silent is not None else None,
        witnessed=moment(was.witnessed) if was.witnessed else None,
        samples=(b.a_sample(NOW.monotonic - 10.0),),
        fence=_peer_fence(was.peer_fence),
    )


def _peer_fence(words: str) -> PeerFence | None:
    if not words:
        return None
    outcome, age = parts(words, r"(confirmed|failed|begun) (\d+ s ago)")
    return PeerFence(
        begun=moment(ago(age)),
        confirmed=outcome == "confirmed",
        text="exit 1" if outcome == "failed" else "",
    )


def _last(words: str) -> Moment | None:
    if words == "never":
        return None
    if words == "before the boot":
        return msgspec.structs.replace(moment(300.0), boot="boot-0")
    return moment(ago(words))


def _service_memory(case: Case, was: Remembered) -> ServiceMemory:
    raised = None
    if was.raised:
        original, base, age = parts(
            was.raised, r"from (\d+)(?: and advbase (\d+))?, (\d+) s ago"
        )
        raised = SkewRaise(
            interface="em0",
            vhid=1,
            original_advskew=int(original),
            original_advbase=int(base or 1),
            raised_to=240 if case.node == b.OWNER else 239,
            since=NOW.wall - float(age),
            reason="an earlier demotion",
        )
    vouched = b.an_in_sync(boot=f"boot-of-{case.node}", heard=None)
    carp = None
    if case.own.carp != "unknown":
        state, seconds = case.own.carp.split(" for ")
        carp = CarpSince(state=CarpState(state), since=moment(ago(f"{seconds} ago")))
    return ServiceMemory(
        duty=was.duty,
        epoch=was.epoch,
        latches=tuple(
            read_latch(
                words,
                ours=case.node,
                other="db2" if case.node == "db1" else "db1",
                other_word="the peer",
                wall=NOW.wall - was.latched_for,
            )
            for words in was.latches
        ),
        raised=raised,
        released_in=NOW.boot if was.shutting_down else "",
        restarts=tuple(NOW.wall - age for age in was.restarts),
        restarting=was.restarting,
        failed_at=NOW.wall - was.failed_take_over if was.failed_take_over else 0.0,
        heals=tuple(NOW.wall - age for age in was.heals),
        unfinished=read_unfinished(was.unfinished, moment),
        in_sync={"disk0": b.an_in_sync()} if was.in_sync else {},
        connected=("disk0",) if "complete" in was.hast else (),
        carp=carp,
        peer_in_sync=(
            {"disk0": msgspec.structs.replace(vouched, heard=moment(ago(was.vouched)))}
            if was.vouched
            else {}
        ),
        roles=_roles(was),
        seen=_seen(was),
    )


def _roles(was: Remembered) -> dict[str, SeenRole]:
    if not was.role_under or was.hast == "nothing":
        return {}
    role = b.a_resource(was.hast.split()[0]).role
    return {"disk0": SeenRole(role=role, boot=NOW.boot, hastd=was.role_under)}


def _seen(was: Remembered) -> dict[str, HastSeen]:
    if was.hast == "nothing":
        return {}
    role, status = parts(was.hast, HAST_WORDS)
    found = b.a_resource(role)
    if status:
        found = msgspec.structs.replace(found, status=type(found.status)(status))
    connected = status == "complete"
    return {
        "disk0": HastSeen(
            role=found.role,
            status=found.status,
            boot=NOW.boot,
            workerpid=1747 if status in ("complete", "degraded") else None,
            writes=150,
            updates=36,
            localcnt=0,
            peer_worker=1747 if connected else None,
            apart_since=None if connected else moment(10.0),
        )
    }
