"""cron, ssh, psutil and periodic(8) as recorded, read as hawatch reads them."""

from __future__ import annotations

import ast
import re

import pytest
from transcript import RECORDED, Recorded, read

from hawatch.discovering.cron_jobs import CUT_SHORT, read_crontab
from hawatch.doctoring.bells import _seconds
from hawatch.freebsd.parse_processes import find_hastd
from hawatch.host import CommandResult, Process
from hawatch.model.fact import Known, Unknown
from hawatch.model.hast import HastRole
from hawatch.peer.channel import PathAnswer, _reached
from hawatch.peer.setup import HINTS, _verdict


def recorded(file: str, command: str) -> Recorded:
    """Return the first command of a transcript that contains these words."""
    return next(run for run in read(RECORDED / f"{file}.txt") if command in run.command)


def crontabs() -> dict[str, str]:
    """Return the crontabs that `head` showed, by path."""
    shown = recorded("x-cron-seconds", "head -20").out
    parts = re.split(r"^==> (\S+) <==\n", shown, flags=re.M)[1:]
    return {
        # head puts an empty line before each next name.
        path: text.removesuffix("\n")
        for path, text in zip(parts[::2], parts[1::2], strict=True)
    }


def test_crons_files_are_read_as_cron_read_them() -> None:
    """What ran in a hundred seconds, and the job that never did."""
    ran = set(
        re.findall(
            r"start (\w+) pid", recorded("x-cron-seconds", "cat /var/log/cj").out
        )
    )
    tables = crontabs()
    assert len(tables) == 4
    read_as_ran, ignored = set(), set()
    for path, text in tables.items():
        # The one without its end: `head` ends it with the empty line of the next name.
        for job in read_crontab(path, text if "x4" in path else f"{text}\n"):
            name = job.command.split()[1] if "cj.sh" in job.command else "nobody"
            (ignored if job.ignored else read_as_ran).add(name)
            assert job.user == ("nobody" if name == "nobody" else "root")
    assert read_as_ran == ran | {"nobody"}
    assert ignored == {"nonewline"}
    assert not ran & ignored


def test_a_clock_of_seconds_is_understood() -> None:
    """`@5` is every five seconds, `@every_minute` and five stars are sixty."""
    seconds = {
        job.when: _seconds(job.when)
        for path, text in crontabs().items()
        for job in read_crontab(path, f"{text}\n")
    }
    assert seconds == {"@5": 5.0, "@7": 7.0, "@every_minute": 60.0, "* * * * *": 60.0}


def test_a_line_without_its_end_is_told_as_ignored() -> None:
    """Cron says nothing about it."""
    (job,) = read_crontab("/etc/cron.d/x4", "@5 root /root/cj.sh nonewline")
    assert job.ignored == CUT_SHORT


def test_hastd_is_found_in_what_psutil_showed() -> None:
    """The jailed worker with its title, and the parent."""
    (run,) = read(RECORDED / "x-psutil-cost.txt")
    line = next(line for line in run.out.split("\n") if line.startswith("[{'name'"))
    table = tuple(
        Process(
            pid=one["pid"],
            parent=564 if "primary" in one["cmdline"][0] else 1,
            name=one["name"],
            cmdline=tuple(one["cmdline"]),
            started=0.0,
        )
        for one in ast.literal_eval(line)
    )
    hastd = find_hastd(table, answering=True)
    assert hastd.pid == 564
    worker = hastd.worker_of("disk0")
    assert worker is not None
    assert (worker.pid, worker.parent, worker.role) == (651, 564, HastRole.PRIMARY)


def ssh(err: str, status: int = 255) -> CommandResult:
    """Return what an ssh ended with."""
    return CommandResult(argv=("/usr/bin/ssh",), status=status, err=err)


def test_an_unreachable_machine_is_told_from_a_key_that_is_refused() -> None:
    """Both end with 255; only the first names the host that it could not reach."""
    silent = recorded("x-ssh-forced", "192.168.202.99")
    assert silent.out == "rc=255\n"
    reached = _reached(ssh(silent.err))
    assert isinstance(reached, Unknown)
    assert reached.reason.endswith("Operation timed out")
    refused = recorded("x-ssh-forced", "/root/.ssh/other")
    assert (refused.out, refused.err) == ("rc=255\n", "")
    assert _reached(ssh(refused.err)) is None
    assert isinstance(_reached(ssh("refused: [true]\n", status=77)), Known)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("Operation timed out", "cable"),
        ("Host is down", "cable"),
        ("No route to host", "cable"),
        ("Connection refused", "sshd"),
    ],
)
def test_freebsds_words_for_a_silent_machine_have_a_hint(words: str, hint: str) -> None:
    """On the same network it is `Host is down` once ARP has given up."""
    err = f"ssh: connect to host 192.168.202.99 port 22: {words}"
    failed = Unknown(ssh(f"{err}\n").complaint())
    told = _verdict(PathAnswer(reached=failed, report=failed))
    assert isinstance(told, Unknown)
    assert hint in told.reason
    assert any(words.endswith(piece) for piece in HINTS)


def test_periodic_showed_what_the_shipped_scripts_count_on() -> None:
    """0, 1 and 3 with text are shown, 2 is hidden, and a silent 3 says nothing."""
    mail = recorded("periodic-mail", "periodic daily;").out
    shown = set(re.findall(r"local check (\d):", mail))
    assert shown == {"0", "1", "3"}
    quiet = recorded("periodic", "daily_show_success=NO").out
    assert set(re.findall(r"local check (\d):", quiet)) == {"1", "3"}
    worse = recorded("periodic", "daily_show_info=NO").out
    assert set(re.findall(r"local check (\d):", worse)) == {"2", "3"}
