"""CARP on one node: its vhids, the net.inet.carp tree, the counters [FACTS A]."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from hawatch.model.carp import CarpState
from hawatch.sim.carp_vhid import Advert, Vhid

if TYPE_CHECKING:
    from hawatch.sim.carp_segment import CarpSegment
    from hawatch.sim.node import Node
    from hawatch.sim.timers import NodeTimers

WIRE_DELAY = 0.0003
"""Seconds from one node to the other: enough for two adverts to cross."""

CALLOUT_JITTER = 0.002


class Counters:
    """The counters of `netstat -s -p carp` that move in the simulation."""

    __slots__ = ("bad_authentication", "bad_vhid", "received", "sent")

    def __init__(self) -> None:
        self.received = 0
        self.sent = 0
        self.bad_authentication = 0
        self.bad_vhid = 0


class CarpStack:
    """Everything of CARP that one kernel holds; a boot makes a new one."""

    __slots__ = (
        "_node",
        "allow",
        "counters",
        "demotion",
        "ifdown_factor",
        "log",
        "on_master",
        "preempt",
        "segment",
        "senderr_factor",
        "vhids",
    )

    def __init__(self, node: Node, segment: CarpSegment) -> None:
        self._node = node
        self.segment = segment
        self.vhids: dict[int, Vhid] = {}
        self.allow = node.settings.allow_at_boot
        self.preempt = node.settings.preempt
        self.demotion = 0
        self.log = 1
        self.ifdown_factor = 240
        self.senderr_factor = 240
        self.counters = Counters()
        self.on_master: list[Callable[[Vhid], None]] = []

    @property
    def node_name(self) -> str:
        """Return the name of the node."""
        return self._node.name

    @property
    def now(self) -> float:
        """Return the world's clock."""
        return self._node.world.now

    @property
    def timers(self) -> NodeTimers:
        """Return the node's timers."""
        return self._node.timers

    @property
    def usable(self) -> bool:
        """Return whether vhids may leave INIT: interface up, link up, allowed."""
        return self.allow and self._node.interface_up and self._node.carrier

    def jitter(self) -> float:
        """Return by how much a kernel's callout is late: equal nodes must not race on.

        Two equal MASTERs whose adverts cross both yield, and the first timer that
        expires wins [FACTS A9].
        """
        return self._node.world.rng.uniform(0.0, CALLOUT_JITTER)

    def add(
        self,
        number: int,
        *,
        addresses: tuple[str, ...] = (),
        advskew: int = 0,
        password: str = "",
    ) -> Vhid:
        """Make a vhid; without an address it stays INIT for ever [FACTS A2]."""
        self.segment.unfold()
        vhid = Vhid(self, number)
        vhid.advskew = advskew
        vhid.password = password
        self.vhids[number] = vhid
        if addresses:
            vhid.set_addresses(addresses)
        return vhid

    def configure(
        self,
        vhid: Vhid,
        *,
        advbase: int,
        advskew: int,
        state: CarpState,
        password: str | None = None,
    ) -> None:
        """Write a whole record back, as one SIOCSVH does [FACTS A2].

        The settings are stored before the state changes; no timer moves for them.
        """
        self.segment.unfold()
        vhid.advbase = advbase
        vhid.advskew = advskew
        if password is not None:
            vhid.password = password
        vhid.user_state(state)

    def set_allow(self, *, allow: bool) -> None:
        """Write net.inet.carp.allow."""
        if allow != self.allow:
            self.segment.unfold()
            self.allow = allow
            self.follow_interface()

    def set_preempt(self, *, preempt: bool) -> None:
        """Write net.inet.carp.preempt."""
        self.segment.unfold()
        self.preempt = preempt

    def write_demotion(self, adjustment: int) -> None:
        """Write net.inet.carp.demotion, which adds, and sends adverts [FACTS A8]."""
        self.segment.unfold()
        self.demote(adjustment, "sysctl")

    def demote(self, adjustment: int, reason: str) -> None:
        """Add to the demotion and let every MASTER advertise at once [FACTS A6]."""
        self.demotion += adjustment
        self._say(f"carp: demoted by {adjustment} to {self.demotion} ({reason})")
        for vhid in self.vhids.values():
            if vhid.state is CarpState.MASTER:
                self.timers.call_in(0.0, partial(self._forced, vhid))

    def follow_interface(self) -> None:
        """Let every vhid look at the interface again."""
        self.segment.unfold()
        for vhid in list(self.vhids.values()):
            vhid.follow_interface()

    def send(self, vhid: Vhid) -> None:
        """Put one advert on the wire."""
        self.counters.sent += 1
        self.segment.carry(vhid.advert())

    def receive(self, advert: Advert) -> None:
        """Take one advert from the wire, count it, and act on it if it is good."""
        if not self.usable:
            return
        self.counters.received += 1
        vhid = self.vhids.get(advert.vhid)
        if vhid is None:
            self.counters.bad_vhid += 1
        elif vhid.digest != advert.digest:
            self.counters.bad_authentication += 1
        else:
            vhid.hear(advert)

    def changed(self, vhid: Vhid, old: CarpState, reason: str) -> None:
        """Tell the kernel log and devd of a change of state, in this order."""
        name = f"{vhid.number}@{self._node.interface}"
        if self.log > 0:
            self._say(f"carp: {name}: {old} -> {vhid.state} ({reason})")
        self._node.devd.emit(f"!system=CARP subsystem={name} type={vhid.state}")

    def took_vip(self, vhid: Vhid) -> None:
        """Tell who listens that this node answers ARP for the VIP now."""
        for listener in self.on_master:
            listener(vhid)

    def _forced(self, vhid: Vhid) -> None:
        if vhid.state is CarpState.MASTER:
            self.send(vhid)
            vhid.schedule_advert(vhid.interval)

    def _say(self, text: str) -> None:
        self._node.kernel_log(text)
