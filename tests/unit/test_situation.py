"""What the rules are given: numbers, names and words, of this service and boot."""

from __future__ import annotations

from typing import Any

import builders as b
import msgspec
import pytest
from situation_tools import at, own, word

from hawatch.deciding.rules import decide
from hawatch.deciding.situation import peer_word, situation, standing_failures
from hawatch.deciding.situations import situations, with_streaks
from hawatch.deciding.yielding import fence_vip
from hawatch.model.finding import (
    CheckPolicy,
    Finding,
    Remedy,
    Severity,
    Standing,
    Streak,
    Verdict,
)
from hawatch.model.moment import Moment
from hawatch.model.snapshot import PeerSighting
from hawatch.model.trigger import Trigger, TriggerKind, foremost

CONFIG = b.a_config()


@pytest.mark.parametrize(
    ("ours", "theirs", "next_one"), [(0, 0, 1), (3, 2, 4), (2, 3, 4), (3, 3, 4)]
)
def test_a_take_over_is_numbered_after_every_one_that_was_heard_of(
    ours: int, theirs: int, next_one: int
) -> None:
    """The later owner is told by its number, long after both have let go [H10]."""
    s = at("standby-after-release", memory={"epoch": ours}, peer={"epoch": theirs})
    assert s.next_owner == msgspec.structs.replace(s.own, epoch=next_one)
    decision = decide(s)
    assert decision.plan
    assert decision.memory.epoch == next_one


@pytest.mark.parametrize("epoch", [0, 5])
def test_a_peer_that_was_never_heard_has_taken_nothing_over(epoch: int) -> None:
    """The number goes on from our own."""
    s = own(word(at(), service=None), epoch=epoch)
    assert s.next_owner.epoch == epoch + 1


def test_the_vip_is_given_and_taken_on_this_nodes_own_interface() -> None:
    """The cards of two machines need not have one name."""
    cards = {"db1": "em0", "db2": "vtnet0"}
    settings = b.a_service_config(interface=cards)
    config = b.a_config(services={"mysql": settings})
    for base, card in (("owner", "em0"), ("standby", "vtnet0")):
        s = msgspec.structs.replace(at(base), config=config)
        assert s.interface == fence_vip(s).interface == card


def rings(*words: str) -> Trigger:
    """Return what a person typed."""
    return Trigger(kind=TriggerKind.OPERATOR, words=words)


@pytest.mark.parametrize(
    ("words", "mysql", "archive"),
    [
        (("restore",), "operator", "operator"),
        (("restore", "archive"), "cron", "operator"),
        (("demote", "--force"), "operator", "operator"),
        (("demote", "mysql", "--force"), "operator", "cron"),
        (("demote", "mysql", "archive"), "operator", "operator"),
    ],
)
def test_a_verb_is_a_persons_word_for_the_services_that_it_names_only(
    words: tuple[str, ...], mysql: str, archive: str
) -> None:
    """It lifts maintenance and cool-down from them, and from no other [never 5]."""
    services = {name: b.a_service_config() for name in ("mysql", "archive")}
    config = b.a_config(services=services)
    found = {
        s.service: s.trigger.kind
        for s in situations(
            config,
            b.a_snapshot(),
            b.a_memory(),
            (),
            {},
            (Trigger(kind=TriggerKind.CRON), rings(*words)),
            last=None,
            damaged=None,
        )
    }
    assert found == {"mysql": mysql, "archive": archive}


def test_a_shutdown_concerns_every_service_whatever_was_typed_besides() -> None:
    """The machine goes down with all of them [E1]."""
    both = (rings("restore", "archive"), Trigger(kind=TriggerKind.RELEASE))
    assert foremost(both, "mysql").kind is TriggerKind.RELEASE
    assert foremost(both, "archive").kind is TriggerKind.RELEASE


def test_force_is_an_option_and_no_services_name() -> None:
    """A service may be called force; the option is spelled as it is typed."""
    assert rings("demote", "mysql", "--force").forced
    assert not rings("demote", "force").forced
    assert rings("demote", "force").concerns("force")
    assert not rings("demote", "force").concerns("mysql")


def looked(last: Moment | None) -> float | None:
    """Return the gap that the rules are told of, ten seconds into the boot's 1000."""
    return situation(
        CONFIG,
        "mysql",
        b.a_snapshot(),
        b.a_memory(),
        (),
        {},
        Trigger(kind=TriggerKind.CRON),
        last=last,
        damaged=None,
    ).gap


@pytest.mark.parametrize(
    ("last", "gap"),
    [
        (None, None),
        (b.a_moment(990.0), 10.0),
        (b.a_moment(1000.0), 0.0),
        (b.a_moment(990.0, boot="boot-0"), None),
    ],
)
def test_the_first_look_of_a_boot_follows_no_other(
    last: Moment | None, gap: float | None
) -> None:
    """Monotonic readings of two boots never compare, and a memory may be empty."""
    assert looked(last) == gap


@pytest.mark.parametrize(
    ("since", "silent_for"), [(None, 0.0), (990.0, 10.0), (1000.0, 0.0)]
)
@pytest.mark.parametrize("heard", [True, False])
def test_a_peer_is_silent_since_the_first_question_without_an_answer(
    since: float | None, silent_for: float, *, heard: bool
) -> None:
    """Where none was asked yet it is not silent at all, heard before or not."""
    s = at("standby-alone")
    memory = msgspec.structs.replace(
        b.a_memory(),
        peer=s.memory.peer if heard else None,
        peer_silent_since=b.a_moment(since) if since is not None else None,
    )
    snapshot = b.a_snapshot(peer=PeerSighting())
    found = peer_word("mysql", snapshot, memory, now=b.a_moment())
    assert found.silent_for == silent_for
    assert (found.report is not None) is heard


def finding(service: str | None, **changes: Any) -> Finding:
    """Return that a check failed for a service, or for the node."""
    values: dict[str, Any] = {
        "check": "answers",
        "subject": service or "node",
        "service": service,
        "verdict": Verdict.FAIL,
        "message": "it does not",
        "severity": Severity.CRITICAL,
    }
    return Finding(**values | changes)


@pytest.mark.parametrize(
    ("found", "counts"),
    [
        (finding("mysql"), True),
        (finding(None), True),
        (finding("orders"), False),
        (finding("mysql", verdict=Verdict.UNKNOWN), False),
        (finding("mysql", verdict=Verdict.OK), False),
    ],
    ids=["its own", "the node's", "another service's", "unknown now", "passed now"],
)
def test_a_failing_check_counts_for_its_service_or_for_the_whole_node(
    found: Finding, *, counts: bool
) -> None:
    """One database that does not answer is no reason to move the other one."""
    streaks = {found.key: Streak(standing=Standing.FAILING)}
    policies = {"answers": CheckPolicy(remedy=(Remedy.DEMOTE,))}
    failing = standing_failures("mysql", streaks, (found,), policies)
    assert [f.remedies for f in failing] == [(Remedy.DEMOTE,)] * counts
    well = {found.key: Streak(standing=Standing.WELL)}
    assert standing_failures("mysql", well, (found,), policies) == ()
    assert standing_failures("mysql", {}, (found,), policies) == ()


def test_a_looks_findings_are_counted_in_the_memory() -> None:
    """Nothing else of the memory changes."""
    memory = b.a_memory()
    counted = with_streaks(memory, (), {}, wall=1000.0)
    assert counted == msgspec.structs.replace(memory, streaks={})
