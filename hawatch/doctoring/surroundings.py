"""Traps around the pair: what starts by itself, clocks, the configuration."""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.configuring.effective import configuration_hash
from hawatch.deciding.timers import budget
from hawatch.discovering.cron_jobs import running
from hawatch.discovering.faces import interfaces, vhids, vips
from hawatch.discovering.machine import Machine, Settings
from hawatch.discovering.propose import MARIADB, MYSQL, is_mariadb
from hawatch.doctoring.nouns import (
    Gravity,
    Trap,
    config,
    hast_resources,
    peer,
    settings,
)
from hawatch.freebsd.parse_service import RcTrouble
from hawatch.model.config import Config, ServiceConfig
from hawatch.model.fact import Known, Unknown

RC_SHUTDOWN = 90
"""rcshutdown_timeout's default, in seconds [FACTS E1]."""

KEPT_BACK = 10
"""Seconds of it that the rc script leaves to the rest; also the least for a release."""

INIT_PATIENCE = 120
"""Seconds after which init gives up on rc.shutdown [FACTS E1]."""

RC_VARIABLES = {"mysql-server": "mysql_enable", "postgresql": "postgresql_enable"}
"""The rcvar of services whose script has another name."""

STEPPING = ("ntpdate", "ntpd -q", "ntpd -gq", "sntp -S", "rdate")


def trap_service_enabled(machine: Machine) -> Iterator[Trap]:
    """The database starts at boot by itself, on an empty directory."""
    known = config(machine)
    names = {"mysql-server"}
    if known is not None:
        names |= {name for one in known.services.values() for name in one.rc}
    for name in sorted(names):
        variable = RC_VARIABLES.get(name, f"{name.replace('-', '_')}_enable")
        if settings(machine.rc).says_yes(variable):
            yield Trap(
                name="service-enabled",
                gravity=Gravity.PROBLEM,
                what=f"{variable} is YES ({settings(machine.rc).where(variable)})",
                why=(
                    "at boot the file system is not mounted: the script initialises "
                    "an empty database without passwords and serves it [FACTS E3]"
                ),
                type=f"sysrc {variable}=NO",
            )


def trap_rc_status(machine: Machine) -> Iterator[Trap]:
    """An rc script whose `onestatus` does not tell whether the service runs."""
    known = config(machine)
    for service in () if known is None else known.services.values():
        for name in service.rc:
            said = machine.rc_words.get(name, Unknown("not asked"))
            if isinstance(said, Unknown) or not said.value:
                continue
            seen = name == service.rc[0] and service.process
            by_process = bool(seen) and RcTrouble.MISSING not in said.value
            yield Trap(
                name="rc-status",
                gravity=Gravity.WARNING if by_process else Gravity.PROBLEM,
                what=said.value,
                why=(
                    f"only the processes of {service.process} tell whether it runs"
                    if by_process
                    else "nobody knows whether it runs, so nothing is taken over"
                )
                + " [FACTS E2]",
                type=f"service {name} onestatus   (it should say `{name} is running as "
                "pid N.`; `process` in hawatch.toml is for the first of `rc`)",
            )


def trap_clock(machine: Machine) -> Iterator[Trap]:
    """A clock that steps back stops HAST's keepalives for as long."""
    if isinstance(machine.rc, Unknown):
        return
    rc = machine.rc.value
    daemons = ("ntpd_enable", "chronyd_enable", "openntpd_enable", "timed_enable")
    if not any(rc.says_yes(name) or name in rc.unclear for name in daemons):
        yield Trap(
            name="clock",
            gravity=Gravity.WARNING,
            what="no time daemon is enabled in rc.conf",
            why=(
                "two nodes whose clocks drift apart cannot be compared, and setting "
                "one back stops HAST's keepalives [FACTS B11, H24]"
            ),
            type="sysrc ntpd_enable=YES ntpd_flags='-x'",
        )
    elif rc.says_yes("ntpd_enable") and "-x" not in rc.get("ntpd_flags").split():
        yield Trap(
            name="clock",
            gravity=Gravity.NOTE,
            what="ntpd may step the clock (no -x in ntpd_flags)",
            why=(
                "a step back of N seconds suspends HAST's keepalives and reconnects "
                "for N seconds [FACTS B11, H24]"
            ),
            type="sysrc ntpd_flags+=' -x' && service ntpd restart",
        )
    if isinstance(machine.cron, Known):
        for word in STEPPING:
            for job in running(machine.cron.value, word):
                yield Trap(
                    name="clock",
                    gravity=Gravity.WARNING,
                    what=f"{job.where} steps the clock: {job.command}",
                    why=(
                        "a step back suspends HAST's keepalives for as long [FACTS B11]"
                    ),
                    type="let ntpd do it: sysrc ntpd_enable=YES ntpd_flags='-x'",
                )


