"""The rc.d script: what a boot, a shutdown and an administrator get from it."""

from __future__ import annotations

import re
import shlex
import time

import pytest
from shell_harness import ROOT, Machine, Ran

SCRIPT = "etc/rc.d/hawatch"
ENABLED = 'hawatch_enable="YES"'


@pytest.fixture
def rc(machine: Machine) -> Machine:
    """Give a machine with daemon(8) and timeout(1) that note their words."""
    machine.program("usr/sbin/daemon", 'shift 4; "$@" < /dev/null > /dev/null 2>&1 &')
    machine.program("bin/timeout", 'exec /usr/bin/timeout "$@"')
    return machine


def service(rc: Machine, verb: str, *lines: str, limit: float = 30) -> Ran:
    """Run `service hawatch VERB` with these lines in rc.conf."""
    rc.rc_conf(*lines)
    return rc.run(SCRIPT, verb, limit=limit)


def asked(rc: Machine) -> list[list[str]]:
    """Return hawatch's calls; the last one may still be on its way to the notes."""
    for _ in range(100):
        if rc.calls("hawatch"):
            break
        time.sleep(0.02)
    return rc.calls("hawatch")


def test_the_header_orders_it_between_the_right_services() -> None:
    """After hastd at boot; before mysql and hastd, of all, at a shutdown [FACTS E1]."""
    text = (ROOT / SCRIPT).read_text()
    header = dict(re.findall(r"^# ([A-Z]+): (.+)$", text, re.MULTILINE))
    assert header["PROVIDE"] == "hawatch"
    assert set(header["REQUIRE"].split()) == {"LOGIN", "hastd", "mysql"}
    assert header["KEYWORD"] == "shutdown"


@pytest.mark.parametrize("verb", ["start", "stop", "faststart", "faststop", "restart"])
def test_it_does_nothing_unless_it_is_enabled(rc: Machine, verb: str) -> None:
    """The default is NO, also for a shutdown."""
    ran = service(rc, verb)
    assert ran.code == 0
    assert rc.calls("hawatch") == rc.calls("daemon") == []


@pytest.mark.parametrize("verb", ["start", "faststart", "onestart"])
def test_start_rings_a_boot_and_does_not_wait(rc: Machine, verb: str) -> None:
    """A silent peer is waited for; the boot goes on."""
    rc.hawatch("sleep 2")
    ran = service(rc, verb, ENABLED if verb != "onestart" else "")
    assert (ran.code, ran.output) == (0, "Starting hawatch.\n")
    assert ran.seconds < 1.5
    assert asked(rc) == [["boot"]]
    command = str(rc.root / "usr/local/bin/hawatch")
    timeout = str(rc.root / "bin/timeout")
    guard = [timeout, "--foreground", "-k", "5", "900", command, "boot"]
    assert rc.calls("daemon") == [["-f", "-S", "-T", "hawatch", *guard]]


def test_start_without_the_program_fails_aloud(rc: Machine) -> None:
    """A half-removed package must not look started."""
    ran = service(rc, "start", ENABLED, 'hawatch_command="/nonexistent/hawatch"')
    assert ran.code == 1
    assert "/nonexistent/hawatch is not there" in ran.output


@pytest.mark.parametrize("verb", ["start", "stop"])
def test_it_is_never_put_into_a_service_jail(rc: Machine, verb: str) -> None:
    """FreeBSD 15 may jail every service; a jail has no CARP and no HAST."""
    ran = service(rc, verb, ENABLED, 'hawatch_svcj="YES"')
    assert ran.code == 0
    assert "jail" not in ran.output


