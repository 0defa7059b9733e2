"""Traps of what rings hawatch's bell: devd, cron, rc and periodic."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hawatch.discovering.cron_jobs import running
from hawatch.discovering.devd_rules import matches
from hawatch.discovering.faces import vhids
from hawatch.discovering.machine import DevdRule, Machine
from hawatch.discovering.own_files import PLACED
from hawatch.doctoring.nouns import Gravity, Trap, config, settings
from hawatch.model.carp import CarpState
from hawatch.model.fact import Known, Unknown

OURS = re.compile(r"(^|[/\s])hawatch\s+event\b")
SETUP = "hawatch setup"
SEED_SCRIPT = "hast_primary_check"
RESTART = "service devd restart"


def trap_devd_broken(machine: Machine) -> Iterator[Trap]:
    """A rule file with a mistake in it: devd does not start."""
    if isinstance(machine.devd, Known):
        for path, why in machine.devd.value.broken.items():
            yield Trap(
                name="devd-broken",
                gravity=Gravity.PROBLEM,
                what=f"{path}: {why}",
                why="devd ends at its start, and no event reaches anybody [C, H28]",
                type=f"less {path}; then {RESTART}",
            )


def trap_devd_rule(machine: Machine) -> Iterator[Trap]:
    """No rule of devd rings hawatch, or its expression misses an interface."""
    if isinstance(machine.devd, Unknown):
        return
    ours = [rule for rule in _carp_rules(machine) if OURS.search(rule.action)]
    if not ours:
        yield Trap(
            name="devd-rule",
            gravity=Gravity.WARNING,
            what="no rule of devd calls `hawatch event` for CARP",
            why="hawatch sees a change of CARP only when its clock rings [FACTS C]",
            type=SETUP,
        )
        return
    for subsystem in _subsystems(machine):
        if not any(_for_all_states(rule, subsystem) for rule in ours):
            yield Trap(
                name="devd-rule",
                gravity=Gravity.WARNING,
                what=f"{ours[0].where} does not match {subsystem} in every state",
                why="[0-9a-z]+ misses em0.100 and igb0_vlan5 [FACTS C]",
                type=f'match "subsystem" "[0-9]+@[0-9a-z_.-]+"; then {RESTART}',
            )


def trap_other_devd_rule(machine: Machine) -> Iterator[Trap]:
    """Another rule takes CARP's events: only one rule runs for each."""
    if isinstance(machine.devd, Unknown):
        return
    rules = _carp_rules(machine)
    ours = [rule for rule in rules if OURS.search(rule.action)]
    for rule in rules:
        if rule in ours:
            continue
        rivals = [one for one in ours if one.priority > rule.priority]
        seen = [s for s in _subsystems(machine) if not _for_all_states(rule, s)]
        if ours and len(rivals) == len(ours):
            gravity, what = Gravity.WARNING, "never runs any more"
            why = "it waits there for the day on which hawatch's rule is gone [FACTS C]"
        elif ours:
            gravity, what = Gravity.PROBLEM, "takes CARP's events from hawatch"
            why = "devd runs one rule for each event, by priority [FACTS C]"
        else:
            gravity, what = Gravity.PROBLEM, "runs a program of its own on CARP events"
            why = "two programs that move one disk tear it apart [FACTS C, G4]"
        missed = f"; it misses {', '.join(seen)}" if seen else ""
        yield Trap(
            name="other-devd-rule",
            gravity=gravity,
            what=f"{rule.where} (priority {rule.priority}, {rule.action}) {what}"
            f"{missed}",
            why=why,
            type=f"mv {_file(rule)} {_file(rule)}.old && {RESTART}",
        )


def _file(rule: DevdRule) -> str:
    return rule.where.rpartition(":")[0]


def _carp_rules(machine: Machine) -> list[DevdRule]:
    """Return the rules for CARP: by name, whatever they make of the subsystem."""
    if isinstance(machine.devd, Unknown):
        return []
    return [
        rule
        for rule in machine.devd.value.rules
        if rule.kind == "notify" and rule.matches.get("system", "").upper() == "CARP"
    ]


def _subsystems(machine: Machine) -> list[str]:
    return [f"{vhid.vhid}@{vhid.interface}" for vhid in vhids(machine)]


def _for_all_states(rule: DevdRule, subsystem: str) -> bool:
    return all(
        matches(rule, {"system": "CARP", "subsystem": subsystem, "type": state.value})
        for state in CarpState
    )


