"""Maintenance: on which node, for how long, and who knows of it. Pure.

A person who works on a node must not be interrupted, and may cut the network while
they work. Then each node can only go by what the other one last said: an owner in
maintenance does not let go as long as the other node is known to keep its hands off,
and the other node begins to count the silence when that time is over.
"""

from __future__ import annotations

import math

from hawatch.deciding.situation import Situation
from hawatch.model.moment import Moment
from hawatch.model.report import Maintenance


def in_maintenance(s: Situation) -> tuple[str, Maintenance, float] | None:
    """Return the node that is in maintenance, its notice and the seconds left."""
    ours = s.memory.maintenance
    if ours is not None and ours.in_force(s.now):
        return s.node, ours, ours.left(s.now)
    theirs, left = _theirs(s), left_there(s)
    return (s.peer, theirs, left) if theirs is not None and left > 0 else None


def left_there(s: Situation) -> float:
    """Return the seconds that the peer's maintenance has left, as it was announced.

    They run from the moment of this node at which they were heard, so neither node's
    wall clock matters; -inf where the peer spoke of none.
    """
    theirs, report, heard = _theirs(s), s.word.report, s.memory.peer
    if theirs is None or report is None:
        return -math.inf
    left = theirs.until - report.wall
    if s.word.fresh or heard is None:
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
    left = left_there(s)
    ours = s.memory.maintenance
    if ours is not None and not (ours.ended and _heard_there(s, ours.ended)):
        left = max(left, ours.left(s.now))
    return min(silence, max(0.0, -left))


def _theirs(s: Situation) -> Maintenance | None:
    return s.word.report.maintenance if s.word.report is not None else None


def _ours_is_known_there(s: Situation) -> bool:
    """Return whether the peer said that it heard of this node's own maintenance."""
    ours = s.memory.maintenance
    in_force = ours is not None and ours.in_force(s.now)
    begun = ours.begun if ours is not None else None
    return in_force and begun is not None and _heard_there(s, begun)


def _heard_there(s: Situation, at: Moment) -> bool:
    """Return whether the peer believed a report of this node that was made later."""
    heard = s.word.report.heard if s.word.report is not None else None
    return (
        heard is not None
        and heard.boot == at.boot == s.now.boot
        and heard.monotonic >= at.monotonic
    )