@pytest.mark.parametrize("verb", ["stop", "faststop", "onestop"])
def test_stop_releases_and_shows_the_steps(rc: Machine, verb: str) -> None:
    """The console shows what a shutdown waits for."""
    rc.hawatch("echo mysql: shutting down")
    ran = service(rc, verb, ENABLED)
    assert ran.code == 0
    assert ran.output == "Stopping hawatch: handing over.\nmysql: shutting down\n"
    assert rc.calls("hawatch") == [["release"]]


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("", "80"),
        ('rcshutdown_timeout="90"', "80"),
        ('rcshutdown_timeout="110"', "100"),
        ('rcshutdown_timeout="30"', "20"),
        ('rcshutdown_timeout="12"', "10"),
        ('rcshutdown_timeout="5"', "10"),
        ('rcshutdown_timeout="soon"', "10"),
        ('hawatch_release_timeout="44"', "44"),
    ],
)
def test_stop_is_over_before_rc_shutdown_is_killed(
    rc: Machine, line: str, seconds: str
) -> None:
    """Ten seconds before the limit; what is no number gets the shortest time."""
    service(rc, "faststop", ENABLED, line)
    assert rc.calls("timeout")[0][:4] == ["--foreground", "-k", "5", seconds]


def test_a_release_that_hangs_is_given_up(rc: Machine) -> None:
    """All later scripts would be skipped, hastd's among them."""
    rc.hawatch("exec sleep 60")
    ran = service(rc, "faststop", ENABLED, 'hawatch_release_timeout="1"')
    assert ran.code == 1
    assert "not released within 1 seconds" in ran.output
    assert ran.seconds < 5


def test_a_process_left_behind_does_not_hold_up_the_shutdown(rc: Machine) -> None:
    """On a stalled disk there is always one."""
    rc.hawatch(f"sleep 60 & echo $! > {rc.root}/orphan")
    ran = service(rc, "faststop", ENABLED)
    pid = (rc.root / "orphan").read_text().strip()
    rc.command(["/bin/kill", pid])
    assert ran.code == 0
    assert ran.seconds < 5


@pytest.mark.parametrize(("code", "expected"), [(0, 0), (1, 0), (2, 1), (3, 1)])
def test_stop_tells_whether_everything_was_released(
    rc: Machine, code: int, expected: int
) -> None:
    """Something notable (1) is no failure of the shutdown."""
    rc.hawatch(f"exit {code}")
    ran = service(rc, "stop", ENABLED)
    assert ran.code == expected
    assert ("not everything was released" in ran.output) is bool(expected)


def test_restart_never_releases(rc: Machine) -> None:
    """An upgrade's restart would move the database to the other node."""
    ran = service(rc, "restart", ENABLED)
    assert ran.code == 0
    assert asked(rc) == [["boot"]]


@pytest.mark.parametrize(("code", "expected"), [(0, 0), (1, 1), (3, 1)])
def test_status_is_hawatchs_own(rc: Machine, code: int, expected: int) -> None:
    """The codes of rc(8) are 0 and 1; the text tells the rest. It needs no YES."""
    rc.hawatch(f"echo both nodes; exit {code}")
    ran = service(rc, "status")
    assert (ran.code, ran.output) == (expected, "both nodes\n")
    assert rc.calls("hawatch") == [["status", "--periodic"]]


def test_the_lines_for_rc_local_do_the_same(rc: Machine) -> None:
    """The same command behind daemon(8), and one for the way down."""
    text = (ROOT / "etc/rc.local.hawatch").read_text()
    up = [line for line in text.splitlines() if line.startswith("/")]
    down = [line for line in text.splitlines() if line.startswith("# /")]
    guard = ["/bin/timeout", "--foreground", "-k", "5"]
    hawatch = "/usr/local/bin/hawatch"
    assert [shlex.split(line) for line in up] == [
        [
            "/usr/sbin/daemon",
            "-f",
            "-S",
            "-T",
            "hawatch",
            *guard,
            "900",
            hawatch,
            "boot",
        ]
    ]
    assert [shlex.split(line[2:]) for line in down] == [
        [*guard, "60", hawatch, "release"]
    ]


def test_rc_local_goes_on_at_once(rc: Machine) -> None:
    """rc.local is sourced by the boot: what hangs there, hangs the boot."""
    rc.hawatch("sleep 2")
    ran = rc.run("etc/rc.local.hawatch")
    assert (ran.code, ran.output) == (0, "")
    assert ran.seconds < 1.5
    assert asked(rc) == [["boot"]]
