"""Every trap: a machine that has it, and the healthy one, which has none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from builders import (
    a_counters,
    a_dump,
    a_memory,
    a_mount,
    a_raise,
    a_resource,
    a_service_config,
    a_sysctls,
    a_vhid,
    an_fstab_entry,
)
from doctor_machines import (
    CRON,
    DEVD,
    HOOK,
    ROOT_MOUNT,
    a_configured,
    a_face,
    a_file,
    a_machine,
    a_peer,
    changed,
    cron,
    devd,
    faces,
    hast,
    plain,
    rc,
    the_config,
)

from hawatch.discovering.machine import BarePoint, DevdRules, Growth, Journaling
from hawatch.discovering.own_files import PLACED
from hawatch.doctoring.nouns import Gravity, Trap
from hawatch.doctoring.table import TRAPS, diagnose, exit_code, name_of, unseen
from hawatch.exits import Exit
from hawatch.freebsd.host import FreeBSDHost
from hawatch.model.config import AgentConfig, CarpConfig, HastConfig
from hawatch.model.fact import Known, Unknown
from hawatch.model.hast import HastStatus
from hawatch.model.latch import Latch, LatchKind

OLD_RULE = """\
notify 0 {
    match "system" "CARP";
    match "subsystem" "[0-9]+@[0-9a-z]+";
    match "type" "(INIT|MASTER|BACKUP)";
    action "/usr/local/bin/carphast.sh $type $subsystem";
};
"""
SIX = a_face("em0", "192.0.2.11/24", "192.0.2.251/32 vhid 1", "2001:db8::1/128 vhid 1")
ONLY_SIX = a_face("em0", "192.0.2.11/24", "2001:db8::1/128 vhid 1", vhids=(a_vhid(),))
VLAN = a_vhid(interface="em0.100")
OTHER_DUMP = a_dump(datasize=4096)
ALONE = a_resource(localpath="/dev/label/hast0", remoteaddr="10.0.0.2")
RAISED = a_raise(since=0.0, reason="a test")

PROBLEM, WARNING, NOTE = Gravity.PROBLEM, Gravity.WARNING, Gravity.NOTE

CASES: list[tuple[str, Gravity, dict[str, Any]]] = [
    ("carp-not-loaded", PROBLEM, {"sysctls": Unknown("the carp module is not loaded")}),
    ("carp-not-loaded", WARNING, {"loader": plain("")}),
    ("no-vhid", PROBLEM, {"interfaces": Known((a_face("em0", "192.0.2.11/24"),))}),
    ("no-vhid", WARNING, {"vhids": Known((a_configured(vhid=2),))}),
    ("preempt", PROBLEM, {"sysctls": Known(a_sysctls(preempt=True))}),
    (
        "preempt",
        WARNING,
        {"sysctls": Known(a_sysctls(preempt=True)), "peer": Unknown("silent")},
    ),
    ("preempt", WARNING, {"peer": a_peer(sysctls=Known(a_sysctls(preempt=True)))}),
    ("equal-skews", PROBLEM, {"peer": a_peer(a_vhid("BACKUP", advskew=0))}),
    (
        "equal-skews",
        PROBLEM,
        {
            "interfaces": faces(a_vhid(advskew=254)),
            "peer": a_peer(a_vhid("BACKUP", advskew=240)),
        },
    ),
    ("two-masters", PROBLEM, {"peer": a_peer(a_vhid("MASTER", advskew=50))}),
    ("vip-mask", WARNING, {"interfaces": faces(vip="192.0.2.251/24")}),
    ("vip-mask", PROBLEM, {"interfaces": faces(vip="198.51.100.1/32")}),
    (
        "vhid-without-address",
        WARNING,
        {"interfaces": Known((changed(SIX, vhids=(a_vhid(), a_vhid(vhid=11))),))},
    ),
    ("dual-stack", WARNING, {"interfaces": Known((changed(SIX, vhids=(a_vhid(),)),))}),
    ("dual-stack", NOTE, {"interfaces": Known((ONLY_SIX,))}),
    (
        "unicast-peer",
        NOTE,
        {
            "release": Known("14.2-RELEASE"),
            "interfaces": faces(a_vhid(peer="192.0.2.12", peer6="ff02::12")),
        },
    ),
    (
        "same-network",
        NOTE,
        {"resources": {"disk0": Known(changed(ALONE, remoteaddr="192.0.2.12"))}},
    ),
    ("carp-password", PROBLEM, {"vhids": Known((a_configured(password=None),))}),
    ("carp-password", WARNING, {"vhids": Known((a_configured(password=7),))}),
    ("carp-password", NOTE, {"vhids": Known((a_configured(password=20),))}),
    (
        "bad-authentication",
        PROBLEM,
        {
            "counters": Known(a_counters(bad_authentication=90)),
            "growth": Known(Growth(received=3, sent=3, bad_authentication=3)),
        },
    ),
    ("bad-authentication", NOTE, {"counters": Known(a_counters(bad_authentication=9))}),
    (
        "bad-authentication",
        WARNING,
        {
            "counters": Known(a_counters(bad_authentication=9)),
            "growth": Unknown("one reading only"),
        },
    ),
    (
        "adverts-echoed",
        PROBLEM,
        {"growth": Known(Growth(received=3, sent=3, bad_authentication=0))},
    ),
    ("hypervisor", NOTE, {"hypervisor": Known("vmware")}),
    ("carp-not-allowed", PROBLEM, {"sysctls": Known(a_sysctls(allow=False))}),
    (
        "carp-off-at-boot",
        PROBLEM,
        {"sysctl_conf": plain("net.inet.carp.allow=0\n", "/etc/sysctl.conf")},
    ),
    (
        "carp-off-at-boot",
        WARNING,
        {"config": Known(the_config(carp=CarpConfig(interlock=True)))},
    ),
    ("demotion", PROBLEM, {"sysctls": Known(a_sysctls(demotion=240))}),
    ("raised-skew", WARNING, {"interfaces": faces(a_vhid(advskew=240))}),
    ("raised-skew", WARNING, {"interfaces": faces(a_vhid(advbase=10))}),
    ("hast-conf", PROBLEM, {"hast_conf": Unknown("hast.conf: No such file")}),
    ("hast-conf", WARNING, {"hast_conf": hast("/dev/label/hast0", '"/dev/da1"')}),
    ("host-name", PROBLEM, {"names": ("web1",)}),
    (
        "host-name",
        WARNING,
        {"hast_conf": hast("on db2 { remote 10.0.0.1 }", "")},
    ),
    ("remote", WARNING, {"hast_conf": hast("remote 10.0.0.2", "remote db2-link")}),
    ("remote", PROBLEM, {"hast_conf": hast("remote 10.0.0.2", "remote 192.0.2.251")}),
    ("remote", PROBLEM, {"hast_conf": hast("remote 10.0.0.2", "remote 10.0.0.1")}),
    ("remote", PROBLEM, {"hast_conf": hast("remote 10.0.0.1", "remote 10.0.0.9")}),
    ("not-reloaded", PROBLEM, {"hast_conf": hast("10.0.0.2", "10.0.0.22")}),
    ("not-reloaded", PROBLEM, {"hast_conf": hast("/dev/label/hast0", "/dev/da1")}),
    ("exec-hook", WARNING, {"hast_conf": hast(f"exec {HOOK}\n")}),
    ("exec-hook", NOTE, {"hast_conf": hast(HOOK, "/root/hook.sh")}),
    ("exec-hook", PROBLEM, {"more_files": {HOOK: Known(None)}}),
    ("exec-hook", PROBLEM, {"more_files": {HOOK: Known(a_file(0o644))}}),
    ("timeout", NOTE, {"hast_conf": hast("timeout 5", "timeout 20")}),
    ("timeout", PROBLEM, {"hast_conf": hast("timeout 5", "timeout 7")}),
    ("replication", NOTE, {"hast_conf": hast("fullsync", "memsync")}),
    ("replication", WARNING, {"hast_conf": hast("fullsync", "async")}),
    ("hastd-not-enabled", PROBLEM, {"rc": rc(hastd_enable="NO")}),
    ("sizes-differ", PROBLEM, {"peer": a_peer(dumps={"disk0": Known(OTHER_DUMP)})}),
    (
        "sizes-differ",
        PROBLEM,
        {"peer": a_peer(dumps={"disk0": Known(a_dump(extentsize=4194304))})},
    ),
    ("never-connected", PROBLEM, {"dumps": {"disk0": Known(a_dump(resuid=0))}}),
    (
        "degraded",
        PROBLEM,
        {"resources": {"disk0": Known(changed(ALONE, status=HastStatus.DEGRADED))}},
    ),
    (
        "other-device-names",
        NOTE,
        {"hast_conf": hast("on db2 {", "on db2 { local /dev/da9")},
    ),
    (
        "other-provider-names",
        WARNING,
        {"hast_conf": hast("on db2 {", "on db2 { name disk9")},
    ),
    ("stale-superblock", WARNING, {"raw": {"/dev/label/hast0": Known("ufs")}}),
    (
        "raw-disk-in-use",
        PROBLEM,
        {"mounts": Known((ROOT_MOUNT, a_mount(device="/dev/label/hast0")))},
    ),
    (
        "raw-disk-in-use",
        PROBLEM,
        {"fstab": Known((an_fstab_entry(), an_fstab_entry(device="/dev/label/hast0")))},
    ),
    ("fstab", PROBLEM, {"fstab": Known(())}),
    (
        "mount-on-top",
        PROBLEM,
        {"mounts": Known((ROOT_MOUNT, a_mount(directory="/var/db/mysql/tmp")))},
    ),
    ("mount-point-link", PROBLEM, {"links": {"/home/db": Known("/home")}}),
    ("fstab", PROBLEM, {"fstab": Known((an_fstab_entry(options=("rw",)),))}),
    ("fstab", WARNING, {"fstab": Known((an_fstab_entry(passno=2),))}),
    (
        "no-journal",
        WARNING,
        {"journaling": {"/var/db/mysql": Known(Journaling.SOFT_UPDATES)}},
    ),
    (
        "bare-mount-point",
        WARNING,
        {"points": {"/srv": Known(BarePoint(mode="drwxr-xr-x", flags="-"))}},
    ),
    ("fsck-y", NOTE, {"rc": rc(fsck_y_enable="YES")}),
    (
        "fsck-y",
        NOTE,
        {
            "config": Known(
                the_config(
                    services={"mysql": a_service_config(fsck_yes=("/var/db/mysql",))}
                )
            )
        },
    ),
    (
        "state-directory",
        PROBLEM,
        {"config": Known(the_config(agent=AgentConfig(state="/var/db/mysql/ha")))},
    ),
    (
        "state-directory",
        PROBLEM,
        {
            "mounts": Known(
                (ROOT_MOUNT, changed(ROOT_MOUNT, directory="/var", fstype="tmpfs"))
            )
        },
    ),
    ("devd-broken", PROBLEM, {"devd": devd(DEVD, "notify 0 { match }")}),
    ("devd-rule", WARNING, {"devd": Known(DevdRules())}),
    (
        "devd-rule",
        WARNING,
        {
            "interfaces": faces(VLAN),
            "devd": devd(DEVD.replace("[0-9a-z_.-]+", "[0-9a-z]+")),
        },
    ),
    ("other-devd-rule", PROBLEM, {"devd": devd(OLD_RULE)}),
    ("other-devd-rule", WARNING, {"devd": devd(OLD_RULE, DEVD)}),
    (
        "other-devd-rule",
        PROBLEM,
        {"devd": devd(OLD_RULE.replace("notify 0", "notify 200"), DEVD)},
    ),
    ("cron", PROBLEM, {"cron": cron("")}),
    ("cron", PROBLEM, {"cron": cron(CRON.rstrip("\n"))}),
    ("cron", WARNING, {"cron": cron(CRON + CRON)}),
    ("cron", PROBLEM, {"cron": cron(CRON.replace("@10", "@30"))}),
    ("cron-daemon", PROBLEM, {"rc": rc(cron_enable="NO")}),
    ("rc-script", WARNING, {"more_files": {PLACED["rc.d"]: Known(None)}}),
    ("rc-script", WARNING, {"rc": rc(hawatch_enable="NO")}),
    ("rc-local", PROBLEM, {"rc_local": Known("sh /root/hast_primary_check.sh\n")}),
    ("periodic-off", NOTE, {"periodic": plain("")}),
    ("periodic-off", NOTE, {"more_files": {PLACED["daily"]: Known(None)}}),
    ("service-enabled", PROBLEM, {"rc": rc(mysql_enable="YES")}),
    ("rc-status", WARNING, {"rc_words": {"mysql-server": Known("it says: hm")}}),
    ("clock", WARNING, {"rc": rc(ntpd_enable="NO")}),
    ("clock", NOTE, {"rc": rc(ntpd_flags="-g")}),
    ("clock", WARNING, {"cron": cron(CRON + "0 * * * * root ntpdate -b pool\n")}),
    (
        "shutdown-time",
        WARNING,
        {"config": Known(the_config(services={"mysql": a_service_config()}))},
    ),
    ("shutdown-time", WARNING, {"rc": rc(rcshutdown_timeout="89")}),
    ("shutdown-time", WARNING, {"rc": rc(rcshutdown_timeout="soon")}),
    ("shutdown-time", WARNING, {"rc": rc(hawatch_release_timeout="60")}),
    (
        "fence-command",
        PROBLEM,
        {"fence": Known("/f is not executable; `chmod u+x /f`")},
    ),
    ("fence-command", PROBLEM, {"fence": Known("/f: No such file or directory")}),
    ("configuration", WARNING, {"config": Unknown("there is no such file")}),
    ("configuration", PROBLEM, {"config": Unknown("$.nodes: 1 node; two")}),
    ("configuration", PROBLEM, {"interfaces": faces(a_vhid(vhid=7))}),
    ("configuration", PROBLEM, {"rc_scripts": Known(("other",))}),
    ("configuration", PROBLEM, {"libexec": Known(("mariadbd", "mysqld"))}),
    ("configurations-differ", PROBLEM, {"peer": a_peer(configuration="0123")}),
]


def told(changes: dict[str, Any]) -> dict[str, list[Trap]]:
    """Return what each rule says of the healthy machine with some changes."""
    machine = a_machine(**changes)
    return {name_of(rule): list(rule(machine)) for rule in TRAPS}


@pytest.mark.parametrize(("name", "gravity", "changes"), CASES)
def test_a_machine_with_a_trap_is_told_of_it(
    name: str, gravity: Gravity, changes: dict[str, Any]
) -> None:
    """The rule speaks, under its own name, with a reason and something to do."""
    traps = told(changes)[name]
    assert gravity in {trap.gravity for trap in traps}
    for trap in traps:
        assert trap.name == name
        assert trap.what
        assert trap.why
        assert trap.type


def test_a_shutdown_is_counted_as_the_rc_script_counts_it() -> None:
    """It keeps 10 seconds back; what is advised is enough by the same count."""
    shorter = {"rc": rc(rcshutdown_timeout="89")}
    (trap,) = told(shorter)["shutdown-time"]
    assert trap.what.endswith("may take 80 s at worst, a shutdown leaves 79 s to it")
    assert trap.type == "sysrc rcshutdown_timeout=90"


@pytest.mark.parametrize("rule", TRAPS, ids=name_of)
def test_a_healthy_machine_has_no_such_trap(rule: Any) -> None:
    """A rule that always speaks would soon be read by nobody."""
    assert list(rule(a_machine())) == []


@pytest.mark.parametrize("rule", TRAPS, ids=name_of)
def test_every_rule_has_a_machine_on_which_it_speaks(rule: Any) -> None:
    """A new rule comes with its case."""
    assert name_of(rule) in {name for name, _, _ in CASES}


@pytest.mark.parametrize("rule", TRAPS, ids=name_of)
def test_a_rule_concludes_nothing_from_what_nobody_saw(rule: Any) -> None:
    """Unknown is a value: of a machine that could not be read, only that is told."""
    from hawatch.discovering.machine import Machine

    allowed = {"hast-conf", "configuration"}
    assert {trap.name for trap in rule(Machine())} <= allowed


def test_our_own_raised_advskew_is_no_trap() -> None:
    """Hawatch raised it and remembers it: nothing is left over."""
    changes = {
        "interfaces": faces(a_vhid(advskew=240)),
        "memory": Known(a_memory(raised=RAISED)),
    }
    assert told(changes)["raised-skew"] == []


def test_our_own_fence_is_no_trap() -> None:
    """allow=0 with a fence in the memory has its reason."""
    fenced = Latch(kind=LatchKind.FENCED, resource="disk0", since=0.0, reason="a test")
    changes = {
        "sysctls": Known(a_sysctls(allow=False)),
        "memory": Known(a_memory(latches=(fenced,))),
    }
    assert told(changes)["carp-not-allowed"] == []


def test_another_pair_on_the_network_is_no_echo_of_ours() -> None:
    """Its adverts come in and are discarded for their vhid or version [A13]."""
    growth = Growth(received=3, sent=3, bad_authentication=0, foreign=3)
    assert told({"growth": Known(growth)})["adverts-echoed"] == []


def test_the_demotion_of_an_interface_that_is_down_is_no_trap() -> None:
    """The kernel added 240 for it and takes them away again."""
    changes = {
        "interfaces": faces(a_vhid("INIT")),
        "sysctls": Known(a_sysctls(demotion=240)),
    }
    assert told(changes)["demotion"] == []


def test_a_larger_disk_is_told_the_smaller_one_in_hastctls_terms() -> None:
    """`create -m` takes the size of the disk: the data and what lies before them."""
    peer = a_peer(dumps={"disk0": Known(a_dump(datasize=4096, localoff=1000))})
    (trap,) = told({"peer": peer})["sizes-differ"]
    assert "create -m 5096 disk0" in trap.type


def test_a_timeout_that_nobody_configured_is_compared_as_it_is() -> None:
    """hast.conf's 20 s and hawatch.toml's 20 s agree; slowness is still told."""
    config = the_config(hast=HastConfig(timeout=20.0))
    changes = {
        "hast_conf": hast("timeout 5", "timeout 20"),
        "config": Known(config),
    }
    assert [trap.gravity for trap in told(changes)["timeout"]] == [NOTE]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, Exit.WELL),
        ({"hypervisor": Known("vmware")}, Exit.NOTABLE),
        ({"loader": plain("")}, Exit.NOTABLE),
        ({"names": ("web1",)}, Exit.WRONG),
    ],
)
def test_the_exit_code_is_the_worst_trap(changes: dict[str, Any], code: Exit) -> None:
    """0 for none, 1 for notes and warnings, 3 for a problem."""
    assert exit_code(diagnose(a_machine(**changes))) is code


def test_what_could_not_be_seen_is_not_all_well() -> None:
    """Nobody knows whether a trap is there."""
    machine = a_machine(mounts=Unknown("mount exit 1"))
    assert exit_code((), unseen(machine)) is Exit.NOTABLE


def test_what_matters_most_comes_first() -> None:
    """A person reads the first screen."""
    changes = {"hypervisor": Known("vmware"), "names": ("web1",), "loader": plain("")}
    ranks = [trap.gravity.rank for trap in diagnose(a_machine(**changes))]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == 3


def test_a_fence_that_others_can_write_is_told_with_its_cure(tmp_path: Path) -> None:
    """The doctor asks what the plan will ask in the night."""
    program = tmp_path / "fence"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o775)
    machine = a_machine(fence=Known(FreeBSDHost("db1").why_untrusted(str(program))))
    trap = next(one for one in diagnose(machine) if one.name == "fence-command")
    assert trap.what == f"witness.fence: {program} can be written by others"
    assert trap.type == f"chmod go-w {program}"
    program.chmod(0o755)
    good = Known(FreeBSDHost("db1").why_untrusted(str(program)))
    assert good == Known(None)
    assert diagnose(a_machine(fence=good)) == diagnose(a_machine())
