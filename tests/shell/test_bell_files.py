"""Who rings the bell: devd's rule, hastd's hook, cron's lines; and the log."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest
from shell_harness import ROOT, Machine

from hawatch.cli import COMMANDS
from hawatch.commands import event
from hawatch.freebsd.parse_devd import parse_event
from hawatch.freebsd.parse_hastconf import parse_hastconf
from hawatch.model.config import AgentConfig, PeerConfig

DEVD = ROOT / "etc/devd/hawatch.conf"
OLD_RULE = """\
notify 0 {
	match "system"		"CARP";
	match "subsystem"	"[0-9]+@[0-9a-z]+";
	match "type"		"(INIT|MASTER|BACKUP)";
	action "/usr/local/bin/carphast.sh $type $subsystem";
};
"""


@dataclass(frozen=True)
class Rule:
    """A notify rule of devd.conf(5)."""

    priority: int
    matches: dict[str, str]
    action: str

    def fires(self, values: dict[str, str]) -> bool:
        """Return whether every pattern matches: whole, in any case [FACTS C]."""
        return all(
            re.fullmatch(pattern, values.get(key, ""), re.IGNORECASE)
            for key, pattern in self.matches.items()
        )


def rules(text: str) -> list[Rule]:
    """Return the rules of a devd.conf."""
    text = re.sub(r"(?m)^#.*$", "", text)
    found = []
    for number, body in re.findall(r"notify\s+(\d+)\s*\{(.*?)\};", text, re.DOTALL):
        matches = dict(re.findall(r'match\s+"([^"]+)"\s+"([^"]+)"\s*;', body))
        (action,) = re.findall(r'action\s+"([^"]+)"\s*;', body)
        found.append(Rule(int(number), matches, action))
    return found


def chosen(found: list[Rule], line: str) -> Rule | None:
    """Return the one rule that devd runs: the first by falling priority [FACTS C]."""
    seen = parse_event(line)
    values = {"system": seen.system, "subsystem": seen.subsystem, "type": seen.type}
    for rule in sorted(found, key=lambda rule: -rule.priority):
        if rule.fires(values):
            return rule
    return None


(OURS,) = rules(DEVD.read_text())


@pytest.mark.parametrize("kind", ["INIT", "BACKUP", "MASTER"])
@pytest.mark.parametrize(
    "subsystem",
    ["1@em0", "10@vtnet0", "255@igb1", "1@em0.100", "7@igb0_vlan5", "2@LAN-0"],
)
def test_devd_knows_every_interface_name(subsystem: str, kind: str) -> None:
    """The pattern of the older script missed dots and underscores."""
    line = f"!system=CARP subsystem={subsystem} type={kind}"
    assert chosen([OURS], line) == OURS


@pytest.mark.parametrize(
    "line",
    [
        "!system=IFNET subsystem=em0 type=LINK_DOWN",
        "!system=CARP subsystem=em0 type=MASTER",
        "!system=CARP subsystem=1@em0 type=OTHER",
        "!system=CARP subsystem=@em0 type=MASTER",
        "!system=CARP subsystem=1@em0;reboot type=MASTER",
        "!system=DEVFS subsystem=CDEV type=CREATE",
    ],
)
def test_devd_leaves_other_events_alone(line: str) -> None:
    """One rule fires for each event: ours must not take what is not CARP's."""
    assert chosen([OURS], line) is None


def test_the_recorded_events_of_devd_fire_it() -> None:
    """What a real devd processed."""
    text = (ROOT / "tests/golden/freebsd-13.2/devd-debug.txt").read_text()
    lines = re.findall(r"Processing event '(!system=CARP [^']+)'", text)
    assert len(lines) == 2
    assert [chosen([OURS], line) for line in lines] == [OURS, OURS]


