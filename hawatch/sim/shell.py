"""What a simulated command sees: its node, its time, and how it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from hawatch.sim.promise import Nap

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from hawatch.sim.node import Node
    from hawatch.sim.promise import Promise
    from hawatch.sim.task import Task

T = TypeVar("T")


class NotSimulated(AssertionError):  # noqa: N818 - a sentence for a person
    """A command that the simulated machines do not understand; the text names it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command said and how it exited."""

    status: int = 0
    out: str = ""
    err: str = ""


class Shell:
    """One command's process. on_kill is told when it is killed at its deadline."""

    __slots__ = ("node", "on_kill", "task")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.task: Task[Reply] | None = None
        self.on_kill: Callable[[], None] | None = None

    async def nap(self, seconds: float) -> None:
        """Let the node's time pass."""
        await Nap(seconds)

    async def uninterruptible(self, promise: Promise[T]) -> T:
        """Wait where SIGKILL does not reach: for a disk [FACTS E6]."""
        if self.task is not None:
            self.task.unkillable = True
        value = await promise
        if self.task is not None:
            self.task.unkillable = False
        return value


if TYPE_CHECKING:
    Command = Callable[[Shell, tuple[str, ...]], Coroutine[Any, Any, Reply]]
