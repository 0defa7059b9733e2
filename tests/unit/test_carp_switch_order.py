"""Two services in the cycle that switches CARP on, and what a fence finds done already.

The table of who may switch it is in test_carp_switch.py.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from situation_tools import at, decided, own, view

from hawatch.deciding.carp_switch import agreed, switches_off
from hawatch.deciding.gates_fence import may_serve_here
from hawatch.deciding.situation import Situation
from hawatch.deciding.yielding import fence_vip
from hawatch.model.decision import Decision, Rule
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.latch import Latch, LatchKind
from hawatch.model.plan import AllowCarp, Plan, RestoreSkew, StopService

YES = Known(value=True)
ON = AllowCarp(allow=True, deadline=5.0)
STOP = StopService(rc="orders-server", deadline=60.0)


def named(s: Situation, service: str) -> Situation:
    """Return a situation of another service of the same node."""
    settings = {**s.config.services, service: s.config.services["mysql"]}
    config = msgspec.structs.replace(s.config, services=settings)
    return msgspec.structs.replace(s, config=config, service=service)


def with_allow(s: Situation, allow: Fact[bool]) -> Situation:
    """Return a situation in which CARP's switch is known to be so, or unknown."""
    sysctls: Any = allow
    if isinstance(allow, Known):
        assert isinstance(s.snapshot.sysctls, Known)
        sysctls = msgspec.structs.replace(s.snapshot.sysctls.value, allow=allow.value)
        sysctls = Known(sysctls)
    snapshot = msgspec.structs.replace(s.snapshot, sysctls=sysctls)
    return msgspec.structs.replace(s, snapshot=snapshot)


def test_without_a_service_there_is_nothing_to_agree_on() -> None:
    """No decision is no mistake."""
    assert agreed(()) == ()


@pytest.mark.parametrize(
    ("allow", "stays_on"),
    [
        (Known(value=True), True),
        (Known(value=False), False),
        (Unknown("sysctl failed"), True),
    ],
)
def test_only_a_fence_that_is_not_done_yet_gives_way_to_another_service(
    allow: Fact[bool], *, stays_on: bool
) -> None:
    """Where CARP is off already the order changes nothing, and is no alarm."""
    s = with_allow(at("standby"), allow)
    fence = decided(s, fence_vip(s))
    other = view(named(s, "orders"), holding=YES)
    first, second = agreed([(s, fence), (other, decided(other))])
    assert (first != fence) is stays_on
    assert first.alarm is stays_on
    assert any(map(switches_off, first.plan.steps)) is not stays_on
    assert second == decided(other)


def test_a_service_is_no_reason_against_its_own_fence() -> None:
    """Only the fence keeps it from being served here: that is the point of it."""
    s = at("standby-after-release")
    assert may_serve_here(s)
    fence = decided(s, fence_vip(s))
    idle = named(at("standby"), "orders")
    assert agreed([(s, fence), (idle, decided(idle))])[0] == fence


def joining(**changes: Any) -> Situation:
    """Return `orders`, which would take the VIP from a serving peer if it joined."""
    own_side = {"allow": False, "carp": "INIT for 60 s", "advskew": 0, "preempt": True}
    s = at("standby", own=own_side, peer={"advskew": 100}, **changes)
    return named(s, "orders")


def both(other: Situation, d: Decision) -> tuple[Decision, ...]:
    """Return what becomes of `mysql`, which switches CARP on, and of the other one."""
    s = msgspec.structs.replace(
        named(at("standby", own={"allow": False, "carp": "INIT for 60 s"}), "orders"),
        service="mysql",
    )
    return agreed([(s, decided(s, ON)), (other, d)])


def test_the_one_that_switches_carp_on_comes_last() -> None:
    """What has to be slower first, is; and each service has one decision."""
    other = joining()
    found = both(other, decided(other))
    assert [d.service for d in found] == ["orders", "mysql"]
    assert found[1].plan == Plan(steps=(ON,))


def test_a_service_that_was_held_back_joins_slower() -> None:
    """Else it would take the VIP in a second, long before storage [FACTS A7, H8]."""
    other = joining()
    joined, _ = both(other, decided(other))
    (step,) = joined.plan.steps
    assert isinstance(step, RestoreSkew)
    assert step.advskew > 100
    assert joined.memory.raised is not None
    assert joined.memory.raised.raised_to == step.advskew
    assert "advskew raised" in joined.because


@pytest.mark.parametrize(
    "rule", [Rule.MAINTENANCE, Rule.LOOK_AGAIN, Rule.NOT_KNOWN, Rule.ALL_WELL]
)
def test_another_rules_silence_is_left_alone(rule: Rule) -> None:
    """In maintenance nothing is touched, whatever the other service does."""
    other = joining()
    kept = decided(other, rule=rule)
    assert both(other, kept)[0] == kept


def test_a_service_that_would_not_win_joins_as_it_is() -> None:
    """No raise that somebody has to undo later."""
    other = own(joining(), raised=None)
    slow = named(at("standby", own={"allow": False, "carp": "INIT for 60 s"}), "orders")
    assert both(slow, decided(slow))[0] == decided(slow)
    assert both(other, decided(other))[0] != decided(other)


def test_two_that_switch_on_do_it_once() -> None:
    """The first one keeps what else it does."""
    other = joining()
    first = decided(other, STOP, ON)
    s = named(at("standby", own={"allow": False, "carp": "INIT for 60 s"}), "web")
    found = agreed([(other, first), (s, decided(s, ON))])
    assert [d.plan for d in found] == [Plan(steps=(STOP,)), Plan(steps=(ON,))]


def test_a_fence_is_told_with_its_reason() -> None:
    """Who finds CARP off reads which service wants it so, and why."""
    latches = tuple(
        Latch(kind=kind, resource="disk0", since=0.0, reason=f"because {kind}")
        for kind in (LatchKind.STALE, LatchKind.FENCED)
    )
    other = named(at("standby"), "orders")
    fenced = msgspec.structs.replace(other.own, latches=latches)
    found = both(other, decided(other, memory=fenced))
    told = next(d for d in found if d.service == "mysql")
    assert "orders: because fenced" in told.because
    assert told.plan == Plan()
