"""Every reading of the recorded nodes parses, or its failure is explained."""

from __future__ import annotations

from collections import Counter

import pytest
from transcript import Recorded, fragments, read_all

from hawatch.freebsd.parse_devd import parse_event
from hawatch.freebsd.parse_error import ParseError
from hawatch.freebsd.parse_hastconf import parse_hastconf
from hawatch.freebsd.parse_hastctl_dump import parse_dump
from hawatch.freebsd.parse_hastctl_failure import HastTrouble, explain_failure
from hawatch.freebsd.parse_hastctl_list import parse_list
from hawatch.freebsd.parse_hastctl_status import parse_status
from hawatch.freebsd.parse_ifconfig import parse_ifconfig
from hawatch.freebsd.parse_mount import parse_mount, parse_mount_json
from hawatch.freebsd.parse_netstat import parse_carp_counters
from hawatch.freebsd.parse_service import RcError, parse_onestatus
from hawatch.freebsd.parse_sysctl import parse_carp_sysctls

RECORDED = read_all()
READINGS = {"list": parse_list, "status": parse_status, "dump": parse_dump}
HASTCTL_ANSWERED = (0, 1, 2, 3, 4)


def test_the_transcripts_are_all_there():
    """A reader that loses commands would make every other test here pass."""
    assert len({recorded.file for recorded in RECORDED}) >= 100
    assert sum(1 for recorded in RECORDED if recorded.words) > 500


def test_every_ifconfig_reading_parses():
    """57 readings of vtnet0, all interfaces twice, and one interface that is not."""
    outcomes: Counter[str] = Counter()
    for recorded in plain("ifconfig"):
        words = recorded.words[1:]
        if words == ("-l",) or "vhid" in words:
            outcomes["not a reading"] += 1
        elif recorded.status != 0:
            assert "does not exist" in recorded.err, recorded.place
            outcomes["no such interface"] += 1
        else:
            interfaces = parse_ifconfig(recorded.out)
            names = {interface.name for interface in interfaces}
            assert names >= {"vtnet0"}, recorded.place
            outcomes["parsed"] += 1
    assert outcomes == {"parsed": 61, "no such interface": 2, "not a reading": 3}


def test_every_hastctl_reading_parses_or_is_explained():
    """list, status and dump in all roles; each failure has its own kind."""
    outcomes: Counter[str] = Counter()
    for recorded in plain("hastctl"):
        verb = recorded.words[1] if len(recorded.words) > 1 else ""
        if verb in READINGS and (
            recorded.status == 0
            or (recorded.out and recorded.status in HASTCTL_ANSWERED)
        ):
            assert READINGS[verb](recorded.out), recorded.place
            outcomes[f"{verb} parsed"] += 1
        elif recorded.status != 0:
            failure = explain_failure(recorded.status, recorded.err)
            outcomes[failure.trouble.name] += 1
        else:
            outcomes["not a reading"] += 1
    assert outcomes == {
        "list parsed": 41,
        "status parsed": 44,
        "dump parsed": 37,
        "not a reading": 13,
        HastTrouble.REFUSED.name: 5,
        HastTrouble.NOT_CREATED.name: 5,
        HastTrouble.UNKNOWN_RESOURCE.name: 6,
        HastTrouble.USAGE.name: 6,
    }


def test_every_sysctl_of_carp_parses():
    """The whole tree parses; two names of it are told to be not the whole tree."""
    for recorded in plain("sysctl"):
        if recorded.words[1:] == ("net.inet.carp",):
            assert parse_carp_sysctls(recorded.out).log == 1
        elif "net.inet.carp.demotion" in recorded.words[1:]:
            with pytest.raises(ParseError):
                parse_carp_sysctls(recorded.out)


def test_every_mount_table_parses():
    """Plain, and both forms of JSON."""
    tables = [
        (parse_mount_json if "json" in recorded.command else parse_mount)(recorded.out)
        for recorded in plain("mount")
        if recorded.command in ("mount", "mount -v")
        or recorded.command.startswith("mount --libxo")
    ]
    assert len(tables) == 5
    assert all(table[0].directory == "/" for table in tables)


def test_every_service_status_parses_or_is_explained():
    """Running, not running, no such script, and a script without a status."""
    outcomes: Counter[str] = Counter()
    for recorded in plain("service"):
        if recorded.words[-1] not in ("onestatus", "status"):
            continue
        name = recorded.words[1]
        try:
            told = parse_onestatus(name, recorded.status, recorded.out, recorded.err)
        except RcError as error:
            outcomes[error.trouble.name] += 1
        else:
            assert told.running == bool(told.pids) == (recorded.status == 0)
            outcomes["running" if told.running else "not running"] += 1
    assert outcomes == {
        "running": 11,
        "not running": 3,
        "MISSING": 5,
        "NO_STATUS": 1,
    }


@pytest.mark.parametrize(
    ("kind", "parse", "count"),
    [
        ("list", parse_list, 47),
        ("status", parse_status, 115),
        ("dump", parse_dump, 51),
        ("ifconfig", parse_ifconfig, 69),
        ("netstat", parse_carp_counters, 5),
        ("devd", parse_event, 121),
    ],
)
def test_every_fragment_in_a_shell_script_parses(kind, parse, count):
    """Scripts mix the tools' texts; each of them must parse where it stands alone."""
    found = 0
    for recorded in RECORDED:
        for text in fragments(kind, recorded.out):
            assert parse(text), (recorded.place, text)
            found += 1
    assert found == count


def test_every_carp_line_parses():
    """Lines that grep took out of ifconfig, below the first line of an interface."""
    first = "vtnet0: flags=8963<UP,BROADCAST,RUNNING> metric 0 mtu 1500\n"
    lines = [line for recorded in RECORDED for line in fragments("carp", recorded.out)]
    assert len(lines) == 208
    assert all(parse_ifconfig(first + line)[0].vhids for line in lines)


def test_every_mount_line_parses():
    """Lines that grep took out of mount's output, below a root file system."""
    root = "/dev/gpt/rootfs on / (ufs, local, soft-updates)\n"
    lines = [line for recorded in RECORDED for line in fragments("mount", recorded.out)]
    assert len(lines) == 39
    assert all(len(parse_mount(root + line)) == 2 for line in lines)


def test_every_hast_conf_parses():
    """One resource, two nodes, memsync, nothing that hastctl would echo."""
    texts = [r.out for r in RECORDED if r.command == "cat /etc/hast.conf"]
    assert len(texts) == 2
    for text in texts:
        conf = parse_hastconf(text)
        assert conf.resources["disk0"].settings.replication == "memsync"
        assert conf.echoed == ""


def plain(tool: str) -> list[Recorded]:
    """Return the commands that are one call of a tool."""
    return [recorded for recorded in RECORDED if recorded.words[:1] == (tool,)]