def test_what_hawatch_accepts_devd_passes_on() -> None:
    """The rule's pattern is no narrower than the command's own."""
    for name in ("em0", "em0.100", "igb0_vlan5", "vlan7", "bridge0", "E.m_0"):
        assert event.SUBSYSTEM.fullmatch(f"1@{name}")
        assert re.fullmatch(OURS.matches["subsystem"], f"1@{name}", re.IGNORECASE)
    types = OURS.matches["type"].strip("()").split("|")
    assert set(types) < set(event.CARP_TYPES)


def test_the_action_has_the_words_that_the_command_wants() -> None:
    """The type first, then the subsystem; carp(4)'s example has them the other way."""
    action = OURS.action.replace("$type", "MASTER").replace("$subsystem", "1@em0.100")
    program, command, *words = shlex.split(action)
    assert (program, command) == ("/usr/local/bin/hawatch", "event")
    tree = {"services": {"mysql": {"vhid": 1, "interface": "em0.100"}}}
    assert event._wrong_words(words, tree) is None


@pytest.mark.parametrize("order", [1, -1])
def test_it_goes_before_the_older_scripts_rule(order: int) -> None:
    """In whatever order the files are read, the old rule never runs again."""
    found = [OURS, *rules(OLD_RULE)][::order]
    rule = chosen(found, "!system=CARP subsystem=1@em0 type=MASTER")
    assert rule == OURS


def test_a_rule_of_higher_priority_would_silence_it() -> None:
    """Why the comment asks to remove older rules: only one fires."""
    louder = rules(OLD_RULE.replace("notify 0", "notify 300"))
    rule = chosen([OURS, *louder], "!system=CARP subsystem=1@em0 type=MASTER")
    assert rule == louder[0]


@pytest.mark.parametrize(
    "words",
    [
        ["role", "disk0", "init", "primary"],
        ["connect", "disk0"],
        ["disconnect", "disk0"],
        ["syncstart", "disk0"],
        ["syncdone", "disk0"],
        ["syncintr", "disk0"],
        ["split-brain", "disk0"],
    ],
)
def test_hastds_hook_passes_every_event_on(machine: Machine, words: list[str]) -> None:
    """The seven events of hastd, word by word, and nothing said."""
    ran = machine.run("etc/libexec/hast-event", *words)
    assert (ran.code, ran.output) == (0, "")
    assert machine.calls("hawatch") == [["event", "hast", *words]]
    tree = {"services": {"mysql": {"resources": ["disk0"]}}}
    assert event._wrong_words(["hast", *words], tree) is None


def test_hastds_hook_becomes_hawatch(machine: Machine) -> None:
    """One process and not two; the exit code is hawatch's, words stay words."""
    machine.hawatch(f"echo $PPID > {machine.root}/parent; exit 3")
    script = machine.root / "hook"
    script.write_text(machine.text_of("etc/libexec/hast-event"))
    line = f'echo $$; {machine.shell} {script} connect "a b" ""; echo $?'
    ran = machine.command([machine.shell, "-c", line])
    outer, code = ran.output.split()
    assert code == "3"
    assert (machine.root / "parent").read_text().strip() == outer
    assert machine.calls("hawatch") == [["event", "hast", "connect", "a b", ""]]


def test_hast_conf_takes_the_line() -> None:
    """It is HAST's grammar, and names the script that is installed."""
    text = (ROOT / "etc/hast.conf.exec").read_text()
    resource = (
        "resource disk0 {\n on a { local /dev/da1\n remote 192.0.2.2 }\n"
        " on b { local /dev/da1\n remote 192.0.2.1 }\n}\n"
    )
    found = parse_hastconf(text + resource).resources["disk0"]
    assert found.settings.exec == "/usr/local/libexec/hawatch/hast-event"


CRON = ROOT / "etc/cron.d/hawatch"
JOB = re.compile(r"@(\d+)\t(\w+)\t(.+)")


def jobs() -> list[tuple[int, str, str]]:
    """Return cron's jobs: seconds, user, command."""
    lines = CRON.read_text().splitlines()
    plain = [line for line in lines if line and line[0] != "#" and "=" not in line[:6]]
    return [(int(m[1]), m[2], m[3]) for m in map(JOB.fullmatch, plain) if m]


