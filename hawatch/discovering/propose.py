"""From a machine to the services that it carries: what a configuration would say.

Everything is taken from what runs or is configured; what cannot be read is left out and
told, never made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from hawatch.discovering.faces import interfaces, own_addresses, vhids
from hawatch.discovering.machine import Machine, Settings
from hawatch.discovering.remote import ip_of
from hawatch.freebsd.parse_hastconf import HastConf, HastNodeConf, HastResourceConf
from hawatch.model.carp import CarpVhid
from hawatch.model.fact import Known, Unknown
from hawatch.model.storage import FstabEntry

MYSQL = "mysql-server"
MYSQL_DIRECTORY = "/var/db/mysql"
MARIADB = "/usr/local/libexec/mariadbd"


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """One node; source says in whose section of hast.conf its address stood.

    others: further addresses at which it can be asked, with their interfaces; only
    this node's own are known.
    """

    name: str
    address: str
    source: str
    others: Mapping[str, str] = {}


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """One vhid with what moves with it; peer_interface is None where unknown.

    process is the database's executable, "" for hawatch's default.
    """

    name: str
    vhid: CarpVhid
    vips: tuple[str, ...]
    resources: tuple[str, ...]
    mounts: tuple[str, ...]
    rc: tuple[str, ...]
    process: str = ""
    peer_interface: str | None = None


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What was found for a configuration, and what was not.

    missing: what a configuration cannot do without, with the remedy. unsure: what a
    person should compare. timeout is hast.conf's, in seconds.
    """

    node: str
    nodes: tuple[Node, ...] = ()
    services: tuple[Service, ...] = ()
    gateway: str = ""
    timeout: int = 20
    interlock: bool = False
    missing: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


def propose(machine: Machine) -> Proposal:
    """Given a machine, return what its configuration should say."""
    missing: list[str] = []
    unsure: list[str] = []
    conf = machine.hast_conf.value if isinstance(machine.hast_conf, Known) else None
    if isinstance(machine.hast_conf, Unknown):
        missing.append(f"hast.conf: {machine.hast_conf.reason}")
    nodes = () if conf is None else _nodes(machine, conf)
    if conf is not None and len(nodes) != 2:
        missing.append(f"hast.conf names {len(nodes)} node(s), a pair has two")
    if isinstance(machine.interfaces, Unknown):
        missing.append(f"interfaces: {machine.interfaces.reason}")
    nodes = tuple(
        _with_others(machine, node, _own_name(machine, nodes)) for node in nodes
    )
    unsure += _strange_addresses(machine, nodes)
    services = () if conf is None else _services(machine, conf, unsure)
    if conf is not None and isinstance(machine.interfaces, Known) and not services:
        missing.append(
            "no vhid with an address and a HAST resource: see hawatch doctor"
        )
    gateway = machine.gateway.value if isinstance(machine.gateway, Known) else ""
    timeouts = [] if conf is None else conf.resources.values()
    return Proposal(
        node=_own_name(machine, nodes),
        nodes=nodes,
        services=services,
        gateway="" if gateway in {node.address for node in nodes} else gateway,
        timeout=max((one.settings.timeout for one in timeouts), default=20),
        interlock=any(
            found.get("net.inet.carp.allow") == "0"
            for found in (_settings(machine.loader), _settings(machine.sysctl_conf))
        ),
        missing=tuple(missing),
        unsure=tuple(unsure),
    )


def _settings(fact: Known[Settings] | Unknown) -> Settings:
    return fact.value if isinstance(fact, Known) else Settings()


def _own_name(machine: Machine, nodes: Sequence[Node]) -> str:
    names = [node.name for node in nodes if node.name in machine.names]
    return names[0] if names else machine.node


def _nodes(machine: Machine, conf: HastConf) -> tuple[Node, ...]:
    """Return the nodes; each one's address is what the other has as `remote` [B13]."""
    found: dict[str, Node] = {}
    for resource in conf.resources.values():
        for section in resource.nodes.values():
            others = [one for one in resource.nodes.values() if one is not section]
            if len(others) != 1:
                continue
            name = _host_name(machine, section)
            node = Node(
                name=name,
                address=ip_of(others[0].remote or ""),
                source=f"resource {resource.name}, on {others[0].node}: remote",
            )
            found.setdefault(name, node)
    return tuple(found.values())


def _host_name(machine: Machine, section: HastNodeConf) -> str:
    """Return a node's host name, also where hast.conf means it by its uuid."""
    known = machine.names[:2] if machine.node else ()
    if section.node in machine.names and section.node not in known:
        return machine.node.partition(".")[0]
    return section.node


def _with_others(machine: Machine, node: Node, own_name: str) -> Node:
    """Return this node with its addresses beside the VIPs: another way to ask it."""
    if node.name != own_name:
        return node
    carp = {vhid.interface for vhid in vhids(machine)}
    others = {
        address: face
        for address, face in own_addresses(machine).items()
        if face in carp and address != node.address and "fe80:" not in address
    }
    return msgspec.structs.replace(node, others=others)


