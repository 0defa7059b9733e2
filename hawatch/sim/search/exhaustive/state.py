"""The abstract state: two nodes, a network, and whether the copies are connected."""

from __future__ import annotations

import msgspec

NODES = ("a", "b")
NETS = ("ok", "no-hast", "no-carp", "a-off", "b-off")
"""Everything passes; replication or adverts do not; a node is cut off from everybody,
the witness included. Besides: "only-hast", where nothing but replication passes."""

ADVERTS_ONLY = "adverts only"
"""The site on which the nodes cannot ask each other anything."""

INTERLOCK = "interlock"
"""The site on which CARP stays off at a boot until hawatch allows it."""

METADATA = "metadata"
"""What cannot be read of a disk that fails, while hastd itself answers."""

LONG = 2
"""Silence: 0 heard, 1 the owner gives up, 2 the standby may promote."""


class NodeState(msgspec.Struct, frozen=True):
    """One node. role: p, s, i. duty, unfinished: first letters, "" for none.

    whole: its copy has every acknowledged row. ahead: it wrote without the other.
    vouched: it believes that the owner's last word was that this copy is in sync.
    proved: that was so, and it was not cut off since. plan: steps that are left.
    acted: it has looked since time went on. failed: a step of the plan failed.
    looked: 0 not since it booted, 1 a moment ago, 2 before it stood still. broken: what
    mends the database: "restart", or "hands". blind: what cannot be read here. debt:
    its connection broke under writes, which the peer lacks. asked: who rings at the
    next look, "" for cron. going: a shutdown was asked for; released: it has let go
    for it.
    moved: 0 not within the cool-down, 1 it did, 2 by the plan that is unfinished.
    fence: "" or what came of the order to switch the peer off, "begun" or "off".
    queued: rows that it acknowledged still wait in hastd's queue. fell: how its role
    became init in this boot: "h" with hastd, "k" with hastd and the kernel forced the
    mount off, "w" with its worker; and which role that was. sick: a primary's worker
    ends here at once. ails: a check of the whole node fails. vain: a take-over failed
    here within the cool-down. freed: the peer's last word was that it goes down and has
    let go. young: for how many whiles yet it has only just booted, where CARP waits for
    hawatch. missed: a look since the owner's last word about this copy heard nobody.
    bound: what the peer's last word binds it to: "theirs" where it told of its
    maintenance, "ours" where it had heard of this node's. ended: this node's was ended
    before its time, and the peer, which is bound, has not heard so. alone: it gave up
    on a witness, too. for_peer: the release that was begun is for a failing check, and
    so for the peer's sake. restarting: a restart was begun, and has not ended.
    stuck: the service does not stop.
    """

    up: bool = True
    master: bool = False
    allow: bool = True
    role: str = "s"
    mounted: bool = False
    running: bool = False
    broken: str = ""
    latches: tuple[str, ...] = ()
    vouched: bool = False
    proved: bool = False
    duty: str = "S"
    raised: bool = False
    unfinished: str = ""
    failed: bool = False
    plan: tuple[str, ...] = ()
    silent: int = 0
    looked: int = 1
    acted: bool = False
    moved: int = 0
    last_primary: bool = False
    whole: bool = True
    ahead: bool = False
    frozen: bool = False
    link: bool = True
    blind: str = ""
    debt: bool = False
    restarted: bool = False
    maintained: bool = False
    asked: str = ""
    going: bool = False
    released: bool = False
    fence: str = ""
    queued: bool = False
    fell: str = ""
    sick: bool = False
    ails: bool = False
    vain: bool = False
    freed: bool = False
    young: int = 0
    missed: bool = False
    bound: str = ""
    ended: bool = False
    alone: bool = False
    for_peer: bool = False
    restarting: bool = False
    stuck: bool = False

    @property
    def alive(self) -> bool:
        """Return whether it runs."""
        return self.up and not self.frozen

    @property
    def serves(self) -> bool:
        """Return whether clients that reach it are served."""
        return self.alive and self.master and self.holds and self.running

    @property
    def holds(self) -> bool:
        """Return whether it is a primary with the file system mounted."""
        return self.up and self.mounted and self.role == "p"


