"""Setup, config init and doctor on the three machines of tests/machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from machines_tools import GOLDEN, NAMES, WITHOUT, a_tree, golden, output, run

from hawatch.config import load_config, parse_config
from hawatch.deciding import inequalities, timers
from hawatch.discovering.machine import Machine
from hawatch.model.config import Config


@pytest.mark.parametrize("what", GOLDEN)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_said_of_a_machine_is_what_was_read_once(
    name: str, what: str, tmp_path: Path
) -> None:
    """A change of any sentence or value is seen here, and judged by a person."""
    if (name, what) not in WITHOUT:
        assert golden(name, what).read_text() == output(name, what, tmp_path)


def proposed(name: str, tmp_path: Path) -> Config:
    """Return the configuration that `config init` finds for a machine."""
    code, text = run("config", "init", "--root", str(a_tree(name, tmp_path)))
    assert code == 0
    return parse_config(text, "the proposal")


def test_a_mariadb_is_known_by_the_executable_that_its_script_starts(
    tmp_path: Path,
) -> None:
    """Its rc script is mysql-server as well, its processes are called mariadbd."""
    root = a_tree("article", tmp_path)
    programs = root / "usr/local/libexec"
    programs.mkdir()
    (programs / "mariadbd").touch()
    (programs / "mysqld").symlink_to("mariadbd")
    code, text = run("config", "init", "--root", str(root))
    assert code == 0
    service = parse_config(text, "the proposal").services["mysql"]
    assert service.process == "/usr/local/libexec/mariadbd"
    (programs / "mariadbd").unlink()
    _, text = run("config", "init", "--root", str(root))
    assert "mariadbd" not in text


def test_the_articles_nodes_get_the_addresses_that_the_other_one_has(
    tmp_path: Path,
) -> None:
    """A node's `remote` is its peer's address: they are swapped."""
    config = proposed("article", tmp_path)
    assert {name: node.address for name, node in config.nodes.items()} == {
        "freebsd-esxi": "192.168.202.53",
        "freebsd-bhyve": "192.168.202.202",
    }


def test_the_articles_service_is_read_whole(tmp_path: Path) -> None:
    """vhid, interface, VIP, resource, mount, rc script and witness are all there."""
    config = proposed("article", tmp_path)
    service = config.services["mysql"]
    assert (service.vhid, service.interface, service.vip) == (
        1,
        "em0",
        "192.168.202.251",
    )
    assert service.resources == ("disk0",)
    assert service.mounts == ("/var/db/mysql",)
    assert service.rc == ("mysql-server",)
    assert config.witness.ping == ("192.168.202.1",)
    assert config.hast.timeout == 20.0


@pytest.mark.parametrize(
    "piece",
    [
        "remote 192.168.202.53, but this node has",
        "hastd uses remote 192.168.202.51",
        "disk0 is degraded, 72 MB",
        "fstyp finds ufs on the raw disk /dev/ada0",
        "/dev/ada0 on freebsd-esxi, /dev/da1 on freebsd-bhyve",
        "never met the other node",
        "soft updates without a journal",
        "carp.conf:1 (priority 0,",
        "/etc/rc.local:1 calls hast_primary_check",
        "mysql_enable is YES",
    ],
)
def test_the_articles_mistakes_are_all_named(piece: str, tmp_path: Path) -> None:
    """Addresses that do not match, raw newfs, device names, broken replication."""
    code, text = run("doctor", "--root", str(a_tree("article", tmp_path)))
    assert code == 3
    assert piece in " ".join(text.split())


def test_two_vhids_are_two_services_with_an_interface_for_each_node(
    tmp_path: Path,
) -> None:
    """The peer's interface comes from its report; resources are paired in order."""
    config = proposed("vlan", tmp_path)
    assert [(n, s.vhid, s.resources) for n, s in config.services.items()] == [
        ("mysql", 10, ("db",)),
        ("files", 20, ("files",)),
    ]
    for service in config.services.values():
        assert service.interface == {"db1": "em0.100", "db2": "igb0.100"}
    assert config.services["files"].rc == ()
    assert config.nodes["db1"].paths == ("10.0.0.1", "192.0.2.11")


