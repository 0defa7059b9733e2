"""Generated nouns, and the text in which FreeBSD would print them.

Written from the tools' printf formats, apart from the parsers and the simulator, so
that a round trip proves something.
"""

from __future__ import annotations

from hypothesis import strategies as st

from hawatch.model.carp import CarpState, CarpVhid, Interface, InterfaceAddress
from hawatch.model.hast import (
    HastDump,
    HastErrors,
    HastQueues,
    HastResource,
    HastRole,
    HastStatus,
)

WORDS = st.text("abcxyz0189._/-", min_size=1, max_size=12)
NAMES = st.text("abcxyz0189._-", min_size=1, max_size=12).filter(
    lambda name: not name.isdigit()
)
UINT64 = st.integers(0, 2**64 - 1)
UINT32 = st.integers(1, 2**32 - 1)
STATUSES = st.sampled_from(["active", "no carrier", "associated"])


@st.composite
def interfaces(draw: st.DrawFn) -> Interface:
    """Return an interface with some vhids, each with an address."""
    name = draw(st.sampled_from(["em0", "em0.100", "igb0_vlan5", "vtnet0"]))
    numbers = draw(st.lists(st.integers(1, 255), unique=True, max_size=4))
    on_14 = draw(st.booleans())
    vhids = tuple(
        CarpVhid(
            interface=name,
            vhid=number,
            state=draw(st.sampled_from(CarpState)),
            advbase=draw(st.integers(1, 255)),
            advskew=draw(st.integers(0, 254)),
            keyed=draw(st.booleans()),
            peer=str(draw(st.ip_addresses(v=4))) if on_14 else None,
            peer6=str(draw(st.ip_addresses(v=6))) if on_14 else None,
        )
        for number in numbers
    )
    addresses = tuple(
        InterfaceAddress(
            address=str(draw(st.ip_addresses(v=version))),
            prefix=draw(st.integers(0, 32 if version == 4 else 128)),
            vhid=number,
        )
        for number in (None, *numbers)
        for version in draw(st.sampled_from([(4,), (4, 6)]))
    )
    return Interface(
        name=name,
        up=draw(st.booleans()),
        status=draw(st.none() | STATUSES),
        addresses=addresses,
        vhids=vhids,
    )


def ifconfig_text(interface: Interface) -> str:
    """Return what ifconfig prints for an interface."""
    flags, bits = ("UP,BROADCAST", 0x8843) if interface.up else ("BROADCAST", 0x8842)
    lines = [
        f"{interface.name}: flags={bits:x}<{flags},RUNNING> metric 0 mtu 1500",
        "\toptions=80028<VLAN_MTU,JUMBO_MTU,LINKSTATE>",
    ]
    for address in interface.addresses:
        suffix = f" vhid {address.vhid}" if address.vhid else ""
        if ":" in address.address:
            lines.append(
                f"\tinet6 {address.address} prefixlen {address.prefix}{suffix}"
            )
        else:
            mask = (0xFFFFFFFF << (32 - address.prefix)) & 0xFFFFFFFF
            lines.append(f"\tinet {address.address} netmask 0x{mask:08x}{suffix}")
    for vhid in interface.vhids:
        key = ' key "vhid 9 "x" MASTER"' if vhid.keyed else ""
        lines.append(
            f"\tcarp: {vhid.state} vhid {vhid.vhid} advbase {vhid.advbase}"
            f" advskew {vhid.advskew}{key}"
        )
        if vhid.peer:
            lines.append(f"\t      peer {vhid.peer} peer6 {vhid.peer6}")
    lines.append("\tmedia: Ethernet autoselect (10Gbase-T <full-duplex>)")
    if interface.status:
        lines.append(f"\tstatus: {interface.status}")
    return "".join(f"{line}\n" for line in lines)