def trap_cron(machine: Machine) -> Iterator[Trap]:
    """Nothing runs `hawatch run`: nobody looks, and events only shorten the wait."""
    if isinstance(machine.cron, Unknown):
        return
    jobs = running(machine.cron.value, "hawatch run")
    for job in jobs:
        if job.ignored:
            yield Trap(
                name="cron",
                gravity=Gravity.PROBLEM,
                what=f"{job.where}: {job.ignored}",
                why="the job never runs, and nothing is logged [FACTS E5]",
                type=f"echo >> {job.where.rpartition(':')[0]}",
            )
    running_jobs = [job for job in jobs if not job.ignored]
    if not jobs:
        yield Trap(
            name="cron",
            gravity=Gravity.PROBLEM,
            what="no crontab runs `hawatch run`",
            why="correctness comes from a look at intervals, not from events [FACTS C]",
            type=SETUP,
        )
    for job in running_jobs[1:]:
        yield Trap(
            name="cron",
            gravity=Gravity.WARNING,
            what=f"{running_jobs[0].where} and {job.where} both run hawatch",
            why="two clocks: the interval is not what hawatch.toml says",
            type=f"take one of them away: {job.where}",
        )
    known = config(machine)
    if known is not None and running_jobs:
        seconds = _seconds(running_jobs[0].when)
        if seconds is not None and seconds != known.agent.interval:
            yield Trap(
                name="cron",
                gravity=Gravity.PROBLEM,
                what=(
                    f"{running_jobs[0].where} runs every {seconds:g} s, hawatch.toml "
                    f"says interval = {known.agent.interval:g}"
                ),
                why="every deadline is a sum with the interval in it",
                type=f"set `interval = {seconds:g}` under [agent] in hawatch.toml",
            )


def _seconds(when: str) -> float | None:
    """Return the seconds between two runs, None where it is no plain interval."""
    if when in ("* * * * *", "@every_minute"):
        return 60.0
    digits = when.removeprefix("@")
    return float(digits) if when.startswith("@") and digits.isdigit() else None


def trap_cron_daemon(machine: Machine) -> Iterator[Trap]:
    """Cron or devd itself is switched off."""
    for name in ("cron_enable", "devd_enable"):
        if not settings(machine.rc).says_yes(name, default=True):
            yield Trap(
                name="cron-daemon",
                gravity=Gravity.PROBLEM,
                what=f"{name} is not YES ({settings(machine.rc).where(name)})",
                why="nothing rings hawatch after the next boot [FACTS C, E1]",
                type=f"sysrc {name}=YES",
            )


def trap_rc_script(machine: Machine) -> Iterator[Trap]:
    """Nothing repairs the roles at boot and nothing hands over at shutdown."""
    if isinstance(machine.rc, Unknown) or isinstance(machine.rc_local, Unknown):
        return
    script = machine.files.get(PLACED["rc.d"], Unknown("not looked at"))
    in_rc_local = "hawatch boot" in _without_comments(machine.rc_local.value)
    enabled = machine.rc.value.says_yes("hawatch_enable")
    if script == Known(None) and not in_rc_local:
        yield Trap(
            name="rc-script",
            gravity=Gravity.WARNING,
            what=f"there is no {PLACED['rc.d']}",
            why="a role of init after a boot stays, and a shutdown hands nothing over "
            "[FACTS E1, H8, H9]",
            type=SETUP,
        )
    elif (
        not enabled
        and not in_rc_local
        and "hawatch_enable" not in (machine.rc.value.unclear)
    ):
        yield Trap(
            name="rc-script",
            gravity=Gravity.WARNING,
            what="hawatch_enable is not YES in rc.conf",
            why="a role of init after a boot stays, and a shutdown hands nothing over "
            "[FACTS E1, H8, H9]",
            type="sysrc hawatch_enable=YES",
        )


def trap_rc_local(machine: Machine) -> Iterator[Trap]:
    """The old repair script is still called at boot."""
    if isinstance(machine.rc_local, Known):
        for number, line in enumerate(machine.rc_local.value.split("\n"), start=1):
            if SEED_SCRIPT in _without_comments(line):
                yield Trap(
                    name="rc-local",
                    gravity=Gravity.PROBLEM,
                    what=f"/etc/rc.local:{number} calls {SEED_SCRIPT}.sh",
                    why=(
                        "it asks by ssh without a time limit and changes roles behind "
                        "hawatch's back: a silent peer stops the boot [FACTS G5]"
                    ),
                    type=f"sed -i .old /{SEED_SCRIPT}/d /etc/rc.local",
                )


def _without_comments(text: str) -> str:
    return "\n".join(line.partition("#")[0] for line in text.split("\n"))


def trap_periodic_off(machine: Machine) -> Iterator[Trap]:
    """The daily report of the pair, or the audit of its files, is switched off."""
    for kind, knob in (
        ("daily", "daily_status_hawatch_enable"),
        ("security", "security_status_hawatch_enable"),
    ):
        script = machine.files.get(PLACED[kind], Unknown("not looked at"))
        if isinstance(machine.periodic, Unknown) or isinstance(script, Unknown):
            continue
        if script.value is None:
            yield Trap(
                name="periodic-off",
                gravity=Gravity.NOTE,
                what=f"there is no {PLACED[kind]}",
                why="what nobody reads daily is noticed at the next failover [FACTS D]",
                type=SETUP,
            )
        elif not machine.periodic.value.says_yes(knob):
            yield Trap(
                name="periodic-off",
                gravity=Gravity.NOTE,
                what=f"{knob} is not YES",
                why="what nobody reads daily is noticed at the next failover [FACTS D]",
                type=f"sysrc -f /etc/periodic.conf {knob}=YES",
            )
