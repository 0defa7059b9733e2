"""Situations for tests: a base of the decision corpus with something changed."""

from __future__ import annotations

from typing import Any

import msgspec
from decisions_build import build
from decisions_format import a_case

from hawatch.deciding.situation import Situation
from hawatch.model.decision import Decision, Refusal, Refused, Rule
from hawatch.model.fact import Unknown
from hawatch.model.memory import PeerFence
from hawatch.model.plan import AnyStep, Plan
from hawatch.model.report import Duty

FENCING = {"witness": {"fence": ["/bin/off"]}}
LOST = Unknown("no answer")


def at(base: str = "standby-alone", **changes: Any) -> Situation:
    """Return a base situation with changes."""
    return build(a_case(base, **changes))


def refusals(reasons: tuple[Refused, ...]) -> set[Refusal]:
    """Return the kinds of refusals."""
    return {reason.refusal for reason in reasons}


def fenced(s: Situation, *, ago: float, boot: str = "", **changes: Any) -> Situation:
    """Return a situation in which the peer was ordered off some seconds ago."""
    begun = msgspec.structs.replace(
        s.now,
        wall=s.now.wall - ago,
        monotonic=s.now.monotonic - ago,
        boot=boot or s.now.boot,
    )
    order = PeerFence(begun=begun, **changes)
    return msgspec.structs.replace(
        s, memory=msgspec.structs.replace(s.memory, fence=order)
    )


def own(s: Situation, **changes: Any) -> Situation:
    """Return a situation with something of the service's memory changed."""
    return msgspec.structs.replace(s, own=msgspec.structs.replace(s.own, **changes))


def word(s: Situation, **changes: Any) -> Situation:
    """Return a situation with something of the peer's word changed."""
    return msgspec.structs.replace(s, word=msgspec.structs.replace(s.word, **changes))


def decided(s: Situation, *steps: AnyStep, **changes: Any) -> Decision:
    """Return a decision of a situation's service."""
    values: dict[str, Any] = {
        "service": s.service,
        "rule": Rule.CARP_HELD_BACK,
        "duty": Duty.STANDBY,
        "because": "the test wants it",
        "plan": Plan(steps=steps),
        "memory": s.own,
    }
    return Decision(**values | changes)


def view(s: Situation, **changes: Any) -> Situation:
    """Return a situation with something of the view changed."""
    return msgspec.structs.replace(s, view=msgspec.structs.replace(s.view, **changes))
