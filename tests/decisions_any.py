"""Arbitrary situations, made of the words in which the decision cases are written."""

from __future__ import annotations

from typing import Any

import msgspec
from decisions_format import Case, Expect, Own, Peer, Remembered
from hypothesis import strategies as st

from hawatch.model.decision import Rule
from hawatch.model.report import Duty

HAST = (
    "primary complete",
    "primary degraded",
    "secondary complete",
    "secondary -",
    "init",
)
KINDS = ("stale", "inconsistent", "diverged", "split-brain", "suspect-disk", "fenced")
ENDED_BY = ("", ", failed: a step failed", ", attempt 3", ", attempt 4, failed: again")
RULES = ("master-not-serving", "unhealthy-demote", "isolated-owner", "two-primaries")
NOBODY = Expect(rule=Rule.ALL_WELL, duty=Duty.STANDBY)


def of(*words: Any) -> st.SearchStrategy[Any]:
    """Return one of the words; the first is the usual one, so it shrinks to that."""
    return st.sampled_from(words)


def some(*words: str) -> st.SearchStrategy[tuple[str, ...]]:
    """Return a few of the words, mostly none."""
    few = st.lists(st.sampled_from(words), max_size=2, unique=True).map(tuple)
    return st.one_of(st.just(()), few)


def ages(*seconds: int) -> st.SearchStrategy[tuple[float, ...]]:
    """Return ages of moves or restarts, mostly none."""
    return st.one_of(
        st.just(()), st.lists(st.sampled_from(seconds), max_size=3).map(tuple)
    )


OWN = st.builds(
    Own,
    carp=st.one_of(
        st.just("unknown"),
        st.builds(
            "{} for {} s".format,
            of("MASTER", "BACKUP", "INIT"),
            of(0, 3, 8, 20, 60, 900, 4000),
        ),
    ),
    hast=of(*HAST, "unknown"),
    device=of("gone", "present", "unknown"),
    mount=of("no", "yes", "read-only", "foreign", "elsewhere", "unknown"),
    service=of("dead", "running", "orphaned", "unknown"),
    advskew=of(0, 50, 239, 240, 254),
    advbase=of(1, 5),
    sysctls=of("known", "unknown"),
    allow=of(True, False),
    preempt=st.booleans(),
    demotion=of(0, 240),
    heard=of(0, 10),
    forged=of(0, 5),
    hastd=of("running", "dead", "stuck", "restarted", "unknown"),
    worker=of(1747, 1990),
    dirty=of(0, 2097152),
    new_writes=of(0, 5),
    queue=of(0, 3),
    read_errors=of(0, 1),
    write_errors=of(0, 1),
    dump=of("", "local 1", "remote 1", "prevrole primary", "resuid 0", "unknown"),
    fstab=of("yes", "no", "unknown"),
    witness=of("none", "answers", "silent"),
)

PEER = st.builds(
    Peer,
    word=of(
        "fresh",
        "silent for 15 s",
        "silent for 40 s",
        "silent for 200 s",
        "mute",
        "never heard, silent for 300 s",
    ),
    duty=st.sampled_from(Duty),
    epoch=of(0, 1, 2),
    moves=ages(100, 5000),
    carp=of("BACKUP", "MASTER", "INIT", "unknown"),
    hast=of(*HAST, "unknown"),
    holds=of("no", "yes", "unknown"),
    serves=of("no", "yes", "unknown"),
    advskew=of(50, 0, 239, 240, 254),
    sysctls=of("known", "unknown"),
    preempt=st.booleans(),
    demotion=of(0, 240),
    worker=of(1747, 1748),
    dirty=of(0, 2097152),
    dump=of("", "local 1", "remote 1", "prevrole primary", "resuid 0", "unknown"),
    vouches=st.booleans(),
    knows=of(True, True, True, False),
    failing=some("mysql_answers"),
    latches=some("stale", "diverged of us", "suspect-disk"),
    not_eligible=some("hastd is not running"),
    maintenance=of("", "", "", "new disk", "over for 100 s: new disk"),
    heard=of(0, 5, 100, 900),
)

