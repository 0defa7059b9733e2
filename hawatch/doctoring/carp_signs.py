"""Signs that CARP is not as it was configured: passwords, counters, leftovers."""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.discovering.faces import vhids
from hawatch.discovering.machine import ConfiguredVhid, Machine
from hawatch.doctoring.nouns import Gravity, Trap, config, settings
from hawatch.model.carp import CarpState, CarpVhid
from hawatch.model.fact import Known, Unknown
from hawatch.model.latch import LatchKind
from hawatch.model.memory import SkewRaise

SIGNIFICANT = 19
"""Bytes of a CARP password that count; the rest is cut off in silence [FACTS A2]."""

SHORT = 10
"""Bytes below which a password that goes over the LAN as an HMAC is soon guessed."""


def trap_carp_password(machine: Machine) -> Iterator[Trap]:
    """A CARP password that is absent, short, or longer than what counts."""
    for vhid in _configured(machine):
        subject = f"vhid {vhid.vhid} on {vhid.interface} ({vhid.where})"
        mend = (
            f"sysrc {vhid.variable}   (then write `pass` with 16 random letters, the "
            "same on both nodes)"
        )
        if vhid.password is None:
            yield Trap(
                name="carp-password",
                gravity=Gravity.PROBLEM,
                what=f"{subject} has no password",
                why=(
                    "any machine of the LAN can take the VIP with one packet [FACTS A2]"
                ),
                type=mend,
            )
        elif vhid.password > SIGNIFICANT:
            yield Trap(
                name="carp-password",
                gravity=Gravity.NOTE,
                what=f"{subject} has a password of {vhid.password} bytes",
                why=f"only the first {SIGNIFICANT} count, in silence [FACTS A2]",
                type=mend,
            )
        elif vhid.password < SHORT:
            yield Trap(
                name="carp-password",
                gravity=Gravity.WARNING,
                what=f"{subject} has a password of {vhid.password} bytes",
                why="its HMAC is on the LAN every second, to be guessed at leisure",
                type=mend,
            )


def trap_bad_authentication(machine: Machine) -> Iterator[Trap]:
    """Adverts that fail the HMAC: another password, list of addresses, or pair."""
    if isinstance(machine.counters, Unknown):
        return
    total = machine.counters.value.bad_authentication
    if total == 0:
        return
    looked_twice = isinstance(machine.growth, Known)
    grows = (
        machine.growth.value.bad_authentication
        if isinstance(machine.growth, Known)
        else 0
    )
    if grows:
        gravity = Gravity.PROBLEM
    else:
        gravity = Gravity.NOTE if looked_twice else Gravity.WARNING
    yield Trap(
        name="bad-authentication",
        gravity=gravity,
        what=(
            f"{total} adverts failed authentication since boot"
            + (f", {grows} of them just now" if grows else "")
            + (", none just now" if looked_twice and not grows else "")
        ),
        why=(
            "the password or the VIPs of a vhid differ between the nodes, or another "
            "pair uses the vhid: both become MASTER, and nothing is logged "
            "[FACTS A13, H22, H23]"
        ),
        type="sysctl net.inet.carp.log=2; netstat -s -p carp; tail /var/log/messages",
    )


def trap_adverts_echoed(machine: Machine) -> Iterator[Trap]:
    """A MASTER that receives adverts: a second MASTER, or its own, sent back."""
    if isinstance(machine.growth, Unknown):
        return
    running = vhids(machine)
    if not running or any(one.state is not CarpState.MASTER for one in running):
        return
    growth = machine.growth.value
    heard = growth.received - growth.bad_authentication - growth.foreign
    if heard > 0:
        yield Trap(
            name="adverts-echoed",
            gravity=Gravity.PROBLEM,
            what=f"{heard} adverts came in just now, while every vhid is MASTER here",
            why=(
                "a second MASTER is talking, or the NIC team sends our own adverts "
                "back, which makes the VIP flap [FACTS A13, A14]"
            ),
            type="on ESXi: esxcli system settings advanced set "
            "-o /Net/ReversePathFwdCheckPromisc -i 1",
        )


def trap_hypervisor(machine: Machine) -> Iterator[Trap]:
    """ESXi drops CARP's frames unless the vSwitch is told to let them pass."""
    if machine.hypervisor == Known("vmware") and vhids(machine):
        yield Trap(
            name="hypervisor",
            gravity=Gravity.NOTE,
            what="this is a guest of VMware",
            why=(
                "CARP uses a MAC address of its own: the vSwitch must accept "
                "promiscuous mode, MAC address changes and forged transmits, or both "
                "nodes are MASTER; NIC teams echo adverts [FACTS A14]"
            ),
            type="on ESXi: esxcli network vswitch standard policy security set "
            "-v vSwitch0 --allow-promiscuous=1 --allow-mac-change=1 "
            "--allow-forged-transmits=1",
        )


