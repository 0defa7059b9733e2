"""All traps, in the order of the reference page, and the doctor who asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hawatch.discovering.machine import Machine
from hawatch.doctoring import (
    bells,
    carp,
    carp_addresses,
    carp_signs,
    hast_conf,
    hast_copies,
    storage,
    surroundings,
)
from hawatch.doctoring.nouns import Gravity, Trap, TrapRule
from hawatch.exits import Exit
from hawatch.model.fact import Fact, Unknown

TRAPS: tuple[TrapRule, ...] = (
    carp.trap_carp_not_loaded,
    carp.trap_no_vhid,
    carp.trap_preempt,
    carp.trap_equal_skews,
    carp.trap_two_masters,
    carp_addresses.trap_vip_mask,
    carp_addresses.trap_vhid_without_address,
    carp_addresses.trap_dual_stack,
    carp_addresses.trap_unicast_peer,
    carp_addresses.trap_same_network,
    carp_signs.trap_carp_password,
    carp_signs.trap_bad_authentication,
    carp_signs.trap_adverts_echoed,
    carp_signs.trap_hypervisor,
    carp_signs.trap_carp_not_allowed,
    carp_signs.trap_carp_off_at_boot,
    carp_signs.trap_demotion,
    carp_signs.trap_raised_skew,
    hast_conf.trap_hast_conf,
    hast_conf.trap_host_name,
    hast_conf.trap_remote,
    hast_conf.trap_not_reloaded,
    hast_conf.trap_exec_hook,
    hast_conf.trap_timeout,
    hast_conf.trap_replication,
    hast_conf.trap_hastd_not_enabled,
    hast_copies.trap_sizes_differ,
    hast_copies.trap_never_connected,
    hast_copies.trap_degraded,
    hast_copies.trap_other_device_names,
    hast_copies.trap_other_provider_names,
    hast_copies.trap_stale_superblock,
    hast_copies.trap_raw_disk_in_use,
    storage.trap_fstab,
    storage.trap_mount_point_link,
    storage.trap_mount_on_top,
    storage.trap_no_journal,
    storage.trap_bare_mount_point,
    storage.trap_fsck_y,
    storage.trap_state_directory,
    bells.trap_devd_broken,
    bells.trap_devd_rule,
    bells.trap_other_devd_rule,
    bells.trap_cron,
    bells.trap_cron_daemon,
    bells.trap_rc_script,
    bells.trap_rc_local,
    bells.trap_periodic_off,
    surroundings.trap_service_enabled,
    surroundings.trap_rc_status,
    surroundings.trap_clock,
    surroundings.trap_shutdown_time,
    surroundings.trap_fence_command,
    surroundings.trap_configuration,
    surroundings.trap_configurations_differ,
)


def name_of(rule: TrapRule) -> str:
    """Return the name under which a rule's traps are told: its own, with hyphens."""
    return str(getattr(rule, "__name__", "")).removeprefix("trap_").replace("_", "-")


def diagnose(machine: Machine) -> tuple[Trap, ...]:
    """Given a machine, return its traps, what matters most first."""
    return asked(TRAPS, machine)


def asked(rules: Iterable[TrapRule], machine: Machine) -> tuple[Trap, ...]:
    """Return what some rules say, each thing once, what matters most first."""
    found = dict.fromkeys(trap for rule in rules for trap in rule(machine))
    return tuple(sorted(found, key=lambda trap: trap.gravity.rank))


def unseen(machine: Machine) -> tuple[str, ...]:
    """Return what could not be found out, with the reason: no trap is not all well."""
    facts: dict[str, Fact[Any]] = {
        "interfaces": machine.interfaces,
        "net.inet.carp": machine.sysctls,
        "CARP's counters": machine.counters,
        "rc.conf": machine.rc,
        "hast.conf": machine.hast_conf,
        "fstab": machine.fstab,
        "mounts": machine.mounts,
        "devd's rules": machine.devd,
        "crontabs": machine.cron,
        "the other node": machine.peer,
    }
    groups: dict[str, Mapping[str, Fact[Any]]] = {
        "hastctl list": machine.resources,
        "hastctl dump": machine.dumps,
        "file system on": machine.journaling,
        "mount point": machine.points,
        "raw disk": machine.raw,
        "path of": machine.links,
        "rc script": machine.rc_words,
    }
    for label, group in groups.items():
        facts |= {f"{label} {key}": fact for key, fact in group.items()}
    return tuple(
        f"{name}: {fact.reason}"
        for name, fact in facts.items()
        if isinstance(fact, Unknown)
    )


def exit_code(traps: tuple[Trap, ...], lost: tuple[str, ...] = ()) -> Exit:
    """Return 0 for no trap, 3 where one is a problem, 1 for the rest.

    lost is what could not be seen: without it nobody knows that all is well.
    """
    if any(trap.gravity is Gravity.PROBLEM for trap in traps):
        return Exit.WRONG
    return Exit.NOTABLE if traps or lost else Exit.WELL
