"""Cases of the parsers that no recording has."""

from __future__ import annotations

import pytest

from hawatch.freebsd.parse_devd import (
    DevdEvent,
    parse_event,
    parse_vhid_at_interface,
)
from hawatch.freebsd.parse_error import CarpMissingError, ParseError
from hawatch.freebsd.parse_hastconf import (
    HastNodeConf,
    HastSettings,
    devices_on,
    parse_hastconf,
)
from hawatch.freebsd.parse_hastctl_failure import HastTrouble, explain_failure
from hawatch.freebsd.parse_ifconfig import parse_ifconfig
from hawatch.freebsd.parse_mount import parse_mount, parse_mount_json
from hawatch.freebsd.parse_netstat import parse_carp_counters
from hawatch.freebsd.parse_service import RcError, RcTrouble, parse_onestatus
from hawatch.freebsd.parse_sysctl import parse_carp_sysctls

EM0 = "em0: flags=8843<UP,BROADCAST,RUNNING> metric 0 mtu 1500\n"
TREE = (
    "net.inet.carp.ifdown_demotion_factor: 240\n"
    "net.inet.carp.senderr_demotion_factor: 240\n"
    "net.inet.carp.demotion: -240\nnet.inet.carp.log: 2\n"
    "net.inet.carp.preempt: 1\nnet.inet.carp.dscp: 56\nnet.inet.carp.allow: 0\n"
)
ROOT = "/dev/ada0p2 on / (ufs, local, journaled soft-updates)\n"


@pytest.mark.parametrize(
    "text",
    [
        "\tcarp: MASTER vhid 1 advbase 1 advskew 0\n",
        EM0 + "\tcarp: MASTR vhid 1 advbase 1 advskew 0\n",
        EM0 + "\tcarp: MASTER vhid 0 advbase 1 advskew 0\n",
        EM0 + "\tcarp: MASTER vhid 256 advbase 1 advskew 0\n",
        EM0 + "\tcarp: MASTER vhid 1 advbase 1 advskew 256\n",
        EM0 + 2 * "\tcarp: MASTER vhid 1 advbase 1 advskew 0\n",
        EM0 + "\tcarp: MASTER vhid 1 advbase 1 advskew 0",
        EM0 + "\t      peer 192.0.2.1 peer6 ff02::12\n",
        EM0 + "\tcarp: INIT vhid 1 advbase 1 advskew 0\n\t  peer 192.0.2.1 peer6 x\n",
        EM0 + "\tinet 192.0.2.1 netmask 0xffffffff vhid 1\n",
        EM0 + "\tinet 192.0.2.1 netmask 0xff00ff00\n",
        EM0 + "\tinet 192.0.2.1\n",
        EM0 + "\tinet 192.0.2.1 netmask 0xffffff00 vhdi 1\n",
        EM0 + "\tinet6 2001:db8::1 prefixlen 129\n",
        EM0 + "\tinet6 2001:db8::1 prefixlen 64 vhdi 1\n",
        EM0 + "\tinet6 192.0.2.1 prefixlen 64\n",
        EM0 + "\tstatus: active\n\tstatus: no carrier\n",
        EM0 + EM0,
        EM0.replace("<UP,", "<PU,"),
        EM0.replace("8843", "8842"),
        EM0.replace("8843<", "884<3"),
    ],
)
def test_a_mutilated_ifconfig_is_refused(text):
    """A line of the kind that matters is read whole or not at all."""
    with pytest.raises(ParseError):
        parse_ifconfig(text)


def test_the_switches_of_carp_are_read_with_their_sign():
    """A negative demotion is legal: somebody subtracted too much."""
    tree = parse_carp_sysctls(TREE)
    assert (tree.allow, tree.preempt, tree.demotion, tree.log) == (False, True, -240, 2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        TREE.replace("net.inet.carp.allow: 0\n", ""),
        TREE.replace("allow: 0", "allow: 0 -> 1"),
        TREE.replace("allow: 0", "allow: zero"),
        TREE + "net.inet.carp.allow: 1\n",
        TREE[:-1],
        TREE.replace("-240", "99999999999"),
    ],
)
def test_a_mutilated_tree_is_refused(text):
    """A missing switch has no default, and the answer to a write is no reading."""
    with pytest.raises(ParseError):
        parse_carp_sysctls(text)