def trap_shutdown_time(machine: Machine) -> Iterator[Trap]:
    """A release that takes longer than a shutdown leaves to it is cut off half-way."""
    known = config(machine)
    if known is None or isinstance(machine.rc, Unknown):
        return
    allowed = _left_by_shutdown(machine.rc.value)
    release = budget(known).release
    needed = int(release) + KEPT_BACK
    if release > allowed:
        yield Trap(
            name="shutdown-time",
            gravity=Gravity.WARNING,
            what=(
                f"a release may take {release:g} s at worst, a shutdown leaves "
                f"{allowed} s to it"
            ),
            why=(
                "then the machine goes down with the file system mounted, and the "
                "other node has to fsck [FACTS E1]"
            ),
            type=f"sysrc rcshutdown_timeout={needed}"
            if needed <= INIT_PATIENCE
            else "shorten stop_deadline, unmount_deadline or hast.role_deadline in "
            f"hawatch.toml (init itself waits {INIT_PATIENCE} s)",
        )


def _left_by_shutdown(rc: Settings) -> int:
    """Return the seconds that the rc script gives to a release, as it counts them."""
    word = rc.get("rcshutdown_timeout", str(RC_SHUTDOWN))
    whole = int(word) if word.isdigit() else KEPT_BACK
    own = rc.get("hawatch_release_timeout", "")
    return min(int(own), whole) if own.isdigit() else max(KEPT_BACK, whole - KEPT_BACK)


def trap_fence_command(machine: Machine) -> Iterator[Trap]:
    """The command that switches the other node off would not be run."""
    if isinstance(machine.fence, Unknown) or machine.fence.value is None:
        return
    reason, _, cure = machine.fence.value.partition("; `")
    yield Trap(
        name="fence-command",
        gravity=Gravity.PROBLEM,
        what=f"witness.fence: {reason}",
        why=(
            "root runs it only where nobody else could have written it; without it "
            "a standby waits, or stays where it is [FACTS H6]"
        ),
        type=cure.removesuffix("`") or "mend `fence` under [witness] in hawatch.toml",
    )


def trap_configuration(machine: Machine) -> Iterator[Trap]:
    """hawatch.toml is missing, broken, or speaks of another machine."""
    if isinstance(machine.config, Unknown):
        missing = "no such file" in machine.config.reason
        yield Trap(
            name="configuration",
            gravity=Gravity.WARNING if missing else Gravity.PROBLEM,
            what="there is no hawatch.toml" if missing else machine.config.reason,
            why="nobody watches this pair",
            type="hawatch setup" if missing else "hawatch config check",
        )
        return
    known = machine.config.value
    for what in _disagreements(machine, known):
        yield Trap(
            name="configuration",
            gravity=Gravity.PROBLEM,
            what=f"hawatch.toml: {what}",
            why="hawatch would look at something that is not there",
            type="hawatch config init   (prints what fits this machine)",
        )


def trap_configurations_differ(machine: Machine) -> Iterator[Trap]:
    """The two nodes work with different configurations."""
    known, said = config(machine), peer(machine)
    if known is None or said is None:
        return
    if said.configuration != configuration_hash(known):
        yield Trap(
            name="configurations-differ",
            gravity=Gravity.PROBLEM,
            what=f"hawatch.toml differs from the one on {said.node}",
            why="the nodes' deadlines are one sum, and hold only where both use it",
            type=f"scp /usr/local/etc/hawatch.toml {said.node}:/usr/local/etc/",
        )


def _disagreements(machine: Machine, known: Config) -> Iterator[str]:
    node = next((n for n in known.nodes if _same(n, machine)), "")
    if not node:
        if machine.names:
            yield f"this host, {machine.names[0]}, is none of its nodes"
        return
    for name, service in known.services.items():
        yield from _of_carp(machine, node, name, service)
        yield from _of_storage(machine, name, service)


def _same(node: str, machine: Machine) -> bool:
    labels = {name.lower().partition(".")[0] for name in machine.names}
    return node.lower().partition(".")[0] in labels


def _of_carp(
    machine: Machine, node: str, name: str, service: ServiceConfig
) -> Iterator[str]:
    if not interfaces(machine):
        return
    face = service.interface_of(node)
    running = {(vhid.interface, vhid.vhid) for vhid in vhids(machine)}
    if (face, service.vhid) not in running:
        yield f"{name}: there is no vhid {service.vhid} on {face}"
    elif service.vip not in vips(machine):
        yield f"{name}: {service.vip} is no address of vhid {service.vhid}"


def _of_storage(machine: Machine, name: str, service: ServiceConfig) -> Iterator[str]:
    if isinstance(machine.hast_conf, Known):
        known = {resource.name for resource in hast_resources(machine)}
        for resource in service.resources:
            if resource not in known:
                yield f"{name}: hast.conf has no resource {resource}"
    if isinstance(machine.fstab, Known):
        known = {entry.directory for entry in machine.fstab.value}
        for directory in service.mounts:
            if directory not in known:
                yield f"{name}: /etc/fstab has no {directory}"
    if isinstance(machine.rc_scripts, Known) and machine.rc_scripts.value:
        for script in service.rc:
            if script not in machine.rc_scripts.value:
                yield f"{name}: there is no /usr/local/etc/rc.d/{script}"
    if MYSQL in service.rc[:1] and is_mariadb(machine) and service.process != MARIADB:
        yield f"{name}: mysql-server starts {MARIADB}, process says {service.process}"
