"""The scripts of periodic(8): every knob, every exit code, and what is mailed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from shell_harness import Machine, Ran


@dataclass(frozen=True)
class Script:
    """One of the two scripts."""

    path: str
    knob: str
    words: tuple[str, ...]
    title: str


DAILY = Script(
    "periodic/daily/407.status-hawatch",
    "daily_status_hawatch",
    ("status", "--periodic"),
    "CARP and HAST pair status:",
)
SECURITY = Script(
    "periodic/security/410.hawatch",
    "security_status_hawatch",
    ("audit", "--periodic"),
    "Checking the security of hawatch:",
)


@pytest.fixture(params=[DAILY, SECURITY], ids=["daily", "security"])
def script(request: pytest.FixtureRequest) -> Script:
    """Give each of the scripts."""
    chosen: Script = request.param
    return chosen


def enabled(machine: Machine, script: Script, *knobs: str) -> Ran:
    """Run the script with YES and these further knobs ("timeout=1")."""
    lines = [f'{script.knob}_enable="YES"']
    lines += [f'{script.knob}_{name}="{value}"' for name, value in map(split, knobs)]
    machine.periodic_conf(*lines)
    return machine.run(script.path)


def split(knob: str) -> tuple[str, str]:
    name, _, value = knob.partition("=")
    return name, value


def mailed(ran: Ran, *, success: bool = True, info: bool = True) -> bool:
    """Return whether periodic(8) shows what a script said [FACTS D]."""
    shown = {0: success, 1: info, 2: False}
    return bool(ran.output) and shown.get(ran.code, True)


def test_it_is_off_unless_it_is_switched_on(machine: Machine, script: Script) -> None:
    """Without a knob, hawatch is not asked and nothing is said."""
    ran = machine.run(script.path)
    assert (ran.code, ran.output) == (0, "")
    assert machine.calls("hawatch") == []


@pytest.mark.parametrize("no", ["NO", "no", "No"])
def test_no_in_any_case_means_no(machine: Machine, script: Script, no: str) -> None:
    """periodic.conf(5) knows no case."""
    machine.periodic_conf(f'{script.knob}_enable="{no}"')
    ran = machine.run(script.path)
    assert (ran.code, ran.output) == (0, "")


@pytest.mark.parametrize("yes", ["YES", "yes", "Yes"])
def test_yes_in_any_case_asks_hawatch(
    machine: Machine, script: Script, yes: str
) -> None:
    """The title, then what hawatch says; it is asked once, with the right words."""
    machine.hawatch("echo all is well")
    machine.periodic_conf(f'{script.knob}_enable="{yes}"')
    ran = machine.run(script.path)
    assert (ran.code, ran.output) == (0, f"\n{script.title}\nall is well\n")
    assert machine.calls("hawatch") == [list(script.words)]


@pytest.mark.parametrize(
    ("code", "expected"), [(0, 0), (1, 1), (2, 3), (3, 3), (70, 3), (126, 3), (127, 3)]
)
def test_the_exit_code_is_periodics(
    machine: Machine, script: Script, code: int, expected: int
) -> None:
    """A broken hawatch.toml (2) and a crash are 3: code 2 would be hidden."""
    machine.hawatch(f"echo a sentence; exit {code}")
    ran = enabled(machine, script)
    assert ran.code == expected
    assert ran.output.startswith(f"\n{script.title}\na sentence\n")


@pytest.mark.parametrize("code", [1, 2, 3, 70])
def test_a_silent_trouble_gets_words(
    machine: Machine, script: Script, code: int
) -> None:
    """periodic(8) never mentions a script that says nothing, whatever its code."""
    machine.hawatch(f"exit {code}")
    ran = enabled(machine, script)
    assert ran.code != 0
    assert ran.output.startswith(f"\n{script.title}\nhawatch ")


def test_a_silent_success_stays_silent(machine: Machine, script: Script) -> None:
    """A title without anything below it is noise."""
    ran = enabled(machine, script)
    assert (ran.code, ran.output) == (0, "")


def test_what_hawatch_says_on_standard_error_is_shown(
    machine: Machine, script: Script
) -> None:
    """A traceback goes there, and a person must see it."""
    machine.hawatch("echo Traceback >&2; exit 1")
    ran = enabled(machine, script)
    assert ran.output == f"\n{script.title}\nTraceback\n"


def test_killed_by_a_signal_is_a_trouble(machine: Machine, script: Script) -> None:
    """A hawatch that dies of a signal is 3, and its code is told."""
    machine.hawatch("kill -SEGV $$")
    ran = enabled(machine, script)
    assert ran.code == 3
    assert "hawatch ended with 139." in ran.output


def test_hawatch_that_hangs_is_given_up(machine: Machine, script: Script) -> None:
    """A hanging script would stop this and every later night's run."""
    machine.hawatch("echo begun; exec sleep 60")
    ran = enabled(machine, script, "timeout=1")
    assert ran.code == 3
    assert ran.output.endswith("begun\nhawatch did not answer within 1 seconds.\n")
    assert ran.seconds < 5


def test_hawatch_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    """SIGTERM alone would not do for a program that ignores it; tried in one shell."""
    machine = Machine(tmp_path, "dash")
    machine.program("bin/timeout", 'shift 3; exec timeout --foreground -k 1 "$@"')
    machine.hawatch("trap '' TERM; while :; do sleep 1; done")
    ran = enabled(machine, DAILY, "timeout=1")
    assert ran.code == 3
    assert "did not answer" in ran.output
    assert machine.calls("timeout")[0][:3] == ["--foreground", "-k", "5"]
    assert ran.seconds < 10


