"""The format of the decision cases in tests/decisions/*.toml, read strictly.

A case begins with a base situation and says only what differs, in the field's words:

    [[case]]
    name = "mysqld died on the owner: it is restarted here first"
    cites = ["H1"]
    base = "owner"
    own.service = "dead"
    checks.mysql_answers = "fails 3 in a row: restart, demote"
    expect.rule = "unhealthy-restart"
    expect.duty = "active"
    expect.plan = ["prove /var/db/mysql", "restart mysql-server", "ask SQL"]
    expect.alarm = true

What is not expected must not be there: no plan, no refusal, no alarm, no move. A word
that the format does not know is refused with the file and the case. bases.toml holds
the bases; decisions_build.py makes the situation out of a case.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from hawatch.model.decision import Refusal, Rule
from hawatch.model.report import Duty

CORPUS = Path(__file__).parent / "decisions"
BASES = "bases.toml"


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table in which a misspelt word is a mistake."""


class Own(Strict, frozen=True, kw_only=True):
    """What this look finds on the deciding node.

    carp: "MASTER for 900 s" or "unknown". sysctls: "known" or "unknown". heard, forged:
    adverts that came since the last look, and those with a wrong password among them.
    hastd: "running", "dead", "stuck", "restarted" or "unknown". hast: role and status
    ("primary degraded"), or "unknown"; worker: its pid. dirty, queue, read_errors,
    write_errors: as hastctl lists them; new_writes: since the last look. dump: the
    words that differ ("local 1, prevrole primary"), or "unknown". device: "present",
    "gone" or "unknown". mount: "yes", "no", "read-only", "foreign", "elsewhere" or
    "unknown". fstab: "yes", "no" or "unknown". service: "running", "dead", "orphaned"
    (a process without its pid file) or "unknown". witness: "none", "answers", "silent".
    """

    carp: str
    hast: str
    device: str
    mount: str
    service: str
    advskew: int
    advbase: int = 1
    sysctls: str = "known"
    allow: bool = True
    preempt: bool = False
    demotion: int = 0
    heard: int = 0
    forged: int = 0
    hastd: str = "running"
    worker: int = 1747
    dirty: int = 0
    new_writes: int = 0
    queue: int = 0
    read_errors: int = 0
    write_errors: int = 0
    dump: str = ""
    fstab: str = "yes"
    witness: str = "none"


class Peer(Strict, frozen=True, kw_only=True):
    """What the peer says, or said last.

    word: "fresh", "silent for 200 s", "mute" (alive, but its report is not believed),
    or "never heard, silent for 200 s". carp: its state or "unknown". holds, serves:
    "yes", "no", "unknown". moves: ages of its automatic moves. vouches: as primary it
    says that our copy is current. knows: it has our service in its configuration.
    latches: "stale", "diverged of us". maintenance: its reason; "over for 100 s: why".
    heard: the age of the newest report of ours that it said to have believed, 0 for
    none. The rest as in Own.
    """

    word: str = "fresh"
    duty: Duty
    epoch: int = 0
    moves: tuple[float, ...] = ()
    carp: str
    hast: str
    holds: str
    serves: str
    advskew: int
    advbase: int = 1
    sysctls: str = "known"
    preempt: bool = False
    demotion: int = 0
    worker: int = 1747
    dirty: int = 0
    dump: str = ""
    vouches: bool = False
    knows: bool = True
    failing: tuple[str, ...] = ()
    latches: tuple[str, ...] = ()
    not_eligible: tuple[str, ...] = ()
    maintenance: str = ""
    heard: float = 0.0


