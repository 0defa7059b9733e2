"""hawatch.toml -> Config: what is read, and what is refused in which words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hawatch.cli import main
from hawatch.config import ConfigError, node_name, parse_config
from hawatch.model.config import Config, HealPolicy, StubbornPolicy
from hawatch.model.finding import Remedy, Severity

PAIR = """
[nodes.db1]
address = "192.0.2.1"
[nodes.db2]
address = "192.0.2.2"
"""

SERVICE = """
[services.mysql]
vhid = 1
interface = "em0"
vip = "192.0.2.10"
resources = ["disk0"]
mounts = ["/var/db/mysql"]
"""

GOOD = PAIR + SERVICE


def mistakes(text: str, **given: Any) -> list[tuple[str, str, str]]:
    """Return path, wrong and right of every mistake in a text."""
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "hawatch.toml", **given)
    return [(m.path, m.wrong, m.right) for m in caught.value.mistakes]


def paths(text: str, **given: Any) -> list[str]:
    """Return the paths of every mistake in a text."""
    return [path for path, _, _ in mistakes(text, **given)]


def test_the_shortest_configuration_gets_every_default() -> None:
    """Two nodes and one service are enough; the rest is the model's default."""
    config = parse_config(GOOD, "hawatch.toml")
    service = config.services["mysql"]
    assert config == Config(nodes=config.nodes, services=config.services)
    assert service.mounts == ("/var/db/mysql",)
    assert service.stubborn is StubbornPolicy.KILL
    assert service.interface_of("db2") == "em0"


def test_every_kind_of_value_is_read() -> None:
    """Words become enumerations, lists tuples, tables mappings, spans seconds."""
    config = parse_config(
        GOOD
        + """
        start_deadline = "3m"
        [services.mysql.probe]
        timeout = 2.5
        [services.mysql.probe.canary]
        database = "watch"
        [checks.mounts_fit]
        timeout = "4s"
        severity = "info"
        remedy = ["restart", "demote"]
        settings = { list = [1, "a"], deep = { x = true } }
        [hast]
        heal = "ask"
        [carp]
        interlock = true
        """,
        "hawatch.toml",
    )
    service, check = config.services["mysql"], config.checks["mounts_fit"]
    assert service.start_deadline == 180.0
    assert service.probe is not None
    assert service.probe.canary is not None
    assert (service.probe.timeout, service.probe.canary.table) == (
        2.5,
        "hawatch_canary",
    )
    assert (check.timeout, check.severity) == (4.0, Severity.INFO)
    assert check.remedy == (Remedy.RESTART, Remedy.DEMOTE)
    assert check.settings == {"list": [1, "a"], "deep": {"x": True}}
    assert config.hast.heal is HealPolicy.ASK
    assert config.carp.interlock is True


def test_an_interface_may_be_given_for_each_node() -> None:
    """Two machines need not have the same network card."""
    text = GOOD.replace('"em0"', '{ db1 = "em0", db2 = "vtnet0" }')
    service = parse_config(text, "hawatch.toml").services["mysql"]
    assert [service.interface_of(node) for node in ("db1", "db2")] == ["em0", "vtnet0"]


def test_every_mistake_is_told_at_once() -> None:
    """One look at the message is enough to mend the whole file."""
    text = """
    [nodes.db1]
    address = "192.0.2.300"
    [nodes.db2]
    adress = "192.0.2.2"
    [services.mysql]
    vhid = 300
    interface = { db1 = "em0" }
    vip = "192.0.2.10/32"
    resources = "disk0"
    mounts = ["var/db/mysql", "/b"]
    fsck_yes = ["/c"]
    stubborn = "wait"
    preferred = "db3"
    start_deadline = "soon"
    [limits]
    moves = 0
    [witness]
    fence = ["poweroff"]
    [notify.urls.mail]
    """
    assert sorted(paths(text, node="db9")) == [
        "$.limits.moves",
        "$.nodes",
        "$.nodes.db1.address",
        "$.nodes.db2.address",
        "$.nodes.db2.adress",
        "$.notify.urls.mail",
        "$.services.mysql.fsck_yes",
        "$.services.mysql.interface",
        "$.services.mysql.mounts[0]",
        "$.services.mysql.preferred",
        "$.services.mysql.resources",
        "$.services.mysql.start_deadline",
        "$.services.mysql.stubborn",
        "$.services.mysql.vhid",
        "$.services.mysql.vip",
        "$.witness.fence",
    ]


