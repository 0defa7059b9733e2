"""One vhid of one node: the state machine of ip_carp.c [FACTS A3 to A6]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hawatch.model.carp import MAX_SKEW, CarpState

if TYPE_CHECKING:
    from hawatch.sim.carp import CarpStack
    from hawatch.sim.timers import NodeTimer


@dataclass(frozen=True, slots=True)
class Advert:
    """One advertisement on the wire; digest stands for the HMAC [FACTS A2]."""

    sender: str
    vhid: int
    advbase: int
    advskew: int
    digest: tuple[str, tuple[str, ...]]

    @property
    def interval(self) -> float:
        """Return the seconds between this sender's adverts, as it says."""
        return self.advbase + self.advskew / 256


class Vhid:
    """State, settings and timers of one vhid.

    local_route: the loopback route for the VIP, by which the node's own clients reach
    it even while it is not MASTER [FACTS A3]. suppressed: this vhid has raised the
    demotion because its interface is down.
    """

    __slots__ = (
        "addresses",
        "advbase",
        "advert_timer",
        "advskew",
        "down_timer",
        "local_route",
        "number",
        "password",
        "stack",
        "state",
        "suppressed",
    )

    def __init__(self, stack: CarpStack, number: int) -> None:
        self.stack = stack
        self.number = number
        self.advbase = 1
        self.advskew = 0
        self.password = ""
        self.addresses: tuple[str, ...] = ()
        self.state = CarpState.INIT
        self.local_route = False
        self.suppressed = False
        self.advert_timer: NodeTimer | None = None
        self.down_timer: NodeTimer | None = None

    @property
    def demoted_skew(self) -> int:
        """Return D: advskew plus demotion, between 0 and 240 [FACTS A4]."""
        return min(MAX_SKEW, max(0, self.advskew + self.stack.demotion))

    @property
    def interval(self) -> float:
        """Return I: the seconds between adverts, and what peers compare."""
        return self.advbase + self.demoted_skew / 256

    @property
    def master_down(self) -> float:
        """Return T: how long a BACKUP waits, from its own raw settings."""
        return 3 * self.advbase + self.advskew / 256

    @property
    def digest(self) -> tuple[str, tuple[str, ...]]:
        """Return what both nodes must have alike to believe each other."""
        return (self.password, tuple(sorted(self.addresses)))

    def advert(self) -> Advert:
        """Return the advert that goes out now."""
        return Advert(
            self.stack.node_name,
            self.number,
            self.advbase,
            self.demoted_skew,
            self.digest,
        )

    def answer_to(self, advert: Advert) -> str:
        """Return why an accepted advert changes the state, or "" where it does not."""
        heard = advert.interval
        if self.state is CarpState.BACKUP:
            if self.stack.preempt and self.interval < heard:
                return "preempting a slower master"
            if 3 * self.advbase + self.demoted_skew / 256 < heard:
                return "master will time out"
        elif self.state is CarpState.MASTER and self.interval >= heard:
            return "more frequent advertisement received"
        return ""

    def hear(self, advert: Advert) -> None:
        """Act on an accepted advert."""
        reason = self.answer_to(advert)
        if self.state is CarpState.BACKUP:
            if reason:
                self.become_master(reason)
            else:
                self.restart_down_timer()
        elif self.state is CarpState.MASTER and reason:
            self.become_backup(reason)

    def become_master(self, reason: str) -> None:
        """Take the VIP: one advert at once, the next after the raw interval."""
        self._stop_timers()
        self._enter(CarpState.MASTER, reason)
        self.local_route = True
        self.stack.send(self)
        self.schedule_advert(self.advbase + self.advskew / 256)
        self.stack.took_vip(self)

    def become_backup(self, reason: str) -> None:
        """Give the VIP up, and wait T from now on."""
        was_master = self.state is CarpState.MASTER
        self._stop_timers()
        self._enter(CarpState.BACKUP, reason)
        if was_master:
            self.local_route = False
        self.restart_down_timer(self.stack.now + self.stack.jitter())

    def follow_interface(self) -> None:
        """Look at the interface and `allow` again, as the kernel does on each change.

        Even a link-up while it is up passes through INIT [FACTS A3].
        """
        self._stop_timers()
        if not self.stack.usable:
            self._enter(CarpState.INIT, "hardware interface down")
            if not self.suppressed:
                self.suppressed = True
                self.stack.demote(self.stack.ifdown_factor, "interface down")
            return
        self._enter(CarpState.INIT, "hardware interface up")
        if self.addresses:
            self._enter(CarpState.BACKUP, "initialization complete")
            self.restart_down_timer()
        if self.suppressed:
            self.suppressed = False
            self.stack.demote(-self.stack.ifdown_factor, "interface up")

    def set_addresses(self, addresses: tuple[str, ...]) -> None:
        """Change the VIP list, which forces the vhid through INIT [FACTS A2]."""
        self.addresses = addresses
        self.follow_interface()

    def user_state(self, state: CarpState) -> None:
        """Obey `ifconfig IF vhid N state ...`; INIT is neither left nor entered."""
        if CarpState.INIT in (self.state, state) or state is self.state:
            return
        if state is CarpState.MASTER:
            self.become_master("user requested via ifconfig")
        else:
            self.become_backup("user requested via ifconfig")

    def schedule_advert(self, seconds: float) -> None:
        """Let the next advert go out after that time."""
        if self.advert_timer is not None:
            self.advert_timer.cancel()
        self.advert_timer = self.stack.timers.call_in(seconds, self._advert_due)

    def restart_down_timer(self, heard: float | None = None) -> None:
        """Wait T from now, or from when the last advert was heard."""
        if self.down_timer is not None:
            self.down_timer.cancel()
        since = self.stack.now if heard is None else heard
        self.down_timer = self.stack.timers.call_at(
            since + self.master_down, self._timed_out
        )

    def _advert_due(self) -> None:
        self.advert_timer = None
        self.stack.send(self)
        self.schedule_advert(self.interval)
        self.stack.segment.fold_soon(self)

    def _timed_out(self) -> None:
        self.down_timer = None
        self.stack.segment.unfold()
        self.become_master("master timed out")

    def _stop_timers(self) -> None:
        for timer in (self.advert_timer, self.down_timer):
            if timer is not None:
                timer.cancel()
        self.advert_timer = self.down_timer = None

    def _enter(self, state: CarpState, reason: str) -> None:
        if state is not self.state:
            old, self.state = self.state, state
            self.stack.changed(self, old, reason)