def test_a_process_left_behind_holds_nobody_up(
    machine: Machine, script: Script
) -> None:
    """A child that hangs in the kernel keeps its output open for ever."""
    machine.hawatch(f"sleep 60 & echo $! > {machine.root}/orphan; echo done; exit 1")
    ran = enabled(machine, script)
    pid = (machine.root / "orphan").read_text().strip()
    machine.command(["/bin/kill", pid])
    assert (ran.code, ran.output) == (1, f"\n{script.title}\ndone\n")
    assert ran.seconds < 10


@pytest.mark.parametrize(
    "knob",
    ["enable=YSE", "timeout=0", "timeout=-1", "timeout=1.5", "timeout=soon"],
)
def test_a_wrong_knob_is_bad_configuration(
    machine: Machine, script: Script, knob: str
) -> None:
    """Code 2, with the knob's name; hawatch is not asked."""
    ran = enabled(machine, script, knob)
    assert ran.code == 2
    assert f"${script.knob}_{split(knob)[0]} is n" in ran.output
    assert machine.calls("hawatch") == []


@pytest.mark.parametrize("what", ["missing", "a directory", "not executable"])
def test_a_command_that_is_not_there_is_bad_configuration(
    machine: Machine, script: Script, what: str
) -> None:
    """Code 2, with the path."""
    path = machine.root / "elsewhere"
    if what == "a directory":
        path.mkdir()
    elif what == "not executable":
        machine.write("elsewhere", "")
    ran = enabled(machine, script, f"command={path}")
    assert ran.code == 2
    assert f"{path} is not there or cannot be run." in ran.output


def test_another_command_is_used(machine: Machine, script: Script) -> None:
    """Other prefixes have another path."""
    path = machine.program("opt/bin/other", "echo the other one")
    ran = enabled(machine, script, f"command={path}")
    assert (ran.code, ran.output) == (0, f"\n{script.title}\nthe other one\n")
    assert machine.calls("hawatch") == []


def test_no_place_for_a_temporary_file_is_told(
    machine: Machine, script: Script
) -> None:
    """A full /tmp must not look like a healthy pair."""
    machine.env["TMPDIR"] = "/nonexistent"
    ran = enabled(machine, script)
    assert ran.code == 3
    assert "Nobody looked" in ran.output


@pytest.mark.parametrize("body", ["echo text", "echo text; exit 3", "exit 0"])
def test_no_temporary_file_is_left(machine: Machine, script: Script, body: str) -> None:
    """Each night would leave one more."""
    machine.hawatch(body)
    enabled(machine, script)
    assert list((machine.root / "tmp").iterdir()) == []


def test_it_runs_without_periodics_defaults(machine: Machine, script: Script) -> None:
    """By hand and on other systems the knobs may come from the environment."""
    (machine.root / "etc/defaults/periodic.conf").unlink()
    machine.hawatch("echo text")
    ran = machine.run(script.path, **{f"{script.knob}_enable": "YES"})
    assert (ran.code, ran.output) == (0, f"\n{script.title}\ntext\n")


@pytest.mark.parametrize(
    ("code", "success", "info", "seen"),
    [
        (0, True, True, True),
        (0, False, True, False),
        (1, True, True, True),
        (1, True, False, False),
        (2, False, False, True),
        (3, False, False, True),
    ],
)
def test_a_trouble_is_mailed_whatever_is_masked(
    machine: Machine, script: Script, code: int, success: bool, info: bool, seen: bool
) -> None:
    """Many administrators hide 0 and 1; the rest must reach them."""
    machine.hawatch(f"echo text; exit {code}")
    ran = enabled(machine, script)
    assert mailed(ran, success=success, info=info) is seen


@pytest.mark.parametrize("period", ["daily", "weekly", "monthly", "DAILY"])
@pytest.mark.parametrize("caller", ["daily", "weekly", "monthly"])
def test_security_runs_in_its_period_only(
    machine: Machine, period: str, caller: str
) -> None:
    """`periodic security` is started by all three; one of them is meant."""
    machine.hawatch("echo text")
    machine.periodic_conf(
        'security_status_hawatch_enable="YES"',
        f'security_status_hawatch_period="{period}"',
    )
    ran = machine.run(SECURITY.path, PERIODIC=f"security {caller}")
    assert ran.code == 0
    assert bool(ran.output) is (period.lower() == caller)


@pytest.mark.parametrize(
    ("period", "caller", "runs"),
    [("weekly", "security", True), ("NO", "security", False), ("weekly", "", True)],
)
def test_security_from_crontab_or_by_hand(
    machine: Machine, period: str, caller: str, runs: bool
) -> None:
    """Directly from crontab(5) it runs unless the period is NO; by hand always."""
    machine.hawatch("echo text")
    machine.periodic_conf(
        'security_status_hawatch_enable="YES"',
        f'security_status_hawatch_period="{period}"',
    )
    ran = machine.run(SECURITY.path, PERIODIC=caller)
    assert bool(machine.calls("hawatch")) is runs
    assert ran.code == 0


def test_securitys_period_is_daily_unless_told(machine: Machine) -> None:
    """The default of every base script."""
    machine.periodic_conf('security_status_hawatch_enable="YES"')
    machine.run(SECURITY.path, PERIODIC="security weekly")
    assert machine.calls("hawatch") == []
    machine.run(SECURITY.path, PERIODIC="security daily")
    assert machine.calls("hawatch") == [["audit", "--periodic"]]


def test_a_wrong_period_is_bad_configuration(machine: Machine) -> None:
    """A period that never comes would switch the check off silently."""
    ran = enabled(machine, SECURITY, "period=dayly")
    assert ran.code == 2
    assert "$security_status_hawatch_period is none of daily" in ran.output
