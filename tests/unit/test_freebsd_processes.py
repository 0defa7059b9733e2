"""hastd in the process table, by its titles."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawatch.freebsd.parse_error import ParseError
from hawatch.freebsd.parse_jails import parse_jails
from hawatch.freebsd.parse_processes import (
    find_by_executable,
    find_hastd,
    find_keepers,
    find_starts,
)
from hawatch.host import Process
from hawatch.model.hast import HastRole, HastWorker

MYSQLD = "/usr/local/libexec/mysqld"


def a_process(
    pid: int,
    *cmdline: str,
    name: str = "hastd",
    parent: int = 1,
    started: float = 0.0,
    exe: str = "",
    jailed: bool = False,
) -> Process:
    """Return a process of the table."""
    return Process(
        pid=pid,
        parent=parent,
        name=name,
        cmdline=cmdline,
        started=started,
        exe=exe,
        jailed=jailed,
    )


def test_the_parent_and_its_worker_are_found_by_their_titles():
    """As psutil showed them on a recorded node."""
    table = (
        a_process(562, "/sbin/hastd"),
        a_process(1954, "hastd: disk0 (primary)", parent=562, started=5.0),
        a_process(
            2277, "python3.11", "-c", "hastd: disk0 (primary)", name="python3.11"
        ),
    )
    hastd = find_hastd(table, answering=True)
    assert hastd.pid == 562
    assert hastd.workers == (
        HastWorker(
            resource="disk0",
            role=HastRole.PRIMARY,
            pid=1954,
            parent=562,
            started=5.0,
        ),
    )


def test_without_a_parent_there_is_no_hastd_but_perhaps_a_worker_left():
    """A killed parent leaves its workers for a moment [FACTS B2]."""
    hastd = find_hastd(
        (a_process(9, "hastd: disk0 (secondary)", parent=1),), answering=False
    )
    assert hastd.pid is None
    assert hastd.worker_of("disk0").role is HastRole.SECONDARY
    assert not hastd.answering


def test_a_worker_that_has_no_title_yet_is_not_the_parent():
    """A fork looks like its parent until it sets its title."""
    table = (
        a_process(500, "/sbin/hastd", parent=562, started=1.0),
        a_process(562, "/sbin/hastd", parent=1, started=9.0),
    )
    assert find_hastd(table, answering=True).pid == 562


def test_the_newer_of_two_workers_comes_first():
    """The old one may still be dying when the new one works."""
    table = (
        a_process(20, "hastd: disk0 (primary)", parent=1, started=10.0),
        a_process(30, "hastd: disk0 (primary)", parent=1, started=20.0),
        a_process(25, "hastd: mysql_binlog_disk (secondary)", parent=1, started=5.0),
    )
    hastd = find_hastd(table, answering=True)
    assert hastd.worker_of("disk0").pid == 30
    assert hastd.worker_of("mysql_binlog_disk").role is HastRole.SECONDARY
    assert hastd.worker_of("disk") is None


def test_other_programs_that_talk_of_hastd_are_not_hastd():
    """An editor, a grep, and a script of that name."""
    table = (
        a_process(1, "vi", "/etc/rc.d/hastd", name="vi"),
        a_process(2, "sh", "-c", "hastd: disk0 (primary)", name="sh"),
        a_process(3, name="hastd"),
    )
    hastd = find_hastd(table, answering=True)
    assert (hastd.pid, hastd.workers) == (None, ())


def test_a_service_is_found_by_its_executable():
    """By exe; by the first word only where exe is hidden."""
    table = (
        a_process(30, MYSQLD, "--user=mysql", name="mysqld", exe=MYSQLD),
        a_process(10, MYSQLD, name="mysqld"),
        a_process(20, MYSQLD, name="sh", exe="/bin/sh"),
        a_process(40, "grep", MYSQLD, name="grep", exe="/usr/bin/grep"),
        a_process(50, name="kernel"),
    )
    assert find_by_executable(table, MYSQLD) == (10, 30)
    assert find_by_executable(table, "") == ()


SAFE = ("/bin/sh", "/usr/local/bin/mysqld_safe", "--datadir=/var/db/mysql")


def test_a_keeper_is_found_by_its_server_or_by_its_data():
    """mysqld_safe is a script: its process is a shell [FACTS E3]."""
    keeper = a_process(700, *SAFE, name="sh", started=1.0)
    subshell = a_process(705, *SAFE, name="sh", parent=700, started=2.0)
    server = a_process(710, MYSQLD, name="mysqld", parent=705, started=3.0)
    table = (server, subshell, keeper)
    assert find_keepers(table, (710,), ()) == (keeper, subshell)
    assert find_keepers((keeper,), (), ("/var/db/mysql",)) == (keeper,)
    assert find_keepers((keeper,), (), ("/var/db",)) == (keeper,)


def test_whoever_else_started_a_server_is_no_keeper():
    """init, a person's shell, another service's mysqld_safe, and one that is gone."""
    shell = a_process(600, "/bin/sh", name="sh")
    other = a_process(
        700, *SAFE[:2], "--datadir=/var/db/mysql2", name="sh", started=1.0
    )
    server = a_process(710, MYSQLD, name="mysqld", parent=600, started=3.0)
    table = (shell, other, server)
    assert find_keepers(table, (710,), ("/var/db/mysql",)) == ()
    assert find_keepers((server,), (710, 999), ("/var/db/mysql",)) == ()


@pytest.mark.parametrize(
    "where",
    [{"exe": "/jails/shop/bin/sh", "jailed": True}, {"jailed": True}, {"exe": "/x/sh"}],
)
def test_a_jails_mysqld_safe_and_its_starts_are_not_ours(where: dict[str, Any]):
    """The same words in another root: killing them would stop a stranger's service."""
    keeper = a_process(700, *SAFE, name="sh", **where)
    server = a_process(710, MYSQLD, parent=700, exe=MYSQLD)
    script = "/usr/local/etc/rc.d/mysql-server"
    start = a_process(720, "/bin/sh", script, "onestart", name="sh", **where)
    table = (keeper, server, start)
    assert find_keepers(table, (710,), ("/var/db/mysql",)) == ()
    assert find_starts(table, "mysql-server") == ()


