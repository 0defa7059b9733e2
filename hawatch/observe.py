"""Look at the machine once: every fact known, or unknown with its reason.

Each reading is on its own: one that fails is Unknown, and the others stand. Nothing
here judges; nothing here changes the machine.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from hawatch.deciding.mount_view import device_of
from hawatch.freebsd import look, words
from hawatch.freebsd.parse_hastconf import devices_on
from hawatch.host import Host, SqlQuestion
from hawatch.model.carp import CarpState, Interface
from hawatch.model.config import Config, ServiceConfig
from hawatch.model.fact import Fact, Known, Unknown, map_fact
from hawatch.model.memory import HeardReport
from hawatch.model.services import RcStatus, SqlAnswer
from hawatch.model.snapshot import NOT_ASKED, PeerSighting, Snapshot
from hawatch.peer.channel import fetch

PROBE_DEADLINE = 5.0
"""Seconds for a look into a directory; a healthy one answers in milliseconds [F7]."""

WITNESS_DEADLINE = 2.0


async def observe(
    host: Host, config: Config, *, heard: HeardReport | None, ask_peer: bool = True
) -> Snapshot:
    """Given a host and the configuration, return one Snapshot of it.

    heard is the peer's last believed report. ask_peer False leaves the peer alone: a
    report that is made for the peer must not ask it back.
    """
    taken = host.now()
    services = config.services
    names = {service.interface_of(host.node) for service in services.values()}
    interfaces = {name: await look.read_interface(host, name) for name in sorted(names)}
    resource_names = tuple(n for s in services.values() for n in s.resources)
    parent = look.read_hastd(host, answering=True)
    alive = isinstance(parent, Known) and parent.value.pid is not None
    hast = await look.read_hast(host, resource_names, alive=alive)
    fstab = look.read_fstab(host)
    snapshot = Snapshot(
        node=host.node,
        taken=taken,
        boot_time=host.boot_time(),
        sysctls=await look.read_sysctls(host),
        counters=await look.read_counters(host),
        interfaces=interfaces,
        hastd=look.read_hastd(host, answering=hast.answering),
        resources=hast.resources,
        dumps=await look.read_dumps(host, resource_names),
        configured_devices=_configured_devices(host, hast),
        mounts=await look.read_mounts(host),
        fstab=map_fact(fstab, lambda found: found.entries),
        fstab_skipped=() if isinstance(fstab, Unknown) else fstab.value.skipped,
    )
    fields = {name: getattr(snapshot, name) for name in snapshot.__struct_fields__}
    fields["devices"] = {
        name: host.exists(device_of(snapshot, name)) for name in resource_names
    }
    # A report for the peer must not wait for a stalled disk.
    owned = _owned(host, services, interfaces) if ask_peer else frozenset()
    fields |= await _directories(host, services, owned)
    fields["rc"] = await _rc(host, services)
    fields |= await ask_around(host, config, interfaces, heard=heard, ask_peer=ask_peer)
    fields["seconds"] = host.now().seconds_since(taken)
    return Snapshot(**fields)


def _configured_devices(host: Host, hast: look.HastReading) -> Mapping[str, str]:
    """Return the devices by hast.conf where hastctl does not tell all of them."""
    if all(isinstance(fact, Known) for fact in hast.resources.values()):
        return {}
    conf = look.read_hast_conf(host)
    return {} if isinstance(conf, Unknown) else devices_on(conf.value, host.node)


async def ask_around(
    host: Host,
    config: Config,
    interfaces: Mapping[str, Fact[Interface]],
    *,
    heard: HeardReport | None,
    ask_peer: bool,
) -> dict[str, Any]:
    """Return what others answer, as fields of a Snapshot: SQL, witnesses, the peer.

    interfaces: this node's, for which SQL server it may write to.
    """
    fields: dict[str, Any] = {
        "sql": {
            name: await ask_sql(
                host,
                service,
                canary=_is_master(interfaces[service.interface_of(host.node)], service),
            )
            for name, service in config.services.items()
            if service.probe is not None
        },
        "witnesses": await _witnesses(host, config),
    }
    if ask_peer:
        fields["peer"] = await fetch(host, config, heard=heard)
    else:
        fields["peer"] = PeerSighting(report=NOT_ASKED)
    return fields


async def _directories(
    host: Host, services: Mapping[str, ServiceConfig], owned: Collection[str]
) -> dict[str, object]:
    directories, space = {}, {}
    for name, service in services.items():
        for directory in service.mounts:
            directories[directory] = await host.probe_directory(
                directory,
                sentinel=service.sentinel,
                fsync=service.fsync and name in owned,
                deadline=PROBE_DEADLINE,
            )
            space[directory] = await host.space(directory, deadline=PROBE_DEADLINE)
    return {"directories": directories, "space": space}


async def _rc(
    host: Host, services: Mapping[str, ServiceConfig]
) -> dict[str, Fact[RcStatus]]:
    table = host.processes()
    return {
        script: await look.read_rc(
            host,
            script,
            service.process if position == 0 else "",
            table,
            directories=service.mounts,
        )
        for service in services.values()
        for position, script in enumerate(service.rc)
    }


async def ask_sql(
    host: Host, service: ServiceConfig, *, canary: bool = False
) -> Fact[SqlAnswer]:
    """Ask a service's SQL server on the VIP; the canary only writes on the owner."""
    probe = service.probe
    if probe is None:
        return Unknown("no probe is configured")
    table = ""
    if canary and probe.canary is not None:
        table = f"{probe.canary.database}.{probe.canary.table}"
    return await host.ask_sql(
        SqlQuestion(
            address=service.vip,
            port=probe.port,
            user=probe.user,
            password_file=probe.password_file,
            timeout=probe.timeout,
            canary=table,
        )
    )


def _owned(
    host: Host,
    services: Mapping[str, ServiceConfig],
    interfaces: Mapping[str, Fact[Interface]],
) -> frozenset[str]:
    """Return the services whose VIP is here."""
    return frozenset(
        name
        for name, service in services.items()
        if _is_master(interfaces[service.interface_of(host.node)], service)
    )


def _is_master(interface: Fact[Interface], service: ServiceConfig) -> bool:
    return isinstance(interface, Known) and any(
        vhid.vhid == service.vhid and vhid.state is CarpState.MASTER
        for vhid in interface.value.vhids
    )


async def _witnesses(host: Host, config: Config) -> dict[str, Fact[float]]:
    answers: dict[str, Fact[float]] = {}
    for address in config.witness.ping:
        result = await host.ask(words.ping(address, 1.0), deadline=WITNESS_DEADLINE)
        answers[address] = (
            Known(result.seconds)
            if result.succeeded
            else Unknown(f"no echo from {address}")
        )
    for address in config.witness.tcp:
        answers[address] = await host.knock(address, deadline=WITNESS_DEADLINE)
    return answers
