"""How long ago the automatic moves of both nodes, and a failed take-over, were."""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.deciding.situation import Situation
from hawatch.model.memory import Move


def ages_of_moves(s: Situation) -> Iterator[float]:
    """Yield the seconds since each move that counts, of this node and of the peer.

    Of this node's only the service's own: where an owner dies with two services, the
    second one must not wait for the cool-down of the first.
    """
    for move in s.memory.moves:
        if move.service == s.service and not _is_under_way(s, move):
            yield move.age(s.now)
    yield from _ages_there(s)


def failed_ago(s: Situation) -> float | None:
    """Return how long ago a take-over failed here, None where the cool-down is over."""
    age = s.age(s.own.failed_at)
    return age if age < s.config.limits.cooldown else None


def _ages_there(s: Situation) -> Iterator[float]:
    """Yield how long ago the peer's moves were, by its own clock when it was heard."""
    report, heard = s.word.report, s.memory.peer
    if report is None:
        return
    since = 0.0 if s.word.fresh or heard is None else s.now.seconds_since(heard.heard)
    for at in report.moves:
        yield abs(report.wall - at) + since


def _is_under_way(s: Situation, move: Move) -> bool:
    """Return whether a move is the one whose plan is still to be finished.

    It is no second move: to hold it against itself would back out of every take-over
    that was cut short.
    """
    begun = s.own.unfinished
    return begun is not None and move.at == begun.began.wall
