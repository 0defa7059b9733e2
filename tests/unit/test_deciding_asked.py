"""What a person asks for, and the numbers that a take-over has to have on its side."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from situation_tools import LOST, at, refusals, view

from hawatch.deciding.rules_asked import operator_asked
from hawatch.deciding.situation import Situation
from hawatch.model.decision import Refusal
from hawatch.model.plan import AllowCarp, TakeVip
from hawatch.model.report import Duty
from hawatch.model.trigger import Trigger, TriggerKind

RELEASED = "standby-after-release"
OFF = {"allow": False, "carp": "INIT for 60 s"}


def asked(s: Situation, *words: str) -> Situation:
    """Return a situation in which a person asked for something."""
    trigger = Trigger(kind=TriggerKind.OPERATOR, words=words, at=s.now.wall)
    return msgspec.structs.replace(s, trigger=trigger)


def test_a_person_is_heard_for_the_services_that_were_named() -> None:
    """No name means all of them."""
    s = at("standby")
    assert operator_asked(asked(s, "takeover")) is not None
    assert operator_asked(asked(s, "takeover", "mysql")) is not None
    assert operator_asked(asked(s, "takeover", "web")) is None
    assert operator_asked(s) is None


def test_an_events_words_are_no_verb() -> None:
    """Whatever devd or the hook says there, nobody typed it [law 2]."""
    rang = Trigger(kind=TriggerKind.CARP, words=("restore", "1@em0"), at=0.0)
    assert operator_asked(msgspec.structs.replace(at("standby"), trigger=rang)) is None


def test_a_hand_over_needs_something_to_hand_over() -> None:
    """The VIP or the storage; either may be here alone."""

    def why(s: Situation) -> str:
        decision = operator_asked(asked(s, "switchover", "mysql"))
        assert decision is not None
        return decision.because

    nothing = "nothing to hand over"
    assert nothing in why(at("standby"))
    assert nothing not in why(at("standby", own={"carp": "MASTER for 60 s"}))
    assert nothing not in why(view(at("standby"), holding=LOST))


GONE = {"carp": "INIT", "holds": "no", "serves": "no", "duty": "standby"}


def taking(own: dict[str, Any], peer: dict[str, Any], **changes: Any) -> Any:
    """Return what a person's take-over is answered."""
    base = at(RELEASED, own=own, peer=GONE | peer, **changes)
    decision = operator_asked(asked(base, "takeover", "mysql"))
    assert decision is not None
    return decision


def test_a_take_over_brings_the_vip_first_and_allows_carp_before_it() -> None:
    """Where CARP is allowed, one step less; where the VIP is here, none."""
    backup = taking({"carp": "BACKUP for 60 s", "advskew": 0}, {"advskew": 100})
    assert isinstance(backup.plan.steps[0], TakeVip)
    assert backup.duty is Duty.ACTIVE
    off = taking({**OFF, "advskew": 0}, {"advskew": 100})
    assert [type(step) for step in off.plan.steps[:2]] == [AllowCarp, TakeVip]
    assert off.plan.steps[0].allow
    here = taking({"carp": "MASTER for 60 s"}, {"advskew": 100})
    assert not any(isinstance(step, TakeVip) for step in here.plan.steps)


def test_a_vip_that_would_not_stay_is_not_taken() -> None:
    """The slower of two MASTERs yields [FACTS A9]; a silent peer sends no adverts."""
    slow = {"carp": "BACKUP for 60 s", "advskew": 100}
    refused = taking(slow, {"advskew": 0})
    assert not refused.plan
    assert Refusal.NO_LEVER in refusals(refused.refused)
    assert "would not stay" in refused.because
    demoted = taking({**slow, "advskew": 0, "demotion": 240}, {"advskew": 100})
    assert not demoted.plan
    fenced_now = taking({**OFF, "advskew": 0, "demotion": 240}, {"advskew": 100})
    assert fenced_now.plan


def test_a_take_over_uses_the_numbers_from_before_a_raise() -> None:
    """Raised ones would lose the VIP again."""
    own_carp = {"carp": "BACKUP for 60 s", "advskew": 240}
    decision = taking(
        own_carp, {"advskew": 100}, memory={"raised": "from 50, 60 s ago"}
    )
    (take,) = [step for step in decision.plan.steps if isinstance(step, TakeVip)]
    assert take.advskew == 50


@pytest.mark.parametrize(
    ("ours", "theirs", "taken"), [(50, 51, True), (50, 50, False), (51, 50, False)]
)
def test_a_vip_stays_by_one_skew_where_carp_was_off(
    ours: int, theirs: int, *, taken: bool
) -> None:
    """The demotion of CARP's being off ends with it; of equals either may yield."""
    decision = taking({**OFF, "advskew": ours, "demotion": 240}, {"advskew": theirs})
    assert bool(decision.plan) is taken


@pytest.mark.parametrize(
    "peer", [{"word": "silent for 200 s"}, {"carp": "unknown"}], ids=str
)
def test_a_vip_is_taken_from_nobody_who_is_known_to_advertise(
    peer: dict[str, Any],
) -> None:
    """A silent peer's advskew is no hindrance, nor one that it cannot read."""
    slower = {"carp": "BACKUP for 60 s", "advskew": 100}
    decision = taking(slower, {"advskew": 0} | peer)
    assert isinstance(decision.plan.steps[0], TakeVip)


@pytest.mark.parametrize("lost", ["sysctls", "carp"])
def test_a_vip_that_cannot_be_read_is_left_to_carp(lost: str) -> None:
    """The service is taken all the same: a person has said so."""
    backup = {"carp": "BACKUP for 60 s", "advskew": 0}
    decision = taking({**backup, lost: "unknown"}, {"advskew": 100})
    assert decision.duty is Duty.ACTIVE
    assert decision.plan
    assert not any(isinstance(step, TakeVip) for step in decision.plan.steps)


@pytest.mark.parametrize(
    ("word", "says"),
    [("fresh", "db1 does not serve"), ("silent for 200 s", "db1 is off")],
)
def test_a_take_over_tells_what_the_persons_word_stands_for(
    word: str, says: str
) -> None:
    """A peer that is heard is not off; who reads the journal has to know which."""
    decision = taking({"carp": "MASTER for 60 s"}, {"word": word})
    assert says in decision.because
