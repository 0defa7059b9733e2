"""Readings of a host: facts, or the reasons why there are none."""

from __future__ import annotations

from typing import Any

import pytest
from freebsd_rendering import dump_text, list_text
from recorded_host import RecordedHost, answer, overdue, recorded_host

from hawatch.freebsd import look
from hawatch.host import Process, complete
from hawatch.model.fact import Known, Unknown
from hawatch.model.hast import (
    HastDump,
    HastErrors,
    HastQueues,
    HastResource,
    HastRole,
    HastStatus,
    disk_unreadable,
)

REFUSED = (
    "[ERROR] Unable to connect to hastd via /var/run/hastctl: Connection refused.\n"
)
MYSQLD = "/usr/local/libexec/mysqld"


def a_resource(name: str) -> HastResource:
    """Return a healthy primary."""
    return HastResource(
        name=name,
        role=HastRole.PRIMARY,
        status=HastStatus.COMPLETE,
        provname=name,
        localpath="/dev/da1",
        remoteaddr="192.0.2.12",
        extentsize=2097152,
        keepdirty=64,
        replication="memsync",
        workerpid=1747,
        dirty=0,
        reads=1,
        writes=2,
        deletes=3,
        flushes=4,
        activemap_updates=5,
        errors=HastErrors(delete=1),
        queues=HastQueues(send=2, recv=3, done=4, idle=5),
    )


def a_dump(name: str) -> HastDump:
    """Return metadata."""
    return HastDump(
        name=name,
        datasize=1,
        extentsize=2,
        keepdirty=3,
        localoff=4,
        resuid=5,
        localcnt=6,
        remotecnt=7,
        prevrole=HastRole.SECONDARY,
    )


def a_process(pid: int, *cmdline: str, exe: str = "", parent: int = 1) -> Process:
    """Return a process of the table."""
    name = (exe or cmdline[0]).rsplit("/", 1)[-1]
    return Process(
        pid=pid, parent=parent, name=name, cmdline=cmdline, started=1.0, exe=exe
    )


def reason(fact: object) -> str:
    """Return why a fact is unknown."""
    assert isinstance(fact, Unknown), fact
    assert "\n" not in fact.reason
    return fact.reason


def test_a_recorded_node_is_read_as_facts():
    """Interface, switches, resource and metadata of one node at one time."""
    host = recorded_host("hast-link-3-cut-30s", node="a")
    disk0 = complete(look.read_resources(host, ["disk0"]))["disk0"]
    assert isinstance(disk0, Known)
    assert disk0.value.dirty == 4194304
    carp = recorded_host("carp-ifconfig-backup", node="a")
    interface = complete(look.read_interface(carp, "vtnet0"))
    assert isinstance(interface, Known)
    assert interface.value.vhids[0].state == "BACKUP"
    sysctls = complete(look.read_sysctls(carp))
    assert isinstance(sysctls, Known)
    assert sysctls.value.allow


def test_a_missing_interface_is_unknown_with_ifconfigs_words():
    """The administrator reads which interface there is not."""
    host = recorded_host("carp-ifconfig-backup", node="a")
    fact = complete(look.read_interface(host, "vtnet9"))
    assert "interface vtnet9 does not exist" in reason(fact)


def test_a_command_that_cannot_be_started_is_unknown():
    """Every reading gives a reason, none an exception."""
    host = RecordedHost()
    table = Unknown("psutil failed")
    facts = [
        complete(look.read_interface(host, "em0")),
        complete(look.read_sysctls(host)),
        complete(look.read_counters(host)),
        complete(look.read_mounts(host)),
        complete(look.read_resources(host, ["disk0"]))["disk0"],
        complete(look.read_dumps(host, ["disk0"]))["disk0"],
        complete(look.read_rc(host, "mysql-server", MYSQLD, table)),
        look.read_fstab(host),
        look.read_hast_conf(host),
        look.read_hastd(host, answering=True),
    ]
    assert all(reason(fact) for fact in facts)


def test_a_kernel_without_carp_is_told_in_one_sentence():
    """The two tools differ, the reason does not."""
    host = RecordedHost(
        {
            "/sbin/sysctl net.inet.carp": answer(
                "/sbin/sysctl net.inet.carp",
                err="sysctl: unknown oid 'net.inet.carp'\n",
                status=1,
            ),
            "/usr/bin/netstat -s -p carp": answer("/usr/bin/netstat -s -p carp"),
        }
    )
    for fact in (
        complete(look.read_sysctls(host)),
        complete(look.read_counters(host)),
    ):
        assert reason(fact) == "the carp module is not loaded"


def test_an_answer_that_is_not_understood_says_where():
    """Tool, line and what was expected."""
    host = RecordedHost({"/sbin/mount": answer("/sbin/mount", "rubbish\n")})
    assert reason(complete(look.read_mounts(host))) == (
        "mount is not understood: line 1: expected "
        "DEVICE on /DIRECTORY (TYPE, OPTION, ...), found 'rubbish'"
    )


