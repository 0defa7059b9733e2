"""ifconfig, sysctl and netstat, as far as CARP goes [FACTS A]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hawatch.model.carp import CarpState
from hawatch.sim import text_carp
from hawatch.sim.shell import NotSimulated, Reply, Shell

if TYPE_CHECKING:
    from hawatch.sim.node import Node

READ_TO_WRITE = 0.002
"""Seconds between ifconfig's read of the record and its write [FACTS A2]."""


async def ifconfig(shell: Shell, argv: tuple[str, ...]) -> Reply:
    """Show interfaces, set a vhid's options, or bring the interface up or down."""
    node, words = shell.node, list(argv[1:])
    if words and words[0] == "-v":
        del words[0]
    if not words or words == ["-a"]:
        return Reply(out=_all(node))
    if words == ["-l"]:
        second = (
            f" {text_carp.backlink_interface(node)}" if node.settings.backlink else ""
        )
        return Reply(out=f"{node.interface}{second} lo0\n")
    name, options = words[0], words[1:]
    if not options:
        return _show(node, name)
    if name != node.interface:
        return Reply(1, err=f"ifconfig: interface {name} does not exist\n")
    if options in (["up"], ["down"]):
        node.set_interface(up=options == ["up"])
        return Reply()
    return await _set_vhid(shell, options)


def _all(node: Node) -> str:
    second = text_carp.backlink_text(node) if node.settings.backlink else ""
    return text_carp.interface_text(node) + second + text_carp.LOOPBACK


def _show(node: Node, name: str) -> Reply:
    if name == node.interface:
        return Reply(out=text_carp.interface_text(node))
    if node.settings.backlink and name == text_carp.backlink_interface(node):
        return Reply(out=text_carp.backlink_text(node))
    if name == "lo0":
        return Reply(out=text_carp.LOOPBACK)
    return Reply(1, err=f"ifconfig: interface {name} does not exist\n")


async def _set_vhid(shell: Shell, options: list[str]) -> Reply:
    """Read the record, change it, write it back with the state that was read."""
    if options[0] != "vhid":
        return Reply(1, err=f"ifconfig: {options[0]} requires vhid\n")
    number = int(options[1])
    if not 1 <= number <= 255:
        return Reply(1, err="ifconfig: vhid must be greater than 0 and less than 255\n")
    pairs = dict(zip(options[2::2], options[3::2], strict=True))
    if "state" in pairs and pairs["state"].lower() not in text_carp.STATES:
        return Reply(1, err="ifconfig: unknown state\n")
    if not pairs:
        return Reply()
    advskew = int(pairs.get("advskew", 0))
    if not 0 <= advskew <= 254:
        return Reply(1, err="ifconfig: SIOCSVH: Invalid argument\n")
    carp = shell.node.carp
    vhid = carp.vhids.get(number)
    state = CarpState.INIT if vhid is None else vhid.state
    if "state" in pairs:
        state = text_carp.STATES[pairs["state"].lower()]
    record = (vhid.advbase, vhid.advskew) if vhid is not None else (1, 0)
    await shell.nap(READ_TO_WRITE)
    if vhid is None:
        vhid = carp.add(number)
    carp.configure(
        vhid,
        advbase=int(pairs.get("advbase", record[0])) or record[0],
        advskew=int(pairs.get("advskew", record[1])),
        state=state,
        password=pairs.get("pass"),
    )
    return Reply()


async def sysctl(shell: Shell, argv: tuple[str, ...]) -> Reply:
    """Read net.inet.carp, whole or by name, or write one of its values."""
    words = list(argv[1:])
    bare = bool(words) and words[0] == "-n"
    if bare:
        del words[0]
    out, err, status = "", "", 0
    for word in words:
        name, _, value = word.partition("=")
        tree = text_carp.sysctl_tree(shell.node.carp)
        if name == "net.inet.carp" and not value:
            shown = tree.items()
            out += "".join(f"{v}\n" if bare else f"{k}: {v}\n" for k, v in shown)
        elif name not in tree:
            err += f"sysctl: unknown oid '{name}'\n"
            status = 1
        elif not value:
            out += f"{tree[name]}\n" if bare else f"{name}: {tree[name]}\n"
        else:
            _write(shell.node, name, int(value))
            new = text_carp.sysctl_tree(shell.node.carp)[name]
            prefix = "" if bare else f"{name}: "
            out += f"{prefix}{tree[name]} -> {new}\n"
    return Reply(status, out, err)


def _write(node: Node, name: str, value: int) -> None:
    carp = node.carp
    leaf = name.rsplit(".", 1)[1]
    if leaf == "allow":
        carp.set_allow(allow=bool(value))
    elif leaf == "preempt":
        carp.set_preempt(preempt=bool(value))
    elif leaf == "demotion":
        carp.write_demotion(value)
    elif leaf == "log":
        carp.log = value
    elif leaf == "ifdown_demotion_factor":
        carp.ifdown_factor = value
    elif leaf == "senderr_demotion_factor":
        carp.senderr_factor = value


async def netstat(shell: Shell, argv: tuple[str, ...]) -> Reply:
    """Show the counters of `netstat -s -p carp`, or the listen queues of -Lan."""
    if "-Lan" in argv:
        queued = shell.node.hastd.queued
        return Reply(
            out="Current listen queue sizes (qlen/incqlen/maxqlen)\n"
            "Proto Listen                           Local Address         \n"
            f"unix  {f'{queued}/0/8':<32} /var/run/hastctl\n"
        )
    if tuple(argv[1:]) != ("-s", "-p", "carp"):
        msg = f"the simulated netstat does not know {' '.join(argv)}"
        raise NotSimulated(msg)
    return Reply(
        out=text_carp.netstat_text(shell.node.carp.segment.counters(shell.node.carp))
    )