def test_a_jails_server_is_not_ours_though_it_hides_its_path():
    """Its first word is the one of ours; a service jail's path is ours, too [E2]."""
    table = (
        a_process(10, MYSQLD, jailed=True),
        a_process(20, MYSQLD, exe=f"/jails/shop{MYSQLD}", jailed=True),
        a_process(30, MYSQLD),
        a_process(40, MYSQLD, exe=MYSQLD, jailed=True),
    )
    assert find_by_executable(table, MYSQLD) == (30, 40)


def test_a_start_of_our_own_is_found_by_its_shell_or_where_that_is_hidden():
    """After an upgrade of the base system /bin/sh is another file."""
    script = ("/bin/sh", "/usr/local/etc/rc.d/mysql-server", "onestart")
    for exe in ("/bin/sh", ""):
        start = a_process(720, *script, name="sh", exe=exe)
        assert find_starts((start,), "mysql-server") == (start,)


def test_hastds_workers_are_hastds_though_they_live_in_jails():
    """Each drops into an anonymous jail of its own [FACTS B1]."""
    table = (
        a_process(562, "/sbin/hastd"),
        a_process(1954, "hastd: disk0 (primary)", parent=562, jailed=True),
    )
    assert find_hastd(table, answering=True).worker_of("disk0").pid == 1954


def test_the_jails_of_processes_are_read_from_ps():
    """The host is jail 0; a text that was cut short is refused."""
    assert parse_jails("   0     1\n  12 34567\n") == {1: 0, 34567: 12}
    for bad in ("  JID PID\n", "0 1\n0", "0 1 sh\n"):
        with pytest.raises(ParseError):
            parse_jails(bad)


@given(st.dictionaries(st.integers(0, 99999), st.integers(0, 999)))
def test_ps_says_again_what_it_was_told(jails: dict[int, int]):
    """Any table, whatever the width of its columns."""
    text = "".join(f"{jid:>5} {pid:>5}\n" for pid, jid in jails.items())
    assert parse_jails(text) == jails