def test_an_answer_with_a_bad_exit_status_is_no_fact():
    """Half an output of a tool that failed is not believed."""
    whole = "/dev/ada0 on / (ufs)\n"
    host = RecordedHost({"/sbin/mount": answer("/sbin/mount", whole, "boom\n", 1)})
    assert reason(complete(look.read_mounts(host))) == "mount exit 1: boom"


def test_all_resources_are_asked_in_one_call_and_one_error_spoils_no_other():
    """An unknown name has exit 1, and the others stand beside it."""
    line = "/sbin/hastctl list disk0 nosuch disk1"
    out = list_text(a_resource("disk0")) + "nosuch:\n  error: 1\n"
    host = RecordedHost({line: answer(line, out, status=1)})
    reading = complete(look.read_hast(host, ["disk0", "nosuch", "disk1"]))
    assert reading.answering
    assert reading.resources["disk0"] == Known(a_resource("disk0"))
    assert "does not know" in reason(reading.resources["nosuch"])
    assert reason(reading.resources["disk1"]) == "hastctl did not list disk1"
    assert len(host.asked) == 1


def test_a_silent_worker_is_passed_over_by_asking_one_by_one():
    """Exit 70 is one worker's fault and says nothing of any resource."""
    line = "/sbin/hastctl list disk0 disk1"
    error = "[ERROR] Error 35 received from hastd.\n"
    host = RecordedHost(
        {
            line: answer(line, err=error, status=70),
            "/sbin/hastctl list disk0": answer(line, err=error, status=70),
            "/sbin/hastctl list disk1": answer(line, list_text(a_resource("disk1"))),
        }
    )
    reading = complete(look.read_hast(host, ["disk0", "disk1"]))
    assert "worker does not answer" in reason(reading.resources["disk0"])
    assert reading.resources["disk1"] == Known(a_resource("disk1"))
    assert reading.answering


@pytest.mark.parametrize(
    ("alive", "words"),
    [
        (None, "hastd refuses the connection"),
        (True, "hastd is stuck"),
        (False, "hastd is not running"),
    ],
)
def test_a_refused_connection_is_no_answer_and_means_stuck_where_hastd_lives(
    alive, words
):
    """Its queue of 13 is full; the process table tells which it is."""
    line = "/sbin/hastctl list disk0"
    host = RecordedHost({line: answer(line, err=REFUSED, status=71)})
    reading = complete(look.read_hast(host, ["disk0"], alive=alive))
    assert not reading.answering
    assert reason(reading.resources["disk0"]).startswith(words)


def test_a_hastctl_that_is_killed_at_its_deadline_is_no_answer():
    """The tool itself has no timeout."""
    line = "/sbin/hastctl list disk0"
    host = RecordedHost({line: overdue(line, 5.0)})
    reading = complete(look.read_hast(host, ["disk0"]))
    assert not reading.answering
    assert "does not answer within 5.0 s" in reason(reading.resources["disk0"])


def test_a_broken_hast_conf_is_not_blamed_on_hastd():
    """The tool reads the file on every call; hastd may run fine."""
    line = "/sbin/hastctl list disk0"
    error = "[ERROR] Unable to parse configuration file at line 1 near 'bogus': x\n"
    host = RecordedHost({line: answer(line, err=error, status=78)})
    reading = complete(look.read_hast(host, ["disk0"]))
    assert reading.answering
    assert "hast.conf cannot be used" in reason(reading.resources["disk0"])


def test_no_resources_need_no_call():
    """A pair without HAST asks hastd nothing."""
    host = RecordedHost()
    assert complete(look.read_resources(host, [])) == {}
    assert host.asked == []


def test_an_unreadable_disk_does_not_lose_the_other_dump():
    """One call for each resource."""
    bad, good = "/sbin/hastctl dump disk0", "/sbin/hastctl dump disk1"
    error = (
        "[ERROR] Unable to read metadata from /dev/da1: No such file or directory.\n"
    )
    host = RecordedHost(
        {
            bad: answer(bad, err=error, status=255),
            good: answer(good, dump_text(a_dump("disk1"))),
        }
    )
    dumps = complete(look.read_dumps(host, ["disk0", "disk1"]))
    assert reason(dumps["disk0"]).startswith("never created")
    assert dumps["disk1"] == Known(a_dump("disk1"))


def test_a_disk_that_cannot_be_read_is_known_by_its_kind():
    """What a standby concludes does not hang on the words for a person [H13]."""
    line = "/sbin/hastctl dump disk0"
    error = "[ERROR] Unable to read metadata from /dev/da1: Input/output error.\n"
    host = RecordedHost({line: answer(line, err=error, status=255)})
    dumps = complete(look.read_dumps(host, ["disk0"]))
    assert disk_unreadable(dumps["disk0"])
    assert not disk_unreadable(Unknown(reason(dumps["disk0"])))


def test_a_dump_of_another_resource_is_not_taken_for_this_one():
    """The tool names the resource; another name is no fact."""
    line = "/sbin/hastctl dump disk0"
    host = RecordedHost({line: answer(line, dump_text(a_dump("disk1")))})
    dumps = complete(look.read_dumps(host, ["disk0"]))
    assert reason(dumps["disk0"]) == "hastctl did not dump disk0"