MEMORY = st.builds(
    Remembered,
    duty=st.sampled_from(Duty),
    epoch=of(0, 1, 2),
    hast=of(*HAST, "nothing"),
    last=of("10 s ago", "10 s ago", "10 s ago", "90 s ago", "before the boot", "never"),
    latches=some(*KINDS, "diverged of the peer", "unheard"),
    raised=of("", "", "from 0, 20 s ago", "from 0, 600 s ago"),
    peer_fence=of("", "confirmed 20 s ago", "failed 20 s ago", "begun 20 s ago"),
    unfinished=st.one_of(
        st.just(""),
        st.builds(
            "{} by {}{}".format, st.sampled_from(Duty), of(*RULES), of(*ENDED_BY)
        ),
    ),
    in_sync=st.booleans(),
    vouched=of("", "10 s ago", "205 s ago", "900 s ago"),
    restarts=ages(600, 5000),
    failed_take_over=of(0, 20, 4000),
    heals=ages(100, 200),
    moves=ages(-500, 1000, 5000, 90000),
    role_under=of(790, 0, 4711),
    maintenance=of("", "", "new disk", "over: new disk", "off for 50 s: new disk"),
    shutting_down=of(False, False, False, True),
    damaged=of("", "", "", "hawatch.json is damaged"),
)

CHECK = st.builds(
    "{}: {}".format,
    of(
        "ok",
        "fails 1 in a row",
        "fails 3 in a row",
        "unknown after 3 failures",
        "skip after 3 failures",
        "warn after 3 failures",
    ),
    of("report", "restart, demote", "demote", "restart"),
)

CONFIG: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "witness": of(
            {"without": "promote"},
            {"fence": ["/usr/local/sbin/off"]},
            {"give_up": 60.0},
        ),
        "carp": of({"interlock": True}, {"lever": "state-backup"}),
        "peer": of({"enabled": True}, {"enabled": False}),
        "hast": of({"heal": "ask"}, {"heal": "automatic"}),
        "limits": of({"restarts": 0}, {"restarts": 2}),
    },
)

TRIGGER = of(
    "cron",
    "cron",
    "carp MASTER 1@em0",
    "boot",
    "release",
    "operator switchover mysql",
    "operator demote mysql force",
    "operator takeover mysql",
    "operator restore mysql",
)

ANY_CASE = st.builds(
    Case,
    name=st.just("Any situation at all"),
    cites=st.just(()),
    node=of("db1", "db2"),
    own=OWN,
    peer=PEER,
    memory=MEMORY,
    expect=st.just(NOBODY),
    trigger=TRIGGER,
    checks=st.dictionaries(of("mysql_answers", "hast_errors"), CHECK, max_size=2),
    config=CONFIG,
)


def near(case: Case) -> st.SearchStrategy[Case]:
    """Return situations that differ from a case in one field or two of each table.

    Arbitrary situations are mostly refused early; what is near to a named one reaches
    the far ends of the rules.
    """

    def change(table: Any, words: Any, fields: list[str]) -> Any:
        return msgspec.structs.replace(table, **{f: getattr(words, f) for f in fields})

    def fields_of(kind: type[Any]) -> st.SearchStrategy[list[str]]:
        return st.lists(st.sampled_from(kind.__struct_fields__), max_size=2)

    return st.builds(
        lambda own, of_own, peer, of_peer, memory, of_memory: msgspec.structs.replace(
            case,
            own=change(case.own, own, of_own),
            peer=change(case.peer, peer, of_peer),
            memory=change(case.memory, memory, of_memory),
        ),
        OWN,
        fields_of(Own),
        PEER,
        fields_of(Peer),
        MEMORY,
        fields_of(Remembered),
    )