def _strange_addresses(machine: Machine, nodes: Sequence[Node]) -> Iterator[str]:
    """Yield a doubt where hast.conf gives this node an address that it does not have.

    ifconfig does not know it, so the other node's hastd would refuse this one [G3].
    """
    if isinstance(machine.interfaces, Unknown):
        return
    own = own_addresses(machine)
    for node in nodes:
        if node.name == _own_name(machine, nodes) and node.address not in own:
            yield f"{node.address} is no address of this node, see `hawatch doctor`"


def _services(
    machine: Machine, conf: HastConf, unsure: list[str]
) -> tuple[Service, ...]:
    running = _vhids_with_addresses(machine)
    shared = _shared_out(list(conf.resources.values()), list(running), unsure)
    services: list[Service] = []
    for key, resources in shared.items():
        vhid, vips = running[key]
        mounts = tuple(e.directory for r in resources for e in _entries(machine, r))
        rc = _rc(machine, mounts)
        if len(vips) > 1:
            unsure.append(
                f"vhid {vhid.vhid} has {len(vips)} addresses; {vips[0]} is the one "
                "that hawatch asks"
            )
        services.append(
            Service(
                name=_name(rc, resources, [one.name for one in services]),
                vhid=vhid,
                vips=vips,
                resources=tuple(resource.name for resource in resources),
                mounts=mounts,
                rc=rc,
                process=MARIADB if rc and is_mariadb(machine) else "",
                peer_interface=_peer_interface(machine, vhid.vhid),
            )
        )
    return tuple(services)


def _vhids_with_addresses(
    machine: Machine,
) -> Mapping[tuple[int, str], tuple[CarpVhid, tuple[str, ...]]]:
    """Return the vhids by number and interface, IPv4 addresses before IPv6."""
    found = {}
    for face in interfaces(machine):
        for vhid in face.vhids:
            own = [a.address for a in face.addresses if a.vhid == vhid.vhid]
            own.sort(key=lambda address: ":" in address)
            if own:
                found[vhid.vhid, face.name] = (vhid, tuple(own))
    return dict(sorted(found.items()))


def _shared_out(
    resources: list[HastResourceConf],
    vhids: list[tuple[int, str]],
    unsure: list[str],
) -> Mapping[tuple[int, str], list[HastResourceConf]]:
    """Give each vhid its resources, in the order of both; all to a single one."""
    if not vhids or not resources:
        return {}
    if len(vhids) == 1:
        return {vhids[0]: resources}
    unsure.append(
        "hast.conf does not tell which resource belongs to which vhid: they are "
        "paired in their order"
    )
    shared: dict[tuple[int, str], list[HastResourceConf]] = {}
    for index, resource in enumerate(resources):
        shared.setdefault(vhids[min(index, len(vhids) - 1)], []).append(resource)
    unsure.extend(
        f"vhid {number} on {face} has no HAST resource and is no service of hawatch"
        for number, face in vhids[len(shared) :]
    )
    return shared


def _entries(machine: Machine, resource: HastResourceConf) -> list[FstabEntry]:
    """Return fstab's lines for a resource's device, under either node's name for it."""
    if isinstance(machine.fstab, Unknown):
        return []
    devices = {f"/dev/hast/{node.provname}" for node in resource.nodes.values()}
    return [entry for entry in machine.fstab.value if entry.device in devices]


def _rc(machine: Machine, mounts: Sequence[str]) -> tuple[str, ...]:
    """Return mysql-server where its script exists and its data is on these mounts."""
    if isinstance(machine.rc_scripts, Unknown) or MYSQL not in machine.rc_scripts.value:
        return ()
    data = _settings(machine.rc).get("mysql_dbdir", MYSQL_DIRECTORY)
    below = any(data == m or data.startswith(m.rstrip("/") + "/") for m in mounts)
    return (MYSQL,) if below else ()


def is_mariadb(machine: Machine) -> bool:
    """Return whether the database is MariaDB: its mysqld is a link to mariadbd."""
    if isinstance(machine.libexec, Unknown):
        return False
    return MARIADB.rpartition("/")[2] in machine.libexec.value


def _name(
    rc: Sequence[str], resources: Sequence[HastResourceConf], taken: Sequence[str]
) -> str:
    wanted = "mysql" if rc else resources[0].name.replace(".", "-")
    return wanted if wanted not in taken else f"{wanted}-{len(taken) + 1}"


def _peer_interface(machine: Machine, vhid: int) -> str | None:
    """Return the interface of a vhid on the other node, as its report tells it."""
    if isinstance(machine.peer, Unknown):
        return None
    for service in machine.peer.value.services.values():
        if isinstance(service.carp, Known) and service.carp.value.vhid == vhid:
            return service.carp.value.interface
    return None
