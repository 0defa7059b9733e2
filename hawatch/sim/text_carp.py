"""How ifconfig, sysctl and netstat tell CARP on 13.2 [FACTS A1, A10, A13]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hawatch.model.carp import CarpState

if TYPE_CHECKING:
    from hawatch.sim.carp import CarpStack, Counters
    from hawatch.sim.node import Node

DRIVERS = {
    "vtnet": ("80028<VLAN_MTU,JUMBO_MTU,LINKSTATE>", "10Gbase-T"),
    "em": (
        (
            "481209b<RXCSUM,TXCSUM,VLAN_MTU,VLAN_HWTAGGING,VLAN_HWCSUM,"
            "WOL_MAGIC,VLAN_HWFILTER,NOMAP>"
        ),
        "1000baseT",
    ),
}
UP = "8963<UP,BROADCAST,RUNNING,PROMISC,SIMPLEX,MULTICAST>"
DOWN = "8922<BROADCAST,PROMISC,SIMPLEX,MULTICAST>"
PLAIN = "8863<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST>"
ND6 = "\tnd6 options=29<PERFORMNUD,IFDISABLED,AUTO_LINKLOCAL>\n"
LOOPBACK = """lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> metric 0 mtu 16384
\toptions=680003<RXCSUM,TXCSUM,LINKSTATE,RXCSUM_IPV6,TXCSUM_IPV6>
\tinet6 ::1 prefixlen 128
\tinet6 fe80::1%lo0 prefixlen 64 scopeid 0x3
\tinet 127.0.0.1 netmask 0xff000000
\tgroups: lo
\tnd6 options=21<PERFORMNUD,AUTO_LINKLOCAL>
"""


def _driver(interface: str) -> tuple[str, str]:
    return DRIVERS.get(interface.rstrip("0123456789"), DRIVERS["em"])


def _media(interface: str, *, carrier: bool) -> str:
    kind = f"({_driver(interface)[1]} <full-duplex>)" if carrier else "(none)"
    status = "active" if carrier else "no carrier"
    return f"\tmedia: Ethernet autoselect {kind}\n\tstatus: {status}\n"


def _inet(address: str) -> str:
    broadcast = address.rsplit(".", 1)[0] + ".255"
    return f"\tinet {address} netmask 0xffffff00 broadcast {broadcast}\n"


def interface_text(node: Node) -> str:
    """Return the block of the interface that carries CARP."""
    name, carp = node.interface, node.carp
    lines = [
        f"{name}: flags={UP if node.interface_up else DOWN} metric 0 mtu 1500\n",
        f"\toptions={_driver(name)[0]}\n",
        f"\tether {node.settings.ether}\n",
        _inet(node.settings.address),
    ]
    lines += [
        f"\tinet {address} netmask 0xffffffff broadcast {address} vhid {vhid.number}\n"
        for vhid in carp.vhids.values()
        for address in vhid.addresses
    ]
    lines += carp_lines(node)
    lines += [_media(name, carrier=node.carrier), ND6]
    return "".join(lines)


def carp_lines(node: Node) -> list[str]:
    """Return the carp lines; 14 and later add a line with the peers [FACTS A1]."""
    peers = "" if node.world.settings.release.startswith("13") else _PEERS
    return [
        f"\tcarp: {vhid.state} vhid {vhid.number} advbase {vhid.advbase} "
        f"advskew {vhid.advskew}\n{peers}"
        for vhid in node.carp.vhids.values()
    ]


_PEERS = "\t      peer 224.0.0.18 peer6 ff02::12\n"


def backlink_text(node: Node) -> str:
    """Return the block of the replication network's interface."""
    name = backlink_interface(node)
    address = node.settings.backlink
    return (
        f"{name}: flags={PLAIN} metric 0 mtu 1500\n"
        f"\toptions={_driver(name)[0]}\n"
        f"\tether {node.settings.ether[:-2]}fe\n"
        f"{_inet(address)}"
        f"{_media(name, carrier=node.backlink_carrier)}{ND6}"
    )


def backlink_interface(node: Node) -> str:
    """Return the name of the replication network's interface."""
    return node.interface.rstrip("0123456789") + "1"


def sysctl_tree(carp: CarpStack) -> dict[str, str]:
    """Return net.inet.carp as sysctl lists it, in its order."""
    return {
        "net.inet.carp.ifdown_demotion_factor": str(carp.ifdown_factor),
        "net.inet.carp.senderr_demotion_factor": str(carp.senderr_factor),
        "net.inet.carp.demotion": str(carp.demotion),
        "net.inet.carp.log": str(carp.log),
        "net.inet.carp.preempt": str(int(carp.preempt)),
        "net.inet.carp.dscp": "56",
        "net.inet.carp.allow": str(int(carp.allow)),
    }


def _plural(count: int, text: str) -> str:
    """Return a counter's line; netstat drops the plural s for 1."""
    return f"{count} {text.replace('packets', 'packet') if count == 1 else text}\n"


def netstat_text(counters: Counters) -> str:
    """Return `netstat -s -p carp`."""
    return "".join(
        (
            "carp:\n",
            "\t" + _plural(counters.received, "packets received (IPv4)"),
            "\t0 packets received (IPv6)\n",
            "\t\t0 packets discarded for wrong TTL\n",
            "\t\t0 packets shorter than header\n",
            "\t\t0 discarded for bad checksums\n",
            "\t\t0 discarded packets with a bad version\n",
            "\t\t0 discarded because packet too short\n",
            f"\t\t{counters.bad_authentication} discarded for bad authentication\n",
            f"\t\t{counters.bad_vhid} discarded for bad vhid\n",
            "\t\t0 discarded because of a bad address list\n",
            "\t" + _plural(counters.sent, "packets sent (IPv4)"),
            "\t0 packets sent (IPv6)\n",
            "\t\t0 send failed due to mbuf memory error\n",
        )
    )


STATES = {state.value.lower(): state for state in CarpState}
