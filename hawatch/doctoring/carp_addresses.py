"""Traps of the addresses that CARP moves, and of the networks they are on."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from hawatch.discovering.faces import interfaces, vhids
from hawatch.discovering.machine import Machine
from hawatch.discovering.remote import ip_of, is_ip
from hawatch.doctoring.nouns import Gravity, Trap
from hawatch.model.carp import InterfaceAddress
from hawatch.model.fact import Known, Unknown


def trap_vip_mask(machine: Machine) -> Iterator[Trap]:
    """The VIP's mask: /32 needs a neighbour in its network, a wider one competes."""
    for face in interfaces(machine):
        own = [a for a in face.addresses if a.vhid is None]
        for vip in face.addresses:
            if vip.vhid is None or ":" in vip.address:
                continue
            near = any(_holds(address, vip.address) for address in own)
            if vip.prefix == 32 and not near:
                yield Trap(
                    name="vip-mask",
                    gravity=Gravity.PROBLEM,
                    what=(
                        f"{vip.address}/32 on {face.name}: no address of {face.name} "
                        "is in its network"
                    ),
                    why=(
                        "with /32 the VIP brings no route: answers to its clients "
                        "leave by another interface"
                    ),
                    type=f"ifconfig {face.name}; grep -n {vip.address} /etc/rc.conf",
                )
            elif vip.prefix < 32 and near:
                yield Trap(
                    name="vip-mask",
                    gravity=Gravity.WARNING,
                    what=f"{vip.address}/{vip.prefix} on {face.name} is not a /32",
                    why=(
                        f"a second route for the network of {face.name} hangs on the "
                        "VIP; netmasks are outside CARP's authentication, so nobody "
                        "notices that the nodes differ [FACTS A2]"
                    ),
                    type=f"write {vip.address}/32 into rc.conf, on both nodes",
                )


def _holds(address: InterfaceAddress, vip: str) -> bool:
    """Return whether an address's network holds the VIP."""
    network = ipaddress.ip_network(f"{address.address}/{address.prefix}", strict=False)
    return ipaddress.ip_address(vip) in network


def trap_vhid_without_address(machine: Machine) -> Iterator[Trap]:
    """A mistyped `ifconfig IF vhid N` has made a vhid that nobody wanted."""
    for face in interfaces(machine):
        used = {address.vhid for address in face.addresses}
        for vhid in face.vhids:
            if vhid.vhid not in used:
                yield Trap(
                    name="vhid-without-address",
                    gravity=Gravity.WARNING,
                    what=f"vhid {vhid.vhid} on {face.name} has no address",
                    why=(
                        "a mistyped vhid is made at once, stays in INIT and keeps "
                        "the interface promiscuous [FACTS A2]"
                    ),
                    type="shutdown -r now   (at a quiet time: only that removes it)",
                )


def trap_dual_stack(machine: Machine) -> Iterator[Trap]:
    """An IPv6 address on a vhid has a timer of its own."""
    for face in interfaces(machine):
        for vhid in face.vhids:
            own = [a.address for a in face.addresses if a.vhid == vhid.vhid]
            six = [address for address in own if ":" in address]
            if six and len(six) < len(own):
                yield Trap(
                    name="dual-stack",
                    gravity=Gravity.WARNING,
                    what=f"vhid {vhid.vhid} on {face.name} has IPv4 and IPv6 addresses",
                    why=(
                        "each family has its own timer: losing IPv6 multicast alone "
                        "makes the BACKUP a second MASTER [FACTS A4]"
                    ),
                    type=f"move {six[0]} to a vhid of its own, on both nodes",
                )
            elif six:
                yield Trap(
                    name="dual-stack",
                    gravity=Gravity.NOTE,
                    what=f"vhid {vhid.vhid} on {face.name} is IPv6 only",
                    why="IPv6 vhids were read about, not tried [FACTS J]",
                    type="fail over once on purpose before you rely on it",
                )


def trap_unicast_peer(machine: Machine) -> Iterator[Trap]:
    """On 14.x any later ifconfig command resets a unicast peer to multicast."""
    if not isinstance(machine.release, Known):
        return
    if not machine.release.value.startswith("14."):
        return
    for vhid in vhids(machine):
        unicast = [
            (option, address)
            for option, address in (("peer", vhid.peer), ("peer6", vhid.peer6))
            if address and not ipaddress.ip_address(address).is_multicast
        ]
        for option, address in unicast:
            yield Trap(
                name="unicast-peer",
                gravity=Gravity.NOTE,
                what=f"vhid {vhid.vhid} on {vhid.interface} has the {option} {address}",
                why=(
                    "14.x's ifconfig resets it to multicast with any later command "
                    "that does not repeat it [FACTS A2]"
                ),
                type=(
                    f"repeat `{option} {address}` in every ifconfig command by hand "
                    "(hawatch does)"
                ),
            )


def trap_same_network(machine: Machine) -> Iterator[Trap]:
    """CARP and HAST share one interface: one cable cuts both."""
    carp = {vhid.interface for vhid in vhids(machine)}
    for name, resource in machine.resources.items():
        if isinstance(resource, Unknown):
            continue
        used = _leaves_by(machine, ip_of(resource.value.remoteaddr))
        if used in carp:
            yield Trap(
                name="same-network",
                gravity=Gravity.NOTE,
                what=f"{name} is replicated over {used}, which carries the VIP too",
                why=(
                    "one cut cable takes CARP and HAST away together, and neither "
                    "node can tell it from the other's death [FACTS G3, H6]"
                ),
                type="give HAST a link of its own: `remote` addresses on it",
            )


def _leaves_by(machine: Machine, remote: str) -> str:
    """Return the interface whose network holds an address, "" where none does."""
    if not is_ip(remote):
        return ""
    for face in interfaces(machine):
        for address in face.addresses:
            if address.vhid is None and _holds(address, remote):
                return face.name
    return ""
