"""Reading a machine: shell assignments, rules of devd, crontabs, words of tools."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import a_mount
from hypothesis import given
from hypothesis import strategies as st

from hawatch.discovering.carp_settings import (
    MASK,
    configured_vhids,
    without_passwords,
)
from hawatch.discovering.cron_jobs import CUT_SHORT, read_crontab, running
from hawatch.discovering.devd_rules import matches, read_devd
from hawatch.discovering.machine import FileStatus, Journaling
from hawatch.discovering.outputs import (
    journaling_of,
    parse_bare_point,
    parse_fstyp,
    parse_gateway,
    parse_tunefs,
)
from hawatch.discovering.place import tree
from hawatch.discovering.plain_settings import read_plain
from hawatch.discovering.remote import ip_of
from hawatch.discovering.sh_settings import read_sh
from hawatch.discovering.tree_host import answer_name
from hawatch.host import CommandResult, complete
from hawatch.model.fact import Known, Unknown


def said(out: str = "", err: str = "", status: int = 0) -> CommandResult:
    """Return a command's answer."""
    return CommandResult(argv=("/sbin/x",), status=status, out=out, err=err)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('a="b c"', "b c"),
        ("a='b  c' # comment", "b  c"),
        ("a=b#c", "b#c"),
        ("a=b; c=d", "b"),
        ('x=1\na="$x${x}2"', "112"),
        (r'a="b\"c\$d"', 'b"c$d'),
        ('a="b \\\n c"', "b  c"),
        ('a="b\nc"', "b\nc"),
        ("export a=b", "b"),
        ("a=b\na=", ""),
        ("a='b'c\"d\"", "bcd"),
    ],
)
def test_an_assignment_is_read_as_sh_reads_it(text: str, value: str) -> None:
    """Quotes, variables, continued lines and comments mean what they mean to sh."""
    settings = read_sh([("/etc/rc.conf", text)])
    assert settings.values["a"].value == value
    assert settings.unclear == {}


@pytest.mark.parametrize(
    "text",
    [
        "a=$(hostname)",
        "a=`hostname`",
        'a="$(date)"',
        "a=$nobody",
        "if [ -f /x ]; then\n a=b\nfi",
        "case $x in\ny) a=b;;\nesac",
        'a="${b:-c}"',
    ],
)
def test_what_only_a_shell_could_tell_is_unclear(text: str) -> None:
    """A guess would become a trap that is none, or hide one that is."""
    settings = read_sh([("/etc/rc.conf", text)])
    assert "a" in settings.unclear
    assert "a" not in settings.values


def test_a_later_file_wins_and_says_where_it_is() -> None:
    """rc.conf.local is read after rc.conf."""
    files = [("/etc/rc.conf", "\na=1"), ("/etc/rc.conf.local", "a=2")]
    setting = read_sh(files).values["a"]
    assert (setting.value, setting.where) == ("2", "/etc/rc.conf.local:1")


def test_a_setting_after_a_condition_is_read_again() -> None:
    """The condition's end is seen, and clears what it made unclear."""
    settings = read_sh([("x", "if true; then a=1; fi\na=2\n")])
    assert settings.get("a") == "2"
    assert settings.unclear == {}


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader_of_rc_conf(text: str) -> None:
    """Whatever a person left in rc.conf, the doctor comes to the end."""
    read_sh([("/etc/rc.conf", text)])
    read_plain([("/boot/loader.conf", text)])
    read_devd([("/etc/devd/x.conf", text)])
    read_crontab("/etc/crontab", text)


@given(st.text(alphabet=st.characters(codec="ascii", categories=["L", "N", "P"])))
def test_a_single_quoted_text_is_taken_as_it_is(text: str) -> None:
    """Nothing inside single quotes means anything to sh."""
    text = text.replace("'", "")
    assert read_sh([("x", f"a='{text}'")]).get("a", "none") == text


def test_loader_conf_is_read_with_and_without_quotes() -> None:
    """Both loader(8) and sysctl's file allow names with dots."""
    text = 'carp_load="YES" # now\nnet.inet.carp.allow=0\n# a=b\nnonsense\n'
    settings = read_plain([("/boot/loader.conf", text)])
    assert settings.says_yes("carp_load")
    assert settings.get("net.inet.carp.allow") == "0"
    assert settings.where("net.inet.carp.allow") == "/boot/loader.conf:2"
    assert len(settings.values) == 2


def test_the_vhids_of_rc_conf_are_found_with_their_interfaces() -> None:
    """rc.conf writes em0.100 as em0_100, and may hold several vhids in one variable."""
    text = (
        'ifconfig_em0_alias0="inet vhid 1 pass mysql00 advskew 50 alias 192.0.2.1/32"\n'
        'ifconfig_em0_100_aliases="inet vhid 2 alias 192.0.2.2/32'
        ' inet vhid 3 advbase 2 pass abcdefghijklmnopqrst alias 192.0.2.3/32"\n'
        'ifconfig_em1="inet 10.0.0.1/24"\n'
    )
    found = configured_vhids(read_sh([("rc", text)]), ["em0", "em0.100", "em1"])
    assert [
        (one.interface, one.vhid, one.advskew, one.advbase, one.password)
        for one in found
    ] == [
        ("em0", 1, 50, 1, 7),
        ("em0.100", 2, 0, 1, None),
        ("em0.100", 3, 0, 2, 20),
    ]