def test_a_mistake_says_what_was_wrong_and_what_would_be_right() -> None:
    """The three parts of a message are the contract with its readers."""
    assert mistakes(GOOD.replace("vhid = 1", "vhid = 300")) == [
        (
            "$.services.mysql.vhid",
            "300 is not between 1 and 255",
            "a number from 1 to 255",
        )
    ]


def test_the_text_of_an_error_is_one_line_for_each_mistake() -> None:
    """FILE: $.path: what was wrong; what would be right."""
    with pytest.raises(ConfigError) as caught:
        parse_config(GOOD.replace("vhid = 1", "vhid = 0\nvhod = 1"), "/etc/x.toml")
    assert str(caught.value) == (
        '/etc/x.toml: $.services.mysql.vhod: no such option; did you mean "vhid"?\n'
        "/etc/x.toml: $.services.mysql.vhid: 0 is not between 1 and 255; "
        "a number from 1 to 255"
    )


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a =\n", 1, 4),
        ("a = 1\nb = [1,\n", 3, 1),
        ("a = 1\na = 2\n", 2, 6),
        ("\x00", 1, 1),
        ("[a]\n[a]\n", 2, 3),
    ],
)
def test_a_mistake_of_toml_is_told_with_line_and_column(
    text: str, line: int, column: int
) -> None:
    """An editor can jump to file:line:column."""
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "hawatch.toml")
    assert caught.value.source == f"hawatch.toml:{line}:{column}"
    assert len(caught.value.mistakes) == 1


def test_toml_that_is_nested_without_end_is_refused() -> None:
    """A hostile file must not end in a traceback."""
    with pytest.raises(ConfigError):
        parse_config("a = " + "[" * 100_000, "hawatch.toml")


def test_an_empty_file_is_told_what_is_missing() -> None:
    """Only what has no default is missing."""
    assert paths("") == ["$.nodes", "$.services"]


def test_a_missing_option_is_told_with_what_it_should_hold() -> None:
    """A required option is named by its full path."""
    found = mistakes(GOOD.replace("vhid = 1\n", ""))
    assert found == [("$.services.mysql.vhid", "missing", "a number from 1 to 255")]


