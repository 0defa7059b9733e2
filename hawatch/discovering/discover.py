"""Look at a machine, once, and put everything that was found into a Machine."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from hawatch.config import load_config
from hawatch.configuring.mistakes import ConfigError
from hawatch.discovering import files, outputs
from hawatch.discovering.carp_settings import configured_vhids, without_passwords
from hawatch.discovering.machine import BarePoint, Growth, Journaling, Machine, Settings
from hawatch.discovering.own_files import CONFIG, own_files, ways
from hawatch.discovering.place import Place
from hawatch.discovering.remembered import last_memory, peer_report
from hawatch.freebsd import look, words
from hawatch.freebsd.look_rc import RC_DEADLINE
from hawatch.freebsd.parse_fstab import parse_fstab
from hawatch.freebsd.parse_hastconf import HastConf, parse_hastconf
from hawatch.freebsd.parse_ifconfig import parse_ifconfig
from hawatch.host import Host
from hawatch.model.carp import CarpCounters, Interface
from hawatch.model.config import Config
from hawatch.model.fact import Fact, Known, Unknown, map_fact
from hawatch.model.hast import HastDump, HastResource
from hawatch.model.storage import FstabEntry, Mount

SAMPLE = 3.0
"""Seconds between two readings of CARP's counters: three adverts of a MASTER [A4]."""

HOSTNAME = "/bin/hostname"
UNAME = "/usr/bin/uname"
TUNEFS = "/sbin/tunefs"
FSTYP = "/usr/sbin/fstyp"
LS = "/bin/ls"


async def discover(
    place: Place, *, config_path: str = CONFIG, sample: float = SAMPLE
) -> Machine:
    """Given a place, return the machine there; nothing is changed.

    It takes `sample` seconds, and what a question to the peer takes, on a running
    machine. What cannot be found out is unknown, with the reason.
    """
    host = place.host
    rc = files.rc_settings(place)
    hostname = await _hostname(host, rc)
    interfaces = await _interfaces(host)
    hast_conf = files.parsed(place.text(words.HAST_CONF), parse_hastconf, "hast.conf")
    whole = map_fact(place.text_if_there(words.FSTAB), parse_fstab)
    fstab = map_fact(whole, lambda found: found.entries)
    mounts = await look.read_mounts(host)
    names = await _names(host, hostname)
    resources, dumps = await _hast(host, hast_conf)
    config = _config(place, config_path)
    counters = await look.read_counters(host)
    known = [i.name for i in interfaces.value] if isinstance(interfaces, Known) else []
    return Machine(
        root=str(place.root),
        user=os.geteuid(),
        hostname=hostname,
        names=names,
        release=await _line(host, UNAME, "-r"),
        hypervisor=await _line(host, words.SYSCTL, "-n", "kern.vm_guest"),
        interfaces=interfaces,
        sysctls=await look.read_sysctls(host),
        counters=counters,
        rc=map_fact(rc, without_passwords),
        vhids=map_fact(rc, lambda settings: configured_vhids(settings, known)),
        loader=files.loader_settings(place),
        sysctl_conf=files.sysctl_settings(place),
        periodic=files.periodic_settings(place),
        hast_conf=hast_conf,
        resources=resources,
        dumps=dumps,
        raw=await _raw(host, hast_conf, names),
        fstab=fstab,
        fstab_skipped=() if isinstance(whole, Unknown) else whole.value.skipped,
        mounts=mounts,
        journaling=await _journaling(host, fstab, mounts),
        links={path: place.link_in(path) for path in mount_points(config)},
        points=await _points(host, fstab, mounts),
        devd=files.devd_rules(place),
        cron=files.cron_jobs(place),
        rc_local=place.text_if_there(files.RC_LOCAL),
        rc_scripts=place.names(files.RC_D),
        rc_words=await _rc_words(host, config),
        libexec=place.names(files.LIBEXEC),
        gateway=await _gateway(host, rc),
        fence=_fence(place, config),
        files={
            path: place.status(path)
            for path in own_files(place, config_path, config, hast_conf)
        },
        authorized_keys=place.text_if_there(files.AUTHORIZED_KEYS),
        config=config,
        memory=last_memory(place, config, hostname),
        peer=await peer_report(place, config, hostname),
        # The last reading of all: a directory tree has one later answer only.
        growth=await _growth(host, counters, sample),
    )


async def _line(host: Host, *argv: str) -> Fact[str]:
    """Return the first line of a command's answer."""
    result = await host.ask(argv, deadline=look.DEADLINE)
    if not result.succeeded or not result.out.strip():
        return Unknown(result.complaint())
    return Known(result.out.strip().split("\n")[0].strip())


async def _hostname(host: Host, rc: Fact[Settings]) -> Fact[str]:
    """Return the running host name, or else the one of rc.conf."""
    running = await _line(host, HOSTNAME)
    if isinstance(running, Unknown) and isinstance(rc, Known):
        configured = rc.value.get("hostname")
        return Known(configured) if configured else running
    return running


async def _names(host: Host, hostname: Fact[str]) -> tuple[str, ...]:
    """Return the names by which hast.conf may mean this node [FACTS B13]."""
    names = []
    if isinstance(hostname, Known):
        names += [hostname.value, hostname.value.partition(".")[0]]
    for oid, form in (("kern.hostuuid", "{}"), ("kern.hostid", "hostid{}")):
        value = await _line(host, words.SYSCTL, "-n", oid)
        if isinstance(value, Known):
            names.append(form.format(value.value))
    return tuple(dict.fromkeys(names))


async def _interfaces(host: Host) -> Fact[tuple[Interface, ...]]:
    result = await host.ask(words.show_interfaces(), deadline=look.DEADLINE)
    if not result.succeeded:
        return Unknown(result.complaint())
    return files.parsed(Known(result.out), parse_ifconfig, "ifconfig")


