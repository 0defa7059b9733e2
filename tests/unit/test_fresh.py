"""What was decided for one service after another one's plan has taken its time."""

from __future__ import annotations

from typing import Any

import builders as b
import pytest

from hawatch.deciding.fresh import after_another_plan
from hawatch.model.decision import Decision, Rule
from hawatch.model.hast import HastRole
from hawatch.model.plan import (
    AllowCarp,
    AnyStep,
    Plan,
    RestoreSkew,
    SetRole,
    StopService,
    Unmount,
)
from hawatch.model.report import Duty

OWN = b.a_memory().services["mysql"]
STOP = StopService(rc="orders-server", deadline=60.0)
UNMOUNT = Unmount(
    directory="/db", device="/dev/hast/disk1", force_after=30.0, deadline=60.0
)


def role(wanted: HastRole) -> SetRole:
    """Return a change of the role."""
    return SetRole(
        resource="disk1", role=wanted, device="/dev/hast/disk1", deadline=30.0
    )


def a_decision(*steps: AnyStep, **changes: Any) -> Decision:
    """Return a decision for a second service with these steps."""
    values: dict[str, Any] = {
        "service": "orders",
        "rule": Rule.MASTER_NOT_SERVING,
        "duty": Duty.ACTIVE,
        "because": "the test wants it",
        "plan": Plan(steps=steps),
        "memory": OWN,
    }
    return Decision(**values | changes)


@pytest.mark.parametrize(
    "decision",
    [
        a_decision(role(HastRole.PRIMARY)),
        a_decision(role(HastRole.SECONDARY), role(HastRole.PRIMARY)),
        a_decision(AllowCarp(allow=True, deadline=5.0)),
        a_decision(
            RestoreSkew(interface="em0", vhid=2, advskew=0, advbase=1, deadline=5.0)
        ),
        a_decision(STOP, UNMOUNT, role(HastRole.SECONDARY), move=True),
    ],
    ids=["promotes", "ends as primary", "allows CARP", "lowers", "moves by itself"],
)
def test_what_grabs_or_moves_looks_again_first(decision: Decision) -> None:
    """The peer that was silent a minute ago may be back, and resyncing this copy."""
    then = after_another_plan(decision, OWN, "mysql")
    assert then.rule is Rule.LOOK_AGAIN
    assert not then.plan
    assert not then.move
    assert then.again
    assert (then.service, then.duty, then.memory) == ("orders", OWN.duty, OWN)
    assert "mysql" in then.because


@pytest.mark.parametrize(
    "decision",
    [
        a_decision(),
        a_decision(move=True),
        a_decision(STOP, UNMOUNT, role(HastRole.SECONDARY)),
        a_decision(role(HastRole.INIT), AllowCarp(allow=False, deadline=5.0)),
    ],
    ids=["does nothing", "moves nothing", "lets go", "fences itself"],
)
def test_letting_go_does_not_wait_for_another_look(decision: Decision) -> None:
    """An owner of two services that is cut off has one deadline for both."""
    assert after_another_plan(decision, OWN, "mysql") is decision
