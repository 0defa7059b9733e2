"""Addresses and vhids of a machine's interfaces, by the questions that are asked."""

from __future__ import annotations

from hawatch.discovering.machine import Machine
from hawatch.model.carp import CarpVhid, Interface
from hawatch.model.fact import Known


def vhids(machine: Machine) -> tuple[CarpVhid, ...]:
    """Return the vhids that run, none where that is unknown."""
    return tuple(vhid for face in interfaces(machine) for vhid in face.vhids)


def interfaces(machine: Machine) -> tuple[Interface, ...]:
    """Return the interfaces, none where they are unknown."""
    return machine.interfaces.value if isinstance(machine.interfaces, Known) else ()


def own_addresses(machine: Machine) -> dict[str, str]:
    """Return this node's own addresses with their interfaces; VIPs are not its own."""
    return {
        address.address: face.name
        for face in interfaces(machine)
        for address in face.addresses
        if address.vhid is None
    }


def vips(machine: Machine) -> dict[str, CarpVhid]:
    """Return the addresses that CARP moves, with their vhids."""
    found = {}
    for face in interfaces(machine):
        by_number = {vhid.vhid: vhid for vhid in face.vhids}
        for address in face.addresses:
            if address.vhid in by_number:
                found[address.address] = by_number[address.vhid]
    return found
