"""The abstract state: two nodes, a network, and whether the copies are connected."""

from __future__ import annotations

import msgspec

NODES = ("a", "b")
NETS = ("ok", "no-hast", "no-carp", "a-off", "b-off")
"""Everything passes; replication or adverts do not; a node is cut off from everybody,
the witness included."""

LONG = 2
"""Silence: 0 heard, 1 the owner gives up, 2 the standby may promote."""


class NodeState(msgspec.Struct, frozen=True):
    """One node. role: p, s, i. duty, unfinished: first letters, "" for none.

    whole: its copy has every acknowledged row. ahead: it wrote without the other.
    vouched: the owner's last word was that this copy is in sync. plan: steps that are
    left. acted: it has looked since time went on. failed: a step of the plan failed.
    """

    up: bool = True
    master: bool = False
    allow: bool = True
    role: str = "s"
    mounted: bool = False
    running: bool = False
    broken: bool = False
    latches: tuple[str, ...] = ()
    vouched: bool = False
    duty: str = "S"
    raised: bool = False
    unfinished: str = ""
    failed: bool = False
    plan: tuple[str, ...] = ()
    silent: int = 0
    looked: bool = True
    acted: bool = False
    moved: bool = False
    last_primary: bool = False
    whole: bool = True
    ahead: bool = False


class PairState(msgspec.Struct, frozen=True):
    """Both nodes. left: how many accidents may still happen."""

    a: NodeState
    b: NodeState
    net: str = "ok"
    connected: bool = True
    left: int = 2

    def node(self, name: str) -> NodeState:
        """Return a node."""
        return self.a if name == "a" else self.b

    def put(self, name: str, **changes: object) -> PairState:
        """Return the pair with one node changed."""
        node = msgspec.structs.replace(self.node(name), **changes)
        return msgspec.structs.replace(self, **{name: node})

    def with_(self, **changes: object) -> PairState:
        """Return the pair with something of both changed."""
        return msgspec.structs.replace(self, **changes)

    @property
    def cut_off(self) -> str:
        """Return the node that reaches nobody, or ""."""
        return self.net[0] if self.net.endswith("-off") else ""

    @property
    def talking(self) -> bool:
        """Return whether each can ask the other."""
        return self.a.up and self.b.up and not self.cut_off

    @property
    def adverts(self) -> bool:
        """Return whether each hears the other's adverts."""
        return self.talking and self.net != "no-carp"

    @property
    def wired(self) -> bool:
        """Return whether replication could be connected."""
        roles = {self.a.role, self.b.role}
        return self.talking and self.net != "no-hast" and roles == {"p", "s"}


def synced(pair: PairState) -> PairState | None:
    """Return the pair connected and in sync, or None where that cannot be."""
    if pair.connected or not pair.wired or (pair.a.ahead and pair.b.ahead):
        return None
    primary = "a" if pair.a.role == "p" else "b"
    first, second = pair.node(primary), pair.node(other(primary))
    whole = second.whole if second.ahead else first.whole
    both = pair.put(primary, ahead=False, whole=whole)
    both = both.put(other(primary), ahead=False, whole=whole, last_primary=False)
    return both.with_(connected=True)


def other(name: str) -> str:
    """Return the other node's name."""
    return "b" if name == "a" else "a"


def settled(left: int) -> PairState:
    """Return the pair at rest: a serves, b stands by in sync."""
    owner = NodeState(
        master=True, role="p", mounted=True, running=True, duty="A", last_primary=True
    )
    return PairState(a=owner, b=NodeState(vouched=True), left=left)
