"""Whose a service is where neither node owns it now [FACTS H10].

The newer copy's; of equal ones the last owner's; where nobody knows that any more the
configured node's.
"""

from __future__ import annotations

from hawatch.deciding.generations import Forecast, forecast
from hawatch.deciding.situation import Situation
from hawatch.model.fact import Known
from hawatch.model.hast import HastDump, HastRole


def last_owner(s: Situation, name: str) -> str | None:
    """Return the node that was the last owner of a resource, or None.

    What both agents remember comes first: each take-over has a number, and the higher
    one is the later one. Without such a memory the disks tell, where exactly one of
    them was written as a primary's: a former primary keeps that mark for a while after
    it has let go [FACTS B6], so two of them prove nothing. None where the peer was not
    heard in this look.
    """
    own, theirs = s.view.dumps[name], their_dump(s, name)
    service = s.word.service
    if not isinstance(own, Known) or theirs is None or service is None:
        return None
    if s.own.epoch > service.epoch:
        return s.node
    if s.own.epoch < service.epoch:
        return s.peer
    here = own.value.prevrole is HastRole.PRIMARY
    there = theirs.prevrole is HastRole.PRIMARY
    if here == there:
        return None
    return s.node if here else s.peer


def rightful_owner(s: Situation, name: str) -> str | None:
    """Return the node whose copy is to be served, or None where only a person can say.

    A copy that was written alone holds all that the other one holds, and more: no
    memory outweighs that. Both nodes come to the same answer from the same two reports.
    """
    own, theirs = s.view.dumps[name], their_dump(s, name)
    if not isinstance(own, Known) or theirs is None:
        return None
    outlook = forecast(own.value, theirs).forecast
    if outlook is Forecast.PRIMARY_TO_SECONDARY:
        return s.node
    if outlook is Forecast.SECONDARY_TO_PRIMARY:
        return s.peer
    owner = last_owner(s, name)
    if owner is None and outlook is Forecast.IN_SYNC:
        return s.settings.preferred
    return owner


def their_dump(s: Situation, name: str) -> HastDump | None:
    """Return the peer's metadata as it told them in this look, or None."""
    if s.word.service is None or not s.word.fresh:
        return None
    fact = s.word.service.dumps.get(name)
    return fact.value if isinstance(fact, Known) else None
