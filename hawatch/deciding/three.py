"""Logic with a third value: a fact that is unknown is neither true nor false.

These are Kleene's tables: one known True settles "any", one known False settles "all",
whatever else could not be found out; otherwise one unknown makes the answer unknown.
"""

from __future__ import annotations

from collections.abc import Iterable

from hawatch.model.fact import Fact, Known, Unknown, map_fact

YES: Fact[bool] = Known(value=True)
NO: Fact[bool] = Known(value=False)


def any_known(facts: Iterable[Fact[bool]]) -> Fact[bool]:
    """Given facts, return whether any is true; none at all is known False."""
    return _settled_by(facts, settles=True)


def all_known(facts: Iterable[Fact[bool]]) -> Fact[bool]:
    """Given facts, return whether all are true; none at all is known True."""
    return _settled_by(facts, settles=False)


def not_known(fact: Fact[bool]) -> Fact[bool]:
    """Given a fact, return its opposite; unknown stays unknown."""
    return map_fact(fact, lambda value: not value)


def _settled_by(facts: Iterable[Fact[bool]], *, settles: bool) -> Fact[bool]:
    """Return the settling value where known, else unknown if any is, else its opposite.

    The reasons of the unknown ones are joined, each told once.
    """
    reasons: dict[str, None] = {}
    for fact in facts:
        if isinstance(fact, Unknown):
            reasons[fact.reason] = None
        elif fact.value is settles:
            return Known(settles)
    if reasons:
        return Unknown("; ".join(reasons))
    return Known(not settles)
