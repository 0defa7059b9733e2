"""Traps of CARP: elections that nobody wanted, and MASTERs that nobody hears."""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.discovering.faces import vhids
from hawatch.discovering.machine import Machine
from hawatch.doctoring.nouns import (
    Gravity,
    Trap,
    peer,
    peer_vhid,
    settings,
)
from hawatch.model.carp import MAX_SKEW, CarpState
from hawatch.model.fact import Known, Unknown


def trap_carp_not_loaded(machine: Machine) -> Iterator[Trap]:
    """CARP is missing from the kernel, or will be after the next boot."""
    missing = isinstance(machine.sysctls, Unknown) and (
        "carp module is not loaded" in machine.sysctls.reason
    )
    loaded_at_boot = settings(machine.loader).says_yes("carp_load") or (
        "carp" in settings(machine.rc).get("kld_list").split()
    )
    if missing:
        yield Trap(
            name="carp-not-loaded",
            gravity=Gravity.PROBLEM,
            what="the carp module is not loaded",
            why="every `ifconfig IF vhid N` fails and no address moves [FACTS A1]",
            type="sysrc -f /boot/loader.conf carp_load=YES && kldload carp",
        )
    elif (
        isinstance(machine.sysctls, Known)
        and isinstance(machine.loader, Known)
        and isinstance(machine.rc, Known)
        and not loaded_at_boot
        and "kld_list" not in machine.rc.value.unclear
    ):
        yield Trap(
            name="carp-not-loaded",
            gravity=Gravity.WARNING,
            what="neither loader.conf nor kld_list loads carp at boot",
            why=(
                "unless the kernel has it built in, the node comes back without a VIP, "
                "and net.inet.carp settings of sysctl.conf miss [FACTS A1, A10]"
            ),
            type="sysrc -f /boot/loader.conf carp_load=YES",
        )


def trap_no_vhid(machine: Machine) -> Iterator[Trap]:
    """No vhid runs here, or one runs that the next boot will not make."""
    if isinstance(machine.interfaces, Unknown):
        return
    running = vhids(machine)
    if not running:
        yield Trap(
            name="no-vhid",
            gravity=Gravity.PROBLEM,
            what="no interface has a vhid",
            why="there is no address that could move to the other node [FACTS A1]",
            type=(
                'sysrc ifconfig_em0_alias0="inet vhid 1 pass PASSWORD alias VIP/32" '
                "(with your interface) && service netif restart em0"
            ),
        )
    if isinstance(machine.vhids, Unknown) or not machine.vhids.value:
        return
    made = {(one.interface, one.vhid) for one in machine.vhids.value}
    for vhid in running:
        if (vhid.interface, vhid.vhid) not in made:
            yield Trap(
                name="no-vhid",
                gravity=Gravity.WARNING,
                what=f"vhid {vhid.vhid} on {vhid.interface} is not in rc.conf",
                why="it is gone after the next boot [FACTS A2]",
                type=f"grep -n vhid /etc/rc.conf; ifconfig {vhid.interface}",
            )


def trap_preempt(machine: Machine) -> Iterator[Trap]:
    """preempt=1 takes the VIP back before the storage is ready, or uneven settings."""
    if isinstance(machine.sysctls, Unknown):
        return
    said = peer(machine)
    theirs = said.sysctls if said is not None else Unknown("no report")
    if machine.sysctls.value.preempt:
        for vhid in vhids(machine):
            other = peer_vhid(machine, vhid)
            if other is not None and vhid.advskew >= other.advskew:
                continue
            sure = other is not None
            yield Trap(
                name="preempt",
                gravity=Gravity.PROBLEM if sure else Gravity.WARNING,
                what=(
                    f"preempt is 1 and the advskew of vhid {vhid.vhid} is "
                    f"{vhid.advskew}"
                    + (f", the other node's {other.advskew}" if other else "")
                ),
                why=(
                    "after a reboot, or when a raised advskew is lowered again, this "
                    "node takes the VIP within a second, before its disk is current "
                    "[FACTS A6, A7, H8]"
                ),
                type=(
                    "sysctl net.inet.carp.preempt=0 && "
                    # sysrc(8) refuses names with dots.
                    "echo net.inet.carp.preempt=0 >> /etc/sysctl.conf"
                ),
            )
    if isinstance(theirs, Known) and (
        theirs.value.preempt is not machine.sysctls.value.preempt
    ):
        yield Trap(
            name="preempt",
            gravity=Gravity.WARNING,
            what=(
                f"preempt is {int(machine.sysctls.value.preempt)} here and "
                f"{int(theirs.value.preempt)} on the other node"
            ),
            why=(
                "the receiver's setting decides: one node preempts, one never "
                "[FACTS A5]"
            ),
            type="sysctl net.inet.carp.preempt=0   (on both nodes)",
        )


def trap_equal_skews(machine: Machine) -> Iterator[Trap]:
    """Two nodes with one advertised interval race for the VIP."""
    for vhid in vhids(machine):
        other = peer_vhid(machine, vhid)
        if other is None or vhid.advbase != other.advbase:
            continue
        if min(vhid.advskew, MAX_SKEW) == min(other.advskew, MAX_SKEW):
            yield Trap(
                name="equal-skews",
                gravity=Gravity.PROBLEM,
                what=(
                    f"vhid {vhid.vhid} has advskew {vhid.advskew} here and "
                    f"{other.advskew} on the other node"
                ),
                why=(
                    "two MASTERs that hear each other yield at random, or both; 240 "
                    "to 254 all count as 240 [FACTS A4, A9]"
                ),
                type=(
                    f"ifconfig {vhid.interface} vhid {vhid.vhid} advskew 50 "
                    "state backup   (on the standby, and in its rc.conf)"
                ),
            )


def trap_two_masters(machine: Machine) -> Iterator[Trap]:
    """Both nodes are MASTER: they do not hear each other."""
    for vhid in vhids(machine):
        other = peer_vhid(machine, vhid)
        if vhid.state is CarpState.MASTER and other is not None:
            if other.state is not CarpState.MASTER:
                continue
            yield Trap(
                name="two-masters",
                gravity=Gravity.PROBLEM,
                what=f"vhid {vhid.vhid} is MASTER on both nodes",
                why=(
                    "adverts do not arrive: the vSwitch's promiscuous mode, "
                    "a multicast filter, the password or the list of addresses "
                    "[FACTS A9, H5]"
                ),
                type=(
                    "sysctl net.inet.carp.allow=0   (on the node that is not HAST "
                    "primary); then netstat -s -p carp on both"
                ),
            )
