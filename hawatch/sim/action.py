"""What may be done to a pair, or asked of it, at a time of a scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated

import msgspec

from hawatch.sim.play import Play, Words, kebab


class Action(Words, frozen=True, kw_only=True, tag=kebab, tag_field="do"):
    """One deed. time: seconds of the scenario's clock."""

    time: Annotated[float, msgspec.Meta(ge=0.0)]

    def act(self, play: Play) -> None:
        """Do it now."""
        raise NotImplementedError

    def doubts(self, services: set[str]) -> Iterator[tuple[str, str, str]]:
        """Given the pair's services, yield a field, what is wrong, what would do."""
        del services
        yield from ()

    def _later(self, play: Play, seconds: float, deed: Callable[[], object]) -> None:
        """Let something happen some seconds after this."""
        play.world.scheduler.call_in(seconds, lambda: (deed(), None)[1])


class OnNode(Action, frozen=True, kw_only=True):
    """A deed on one node."""

    node: str


class OnService(OnNode, frozen=True, kw_only=True):
    """A deed on one node's part of a service; "" means the first service."""

    service: str = ""


class OnAgent(OnNode, frozen=True, kw_only=True):
    """A deed on hawatch itself, or on what it remembers."""