def test_counters_of_one_have_no_plural():
    """Each `s` that netstat drops for 1."""
    text = (
        "carp:\n\t1 packet received (IPv4)\n\t1 packet received (IPv6)\n"
        "\t\t1 packet discarded for wrong TTL\n\t\t1 packet shorter than header\n"
        "\t\t1 discarded for bad checksum\n\t\t1 discarded packet with a bad version\n"
        "\t\t1 discarded because packet too short\n"
        "\t\t1 discarded for bad authentication\n\t\t1 discarded for bad vhid\n"
        "\t\t1 discarded because of a bad address list\n"
        "\t1 packet sent (IPv4)\n\t1 packet sent (IPv6)\n"
        "\t\t1 send failed due to mbuf memory error\n"
    )
    counters = parse_carp_counters(text)
    assert (counters.received, counters.other_discards) == (2, 4)
    with pytest.raises(ParseError, match="each counter once"):
        parse_carp_counters(text + "\t1 packet sent (IPv6)\n")
    with pytest.raises(ParseError, match="sent_inet6_packets"):
        parse_carp_counters(text.replace("\t1 packet sent (IPv6)\n", ""))


def test_json_without_carp_means_no_module():
    """And broken JSON is refused."""
    with pytest.raises(CarpMissingError):
        parse_carp_counters('{"statistics": {}}')
    with pytest.raises(ParseError, match="truncated"):
        parse_carp_counters('{"statistics": {"carp": {')


def test_stacked_and_read_only_mounts_are_told_in_order():
    """The last of several on a directory is the visible one."""
    text = ROOT + (
        "/dev/hast/disk0 on /var/db/mysql (ufs, local, read-only)\n"
        "map -hosts on /net (autofs)\n"
        "tmpfs on /var/db/my sql (tmpfs, local, mounted by mysql)\n"
        "/dev/da9 on /var/db/mysql (ufs, local)\n"
    )
    mounts = parse_mount(text)
    assert [m.device for m in mounts if m.directory == "/var/db/mysql"] == [
        "/dev/hast/disk0",
        "/dev/da9",
    ]
    assert [mount.writable for mount in mounts] == [True, False, True, True, True]
    assert mounts[2].device == "map -hosts"
    assert mounts[3].directory == "/var/db/my sql"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tmpfs on /tmp (tmpfs, local)\n",
        ROOT + "/dev/da1 on /a on /b (ufs)\n",
        ROOT + "/dev/da1 on /a (ufs\n",
        ROOT + "/dev/da1 on /a (ufs, local)",
        ROOT + "/dev/da1 on a (ufs)\n",
        ROOT + "\n",
    ],
)
def test_a_mount_table_that_is_not_whole_or_not_clear_is_refused(text):
    """No root file system, two ways to read a line, a line without its end."""
    with pytest.raises(ParseError):
        parse_mount(text)


def test_json_reads_the_directory_that_the_text_leaves_unclear():
    """The fields are apart there; what is not JSON is refused."""
    text = (
        '{"mount": {"mounted": [{"special":"/dev/a","node":"/","fstype":"ufs"},'
        '{"special":"/dev/b on /x","node":"/y","fstype":"ufs","opts":["read-only"]}]}}'
    )
    assert parse_mount_json(text)[1].device == "/dev/b on /x"
    with pytest.raises(ParseError):
        parse_mount_json(text[:-2])
    with pytest.raises(ParseError, match="root"):
        parse_mount_json('{"mount": {"mounted": []}}')


@pytest.mark.parametrize(
    ("status", "out", "err", "trouble"),
    [
        (
            0,
            (
                "Cannot 'status' mysql. Set mysql_enable to YES in /etc/rc.conf or use "
                "'onestatus' instead of 'status'.\n"
            ),
            "",
            RcTrouble.DISABLED,
        ),
        (1, "mysql is running as pid 12.\n", "", RcTrouble.UNCLEAR),
        (0, "mysql is not running.\n", "", RcTrouble.UNCLEAR),
        (0, "", "", RcTrouble.UNCLEAR),
        (1, "a is not running.\nb is running as pid 1.\n", "", RcTrouble.UNCLEAR),
    ],
)
def test_a_service_that_tells_nothing_clear_is_neither_up_nor_down(
    status, out, err, trouble
):
    """Words and exit status must agree, once."""
    with pytest.raises(RcError) as caught:
        parse_onestatus("mysql-server", status, out, err)
    assert caught.value.trouble is trouble
    assert str(caught.value).startswith("service mysql-server: ")