def test_a_mysqld_that_rc_has_lost_is_found_in_the_process_table():
    """After a forced unmount rc reads no pid file [FACTS E3]."""
    line = "/usr/sbin/service mysql-server onestatus"
    host = RecordedHost({line: answer(line, "mysql is not running.\n", status=1)})
    table = Known((a_process(77, MYSQLD, exe=MYSQLD), a_process(78, "sh")))
    fact = complete(look.read_rc(host, "mysql-server", MYSQLD, table))
    assert isinstance(fact, Known)
    assert (fact.value.running, fact.value.processes) == (False, (77,))
    assert fact.value.alive


def test_a_dead_mysqld_whose_keeper_lives_is_dead_and_not_gone():
    """mysqld_safe starts it again within a second [FACTS E3]."""
    line = "/usr/sbin/service mysql-server onestatus"
    host = RecordedHost({line: answer(line, "mysql is not running.\n", status=1)})
    safe = ("/bin/sh", "/usr/local/bin/mysqld_safe", "--datadir=/var/db/mysql")
    table = Known((a_process(70, *safe, exe="/bin/sh"),))
    reading = look.read_rc(
        host, "mysql-server", MYSQLD, table, directories=("/var/db/mysql",)
    )
    fact = complete(reading)
    assert isinstance(fact, Known)
    assert (fact.value.alive, fact.value.gone, fact.value.keepers) == (
        False,
        False,
        (70,),
    )


def test_rc_alone_is_not_believed_where_the_process_table_is_unknown():
    """`not running` without the table would let a second mysqld start."""
    line = "/usr/sbin/service mysql-server onestatus"
    host = RecordedHost({line: answer(line, "mysql is not running.\n", status=1)})
    table = Unknown("no table")
    assert reason(complete(look.read_rc(host, "mysql-server", MYSQLD, table))) == (
        "processes of mysql-server: no table"
    )
    told = complete(look.read_rc(host, "mysql-server", "", table))
    assert isinstance(told, Known)


POSTGRES = "/usr/local/bin/postgres"
PG_UP = f'pg_ctl: server is running (PID: 9)\n{POSTGRES} "-D" "/data"\n'
PG_DOWN = "pg_ctl: no server running\n"
INSTANCES = "a is running as pid 3.\nb is running as pid 4.\n"


@pytest.mark.parametrize(
    ("said", "pids", "running"),
    [
        ({"out": PG_UP}, (9,), True),
        ({"out": PG_DOWN, "status": 3}, (), False),
        ({"out": PG_DOWN, "status": 3}, (9,), True),
        ({"out": INSTANCES}, (3, 4), True),
        ({"err": "pg: unknown directive 'onestatus'.\n", "status": 1}, (), False),
        ({"err": "pg: unknown directive 'onestatus'.\n", "status": 1}, (9,), True),
    ],
)
def test_where_a_script_has_no_words_for_it_the_process_table_decides(
    said: dict[str, Any], pids: tuple[int, ...], running: bool
):
    """PostgreSQL's script says what pg_ctl says; others have no status at all."""
    line = "/usr/sbin/service pg onestatus"
    host = RecordedHost({line: answer(line, **said)})
    table = Known(tuple(a_process(pid, POSTGRES, exe=POSTGRES) for pid in pids))
    fact = complete(look.read_rc(host, "pg", POSTGRES, table))
    assert isinstance(fact, Known)
    assert (fact.value.running, fact.value.processes) == (running, pids)
    assert reason(complete(look.read_rc(host, "pg", "", table)))


def test_a_script_that_exits_with_0_and_no_process_contradict_each_other():
    """The wrong `process` in hawatch.toml would unmount under a living database."""
    line = "/usr/sbin/service pg onestatus"
    host = RecordedHost({line: answer(line, PG_UP)})
    fact = complete(look.read_rc(host, "pg", MYSQLD, Known(())))
    assert f"no process runs {MYSQLD}" in reason(fact)


def test_an_rc_script_that_hangs_is_unknown():
    """The pid file of mysqld lies on the HAST file system."""
    line = "/usr/sbin/service mysql-server onestatus"
    host = RecordedHost({line: overdue(line, 10.0)})
    fact = complete(look.read_rc(host, "mysql-server", MYSQLD, Known(())))
    assert reason(fact) == "service overdue after 10.0 s"


def test_hastd_is_read_from_the_process_table():
    """With what hastctl's calls have shown of it."""
    table = Known((a_process(562, "/sbin/hastd", exe="/sbin/hastd"),))
    fact = look.read_hastd(RecordedHost(table=table), answering=False)
    assert isinstance(fact, Known)
    assert (fact.value.pid, fact.value.answering) == (562, False)


def test_files_are_read_or_refused_with_their_name():
    """The name of the file and the line."""
    host = RecordedHost(files={"/etc/fstab": "/dev/da0 /\n", "/etc/hast.conf": ""})
    fstab = look.read_fstab(host)
    assert isinstance(fstab, Known)
    assert "line 1 of /etc/fstab" in fstab.value.skipped[0].complaint
    conf = look.read_hast_conf(host)
    assert isinstance(conf, Known)
    assert conf.value.resources == {}
