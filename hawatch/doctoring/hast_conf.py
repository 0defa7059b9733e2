"""Traps in hast.conf: names, addresses, and what hastd makes of them."""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.discovering.faces import own_addresses, vips
from hawatch.discovering.machine import Machine
from hawatch.discovering.own_files import HOOK
from hawatch.discovering.remote import ip_of, is_ip
from hawatch.doctoring.nouns import (
    Gravity,
    Trap,
    config,
    hast_resources,
    own_section,
    peer_section,
    settings,
)
from hawatch.model.config import Config
from hawatch.model.fact import Known, Unknown

SLOW = 20
"""hastd's default timeout, in seconds [FACTS B11]."""

RELOAD = "service hastd reload   (the standby first)"


def trap_hast_conf(machine: Machine) -> Iterator[Trap]:
    """hast.conf is missing, refused, or makes hastctl print nonsense."""
    if isinstance(machine.hast_conf, Unknown):
        yield Trap(
            name="hast-conf",
            gravity=Gravity.PROBLEM,
            what=machine.hast_conf.reason,
            why="hastctl reads it in every call and fails with it [FACTS B7, B13]",
            type="hastctl status; less /etc/hast.conf",
        )
        return
    if machine.hast_conf.value.echoed.strip():
        yield Trap(
            name="hast-conf",
            gravity=Gravity.WARNING,
            what="hast.conf has characters that hastd's grammar does not know: "
            + " ".join(sorted(set(machine.hast_conf.value.echoed.split()))),
            why="hastctl prints them in front of every answer [FACTS B7]",
            type="take quotes and semicolons out of /etc/hast.conf",
        )
    if not machine.hast_conf.value.resources:
        yield Trap(
            name="hast-conf",
            gravity=Gravity.PROBLEM,
            what="hast.conf has no resource",
            why="nothing is replicated [FACTS B13]",
            type="man 5 hast.conf",
        )


def trap_host_name(machine: Machine) -> Iterator[Trap]:
    """This host is none of the nodes of hast.conf: hastd does not start."""
    if not machine.names:
        return
    for resource in hast_resources(machine):
        if own_section(machine, resource) is None:
            known = ", ".join(resource.nodes)
            yield Trap(
                name="host-name",
                gravity=Gravity.PROBLEM,
                what=f"{resource.name} is for {known}; this is {machine.names[0]}",
                why="hastd refuses the file and does not start [FACTS H20]",
                type=f"sysrc hostname={next(iter(resource.nodes))}; hostname "
                f"{next(iter(resource.nodes))}   (or mend hast.conf)",
            )
        elif len(resource.nodes) != 2:
            yield Trap(
                name="host-name",
                gravity=Gravity.WARNING,
                what=f"{resource.name} has {len(resource.nodes)} node(s), not two",
                why="hastd replicates between exactly two [FACTS B13]",
                type="put an `on NODE` section for each node into hast.conf",
            )


def trap_remote(machine: Machine) -> Iterator[Trap]:
    """`remote` is not the address from which the other node comes."""
    own, moving = own_addresses(machine), vips(machine)
    for resource in hast_resources(machine):
        mine, theirs = own_section(machine, resource), peer_section(machine, resource)
        for section in (mine, theirs):
            if section is None or section.remote is None:
                continue
            where = f"{resource.name}, on {section.node}: remote {section.remote}"
            address = ip_of(section.remote)
            if not is_ip(address):
                yield Trap(
                    name="remote",
                    gravity=Gravity.WARNING,
                    what=f"{where} is a host name",
                    why="every connection waits for DNS, failovers too [FACTS B13]",
                    type=f"write the address into hast.conf, then {RELOAD}",
                )
            elif address in moving:
                yield Trap(
                    name="remote",
                    gravity=Gravity.PROBLEM,
                    what=f"{where} is the VIP",
                    why="the node that holds it would replicate to itself [FACTS B13]",
                    type=f"write the node's own address instead, then {RELOAD}",
                )
            elif section is mine and address in own:
                yield Trap(
                    name="remote",
                    gravity=Gravity.PROBLEM,
                    what=f"{where} is an address of this node itself",
                    why="this node never reaches the other one [FACTS B13]",
                    type=f"write the other node's address instead, then {RELOAD}",
                )
            elif section is theirs and own and address not in own:
                has = ", ".join(a for a in own if _ordinary(a)) or "none"
                yield Trap(
                    name="remote",
                    gravity=Gravity.PROBLEM,
                    what=f"{where}, but this node has {has}",
                    why=(
                        'hastd takes connections from `remote` only: "Client ... '
                        "isn't known\", and the copy is never made [FACTS B13, G3]"
                    ),
                    type=f"write this node's address there, on both nodes; {RELOAD}",
                )


def _ordinary(address: str) -> bool:
    """Return whether an address may be named to a person as the node's."""
    return not address.startswith(("127.", "fe80:")) and address != "::1"


