"""A proposal as hawatch.toml: every line says where its value came from."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from hawatch.configuring.mistakes import quoted
from hawatch.deciding.timers import ROLE_MARGIN, budget
from hawatch.discovering.propose import Node, Proposal, Service
from hawatch.model.config import (
    Config,
    HastConfig,
    NodeConfig,
    ServiceConfig,
    WitnessConfig,
)

PASSWORD_FILE = "/usr/local/etc/hawatch/mysql.password"  # noqa: S105 - a path
WIDTH = 88

STEP = 30
"""Seconds to which promote_after is rounded up."""

HEAD = """\
# hawatch.toml - the same file belongs on both nodes.
#
# Found by `hawatch setup` on {node}.
# Each line says where its value came from; hawatch.toml(5) tells of all other options.
# `hawatch config check` judges the file, `hawatch config show` prints all that is in
# force. Nothing writes over it once you have changed it.
"""

HOW_TO_SET_IT = """\
# The password is yours to choose, and hawatch has not seen it. On both nodes type:
#   install -d -m 700 /usr/local/etc/hawatch
#   sh -c 'umask 077; cat > {file}'
# then the password, Enter and Ctrl-D. Once, on the node that serves:
#   mysql -e "CREATE USER 'hawatch'@'%' IDENTIFIED BY 'the same password'"
"""


def config_text(proposal: Proposal) -> str:
    """Given a proposal that misses nothing, return the text of its configuration."""
    return "\n".join(_lines(proposal)).rstrip("\n") + "\n"


def _lines(proposal: Proposal) -> Iterator[str]:
    yield HEAD.format(node=proposal.node)
    for node in proposal.nodes:
        yield f"[nodes.{_key(node.name)}]"
        yield f"# /etc/hast.conf, {node.source}"
        yield f"address = {quoted(node.address)}"
        yield from _paths(proposal, node)
        yield ""
    for doubt in proposal.unsure:
        yield from textwrap.wrap(
            f"# Compare: {doubt}.",
            WIDTH,
            subsequent_indent="#   ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    if proposal.unsure:
        yield ""
    for service in proposal.services:
        yield from _service(proposal, service)
    yield from _hast(proposal)
    yield from _carp(proposal)
    yield from _witness(proposal)
    yield "# Who is told: one section for each place, see `hawatch notify --help`."
    yield "#[notify.urls.mail]"
    yield '#url_file = "/usr/local/etc/hawatch/mail.url"'


def _paths(proposal: Proposal, node: Node) -> Iterator[str]:
    """Yield every way to ask a node: two tell a cut cable from a dead node."""
    if node.others:
        faces = ", ".join(dict.fromkeys(node.others.values()))
        yield f"# the address, and what ifconfig shows on {faces}: where the other asks"
        yield f"paths = {_list((node.address, *node.others))}"
    elif any(one.others for one in proposal.nodes):
        yield "# Two addresses tell a cut cable from a dead node. Its other one cannot"
        yield "# be seen from here:"
        yield f'#paths = [{quoted(node.address)}, "..."]'


def _service(proposal: Proposal, service: Service) -> Iterator[str]:
    vhid = service.vhid
    yield f"[services.{_key(service.name)}]"
    yield f"# ifconfig {vhid.interface}: carp: vhid {vhid.vhid}"
    yield f"vhid = {vhid.vhid}"
    yield from _interface(proposal, service)
    yield f"# ifconfig {vhid.interface}: the address with vhid {vhid.vhid}"
    yield f"vip = {quoted(service.vips[0])}"
    yield "# /etc/hast.conf: resource"
    yield f"resources = {_list(service.resources)}"
    if service.mounts:
        yield "# /etc/fstab: the directories of their devices"
    else:
        yield "# /etc/fstab has no line for their devices: mend that first"
    yield f"mounts = {_list(service.mounts)}"
    if service.rc:
        yield "# /usr/local/etc/rc.d has the script, and its data is on these mounts"
    else:
        yield "# no script in /usr/local/etc/rc.d that is known to need these mounts"
    yield f"rc = {_list(service.rc)}"
    if service.process:
        yield "# /usr/local/libexec has it: the executable that the script starts"
        yield f"process = {quoted(service.process)}"
    yield ""
    if service.rc:
        yield f"[services.{_key(service.name)}.probe]"
        yield HOW_TO_SET_IT.format(file=PASSWORD_FILE).rstrip("\n")
        yield f"password_file = {quoted(PASSWORD_FILE)}"
        yield ""


def _interface(proposal: Proposal, service: Service) -> Iterator[str]:
    here, there = service.vhid.interface, service.peer_interface
    others = [node.name for node in proposal.nodes if node.name != proposal.node]
    if there is not None and there != here and len(others) == 1:
        yield f"# ifconfig here, and the report of {others[0]}"
        pairs = {proposal.node: here, others[0]: there}
        ordered = [node.name for node in proposal.nodes if node.name in pairs]
        table = ", ".join(f"{_key(n)} = {quoted(pairs[n])}" for n in ordered)
        yield f"interface = {{ {table} }}"
        return
    if there is None and others:
        table = f"{_key(proposal.node)} = {quoted(here)}, {_key(others[0])} = "
        yield f"# ifconfig on {proposal.node}. On {others[0]} this tells the name:"
        yield "#   ifconfig | grep -B9 carp:"
        yield "# and where it is another one, write"
        yield f'# interface = {{ {table}"..." }}'
    else:
        yield "# ifconfig; the other node calls it the same"
    yield f"interface = {quoted(here)}"


def _hast(proposal: Proposal) -> Iterator[str]:
    yield "[hast]"
    yield "# /etc/hast.conf: timeout, or hastd's default where it is not said"
    yield f"timeout = {proposal.timeout}"
    deadline = HastConfig().role_deadline
    if proposal.timeout + ROLE_MARGIN > deadline:
        yield "# a change of role may wait for one connection attempt"
        yield f"role_deadline = {proposal.timeout + 2 * ROLE_MARGIN:g}"
    yield ""


def _carp(proposal: Proposal) -> Iterator[str]:
    if proposal.interlock:
        yield "[carp]"
        yield "# a boot file sets net.inet.carp.allow=0: hawatch is who turns it on"
        yield "interlock = true"
        yield ""


def _witness(proposal: Proposal) -> Iterator[str]:
    yield "[witness]"
    if not proposal.gateway:
        yield "# No default gateway was found. Name a third machine that both reach:"
        yield '#ping = ["192.0.2.1"]'
        yield ""
        return
    yield "# the default gateway: a third machine that both nodes reach"
    yield f"ping = {_list((proposal.gateway,))}"
    seconds = _promote_after(proposal)
    if seconds > WitnessConfig().promote_after:
        yield "# an isolated owner must have let go of every service by then"
        yield f"promote_after = {seconds}"
    yield ""


def _promote_after(proposal: Proposal) -> int:
    """Return the least promote_after for which the sum comes out, rounded up."""
    deadline = max(HastConfig().role_deadline, proposal.timeout + 2 * ROLE_MARGIN)
    config = Config(
        nodes={node.name: NodeConfig(address=node.address) for node in proposal.nodes},
        services={
            service.name: ServiceConfig(
                vhid=service.vhid.vhid,
                interface=service.vhid.interface,
                vip=service.vips[0],
                resources=service.resources,
                mounts=service.mounts,
                rc=service.rc,
            )
            for service in proposal.services
        },
        hast=HastConfig(timeout=proposal.timeout, role_deadline=deadline),
    )
    return int(budget(config).owner_gone // STEP + 1) * STEP


def _key(name: str) -> str:
    """Return a name as a TOML key."""
    plain = name.replace("-", "").replace("_", "")
    return name if plain.isascii() and plain.isalnum() else quoted(name)


def _list(texts: tuple[str, ...]) -> str:
    return f"[{', '.join(quoted(text) for text in texts)}]"