async def _hast(
    host: Host, conf: Fact[HastConf]
) -> tuple[Mapping[str, Fact[HastResource]], Mapping[str, Fact[HastDump]]]:
    if isinstance(conf, Unknown):
        return {}, {}
    names = tuple(conf.value.resources)
    return await look.read_resources(host, names), await look.read_dumps(host, names)


async def _raw(
    host: Host, conf: Fact[HastConf], names: Iterable[str]
) -> Mapping[str, Fact[str]]:
    """Return what file system fstyp finds on each local provider; it only reads."""
    found: dict[str, Fact[str]] = {}
    if isinstance(conf, Known):
        for resource in conf.value.resources.values():
            for name in names:
                if name in resource.nodes:
                    path = resource.nodes[name].localpath
                    device = path if path.startswith("/") else f"/dev/{path}"
                    argv = (FSTYP, device)
                    result = await host.ask(argv, deadline=look.DEADLINE)
                    found[device] = outputs.parse_fstyp(result)
    return found


def hast_entries(fstab: Fact[tuple[FstabEntry, ...]]) -> tuple[FstabEntry, ...]:
    """Return the lines of fstab that are for HAST devices."""
    if isinstance(fstab, Unknown):
        return ()
    return tuple(e for e in fstab.value if e.device.startswith("/dev/hast/"))


async def _journaling(
    host: Host,
    fstab: Fact[tuple[FstabEntry, ...]],
    mounts: Fact[tuple[Mount, ...]],
) -> Mapping[str, Fact[Journaling]]:
    """Return by mount point what keeps each HAST file system consistent."""
    table = mounts.value if isinstance(mounts, Known) else ()
    found: dict[str, Fact[Journaling]] = {}
    for entry in hast_entries(fstab):
        if entry.fstype != "ufs":
            continue
        mounted = [mount for mount in table if mount.device == entry.device]
        if mounted:
            found[entry.directory] = Known(outputs.journaling_of(mounted[-1]))
        else:
            argv = (TUNEFS, "-p", entry.device)
            result = await host.ask(argv, deadline=look.DEADLINE)
            found[entry.directory] = outputs.parse_tunefs(result)
    return found


async def _points(
    host: Host,
    fstab: Fact[tuple[FstabEntry, ...]],
    mounts: Fact[tuple[Mount, ...]],
) -> Mapping[str, Fact[BarePoint]]:
    """Return the bare mount points; a mounted one hides its own directory."""
    if isinstance(mounts, Unknown):
        return {}
    mounted = {mount.directory for mount in mounts.value}
    found: dict[str, Fact[BarePoint]] = {}
    for entry in hast_entries(fstab):
        if entry.directory not in mounted:
            argv = (LS, "-ldo", entry.directory)
            result = await host.ask(argv, deadline=look.DEADLINE)
            found[entry.directory] = outputs.parse_bare_point(result)
    return found


def mount_points(config: Fact[Config]) -> tuple[str, ...]:
    """Return where the services' file systems belong, none without a configuration."""
    services = config.value.services if isinstance(config, Known) else {}
    return tuple(path for service in services.values() for path in service.mounts)


async def _rc_words(host: Host, config: Fact[Config]) -> Mapping[str, Fact[str]]:
    """Return for each service's script why its `onestatus` is not understood, or ""."""
    services = config.value.services if isinstance(config, Known) else {}
    found: dict[str, Fact[str]] = {}
    for name in sorted({rc for service in services.values() for rc in service.rc}):
        argv = words.service_status(name)
        found[name] = outputs.rc_words(name, await host.ask(argv, deadline=RC_DEADLINE))
    return found


async def _gateway(host: Host, rc: Fact[Settings]) -> Fact[str]:
    """Return the default gateway in use, or else the one of rc.conf."""
    result = await host.ask((words.NETSTAT, "-rn"), deadline=look.DEADLINE)
    found = outputs.parse_gateway(result)
    if isinstance(found, Unknown) and isinstance(rc, Known):
        configured = rc.value.get("defaultrouter")
        if configured and configured.upper() != "NO":
            return Known(configured)
    return found


def _foreign(counters: CarpCounters) -> int:
    return counters.bad_vhid + counters.other_discards


async def _growth(
    host: Host, before: Fact[CarpCounters], seconds: float
) -> Fact[Growth]:
    if isinstance(before, Unknown):
        return before
    await host.sleep(seconds)
    after = await look.read_counters(host)
    if isinstance(after, Unknown):
        return after
    one, two = before.value, after.value
    return Known(
        Growth(
            received=two.received - one.received,
            sent=two.sent_inet + two.sent_inet6 - one.sent_inet - one.sent_inet6,
            bad_authentication=two.bad_authentication - one.bad_authentication,
            foreign=_foreign(two) - _foreign(one),
        )
    )


def _config(place: Place, path: str) -> Fact[Config]:
    try:
        return Known(load_config(Path(place.path(path))))
    except ConfigError as error:
        said = str(error).replace(str(place.path(path)), path)
        return Unknown(said)


def _fence(place: Place, config: Fact[Config]) -> Fact[str | None]:
    """Return why hawatch would not run the site's fence command, None: it would."""
    if isinstance(config, Unknown):
        return config
    command = config.value.witness.fence
    if command and not place.live:
        return Unknown("a directory tree, not a machine")
    return Known(place.host.why_untrusted(command[0]) if command else None)


def with_ways(place: Place, machine: Machine) -> Machine:
    """Return the machine with the directories above its own files looked at, too."""
    present = [path for path, status in machine.files.items() if status != Known(None)]
    above = {path: place.status(path) for path in ways(present)}
    return msgspec.structs.replace(machine, files={**above, **machine.files})