def test_the_sum_of_times_comes_out_with_several_services(tmp_path: Path) -> None:
    """An isolated owner has let go of both before its peer takes over."""
    config = proposed("vlan", tmp_path)
    assert inequalities.problems(config) == ()
    assert config.witness.promote_after > timers.budget(config).owner_gone


def test_nothing_is_left_to_do_on_a_configured_machine(tmp_path: Path) -> None:
    """All is in place and nothing is a trap; a tree has no other node to be seen."""
    root = str(a_tree("configured", tmp_path, shipped=True))
    assert run("setup", "--dry-run", "--root", root) == (0, "nothing to change\n")
    code, text = run("doctor", "--root", root)
    assert code == 1
    assert "No trap found" in text


@pytest.mark.parametrize("name", NAMES)
def test_a_dry_run_changes_nothing_at_all(name: str, tmp_path: Path) -> None:
    """No file, no directory, no state."""
    root = a_tree(name, tmp_path)
    before = sorted(root.rglob("*"))
    run("setup", "--dry-run", "--root", str(root))
    assert sorted(root.rglob("*")) == before


def test_no_password_is_ever_shown(tmp_path: Path) -> None:
    """The article's password is in its rc.conf, and stays there."""
    root = str(a_tree("article", tmp_path))
    for words in (("setup", "--dry-run"), ("doctor",), ("doctor", "--json")):
        assert "mysql00" not in run(*words, "--root", root)[1]


def test_the_doctors_json_says_what_the_text_says(tmp_path: Path) -> None:
    """For programs: every trap with its fields, and what could not be seen."""
    code, text = run("doctor", "--json", "--root", str(a_tree("vlan", tmp_path)))
    answer = json.loads(text)
    assert code == 3
    assert answer["node"] == "db1.example.org"
    assert {"name", "gravity", "what", "why", "type"} == set(answer["traps"][0])
    assert any("tunefs" in line for line in answer["unseen"])


def test_config_init_writes_where_nothing_is_and_only_there(tmp_path: Path) -> None:
    """A configuration is a person's: it is never written over."""
    root = a_tree("article", tmp_path)
    path = root / "usr/local/etc/hawatch.toml"
    assert run("config", "init", "--write", "--root", str(root))[0] == 0
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(load_config(path).services) == ["mysql"]
    written = path.read_bytes()
    code, text = run("config", "init", "--write", "--root", str(root))
    assert (code, path.read_bytes()) == (2, written)
    assert "is there already" in text


def test_a_machine_without_carp_gets_reasons_instead_of_a_configuration(
    tmp_path: Path,
) -> None:
    """Nothing is made up."""
    code, text = run("config", "init", "--root", str(tmp_path))
    assert code == 3
    assert "hast.conf" in text
    assert "interfaces" in text
    code, text = run("setup", "--dry-run", "--root", str(tmp_path))
    assert code == 3
    assert "Nothing was changed" in text


def test_a_proposal_that_cannot_be_used_is_not_written(tmp_path: Path) -> None:
    """Here the other node is known by a host name only, which is no address."""
    root = a_tree("article", tmp_path)
    conf = root / "etc/hast.conf"
    conf.write_text(conf.read_text().replace("192.168.202.202", "bhyve"))
    code, text = run("setup", "--yes", "--root", str(root))
    assert code == 3
    assert "an IP address" in text
    assert not (root / "usr/local/etc/hawatch.toml").exists()


def test_a_machine_of_which_nothing_is_known_has_no_node() -> None:
    """The default of every fact is "not read"."""
    assert Machine().node == ""


@pytest.mark.parametrize(("line", "echoed"), [("bad vhid", False), ("", True)])
def test_adverts_that_are_discarded_for_their_vhid_are_no_echo(
    line: str, tmp_path: Path, *, echoed: bool
) -> None:
    """The counters of two readings tell another pair from a second MASTER."""
    root = a_tree("configured", tmp_path, shipped=True)
    later = root / "commands/netstat-s-p-carp.later.txt"
    text = later.read_text().replace(
        "0 packets received (IPv4)", "3 packets received (IPv4)"
    )
    if line:
        text = text.replace(f"0 discarded for {line}", f"3 discarded for {line}")
    later.write_text(text)
    assert ("adverts-echoed" in run("doctor", "--root", str(root))[1]) is echoed
