"""The edges of the gates: exactly how long, how old, how many."""

from __future__ import annotations

from typing import Any

import pytest
from decisions_build import build
from decisions_format import a_case, load_cases

from hawatch.deciding.gates import carp_age, let_go_lately, may_demote, may_promote
from hawatch.deciding.own_facts import own_facts
from hawatch.deciding.refusals import REMEDIES
from hawatch.model.decision import Refusal, Refused
from hawatch.peer.eligible import not_eligible

CASES = load_cases()


def refused(reasons: tuple[Refused, ...]) -> set[Refusal]:
    """Return the kinds of refusals."""
    return {reason.refusal for reason in reasons}


def demote(**changes: Any) -> set[Refusal]:
    """Return what forbids the hand-over of an unhealthy owner."""
    return refused(may_demote(build(a_case("owner-unhealthy", **changes))))


def promote(base: str = "standby-alone", **changes: Any) -> set[Refusal]:
    """Return what forbids a promotion."""
    return refused(may_promote(build(a_case(base, **changes))))


def test_the_bases_pass_every_gate() -> None:
    """What follows differs from them in one thing."""
    assert demote() == set()
    assert promote() == set()
    assert promote("standby-after-release") == set()


@pytest.mark.parametrize(("age", "open_"), [(3599, False), (3600, True), (0, False)])
def test_the_cool_down_ends_exactly_after_its_time(age: int, open_: bool) -> None:
    """limits.cooldown seconds, not one less."""
    assert (Refusal.COOLDOWN not in demote(memory={"moves": [age]})) is open_
    assert (Refusal.COOLDOWN not in promote(memory={"moves": [age]})) is open_


@pytest.mark.parametrize(
    ("moves", "open_"),
    [
        ([5000], True),
        ([5000, 6000], False),
        ([5000, 86399], False),
        ([5000, 86400], True),
    ],
)
def test_moves_are_counted_within_the_window(moves: list[int], open_: bool) -> None:
    """limits.moves within limits.per."""
    assert (Refusal.MOVE_LIMIT not in demote(memory={"moves": moves})) is open_


def test_the_moves_of_the_peer_count_as_ours() -> None:
    """A loop of two nodes that hand over to each other is a loop."""
    assert demote(peer={"moves": [100]}) == {Refusal.COOLDOWN}
    assert demote(peer={"moves": [5000]}, memory={"moves": [6000]}) == {
        Refusal.MOVE_LIMIT
    }


@pytest.mark.parametrize("verb", ["switchover mysql", "takeover mysql"])
def test_limits_do_not_bind_a_person(verb: str) -> None:
    """A person who moves a service has a reason."""
    changes = {"trigger": f"operator {verb}", "memory": {"moves": [10, 20, 30]}}
    assert demote(**changes) == set()
    assert promote(**changes) == set()


@pytest.mark.parametrize(("silent", "open_"), [(179, False), (180, True), (181, True)])
def test_silence_counts_from_promote_after_on(silent: int, open_: bool) -> None:
    """witness.promote_after seconds, not one less [FACTS H6]."""
    found = promote(
        peer={"word": f"silent for {silent} s"},
        memory={"vouched": f"{silent + 5} s ago"},
    )
    assert (Refusal.PEER_SILENT_TOO_SHORT not in found) is open_


@pytest.mark.parametrize(("older", "open_"), [(0, True), (20, True), (21, False)])
def test_the_owners_word_has_to_be_as_young_as_its_silence(
    older: int, open_: bool
) -> None:
    """hast.timeout of slack: after that an owner may have written alone [H11]."""
    found = promote(memory={"vouched": f"{200 + older} s ago"})
    assert (Refusal.COPY_NOT_IN_SYNC not in found) is open_


