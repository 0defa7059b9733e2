"""Maintenance: on which node, for how long, and who knows of it. Pure.

A person who works on a node must not be interrupted, and may cut the network while
they work. Then each node can only go by what the other one last said: an owner in
maintenance does not let go as long as the other node is known to keep its hands off,
and the other node begins to count the silence when that time is over.
"""

from __future__ import annotations

from hawatch.deciding.situation import Situation
from hawatch.model.moment import Moment
from hawatch.model.report import Maintenance


def in_maintenance(s: Situation) -> tuple[str, Maintenance, float] | None:
    """Return the node that is in maintenance, its notice and the seconds left."""
    ours = s.memory.maintenance
    if ours is not None and ours.in_force(s.now):
        return s.node, ours, ours.left(s.now)
    theirs = _theirs(s)
    if theirs is not None and left_there(s) > 0:
        return s.peer, theirs, left_there(s)
    return None


def left_there(s: Situation) -> float:
    """Return the seconds that the peer's maintenance has left, as it was announced.

    They run from the moment of this node at which they were heard, so neither node's
    wall clock matters; below 0 where there is none, or it is over.
    """
    theirs, heard = _theirs(s), s.memory.peer
    if theirs is None or s.word.report is None:
        return -1.0
    left = theirs.until - s.word.report.wall
    if heard is None or s.word.fresh:
        return left
    return left - s.now.seconds_since(heard.heard)


def peer_keeps_off(s: Situation) -> bool:
    """Return whether the silent peer is bound by a maintenance that both know of."""
    return left_there(s) > 0 or _ours_is_known_there(s)


def silent_since_work(s: Situation, silence: float) -> float:
    """Given seconds of silence, return those after every maintenance.

    Where a person ended this node's own before its time and the peer did not hear so,
    the peer still counts on the whole of it.
    """
    ends = [left_there(s)] if _theirs(s) is not None else []
    ours = s.memory.maintenance
    if ours is not None and (ours.ended is None or not _heard_there(s, ours.ended)):
        ends.append(ours.left(s.now))
    return min([silence, *(max(0.0, -left) for left in ends)])


def _theirs(s: Situation) -> Maintenance | None:
    return s.word.report.maintenance if s.word.report is not None else None


def _ours_is_known_there(s: Situation) -> bool:
    """Return whether the peer said that it heard of this node's own maintenance."""
    ours = s.memory.maintenance
    if ours is None or ours.begun is None or not ours.in_force(s.now):
        return False
    return _heard_there(s, ours.begun)


def _heard_there(s: Situation, at: Moment) -> bool:
    """Return whether the peer believed a report of this node that was made later."""
    heard = s.word.report.heard if s.word.report is not None else None
    return (
        heard is not None
        and heard.boot == at.boot == s.now.boot
        and heard.monotonic >= at.monotonic
    )