class PairState(msgspec.Struct, frozen=True):
    """Both nodes. left: how many accidents may still happen.

    site: whose configuration, one of those in numbers.py. later: who took over last, by
    the numbers that both remember. doubled: both owned it already
    when time went on the last time.
    """

    a: NodeState
    b: NodeState
    net: str = "ok"
    connected: bool = True
    left: int = 2
    site: str = "usual"
    later: str = "a"
    doubled: bool = False

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
    def both(self) -> bool:
        """Return whether both run."""
        return self.a.alive and self.b.alive

    @property
    def meet(self) -> bool:
        """Return whether anything but replication passes between the two."""
        return self.both and not self.cut_off and self.net != "only-hast"

    @property
    def talking(self) -> bool:
        """Return whether each can ask the other."""
        return self.meet and self.site != ADVERTS_ONLY

    @property
    def adverts(self) -> bool:
        """Return whether each hears the other's adverts."""
        links = self.a.link and self.b.link
        return self.meet and links and self.net != "no-carp"

    def hears(self, name: str) -> bool:
        """Return whether a node hears the adverts of a MASTER."""
        return self.adverts and self.node(other(name)).master

    @property
    def wired(self) -> bool:
        """Return whether replication could be connected."""
        roles = {self.a.role, self.b.role}
        path = self.both and not self.cut_off and self.net != "no-hast"
        return path and roles == {"p", "s"}


def synced(pair: PairState) -> PairState | None:
    """Return the pair connected and in sync, or None where that cannot be."""
    if pair.connected or not pair.wired or (pair.a.ahead and pair.b.ahead):
        return None
    primary = "a" if pair.a.role == "p" else "b"
    first, second = pair.node(primary), pair.node(other(primary))
    whole = second.whole if second.ahead else first.whole
    if pair.node(primary).debt:
        whole = False  # what was in flight at the break is not sent again [FACTS B8]
        both = pair.put(primary, ahead=False)
    else:
        both = pair.put(primary, ahead=False, whole=whole)
    both = both.put(other(primary), ahead=False, whole=whole, last_primary=False)
    return both.with_(connected=True)


def tidy(pair: PairState) -> PairState:
    """Break a connection that cannot be any more; hastd's hook rings on both."""
    if not pair.connected or pair.wired:
        return pair
    return pair.with_(connected=False).put("a", acted=False).put("b", acted=False)


def off(pair: PairState, name: str) -> PairState:
    """Return the pair with a node without power; it boots with nothing in its hands.

    What waited in the other one's queue is written before anybody misses this node.
    """
    held_back = pair.site == INTERLOCK
    pair, node = pair.put(other(name), queued=False), pair.node(name)
    return pair.put(
        name,
        up=False,
        master=False,
        allow=not held_back,
        whole=node.whole and not node.queued,
        queued=False,
        fell="",
        freed=False,
        young=2 if held_back else 0,
        role="i",
        mounted=False,
        running=False,
        vouched=False,
        proved=False,
        raised=False,
        plan=(),
        silent=0,
        looked=0,
        acted=False,
        frozen=False,
        asked="",
        going=False,
        released=False,
        debt=False,
        restarted=False,
        fence="",
        missed=False,
        alone=False,
        stuck=False,
        bound=node.bound if node.bound == "theirs" else "",
    )


def other(name: str) -> str:
    """Return the other node's name."""
    return "b" if name == "a" else "a"


def settled(left: int, site: str = "usual") -> PairState:
    """Return the pair at rest: a serves, b stands by in sync."""
    owner = NodeState(
        master=True, role="p", mounted=True, running=True, duty="A", last_primary=True
    )
    told = site != ADVERTS_ONLY
    return PairState(
        a=owner, b=NodeState(vouched=told, proved=told), left=left, site=site
    )