def test_cron_reads_the_last_line() -> None:
    """A last line without its end is silently ignored [FACTS E5]."""
    assert CRON.read_text().endswith("\n")
    assert len(jobs()) == 2


def test_crons_interval_is_the_configurations() -> None:
    """All sums of times count in agent.interval."""
    seconds, user, command = jobs()[0]
    assert command.startswith("/usr/local/bin/hawatch run ")
    assert user == "root"
    assert seconds == AgentConfig().interval
    assert seconds > PeerConfig().timeout


def test_crons_commands_exist_and_have_no_percent_sign() -> None:
    """A bare % ends the command in a crontab."""
    for _, user, command in jobs():
        program, verb, *_ = shlex.split(command)
        assert (program, user) == ("/usr/local/bin/hawatch", "root")
        assert verb in COMMANDS
        assert "%" not in command


def run_job(machine: Machine, number: int) -> None:
    """Run a job's command as cron does, by the shell."""
    machine.program("usr/bin/logger", 'cat "$6" >> "${0%/*}/../../log"')
    (machine.root / "var/run").mkdir(parents=True)
    copy = machine.text_of("etc/cron.d/hawatch").splitlines()
    command = [line for line in copy if line.startswith("@")][number].split("\t")[2]
    ran = machine.command([machine.shell, "-c", command])
    assert ran.output == "", "cron would mail this, each time"


@pytest.mark.parametrize("number", [0, 1])
def test_cron_is_told_nothing_when_all_is_well(machine: Machine, number: int) -> None:
    """Six times a minute, no mail and no line in the log."""
    machine.hawatch("echo text")
    run_job(machine, number)
    assert machine.calls("hawatch") == [[["run", "--quiet"], ["notify"]][number]]
    assert machine.calls("logger") == []


@pytest.mark.parametrize("number", [0, 1])
def test_what_hawatch_cannot_log_itself_is_logged(
    machine: Machine, number: int
) -> None:
    """A broken configuration, on standard error, with a code."""
    machine.hawatch("echo no such node >&2; exit 2")
    run_job(machine, number)
    (words,) = machine.calls("logger")
    assert words[:5] == ["-t", "hawatch", "-p", "daemon.err", "-f"]
    assert (machine.root / "log").read_text() == "no such node\n"


def test_a_hawatch_that_is_gone_is_logged(machine: Machine) -> None:
    """After a careless upgrade nobody would watch the pair."""
    (machine.root / "usr/local/bin/hawatch").unlink()
    run_job(machine, 0)
    assert "hawatch" in (machine.root / "log").read_text()


def test_the_log_is_written_and_rotated_under_one_name() -> None:
    """One program writes it, newsyslog makes and rotates it, and signals syslogd."""
    entries = [
        line.split()
        for line in (ROOT / "etc/newsyslog.conf.d/hawatch.conf")
        .read_text()
        .splitlines()
        if not line.startswith("#")
    ]
    ((path, owner, mode, count, size, when, flags),) = entries
    assert (path, owner, when) == ("/var/log/hawatch.log", "root:wheel", "*")
    assert int(mode, 8) & 0o027 == 0
    assert int(count) > 0
    assert int(size) > 0
    assert "C" in flags
    assert "N" not in flags
    rules = [
        line.split()
        for line in (ROOT / "etc/syslog.d/hawatch.conf").read_text().splitlines()
        if not line.startswith("#")
    ]
    assert rules == [["!hawatch"], ["*.info", path], ["!*"]]


def test_the_log_has_the_name_that_hawatch_gives_itself() -> None:
    """syslog.conf's !hawatch is the ident of openlog(3), and of what cron logs."""
    worker = Path(event.__file__).with_name("worker.py").read_text()
    assert 'openlog("hawatch", 0, syslog.LOG_DAEMON)' in worker
