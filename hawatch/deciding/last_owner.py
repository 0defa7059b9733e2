"""Who owned a service last, where neither node owns it now."""

from __future__ import annotations

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
    if s.own.epoch != service.epoch:
        return s.node if s.own.epoch > service.epoch else s.peer
    marks = {s.node: own.value.prevrole, s.peer: theirs.prevrole}
    marked = [node for node, role in marks.items() if role is HastRole.PRIMARY]
    return marked[0] if len(marked) == 1 else None


def their_dump(s: Situation, name: str) -> HastDump | None:
    """Return the peer's metadata as it told them in this look, or None."""
    if s.word.service is None or not s.word.fresh:
        return None
    fact = s.word.service.dumps.get(name)
    return fact.value if isinstance(fact, Known) else None