def test_a_service_may_have_several_pids_and_warnings_before_them():
    """rc.subr prints warnings of rc.conf to the same output."""
    out = "x: WARNING: $x_enable is not set properly\nx is running as pid 1 2.\n"
    assert parse_onestatus("x", 0, out, "").pids == (1, 2)


def test_devd_events_of_every_kind_are_read():
    """CARP on a VLAN, a link, a device, a mount with quoted values."""
    carp = parse_event("!system=CARP subsystem=1@em0.100 type=MASTER\n")
    assert carp == DevdEvent(system="CARP", subsystem="1@em0.100", type="MASTER")
    assert parse_vhid_at_interface(carp.subsystem) == (1, "em0.100")
    assert parse_vhid_at_interface("10@igb0_vlan5") == (10, "igb0_vlan5")
    device = parse_event("!system=DEVFS subsystem=CDEV type=CREATE cdev=hast/disk0")
    assert device.pairs == {"cdev": "hast/disk0"}
    geom = parse_event("!system=GEOM subsystem=DEV type=DESTROY cdev=hast/disk0")
    assert (geom.system, geom.type) == ("GEOM", "DESTROY")
    mount = parse_event(
        '!system=VFS subsystem=FS type=MOUNT mount-point="/my \\"sql\\"" '
        'mount-dev="/dev/hast/disk0" mount-type="ufs" fsid=0x1 owner=0 flags="local;"'
    )
    assert mount.pairs["mount-point"] == '/my "sql"'
    assert mount.pairs["flags"] == "local;"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "+em0 at slot=1 on pci0",
        "!system=CARP subsystem=1@em0",
        "!system=CARP system=CARP subsystem=1@em0 type=INIT",
        '!system=CARP subsystem=1@em0 type="INIT',
        "!system=CARP subsystem=1@em0 type=INIT junk",
    ],
)
def test_what_is_no_notification_is_refused(line):
    """Attach lines, cut lines, lines with a key twice."""
    with pytest.raises(ParseError):
        parse_event(line)


@pytest.mark.parametrize(
    "text", ["1", "@em0", "0@em0", "256@em0", "1@", "1@a@b", "x@em0"]
)
def test_a_subsystem_that_is_no_vhid_at_an_interface_is_refused(text):
    """Other systems have other subsystems."""
    with pytest.raises(ParseError):
        parse_vhid_at_interface(text)


HAST_CONF = """\
# both nodes
timeout 5
exec /usr/local/libexec/hawatch-hast   # every event
on db1 { listen 192.0.2.11
 pidfile /var/run/hastd.pid }
resource disk0 {
	local "/dev/da1";
	on db1.example.org { remote 192.0.2.12 source 192.0.2.11 metaflush off }
	on db2 { remote none local /dev/da2 name other }
	timeout 7 replication fullsync
}
resource disk1 { on db1 { local /dev/da3 remote tcp4://192.0.2.12:8457 } }
replication async
"""


def test_hast_conf_is_read_with_defaults_and_overrides():
    """Resource over global, node over resource; also settings that come later."""
    conf = parse_hastconf(HAST_CONF)
    assert conf.settings == HastSettings(
        replication="async", timeout=5, exec="/usr/local/libexec/hawatch-hast"
    )
    disk0 = conf.resources["disk0"]
    assert (disk0.settings.timeout, disk0.settings.replication) == (7, "fullsync")
    assert conf.resources["disk1"].settings.replication == "async"
    assert disk0.nodes["db1.example.org"] == HastNodeConf(
        node="db1.example.org",
        provname="disk0",
        localpath="/dev/da1",
        remote="192.0.2.12",
        source="192.0.2.11",
    )
    assert disk0.nodes["db2"] == HastNodeConf(
        node="db2", provname="other", localpath="/dev/da2", remote=None
    )


def test_what_hastctl_would_echo_is_kept():
    """The quotes and the semicolon of the file above."""
    assert parse_hastconf(HAST_CONF).echoed == '"";'