def trap_carp_not_allowed(machine: Machine) -> Iterator[Trap]:
    """net.inet.carp.allow=0: every vhid is INIT, and nobody is MASTER here."""
    if isinstance(machine.sysctls, Unknown) or machine.sysctls.value.allow:
        return
    if _fenced(machine):
        return
    yield Trap(
        name="carp-not-allowed",
        gravity=Gravity.PROBLEM,
        what="net.inet.carp.allow is 0 and nothing that hawatch remembers explains it",
        why=(
            "a fence or an agent that crashed left it: this node takes over nothing "
            "[FACTS A10, H30]"
        ),
        type="sysctl net.inet.carp.allow=1   (once you know who set it)",
    )


def trap_carp_off_at_boot(machine: Machine) -> Iterator[Trap]:
    """allow=0 in a boot file, and the interlock of hawatch.toml, belong together."""
    places = [
        found.where("net.inet.carp.allow")
        for found in (settings(machine.loader), settings(machine.sysctl_conf))
        if found.get("net.inet.carp.allow") == "0"
    ]
    known = config(machine)
    interlock = known is not None and known.carp.interlock
    if places and not interlock:
        yield Trap(
            name="carp-off-at-boot",
            gravity=Gravity.PROBLEM,
            what=f"{' and '.join(places)}: net.inet.carp.allow=0",
            why=(
                "the node boots with CARP off and, without `interlock` in "
                "hawatch.toml, nobody turns it on [FACTS A10, H30]"
            ),
            type="set `interlock = true` under [carp], or take that line away",
        )
    if interlock and not places and isinstance(machine.loader, Known):
        yield Trap(
            name="carp-off-at-boot",
            gravity=Gravity.WARNING,
            what="hawatch.toml has the interlock, but no boot file turns CARP off",
            why=(
                "CARP elects a MASTER before hawatch has looked at the data "
                "[FACTS A10, H10]"
            ),
            # sysrc(8) refuses names with dots.
            type="echo 'net.inet.carp.allow=\"0\"' >> /boot/loader.conf",
        )


def trap_demotion(machine: Machine) -> Iterator[Trap]:
    """net.inet.carp.demotion is not what the interfaces account for."""
    if isinstance(machine.sysctls, Unknown) or isinstance(machine.interfaces, Unknown):
        return
    now = machine.sysctls.value
    down = sum(
        now.ifdown_demotion_factor
        for vhid in vhids(machine)
        if vhid.state is CarpState.INIT
    )
    if now.demotion in (0, down):
        return
    rest = now.demotion - down
    yield Trap(
        name="demotion",
        gravity=Gravity.PROBLEM,
        what=f"net.inet.carp.demotion is {now.demotion}, {rest:+d} without a reason",
        why=(
            "it is a sum that never forgets: an agent that crashed, or send errors, "
            "left it, and this node loses or skips elections [FACTS A8, H30]"
        ),
        type=f"sysctl net.inet.carp.demotion={-rest}   (a write adds)",
    )


def trap_raised_skew(machine: Machine) -> Iterator[Trap]:
    """The advskew or advbase differ from rc.conf, and hawatch did not raise them."""
    made = {(one.interface, one.vhid): one for one in _configured(machine)}
    for vhid in vhids(machine):
        wanted = made.get((vhid.interface, vhid.vhid))
        if wanted is None:
            continue
        if (vhid.advskew, vhid.advbase) == (wanted.advskew, wanted.advbase):
            continue
        if _raised_by_us(machine, vhid):
            continue
        yield Trap(
            name="raised-skew",
            gravity=Gravity.WARNING,
            what=(
                f"vhid {vhid.vhid} on {vhid.interface} runs with advbase "
                f"{vhid.advbase} advskew {vhid.advskew}, rc.conf says "
                f"{wanted.advbase} and {wanted.advskew}"
            ),
            why=(
                "a move by hand, or an agent that crashed, left it: elections come out "
                "otherwise than rc.conf says [FACTS A7]"
            ),
            type=(
                f"ifconfig {vhid.interface} vhid {vhid.vhid} advbase {wanted.advbase} "
                f"advskew {wanted.advskew} "
                f"state {'master' if vhid.state is CarpState.MASTER else 'backup'}"
                "   (with preempt 0 the VIP stays)"
            ),
        )


def raises(machine: Machine) -> tuple[SkewRaise, ...]:
    """Return the raised advskews that hawatch remembers as its own."""
    if isinstance(machine.memory, Unknown):
        return ()
    found = (service.raised for service in machine.memory.value.services.values())
    return tuple(one for one in found if one is not None)


def _raised_by_us(machine: Machine, vhid: CarpVhid) -> bool:
    return any(
        one.interface == vhid.interface
        and one.vhid == vhid.vhid
        and vhid.advskew in (one.raised_to, one.original_advskew)
        for one in raises(machine)
    )


def _fenced(machine: Machine) -> bool:
    """Return whether hawatch has a reason for allow=0: its fence or its interlock."""
    known = config(machine)
    if known is not None and known.carp.interlock:
        return True
    return isinstance(machine.memory, Known) and any(
        latch.kind is LatchKind.FENCED
        for service in machine.memory.value.services.values()
        for latch in service.latches
    )


def _configured(machine: Machine) -> tuple[ConfiguredVhid, ...]:
    return machine.vhids.value if isinstance(machine.vhids, Known) else ()
