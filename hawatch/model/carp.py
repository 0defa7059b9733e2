"""CARP as ifconfig, sysctl and netstat tell it [FACTS A]."""

from __future__ import annotations

import enum

import msgspec

from hawatch.model.hast import HastRole

MAX_SKEW = 240
"""The largest advskew that is advertised; 240 to 254 all count as 240 [FACTS A4]."""


class CarpState(enum.StrEnum):
    """The state of a vhid, in ifconfig's spelling."""

    INIT = "INIT"
    BACKUP = "BACKUP"
    MASTER = "MASTER"


class CarpVhid(msgspec.Struct, frozen=True, kw_only=True):
    """One vhid on one interface, as the `carp:` line shows it [FACTS A1].

    advskew is the configured value; demotion is not in it. keyed tells whether
    ifconfig showed a key (only root sees it); the key itself is never kept.
    """

    interface: str
    vhid: int
    state: CarpState
    advbase: int
    advskew: int
    keyed: bool = False
    peer: str | None = None
    peer6: str | None = None

    @property
    def wanted_hast_role(self) -> HastRole:
        """Return the role that fits this state: the holder of the VIP is primary."""
        return (
            HastRole.PRIMARY if self.state is CarpState.MASTER else HastRole.SECONDARY
        )


class InterfaceAddress(msgspec.Struct, frozen=True, kw_only=True):
    """One inet or inet6 line; vhid is set on CARP addresses only [FACTS A1]."""

    address: str
    prefix: int
    vhid: int | None = None


class Interface(msgspec.Struct, frozen=True, kw_only=True):
    """One interface block of ifconfig.

    status is the word after `status:` ("active", "no carrier", ...) or None where the
    interface prints no such line (lo0).
    """

    name: str
    up: bool
    status: str | None
    addresses: tuple[InterfaceAddress, ...] = ()
    vhids: tuple[CarpVhid, ...] = ()


class CarpSysctls(msgspec.Struct, frozen=True, kw_only=True):
    """The net.inet.carp tree [FACTS A10]; demotion is a sum of contributions [A8]."""

    allow: bool
    preempt: bool
    demotion: int
    log: int
    ifdown_demotion_factor: int = 240
    senderr_demotion_factor: int = 240


class CarpCounters(msgspec.Struct, frozen=True, kw_only=True):
    """The counters of `netstat -s -p carp` that tell something [FACTS A13]."""

    received_inet: int
    received_inet6: int
    sent_inet: int
    sent_inet6: int
    wrong_ttl: int
    bad_authentication: int
    bad_vhid: int
    bad_address_list: int
    other_discards: int

    @property
    def received(self) -> int:
        """Return the adverts received over both address families."""
        return self.received_inet + self.received_inet6

    @property
    def accepted(self) -> int:
        """Return the adverts that a MASTER of this very vhid sent.

        What was discarded (another pair's vhid, a wrong password) proves nothing about
        the peer, and is counted as received all the same [FACTS A13].
        """
        return self.received - (
            self.wrong_ttl
            + self.bad_authentication
            + self.bad_vhid
            + self.bad_address_list
            + self.other_discards
        )