class Remembered(Strict, frozen=True, kw_only=True):
    """What this node remembers from before the look.

    last: "10 s ago", "before the boot" or "never". hast: role and status as last seen,
    "nothing" where it never was. latches: "stale", "diverged of the peer", all of them
    held for latched_for seconds. raised: "from 0, 300 s ago". unfinished: "standby by
    unhealthy-demote", then optionally " 90 s ago", ", attempt 3" and ", failed: why".
    in_sync: as primary, the peer's copy is proved.
    vouched: when the primary last said that our copy is current ("20 s ago"), or "".
    peer_fence: "confirmed 20 s ago", "failed 20 s ago" or "begun 20 s ago": the order
    to switch the peer off. restarts, heals, moves: ages in seconds; restarting: the
    last one was cut. witnessed: seconds since a witness answered, 0 for never.
    failed_take_over:
    how long ago the last one that failed here began, 0 for none. role_under: the pid
    of the hastd under which the resource had its last role, 0 for none. shutting_down:
    the service was released for a shutdown in this boot. maintenance: its reason;
    "over for 100 s: why", or "off for 100 s: why" where a person ended it. damaged: why
    nothing can be read.
    """

    duty: Duty
    epoch: int = 0
    hast: str
    last: str = "10 s ago"
    latches: tuple[str, ...] = ()
    latched_for: float = 60.0
    raised: str = ""
    peer_fence: str = ""
    unfinished: str = ""
    in_sync: bool = False
    vouched: str = ""
    restarts: tuple[float, ...] = ()
    restarting: bool = False
    witnessed: float = 0.0
    heals: tuple[float, ...] = ()
    failed_take_over: float = 0.0
    moves: tuple[float, ...] = ()
    role_under: int = 790
    maintenance: str = ""
    shutting_down: bool = False
    damaged: str = ""


class Expect(Strict, frozen=True, kw_only=True):
    """The decision. plan: short names in order. says: words of the sentence.

    latches, raised, unfinished: what is remembered before the plan is performed; only
    looked at where given ("" for nothing raised, nothing unfinished).
    """

    rule: Rule
    duty: Duty
    plan: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    alarm: bool = False
    move: bool = False
    again: bool = False
    says: str = ""
    latches: tuple[str, ...] | None = None
    raised: str | None = None
    unfinished: str | None = None


class Case(Strict, frozen=True, kw_only=True):
    """One named situation and what is decided in it.

    trigger: kind and words ("operator switchover mysql"). checks: by name, how each
    went ("fails 3 in a row: restart, demote"). config: what differs from the defaults.
    """

    name: str
    cites: tuple[str, ...]
    node: str
    own: Own
    peer: Peer
    memory: Remembered
    expect: Expect
    trigger: str = "cron"
    checks: Mapping[str, str] = {}
    config: Mapping[str, Any] = {}


def load_cases() -> dict[str, Case]:
    """Return every case of the corpus by file and name.

    Raises ValueError, with file and case, where one cannot be understood.
    """
    bases = _read_bases()
    cases: dict[str, Case] = {}
    for path in sorted(CORPUS.glob("*.toml")):
        if path.name == BASES:
            continue
        with path.open("rb") as file:
            content = tomllib.load(file)
        if set(content) != {"case"}:
            raise ValueError(f"{path.name}: only [[case]] tables belong here")
        for raw in content["case"]:
            key = f"{path.stem}/{raw.get('name', 'unnamed')}"
            if key in cases:
                raise ValueError(f"{key}: there are two of this name")
            cases[key] = _case(key, raw, bases)
    return cases


def a_case(base: str, **changes: Any) -> Case:
    """Return a base with what differs, for a test of one number or word."""
    usual = {
        "name": f"A case of a test, near to {base}",
        "cites": [],
        "base": base,
        "expect": {"rule": "all-well", "duty": "standby"},
    }
    return _case("a test", _laid(usual, changes), _read_bases())


def _read_bases() -> dict[str, dict[str, Any]]:
    with (CORPUS / BASES).open("rb") as file:
        return _bases(tomllib.load(file))


def _bases(raw: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the bases with what each takes over from another one laid below it."""
    bases: dict[str, dict[str, Any]] = {}
    for name, table in raw.items():
        own = dict(table)
        below = own.pop("base", None)
        bases[name] = _laid(bases[below], own) if below is not None else own
    return bases


def _case(key: str, raw: dict[str, Any], bases: dict[str, dict[str, Any]]) -> Case:
    own = dict(raw)
    base = own.pop("base", None)
    if base not in bases:
        raise ValueError(f"{key}: no base {base!r}; there are {', '.join(bases)}")
    try:
        return msgspec.convert(_laid(bases[base], own), Case, strict=True)
    except msgspec.ValidationError as mistake:
        raise ValueError(f"{key}: {mistake}") from None


def _laid(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return two tables as one; what is above counts."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        both = isinstance(value, Mapping) and isinstance(under, Mapping)
        merged[key] = _laid(under, value) if both else value
    return merged


def leaves(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the dotted paths and values of nested tables."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value
