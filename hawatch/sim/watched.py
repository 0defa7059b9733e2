"""A simulated node's records and commands, for whoever watches the agent work.

The journal is written before and after each step: who listens there can follow a plan
as it happens, and can kill the agent exactly between two steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from hawatch.host import CommandResult
from hawatch.recording.entries import Entry
from hawatch.recording.journal import FILE
from hawatch.recording.store import MemoryStore
from hawatch.sim.host import SimHost

if TYPE_CHECKING:
    from hawatch.sim.node import Node
    from hawatch.sim.world import World


class Cut(BaseException):
    """The agent's process ends here: raised by who listens to its journal."""


class WatchedStore(MemoryStore):
    """A node's store. on_entry hears of each line of the journal, once it is written.

    A line of which only a part reached the disk is nobody's to hear.
    """

    def __init__(self) -> None:
        super().__init__()
        self.on_entry: list[Callable[[Entry], None]] = []

    def append(self, name: str, data: bytes, *, durable: bool = True) -> None:
        """Add data; where it is a line of the journal, tell who listens."""
        super().append(name, data, durable=durable)
        if name == FILE and self.on_entry:
            entry: Entry = msgspec.json.decode(data.strip(), type=Entry)
            for listener in list(self.on_entry):
                listener(entry)


class WatchedHost(SimHost):
    """A simulated host. on_change hears of each command that may change something."""

    __slots__ = ("on_change",)

    def __init__(self, world: World, node: Node) -> None:
        super().__init__(world, node)
        self.on_change: list[Callable[[tuple[str, ...]], None]] = []

    async def change(self, argv: Sequence[str], *, deadline: float) -> CommandResult:
        """Run a command that changes the machine, and tell who listens."""
        for listener in self.on_change:
            listener(tuple(argv))
        return await super().change(argv, deadline=deadline)
