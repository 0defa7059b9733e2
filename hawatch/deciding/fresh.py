"""A decision holds as long as the look that it was made from. Pure.

One look decides for every service of a node, and their plans are performed one after
the other: when the first one took a minute, what the second one was told is a minute
old. Letting go needs nothing fresher; everything else looks again first.
"""

from __future__ import annotations

from hawatch.model.decision import Decision, Rule
from hawatch.model.grip import lets_go
from hawatch.model.memory import ServiceMemory


def after_another_plan(decision: Decision, own: ServiceMemory, other: str) -> Decision:
    """Given a decision, and that another service's plan was performed since the look.

    own is what is remembered of the decision's service; other names the other one.
    Returns the decision where it has no plan or only lets go; else one to look again.
    """
    if not decision.plan or (lets_go(decision.plan) and not decision.move):
        return decision
    return Decision(
        service=decision.service,
        rule=Rule.LOOK_AGAIN,
        duty=own.duty,
        because=f"something was done for {other} since the look: looking again",
        again=True,
        memory=own,
    )