def test_an_empty_hast_conf_has_the_defaults():
    """20 s, memsync, no exec."""
    settings = parse_hastconf("").settings
    assert (settings.timeout, settings.replication, settings.exec) == (
        20,
        "memsync",
        None,
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("resource x {\n bogus\n}\n", 2),
        ("timeout 0\n", 1),
        ("timeout five\n", 1),
        ("replication none\n", 1),
        ("resource on { }\n", 1),
        ("resource x { on a { local /dev/x } }\n", 1),
        ("resource x { on a { remote b } }\n", 1),
        ("resource x { }\n", 1),
        ("resource x { on a { local /d remote b }\n", 2),
        ("on a { timeout 5 }\n", 1),
        ("}\n", 1),
        ("resource x { on a { local /d remote b } }\n" * 2, 2),
    ],
)
def test_a_hast_conf_that_hastd_would_refuse_is_refused_at_its_line(text, line):
    """Lines are counted from 1; hastd's own message counts from 0."""
    with pytest.raises(ParseError) as caught:
        parse_hastconf(text)
    assert caught.value.number == line


@pytest.mark.parametrize(
    ("status", "err", "trouble"),
    [
        (64, "usage: hastctl create ...", HastTrouble.USAGE),
        (65, "[ERROR] Unknown resource x.\n", HastTrouble.UNKNOWN_RESOURCE),
        (
            1,
            "[WARNING] [x] Received error 1 from hastd.\n",
            HastTrouble.UNKNOWN_RESOURCE,
        ),
        (3, "", HastTrouble.REQUEST_REFUSED),
        (69, "[ERROR] cannot receive reply.\n", HastTrouble.CONNECTION_LOST),
        (70, "[ERROR] Error 35 received from hastd.\n", HastTrouble.WORKER_SILENT),
        (
            71,
            "[ERROR] Unable to connect to hastd via /x: No such file or directory.\n",
            HastTrouble.REFUSED,
        ),
        (
            72,
            "[ERROR] Unable to open configuration file x: y.\n",
            HastTrouble.CONFIGURATION,
        ),
        (
            78,
            (
                "[ERROR] No resource disk0 configuration for this node "
                "(acceptable node names: db1, hostid1).\n"
            ),
            HastTrouble.NOT_THIS_NODE,
        ),
        (
            78,
            "[ERROR] Unable to jail to /var/empty: Operation not permitted.\n",
            HastTrouble.NOT_ROOT,
        ),
        (
            255,
            "[ERROR] Unable to open /dev/da1: Device busy.\n",
            HastTrouble.DISK_UNREADABLE,
        ),
        (
            255,
            "[ERROR] Unable to read metadata from /dev/da1: Input/output error.\n",
            HastTrouble.DISK_UNREADABLE,
        ),
        (
            255,
            "[ERROR] Provider /dev/da1 is not part of resource disk0.\n",
            HastTrouble.METADATA_WRONG,
        ),
        (99, "", HastTrouble.OTHER),
    ],
)
def test_every_failure_of_hastctl_has_its_kind(status, err, trouble):
    """The table of FACTS B7, the words before the exit status."""
    assert explain_failure(status, err).trouble is trouble


def test_a_parse_error_is_one_sentence_with_a_shortened_line():
    """It ends up in logs, reports and messages."""
    error = ParseError(3, "x" * 500, "a word")
    assert str(error).startswith("line 3: expected a word, found 'xxx")
    assert len(str(error)) < 200
    assert str(ParseError(4, "", "more")) == "line 4: expected more, found nothing"


def test_the_device_of_a_resource_is_the_one_of_its_node():
    """`name` may differ; whoever is not named takes what the nodes agree on."""
    text = (
        "resource a {\n name same\n on x { local /dev/da1\n remote none }\n"
        " on y { local /dev/da1\n remote none }\n}\n"
        "resource b {\n on x { name one\n local /dev/da1\n remote none }\n"
        " on y { name two\n local /dev/da1\n remote none }\n}\n"
    )
    conf = parse_hastconf(text)
    assert devices_on(conf, "y.example.net") == {
        "a": "/dev/hast/same",
        "b": "/dev/hast/two",
    }
    assert devices_on(conf, "stranger") == {"a": "/dev/hast/same"}


def test_an_interface_without_any_flag_does_not_hide_the_others():
    """Those of 14 and 15 print no <> where there is nothing in it (enc0)."""
    em0 = "em0: flags=8843<UP,RUNNING> metric 0 mtu 1500\n"
    enc0 = "enc0: flags=0 metric 0 mtu 1536\n\tgroups: enc\n"
    assert [(one.name, one.up) for one in parse_ifconfig(em0 + enc0)] == [
        ("em0", True),
        ("enc0", False),
    ]
    with pytest.raises(ParseError):
        parse_ifconfig("em0: flags=8843 metric 0 mtu 1500\n")