def test_no_password_stays_in_what_is_kept_of_rc_conf() -> None:
    """A machine is shown and compared: its secrets must not be in it."""
    text = 'ifconfig_em0_alias0="inet vhid 1 pass mysql00 alias 192.0.2.1/32"'
    kept = without_passwords(read_sh([("rc", text)]))
    assert "mysql00" not in repr(kept)
    assert MASK in kept.get("ifconfig_em0_alias0")


RULES = r"""
# comment { "
options { directory "/etc/devd"; pid-file "/var/run/devd.pid"; set x "y"; };
/* notify 900 { */
notify 10 {
    match "system" "CARP";   // the kernel's word
    match "subsystem" "[0-9]+@em0";
    action "/bin/echo \"$subsystem\"; /bin/true";
};
attach 0 { device-name "ugen[0-9]+"; action "true"; };
nomatch 0 { };
"""


def test_devds_rules_are_read_with_their_places() -> None:
    """Comments, options and other kinds of rules are no rules for CARP."""
    rules = read_devd([("/etc/devd/x.conf", RULES)])
    assert rules.broken == {}
    first = rules.rules[0]
    assert (first.where, first.priority, first.kind) == (
        "/etc/devd/x.conf:5",
        10,
        "notify",
    )
    assert len(rules.rules) == 3


@pytest.mark.parametrize(
    "text",
    [
        'notify 0 { match "system" "CARP" }',
        "notify x { };",
        'notify 0 { action "true"; }',
        "nonsense 0 { };",
        'notify 0 { match "system"; };',
    ],
)
def test_a_file_that_devd_refuses_is_broken(text: str) -> None:
    """It ends at such a file; the good rules beside it are still read."""
    rules = read_devd([("bad.conf", text), ("good.conf", RULES)])
    assert list(rules.broken) == ["bad.conf"]
    assert len(rules.rules) == 3


@pytest.mark.parametrize(
    ("pattern", "subsystem", "fits"),
    [
        ("[0-9]+@[0-9a-z]+", "1@em0", True),
        ("[0-9]+@[0-9a-z]+", "1@em0.100", False),
        ("[0-9]+@[0-9a-z_.-]+", "1@igb0_vlan5", True),
        ("1@EM0", "1@em0", True),
        ("1@em", "1@em0", False),
        ("!1@em0", "1@em0", False),
        ("!1@em0", "2@em0", True),
        ("[[:digit:]]+@[[:alnum:]]+", "10@em0", True),
        ("[", "1@em0", False),
    ],
)
def test_an_expression_matches_as_devd_matches_it(
    pattern: str, subsystem: str, fits: bool
) -> None:
    """Anchored on both sides, blind to case, inverted by a leading !."""
    text = f'notify 0 {{ match "subsystem" "{pattern}"; action "x"; }};'
    (rule,) = read_devd([("x", text)]).rules
    assert matches(rule, {"subsystem": subsystem}) is fits


def test_a_crontabs_jobs_are_read_and_the_cut_short_one_is_told() -> None:
    """It reads no last line without its end, and says nothing about it."""
    text = "SHELL=/bin/sh\n# c\n@10\troot\t/bin/a  b\n1 2 * * 3 bin x y\n@60 root z"
    one, two, three = read_crontab("/etc/cron.d/x", text)
    assert (one.when, one.user, one.command, one.ignored) == (
        "@10",
        "root",
        "/bin/a  b",
        "",
    )
    assert (two.when, two.user, two.command) == ("1 2 * * 3", "bin", "x y")
    assert three.ignored == CUT_SHORT
    assert running((one, two, three), "a b") == (one,)


def test_a_persons_crontab_has_no_column_for_the_user() -> None:
    """/var/cron/tabs/root is root's own."""
    (job,) = read_crontab("/var/cron/tabs/root", "@daily x y\n", owner="root")
    assert (job.user, job.command) == ("root", "x y")


def test_the_default_gateway_is_read_from_the_routes() -> None:
    """IPv4 first; a route without a gateway's address is none."""
    out = "default fe80::1%em0 UGS em0\ndefault link#1 U em1\ndefault 192.0.2.1 UGS e\n"
    assert parse_gateway(said(out)) == Known("192.0.2.1")
    assert isinstance(parse_gateway(said("10.0.0.0/24 link#1 U em0\n")), Unknown)
    assert isinstance(parse_gateway(said(status=1)), Unknown)


TUNEFS = """\
tunefs: MAC multilabel: (-l)                               disabled
tunefs: soft updates: (-n)                                 {}
tunefs: soft update journaling: (-j)                       {}
tunefs: gjournal: (-J)                                     disabled
"""