@pytest.mark.parametrize(
    ("silent", "open_"),
    [(5, True), (20, True), (21, False)],
)
def test_a_word_of_release_holds_as_long_as_a_report(silent: int, open_: bool) -> None:
    """Heard ten seconds before the silence, it counts for peer.max_age [FACTS H9]."""
    case = a_case("standby-after-release", peer={"word": f"silent for {silent} s"})
    assert let_go_lately(build(case)) is open_


@pytest.mark.parametrize(
    "peer",
    [
        {"holds": "yes"},
        {"holds": "unknown"},
        {"duty": "active"},
        {"knows": False},
    ],
    ids=str,
)
def test_only_a_word_of_release_is_one(peer: dict[str, Any]) -> None:
    """Holding nothing by chance is not having let go."""
    case = a_case("standby-after-release", peer={"word": "silent for 5 s", **peer})
    assert not let_go_lately(build(case))


def test_a_word_of_release_from_before_the_boot_is_none() -> None:
    """Whatever this node heard before it slept is old."""
    case = a_case(
        "standby-after-release",
        peer={"word": "never heard, silent for 5 s"},
    )
    assert not let_go_lately(build(case))


@pytest.mark.parametrize(
    ("words", "age"), [("MASTER for 30 s", 30.0), ("MASTER for 0 s", 0.0)]
)
def test_the_age_of_the_state_is_that_of_the_first_look_at_it(
    words: str, age: float
) -> None:
    """For debouncing [FACTS H26]."""
    assert carp_age(build(a_case("owner", own={"carp": words}))) == age


def test_a_vhid_that_was_never_seen_has_no_age() -> None:
    """Nothing is debounced that nobody has seen."""
    assert carp_age(build(a_case("owner", own={"carp": "unknown"}))) == 0.0


@pytest.mark.parametrize("queue", [0, 1])
def test_a_secondary_is_promoted_with_an_empty_queue_only(queue: int) -> None:
    """What waits there was acknowledged to somebody [FACTS B8]."""
    found = promote(
        "standby-after-release", own={"hast": "secondary complete", "queue": queue}
    )
    assert (Refusal.SECONDARY_STILL_CONNECTED in found) is (queue > 0)


def test_a_connection_proves_life_only_while_the_peer_is_silent() -> None:
    """A peer that says it let go leaves its connection for a moment."""
    connected = {
        "own": {"hast": "secondary complete"},
        "memory": {"hast": "secondary complete"},
    }
    assert Refusal.SECONDARY_STILL_CONNECTED in promote(**connected)
    fresh = promote("standby-after-release", own=connected["own"])
    assert Refusal.SECONDARY_STILL_CONNECTED not in fresh


def test_every_refusal_names_its_particular() -> None:
    """A person needs to know which of them, not only that."""
    case = a_case(
        "standby-alone",
        own={"hastd": "dead", "hast": "unknown", "dump": "unknown", "fstab": "no"},
        memory={"latches": ["stale"], "moves": [100]},
        peer={"word": "silent for 20 s"},
    )
    reasons = may_promote(build(case))
    assert len(reasons) >= 6
    assert all(reason.detail for reason in reasons)
    assert all(reason.refusal in REMEDIES for reason in reasons)


@pytest.mark.parametrize("key", CASES)
def test_what_forbids_a_promotion_here_is_told_to_the_peer(key: str) -> None:
    """Whoever hands over believes the one list; the other one must not be longer."""
    s = build(CASES[key])
    told = not_eligible(s.snapshot, s.view, s.own.latches, None)
    forbidden = {reason.detail for reason in own_facts(s.snapshot, s.view)}
    assert forbidden <= set(told)


def test_a_peer_of_which_it_is_unknown_whether_it_holds_is_no_able_one() -> None:
    """Its own view of the service is one of the facts that it would need."""
    assert demote(peer={"holds": "unknown"}) == {Refusal.FACT_UNKNOWN}


def test_an_owner_hands_over_although_its_own_metadata_cannot_be_read() -> None:
    """What it lacks to take a service over, it does not need to give one away."""
    assert demote(own={"dump": "unknown"}) == set()
