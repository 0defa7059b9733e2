"""Who may switch CARP of the whole node off, and who on again: one edge at a time."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from situation_tools import at, decided, own, view, word

from hawatch.deciding.carp_switch import agreed, switches_off, switches_on
from hawatch.deciding.gates_fence import may_serve_here
from hawatch.deciding.situation import Situation
from hawatch.model.decision import Decision, Rule
from hawatch.model.fact import Known, Unknown
from hawatch.model.hast import HastRole
from hawatch.model.latch import Latch, LatchKind
from hawatch.model.plan import (
    AllowCarp,
    AnyStep,
    Lever,
    SetRole,
    StopService,
    Unmount,
    YieldVip,
)
from hawatch.model.report import Duty
from hawatch.model.trigger import Trigger, TriggerKind

YES, NO = Known(value=True), Known(value=False)
ON = AllowCarp(allow=True, deadline=5.0)
OFF = AllowCarp(allow=False, deadline=5.0)
STOP = StopService(rc="orders-server", deadline=60.0)
UNMOUNT = Unmount(
    directory="/db", device="/dev/hast/disk1", force_after=30.0, deadline=60.0
)


def yielding(lever: Lever) -> YieldVip:
    """Return a step that gives the VIP up by a lever."""
    return YieldVip(
        lever=lever,
        interface="em0",
        vhid=1,
        advskew=240,
        advbase=1,
        settled_advbase=1,
        predicted=1.0,
        deadline=5.0,
    )


def role(wanted: HastRole) -> SetRole:
    """Return a change of a role."""
    return SetRole(
        resource="disk1", role=wanted, device="/dev/hast/disk1", deadline=30.0
    )


def a_latch(kind: LatchKind, since: float = 0.0) -> Latch:
    """Return a latch of a fence."""
    return Latch(kind=kind, resource="", since=since, reason=f"it is {kind}")


def idle(**changes: Any) -> Situation:
    """Return a standby of `orders` that holds nothing and may not serve."""
    s = msgspec.structs.replace(at("standby", **changes), service="orders")
    settings = {**s.config.services, "orders": s.config.services["mysql"]}
    config = msgspec.structs.replace(s.config, services=settings)
    return msgspec.structs.replace(s, config=config)


def off_in(
    other: Situation,
    d: Decision | None = None,
    s: Situation | None = None,
    **memory: Any,
) -> bool:
    """Return whether `mysql` may switch CARP off beside the other service."""
    s = s or at("standby")
    kept = msgspec.structs.replace(s.own, **memory)
    fence = decided(s, yielding(Lever.ALLOW_OFF), memory=kept)
    first, _ = agreed([(s, fence), (other, d or decided(other))])
    return any(switches_off(step) for step in first.plan.steps)


def on_in(other: Situation, d: Decision, s: Situation | None = None) -> bool:
    """Return whether `mysql` may switch CARP on beside the other service."""
    s = s or at("standby")
    both = agreed([(s, decided(s, ON)), (other, d)])
    return any(switches_on(step) for one in both for step in one.plan.steps)


@pytest.mark.parametrize(
    ("step", "off", "on"),
    [
        (ON, False, True),
        (OFF, True, False),
        (STOP, False, False),
        (yielding(Lever.ALLOW_OFF), True, False),
        (yielding(Lever.FAST), False, False),
    ],
)
def test_two_steps_switch_off_and_one_switches_on(
    step: AnyStep, *, off: bool, on: bool
) -> None:
    """The lever of last resort is the same switch."""
    assert (switches_off(step), switches_on(step)) == (off, on)


def test_one_service_has_nothing_to_agree_and_a_shutdown_asks_nobody() -> None:
    """Both keep what was decided."""
    s, other = at("standby"), view(idle(), holding=YES)
    assert agreed([(s, decided(s, OFF))]) == (decided(s, OFF),)
    ending = msgspec.structs.replace(s, trigger=Trigger(kind=TriggerKind.RELEASE))
    both = [(ending, decided(ending, OFF)), (other, decided(other))]
    assert agreed(both) == tuple(d for _, d in both)


@pytest.mark.parametrize(
    ("holding", "steps", "duty", "allowed"),
    [
        (NO, (), Duty.STANDBY, True),
        (YES, (), Duty.STANDBY, False),
        (Unknown("?"), (), Duty.STANDBY, False),
        (YES, (STOP,), Duty.STANDBY, True),
        (YES, (UNMOUNT,), Duty.STANDBY, True),
        (YES, (yielding(Lever.FAST),), Duty.STANDBY, True),
        (YES, (role(HastRole.SECONDARY),), Duty.STANDBY, True),
        (YES, (role(HastRole.PRIMARY),), Duty.STANDBY, False),
        (YES, (ON,), Duty.STANDBY, False),
        (YES, (STOP,), Duty.ACTIVE, False),
        (NO, (role(HastRole.PRIMARY),), Duty.ACTIVE, False),
        (NO, (), Duty.ACTIVE, True),
    ],
)
def test_a_fence_takes_no_service_along_that_is_held_or_being_taken(
    holding: Any, steps: tuple[AnyStep, ...], duty: Duty, *, allowed: bool
) -> None:
    """One that lets go in the same cycle is no reason to stay [never 2]."""
    other = view(idle(), holding=holding)
    assert off_in(other, decided(other, *steps, duty=duty)) is allowed


def test_a_fence_for_unheard_adverts_is_stronger_than_what_could_be_served() -> None:
    """Any other fence leaves CARP to a service that may be taken here."""
    other = at("standby-after-release")
    assert may_serve_here(other)
    other = msgspec.structs.replace(
        other, service="orders", config=idle().config, own=other.own
    )
    assert may_serve_here(other)
    assert not off_in(other)
    assert not off_in(other, latches=(a_latch(LatchKind.FENCED),))
    both = (a_latch(LatchKind.FENCED), a_latch(LatchKind.UNHEARD))
    assert off_in(other, latches=both)
    # The same that would lift it again: a peer that is not known to serve.
    silent = word(at("standby"), fresh=False)
    assert not off_in(other, s=silent, latches=both)


FENCED = (a_latch(LatchKind.FENCED),)


def fenced(s: Situation, *steps: AnyStep, **changes: Any) -> Decision:
    """Return a decision of a service that wants CARP to stay off."""
    memory = msgspec.structs.replace(s.own, latches=FENCED)
    return decided(s, *steps, memory=memory, **changes)


def test_a_fence_is_lifted_where_no_other_service_has_one() -> None:
    """A latch of another kind is none; one that is lifted as well is none either."""
    other = idle()
    unheard = msgspec.structs.replace(other.own, latches=(a_latch(LatchKind.UNHEARD),))
    assert on_in(other, decided(other))
    assert on_in(other, decided(other, memory=unheard))
    assert on_in(other, fenced(other, ON))
    assert not on_in(other, fenced(other))
    assert not on_in(other, decided(other, yielding(Lever.ALLOW_OFF)))


@pytest.mark.parametrize(
    ("holding", "steps", "lifted"),
    [
        (YES, (UNMOUNT,), False),
        (Unknown("?"), (UNMOUNT,), False),
        (NO, (role(HastRole.SECONDARY),), True),
        (YES, (), True),
    ],
)
def test_nothing_is_tidied_up_while_another_service_still_has_to_go(
    holding: Any, steps: tuple[AnyStep, ...], *, lifted: bool
) -> None:
    """It would get its VIP back in the middle of letting go."""
    other = view(idle(), holding=holding)
    assert on_in(other, decided(other, *steps)) is lifted
    assert on_in(other, decided(other, *steps), could_serve())


def could_serve() -> Situation:
    """Return `mysql` where only a fence keeps it from being taken here."""
    s = at("standby-after-release")
    assert may_serve_here(s)
    return s


def unheard(ago: float, **changes: Any) -> Situation:
    """Return `orders`, which the peer serves unheard, fenced here some time ago."""
    s = idle(peer={"serves": "yes"})
    latch = a_latch(LatchKind.UNHEARD, s.now.wall - ago)
    return own(s, latches=(*FENCED, latch), **changes)


COOLDOWN = at().config.limits.cooldown


@pytest.mark.parametrize(
    ("other", "lifted"),
    [
        (idle(), True),
        (view(idle(), holding=YES), False),
        (view(idle(), holding=Unknown("?")), False),
        (unheard(60), False),
        (unheard(COOLDOWN - 1), False),
        (unheard(COOLDOWN), True),
        (unheard(COOLDOWN + 1), True),
        (unheard(-86400), True),
        (word(unheard(60), fresh=False), True),
        (word(unheard(60), service=None), True),
        (own(unheard(60), latches=FENCED), True),
    ],
)
def test_a_service_that_may_be_taken_lifts_a_fence_that_spoils_nothing(
    other: Situation, *, lifted: bool
) -> None:
    """Not while the other one is held here, or served by a peer that is not heard."""
    assert on_in(other, fenced(other), could_serve()) is lifted


@pytest.mark.parametrize("serving", [NO, Unknown("?")])
def test_a_peer_that_does_not_surely_serve_is_not_spoilt(serving: Any) -> None:
    """A second MASTER would cost nothing there."""
    other = unheard(60)
    assert other.word.service is not None
    service = msgspec.structs.replace(other.word.service, serving=serving)
    other = word(other, service=service)
    assert on_in(other, fenced(other), could_serve())


def test_the_oldest_unheard_latch_counts() -> None:
    """A fence that was set anew does not begin its cool-down anew."""
    other = unheard(60)
    old = a_latch(LatchKind.UNHEARD, other.now.wall - COOLDOWN)
    other = own(other, latches=(*other.own.latches, old))
    assert on_in(other, fenced(other), could_serve())


def test_a_persons_word_lifts_any_fence_but_not_against_a_letting_go() -> None:
    """What lets go in this very cycle goes first."""
    s, other = at("standby"), idle()
    asked = decided(s, ON, rule=Rule.ASKED)
    first = agreed([(s, asked), (other, fenced(other))])
    assert any(switches_on(step) for step in first[-1].plan.steps)
    both = agreed([(s, asked), (other, decided(other, OFF))])
    assert not any(switches_on(step) for d in both for step in d.plan.steps)


@pytest.mark.parametrize(
    ("ago", "may"),
    [(-3600, True), (-1, False), (0, False), (1, False), (3599, False), (3600, True)],
)
def test_what_was_just_tried_in_vain_may_not_be_served_here(
    ago: float, *, may: bool
) -> None:
    """For a cool-down, whichever way the clock was set by less than that [H24]."""
    s = could_serve()
    assert COOLDOWN == 3600
    assert may_serve_here(own(s, failed_at=s.now.wall - ago)) is may


@pytest.mark.parametrize("kind", LatchKind)
def test_only_the_latches_of_a_fence_are_overlooked(kind: LatchKind) -> None:
    """A latch on the copy still forbids the service here [never 3]."""
    s = own(could_serve(), latches=(a_latch(kind),))
    fence = (LatchKind.FENCED, LatchKind.UNHEARD)
    assert may_serve_here(s) is (kind in fence)