@pytest.mark.parametrize(
    ("soft", "journal", "kind"),
    [
        ("enabled", "enabled", Journaling.JOURNALED),
        ("enabled", "disabled", Journaling.SOFT_UPDATES),
        ("disabled", "disabled", Journaling.NONE),
    ],
)
def test_tunefs_tells_on_stderr_what_keeps_a_file_system(
    soft: str, journal: str, kind: Journaling
) -> None:
    """The words are those that FreeBSD 13.2 printed."""
    assert parse_tunefs(said(err=TUNEFS.format(soft, journal))) == Known(kind)


def test_a_missing_device_is_no_file_system_without_a_journal() -> None:
    """On the standby there is no device: that is unknown."""
    err = "tunefs: /dev/hast/disk0: could not open special device\n"
    assert isinstance(parse_tunefs(said(err=err, status=1)), Unknown)


def test_the_mount_table_tells_the_journal_as_well() -> None:
    """Both spellings that were seen."""
    for options in (
        ("journaled soft-updates",),
        ("soft-updates", "journaled soft-updates"),
    ):
        assert journaling_of(a_mount(options=options)) is Journaling.JOURNALED
    assert journaling_of(a_mount(options=("soft-updates",))) is Journaling.SOFT_UPDATES
    assert journaling_of(a_mount(options=("local",))) is Journaling.NONE


@pytest.mark.parametrize(
    ("line", "protected"),
    [
        ("drwxr-xr-x  2 root  wheel  schg 512 Nov 22 11:45 /srv", True),
        ("drwxr-xr-x  2 root  wheel  uarch,schg 512 Nov 22 11:45 /srv", True),
        ("d---------  2 root  wheel  - 512 Nov 22 11:45 /srv", True),
        ("drwxr-xr-x+ 2 root  wheel  uarch 512 Nov 22 11:45 /srv", False),
    ],
)
def test_a_bare_mount_point_is_protected_by_a_flag_or_by_mode_0(
    line: str, protected: bool
) -> None:
    """`ls -ldo` shows both."""
    found = parse_bare_point(said(f"{line}\n"))
    assert isinstance(found, Known)
    assert found.value.protected is protected


def test_fstyp_tells_a_file_system_or_that_there_is_none() -> None:
    """Exit 1 without a complaint of another kind is "none"."""
    assert parse_fstyp(said("ufs\n")) == Known("ufs")
    err = "fstyp: /dev/da1: filesystem not recognized\n"
    assert parse_fstyp(said(err=err, status=1)) == Known("")
    err = "fstyp: /dev/da1: Permission denied\n"
    assert isinstance(parse_fstyp(said(err=err, status=1)), Unknown)


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("tcp4://192.0.2.1:8457", "192.0.2.1"),
        ("192.0.2.1:8457", "192.0.2.1"),
        ("tcp6://[2001:db8::1]:8457", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("db2", "db2"),
    ],
)
def test_an_address_of_hast_conf_is_told_without_its_dress(
    remote: str, address: str
) -> None:
    """The daemon takes all of these forms."""
    assert ip_of(remote) == address


def test_an_answer_is_found_under_its_commands_name(tmp_path: Path) -> None:
    """The format that docs/reference/doctor.md describes."""
    assert answer_name(("/sbin/ifconfig", "-a")) == "ifconfig-a"
    assert answer_name(("/sbin/tunefs", "-p", "/dev/hast/d0")) == "tunefs-p-dev-hast-d0"
    commands = tmp_path / "commands"
    commands.mkdir()
    (commands / "hastctl-dump.txt").write_text("all\n")
    (commands / "hastctl-dump-disk1.err").write_text("no\n")
    (commands / "hastctl-dump-disk1.rc").write_text("255\n")
    host = tree(tmp_path).host
    first = complete(host.ask(("/sbin/hastctl", "dump", "disk0"), deadline=1.0))
    other = complete(host.ask(("/sbin/hastctl", "dump", "disk1"), deadline=1.0))
    none = complete(host.ask(("/sbin/hastctl", "list", "disk0"), deadline=1.0))
    assert (first.out, first.status) == ("all\n", 0)
    assert (other.err, other.status) == ("no\n", 255)
    assert none.status is None


def test_a_place_tells_a_missing_file_from_an_unreadable_one(tmp_path: Path) -> None:
    """Only what is missing counts as empty."""
    place = tree(tmp_path)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/dir").mkdir()
    assert place.text_if_there("/etc/none") == Known("")
    assert isinstance(place.text_if_there("/etc/dir"), Unknown)
    assert place.names("/etc") == Known(("dir",))
    assert place.names("/none") == Known(())
    assert place.status("/none") == Known(None)


def test_a_links_own_mode_opens_nothing() -> None:
    """lstat(2) says 0777 of every link on Linux."""
    assert not FileStatus(kind="link", user=0, mode=0o777).others_write
    assert FileStatus(kind="file", user=0, mode=0o664).others_write