@pytest.mark.parametrize(
    ("option", "value", "wrong"),
    [
        ("vhid", "true", "true is not a whole number"),
        ("vhid", "1.0", "1.0 is not a whole number"),
        ("vhid", '"1"', '"1" is not a whole number'),
        ("vhid", "1979-05-27", "a date or time is not a whole number"),
        ("vip", "7", "7 is not a text"),
        ("resources", '"disk0"', '"disk0" is not a list'),
        ("probe", "true", "true is not a table"),
        ("stubborn", "1", "1 is none of the words for it"),
        ("start_deadline", "-5", "-5 seconds are less than none"),
        ("vhid", "9" * 26, "a number of more than 18 digits"),
        ("start_deadline", "nan", "nan is not a time span"),
        ("start_deadline", "inf", "inf seconds are more than ten years"),
        ("start_deadline", "true", "true is not a time span"),
        ("start_deadline", "0", "no time at all"),
        ("interface", "[]", "a list is not a text"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(
    option: str, value: str, wrong: str
) -> None:
    """TOML's kinds are not bent into each other: true is no number."""
    lines = [line for line in GOOD.splitlines() if not line.startswith(f"{option} =")]
    found = mistakes("\n".join([*lines, f"{option} = {value}"]))
    assert [(path, text) for path, text, _ in found] == [
        (f"$.services.mysql.{option}", wrong)
    ]


def test_words_are_listed_where_the_choice_is_wrong() -> None:
    """Nobody has to look up the legal words."""
    found = mistakes(GOOD + 'stubborn = "wait"')
    assert [right for _, _, right in found] == ['"hold" or "kill"']


def test_a_check_that_nobody_knows_is_told_with_the_nearest() -> None:
    """A misspelled name would silently configure nothing."""
    text = GOOD + "[checks.mount_fits]\n[agent]\ngranted = ['site_power']\n"
    assert parse_config(text, "hawatch.toml").checks
    known = dict.fromkeys(["mounts_fit", "site_time"])
    assert mistakes(text, known_checks=lambda _: known) == [
        ("$.checks.mount_fits", "no such check", 'did you mean "mounts_fit"?'),
        ("$.agent.granted", '"site_power" is no check', 'did you mean "site_time"?'),
    ]


def test_every_setting_that_a_check_does_not_have_or_of_another_type_is_told() -> None:
    """A misspelled threshold would silently leave the default in force."""
    text = GOOD + (
        "[checks.room.settings]\npercentt = 3\npercent = 'high'\nloud = 1\n"
        "words = true\nseconds = 2.5\n[checks.site]\nsettings = {any = 1}\n"
    )
    room = {"percent": 80.0, "loud": False, "words": "x", "seconds": 60}
    known = {"room": room, "site": None}
    assert mistakes(text, known_checks=lambda _: known) == [
        (
            "$.checks.room.settings.percentt",
            "no such setting",
            'did you mean "percent"?',
        ),
        ("$.checks.room.settings.percent", "'high'", "a number is wanted"),
        ("$.checks.room.settings.loud", "1", "true or false is wanted"),
        ("$.checks.room.settings.words", "True", "a text is wanted"),
        ("$.checks.room.settings.seconds", "2.5", "a whole number is wanted"),
    ]


def test_a_whole_number_does_where_a_number_is_wanted() -> None:
    """Nobody has to write 80.0."""
    text = GOOD + "[checks.room.settings]\npercent = 70\n"
    known = {"room": {"percent": 80.0}}
    assert parse_config(text, "hawatch.toml", known_checks=lambda _: known).checks


def test_config_check_judges_the_settings_of_shipped_and_of_site_checks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of it at once with every other mistake, and it ends with 2."""
    tmp_path.chmod(0o755)
    (tmp_path / "check_site.py").write_text(
        "from hawatch.api import check\n\n\n"
        '@check(settings={"most": 3})\ndef check_site(settings):\n    pass\n'
    )
    file = tmp_path / "hawatch.toml"
    file.write_text(
        GOOD + f"[agent]\nchecks = ['{tmp_path}']\nintervall = 3\n"
        "[checks.site.settings]\nmost = '3'\n[checks.gone]\n"
        "[checks.disk_has_room.settings]\npercentt = 3\n"
    )
    assert main(["config", "check", "--any-host", "--config", str(file)]) == 2
    told = capsys.readouterr().err
    for path in (
        "$.agent.intervall: ",
        "$.checks.site.settings.most: '3'; a whole number",
        "$.checks.gone: no such check",
        "$.checks.disk_has_room.settings.percentt: no such setting; did you mean",
    ):
        assert path in told


def test_a_name_that_is_no_identifier_cannot_be_a_check() -> None:
    """A path with an odd key is quoted as the file quotes it."""
    assert paths(GOOD + '[checks."mounts fit"]') == ['$.checks."mounts fit"']


def test_timers_that_do_not_fit_together_are_refused() -> None:
    """Each number may be fine while their sum is not."""
    assert "$.hast.role_deadline" in paths(GOOD + "[hast]\nrole_deadline = 5\n")


def test_sums_are_not_judged_while_a_number_in_them_cannot_be_read() -> None:
    """A sum with a stand-in would tell something about a number nobody wrote."""
    text = GOOD + '[hast]\ntimeout = "soon"\nrole_deadline = 5\n'
    assert paths(text) == ["$.hast.timeout"]


@pytest.mark.parametrize(
    ("hostname", "node"),
    [
        ("db1", "db1"),
        ("DB1", "db1"),
        ("db1.example.org", "db1"),
        ("other", "other.example.org"),
        ("other.example.org", "other.example.org"),
    ],
)
def test_a_host_name_means_a_node_by_its_full_name_or_first_label(
    hostname: str, node: str
) -> None:
    """FreeBSD's hostname may be the full name while the file says the short one."""
    text = GOOD.replace("[nodes.db2]", '[nodes."other.example.org"]')
    assert node_name(parse_config(text, "hawatch.toml"), hostname) == node


@pytest.mark.parametrize("hostname", ["db", "db11", "", "other.example.com"])
def test_a_host_name_that_means_no_node_is_refused_with_the_legal_ones(
    hostname: str,
) -> None:
    """A node never takes itself for another one."""
    text = GOOD.replace("[nodes.db2]", '[nodes."other.example.org"]')
    with pytest.raises(ConfigError) as caught:
        node_name(parse_config(text, "hawatch.toml"), hostname)
    assert caught.value.mistakes[0].right == '"db1" or "other.example.org"'


def test_a_first_label_that_means_both_nodes_is_refused() -> None:
    """Guessing which of two nodes this is would be fatal."""
    text = GOOD.replace("db1", '"db.a.org"').replace("db2", '"db.b.org"')
    config = parse_config(text, "hawatch.toml", node="db.b.org")
    with pytest.raises(ConfigError, match="both of them"):
        node_name(config, "db")


def test_no_value_is_shared_between_two_configurations() -> None:
    """The values are frozen, and their defaults are never changed through one."""
    first = parse_config(GOOD, "a")
    second = parse_config(GOOD, "b")
    assert first == second
    assert first.checks is not second.checks
    with pytest.raises(AttributeError):
        first.limits.moves = 5