def trap_not_reloaded(machine: Machine) -> Iterator[Trap]:
    """The running hastd has other addresses or disks than hast.conf says."""
    for resource in hast_resources(machine):
        running = machine.resources.get(resource.name)
        section = own_section(machine, resource)
        if not isinstance(running, Known) or section is None:
            continue
        pairs = (
            ("remote", section.remote or "none", running.value.remoteaddr),
            ("local", section.localpath, running.value.localpath),
        )
        for word, written, used in pairs:
            if written != used:
                yield Trap(
                    name="not-reloaded",
                    gravity=Gravity.PROBLEM,
                    what=(
                        f"{resource.name}: hastd uses {word} {used}, hast.conf says "
                        f"{written}"
                    ),
                    why=(
                        "the next start of hastd changes what works now "
                        "[FACTS B13, B14]"
                    ),
                    type=(
                        RELOAD
                        if word == "remote"
                        else "service hastd restart   (with everything stopped)"
                    ),
                )


def trap_exec_hook(machine: Machine) -> Iterator[Trap]:
    """Split-brain shows nowhere but in hastd's exec hook."""
    for resource in hast_resources(machine):
        hook = resource.settings.exec
        if hook is None:
            yield Trap(
                name="exec-hook",
                gravity=Gravity.WARNING,
                what=f"{resource.name} has no `exec` in hast.conf",
                why=(
                    "split-brain and broken connections are told there and nowhere "
                    "else: the workers' messages never reach syslog [FACTS B1, B9, B12]"
                ),
                type=f"put `exec {HOOK}` at the top of hast.conf on both nodes; "
                f"{RELOAD}",
            )
            continue
        status = machine.files.get(hook, Unknown("not looked at"))
        if hook != HOOK:
            yield Trap(
                name="exec-hook",
                gravity=Gravity.NOTE,
                what=f"{resource.name}: `exec {hook}` is not hawatch's",
                why=(
                    "hawatch hears of split-brain only if that program tells it "
                    "[FACTS B12]"
                ),
                type=f'let {hook} run: /usr/local/bin/hawatch event hast "$@"',
            )
        if status == Known(None) or (
            isinstance(status, Known)
            and status.value is not None
            and status.value.kind == "file"
            and not status.value.mode & 0o100
        ):
            yield Trap(
                name="exec-hook",
                gravity=Gravity.PROBLEM,
                what=f"{hook} is not there or cannot be run",
                why="hastd logs one line and tells nobody [FACTS B12]",
                type="hawatch setup" if hook == HOOK else f"chmod 755 {hook}",
            )


def trap_timeout(machine: Machine) -> Iterator[Trap]:
    """hast.conf's timeout is how long every write and a failover wait."""
    known = config(machine)
    for resource in hast_resources(machine):
        seconds = resource.settings.timeout
        if seconds >= SLOW:
            yield Trap(
                name="timeout",
                gravity=Gravity.NOTE,
                what=f"{resource.name} has the timeout {seconds}",
                why=(
                    f"when the other node vanishes, writes stall for {seconds} to "
                    f"{2 * seconds} s, and after a promotion the device comes after "
                    f"{seconds} s [FACTS B3, B11]"
                ),
                type="put `timeout 5` into hast.conf and `timeout = 5` under [hast] "
                f"of hawatch.toml; {RELOAD}",
            )
        if known is None or known.hast.timeout == seconds:
            continue
        if _ours(known, resource.name):
            yield Trap(
                name="timeout",
                gravity=Gravity.PROBLEM,
                what=(
                    f"{resource.name} has the timeout {seconds}, hawatch.toml "
                    f"says {known.hast.timeout:g}"
                ),
                why="hawatch's deadlines are sums with this number [FACTS B2, B3]",
                type=f"set `timeout = {seconds}` under [hast] in hawatch.toml",
            )


def _ours(config: Config, resource: str) -> bool:
    return any(resource in service.resources for service in config.services.values())


def trap_replication(machine: Machine) -> Iterator[Trap]:
    """What an acknowledged write is worth: async, memsync, fullsync."""
    for resource in hast_resources(machine):
        mode = resource.settings.replication
        if mode == "async":
            yield Trap(
                name="replication",
                gravity=Gravity.WARNING,
                what=f"{resource.name} is replicated async",
                why="a failover loses whatever was still on its way [FACTS B8]",
                type=f"put `replication fullsync` into hast.conf; {RELOAD}",
            )
        elif mode == "memsync":
            yield Trap(
                name="replication",
                gravity=Gravity.NOTE,
                what=f"{resource.name} is replicated memsync",
                why=(
                    "a secondary that dies has acknowledged writes that were never on "
                    "its disk: fullsync is safer for a database [FACTS B8]"
                ),
                type=f"put `replication fullsync` into hast.conf; {RELOAD}",
            )


def trap_hastd_not_enabled(machine: Machine) -> Iterator[Trap]:
    """Nothing starts hastd at boot."""
    if isinstance(machine.rc, Unknown) or "hastd_enable" in machine.rc.value.unclear:
        return
    if hast_resources(machine) and not settings(machine.rc).says_yes("hastd_enable"):
        yield Trap(
            name="hastd-not-enabled",
            gravity=Gravity.PROBLEM,
            what="hastd_enable is not YES in rc.conf",
            why="after a boot there is no copy and no device [FACTS B1, H19]",
            type="sysrc hastd_enable=YES",
        )
