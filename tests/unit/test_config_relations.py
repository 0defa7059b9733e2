"""What must hold between the options of hawatch.toml."""

from __future__ import annotations

import pytest

from hawatch.config import ConfigError, parse_config

NODES = """
[nodes.db1]
address = "192.0.2.1"
paths = ["198.51.100.1", "db1.example.org"]
[nodes.db2]
address = "192.0.2.2"
"""

SERVICES = """
[services.mysql]
vhid = 1
interface = { db1 = "em0", db2 = "vtnet0" }
vip = "192.0.2.10"
resources = ["disk0"]
mounts = ["/var/db/mysql"]
[services.files]
vhid = 2
interface = { db1 = "em0", db2 = "vtnet0" }
vip = "192.0.2.11"
resources = ["disk1"]
mounts = ["/srv/files", "/srv/files/more"]
"""

GOOD = NODES + SERVICES


def told(text: str) -> list[tuple[str, str]]:
    """Return path and wrong of every mistake in a text."""
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "hawatch.toml")
    return [(mistake.path, mistake.wrong) for mistake in caught.value.mistakes]


def test_two_services_with_nothing_in_common_are_right() -> None:
    """The cases below each change one thing in a text that is right."""
    assert set(parse_config(GOOD, "hawatch.toml").services) == {"mysql", "files"}


@pytest.mark.parametrize(
    ("old", "new", "path", "wrong"),
    [
        (
            '"192.0.2.2"',
            '"192.0.2.1"',
            "$.nodes.db2",
            "192.0.2.1 is also an address of db1",
        ),
        (
            '"192.0.2.2"',
            '"198.51.100.1"',
            "$.nodes.db2",
            "198.51.100.1 is also an address of db1",
        ),
        (
            '"192.0.2.10"',
            '"192.0.2.2"',
            "$.services.mysql.vip",
            "192.0.2.2 is an address of db2 itself",
        ),
        (
            '"192.0.2.11"',
            '"192.0.2.10"',
            "$.services.files.vip",
            "192.0.2.10 is also in the service mysql",
        ),
        (
            "vhid = 2",
            "vhid = 1",
            "$.services.files.vhid",
            "vhid 1 on em0 is also in the service mysql",
        ),
        (
            '["disk1"]',
            '["disk1", "disk0"]',
            "$.services.files.resources",
            "disk0 is also in the service mysql",
        ),
        (
            '["disk1"]',
            '["disk1", "disk1"]',
            "$.services.files.resources",
            "disk1 is twice here",
        ),
        (
            '"/srv/files/more"',
            '"/var/db/mysql"',
            "$.services.files.mounts",
            "/var/db/mysql is also in the service mysql",
        ),
        (
            '["/srv/files", "/srv/files/more"]',
            '["/srv/files/more", "/srv/files"]',
            "$.services.files.mounts",
            "/srv/files/more is mounted before /srv/files, which hides it",
        ),
        ('["disk0"]', "[]", "$.services.mysql.resources", "an empty list"),
        ('["/var/db/mysql"]', "[]", "$.services.mysql.mounts", "an empty list"),
    ],
)
def test_what_two_parts_claim_for_themselves_is_told_once(
    old: str, new: str, path: str, wrong: str
) -> None:
    """One change gives one mistake, at the place that a person would change."""
    changed = GOOD.replace(old, new, 1)
    assert told(changed) == [(path, wrong)]


def test_one_vhid_on_two_interfaces_is_right() -> None:
    """CARP tells groups apart by interface and vhid together."""
    text = GOOD.replace("vhid = 2", "vhid = 1")
    head, tail = text.split("[services.files]")
    tail = tail.replace('"em0"', '"em1"').replace('"vtnet0"', '"vtnet1"')
    assert parse_config(f"{head}[services.files]{tail}", "hawatch.toml")


@pytest.mark.parametrize(
    ("nodes", "wrong"),
    [
        (NODES.split("[nodes.db2]")[0], "1 node"),
        (NODES + '[nodes.db3]\naddress = "192.0.2.3"\n', "3 nodes"),
        ("nodes = {}\n", "0 nodes"),
    ],
)
def test_a_pair_has_exactly_two_nodes(nodes: str, wrong: str) -> None:
    """CARP and HAST pairs have two ends."""
    assert ("$.nodes", wrong) in told(nodes + SERVICES)


def test_a_configuration_without_a_service_is_refused() -> None:
    """Watching nothing is a slip, not a wish."""
    assert told("services = {}\n" + NODES) == [("$.services", "no service")]


def test_an_interface_is_needed_for_each_node_and_for_no_other() -> None:
    """A misspelled node in the table leaves the right one without an interface."""
    assert told(GOOD.replace('db2 = "vtnet0"', 'db3 = "vtnet0"', 1)) == [
        ("$.services.mysql.interface.db3", "no such node"),
        ("$.services.mysql.interface", "nothing for the node db2"),
    ]


@pytest.mark.parametrize(
    ("line", "path", "wrong"),
    [
        ('preferred = "db3"', "$.services.files.preferred", '"db3" is no node'),
        (
            'fsck_yes = ["/srv"]',
            "$.services.files.fsck_yes",
            '"/srv" is no mount point of this service',
        ),
        (
            '[witness]\nping = ["192.0.2.1"]\npromote_after = "10m"',
            "$.witness.ping",
            "192.0.2.1 is the node db1 itself",
        ),
        (
            '[witness]\ntcp = ["192.0.2.10:3306"]\npromote_after = "10m"',
            "$.witness.tcp",
            "192.0.2.10:3306 is the VIP itself",
        ),
        (
            '[witness]\nfence = ["ipmitool", "off"]',
            "$.witness.fence",
            '"ipmitool" is not an absolute path',
        ),
        (
            '[notify.urls.mail]\nurl = "a://b"\nurl_file = "/c"',
            "$.notify.urls.mail",
            "both url and url_file",
        ),
        (
            "[notify.urls.mail]",
            "$.notify.urls.mail",
            "neither url nor url_file",
        ),
        ("[checks.alive]\nremedy = []", "$.checks.alive.remedy", "no remedy"),
        (
            '[checks.alive]\nremedy = ["report", "report"]',
            "$.checks.alive.remedy",
            "a remedy is there twice",
        ),
    ],
)
def test_options_that_contradict_each_other_are_told(
    line: str, path: str, wrong: str
) -> None:
    """Each option is right by itself; together they make no sense."""
    assert told(GOOD + line) == [(path, wrong)]


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("[notify.urls.mail]\nurl = 5", "$.notify.urls.mail.url"),
        ("[notify.urls.mail]\nurl_file = 5", "$.notify.urls.mail.url_file"),
        ('[witness]\nfence = [5, "off"]', "$.witness.fence[0]"),
        ('[checks.alive]\nremedy = ["pray"]', "$.checks.alive.remedy[0]"),
    ],
)
def test_a_value_that_is_wrong_by_itself_is_not_blamed_twice(
    line: str, path: str
) -> None:
    """What stands in for a broken value must not cause mistakes of its own."""
    assert [path for path, _ in told(GOOD + line)] == [path]