@st.composite
def resources(draw: st.DrawFn) -> HastResource:
    """Return a resource as hastd may have it: a worker fits its role."""
    role = draw(st.sampled_from(HastRole))
    working = role is HastRole.PRIMARY or (
        role is HastRole.SECONDARY and draw(st.booleans())
    )
    connected = st.sampled_from([HastStatus.COMPLETE, HastStatus.DEGRADED])
    return HastResource(
        name=draw(NAMES),
        role=role,
        status=draw(connected) if working else HastStatus.NONE,
        provname=draw(WORDS),
        localpath=draw(WORDS),
        remoteaddr=draw(WORDS),
        sourceaddr=draw(st.none() | WORDS),
        extentsize=draw(UINT32) if working else 0,
        keepdirty=draw(UINT32) if working else 0,
        replication=draw(st.sampled_from(["memsync", "fullsync", "async"])),
        workerpid=draw(st.integers(1, 99999)) if working else None,
        dirty=draw(UINT64),
        reads=draw(UINT64),
        writes=draw(UINT64),
        deletes=draw(UINT64),
        flushes=draw(UINT64),
        activemap_updates=draw(UINT64),
        errors=HastErrors(
            read=draw(UINT64), write=draw(UINT64), delete=1, flush=draw(UINT64)
        ),
        queues=HastQueues(local=draw(UINT64), send=2, recv=3, done=4, idle=5),
    )


def list_text(resource: HastResource) -> str:
    """Return what `hastctl list` prints for a resource."""
    errors, queues = resource.errors, resource.queues
    source = f"  sourceaddr: {resource.sourceaddr}\n" if resource.sourceaddr else ""
    worker = (
        f"  status: {resource.status}\n  workerpid: {resource.workerpid}\n"
        if resource.workerpid
        else ""
    )
    return (
        f"{resource.name}:\n"
        f"  role: {resource.role}\n"
        f"  provname: {resource.provname}\n"
        f"  localpath: {resource.localpath}\n"
        f"  extentsize: {resource.extentsize} (2.0MB)\n"
        f"  keepdirty: {resource.keepdirty}\n"
        f"  remoteaddr: {resource.remoteaddr}\n"
        f"{source}"
        f"  replication: {resource.replication}\n"
        f"{worker}"
        f"  dirty: {resource.dirty} (0B)\n"
        "  statistics:\n"
        f"    reads: {resource.reads}\n"
        f"    writes: {resource.writes}\n"
        f"    deletes: {resource.deletes}\n"
        f"    flushes: {resource.flushes}\n"
        f"    activemap updates: {resource.activemap_updates}\n"
        f"    local errors: read: {errors.read}, write: {errors.write}, "
        f"delete: {errors.delete}, flush: {errors.flush}\n"
        f"    queues: local: {queues.local}, send: {queues.send}, "
        f"recv: {queues.recv}, done: {queues.done}, idle: {queues.idle}\n"
    )


@st.composite
def dumps(draw: st.DrawFn) -> HastDump:
    """Return metadata."""
    return HastDump(
        name=draw(NAMES),
        datasize=draw(UINT64),
        extentsize=draw(UINT32),
        keepdirty=draw(UINT32),
        localoff=draw(UINT64),
        resuid=draw(UINT64),
        localcnt=draw(UINT64),
        remotecnt=draw(UINT64),
        prevrole=draw(st.sampled_from(HastRole)),
    )


def dump_text(dump: HastDump) -> str:
    """Return what `hastctl dump` prints for a resource."""
    return (
        f"resource: {dump.name}\n"
        f"    datasize: {dump.datasize} (10GB)\n"
        f"    extentsize: {dump.extentsize} (2.0MB)\n"
        f"    keepdirty: {dump.keepdirty}\n"
        f"    localoff: {dump.localoff}\n"
        f"    resuid: {dump.resuid}\n"
        f"    localcnt: {dump.localcnt}\n"
        f"    remotecnt: {dump.remotecnt}\n"
        f"    prevrole: {dump.prevrole}\n"
    )
