"""The audit: owners, modes, keys, leftovers, and what changed since the last run."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from builders import a_counters, a_sysctls, a_vhid
from doctor_machines import (
    HOOK,
    KEY,
    OPTIONS,
    a_configured,
    a_file,
    a_machine,
    a_peer,
    faces,
    the_config,
)
from machines_tools import a_tree, run

from hawatch.commands.audit import lines
from hawatch.discovering.fingerprints import differences
from hawatch.doctoring.security import AUDITED
from hawatch.doctoring.table import asked, name_of
from hawatch.model.config import PeerConfig
from hawatch.model.fact import Known, Unknown

SECRET = "/usr/local/etc/hawatch/peer_key"
STATE = "var/db/hawatch/audit.json"

CASES: list[tuple[str, dict[str, Any]]] = [
    ("foreign-owner", {"more_files": {HOOK: Known(a_file(0o755, user=1001))}}),
    ("others-write", {"more_files": {HOOK: Known(a_file(0o775))}}),
    (
        "others-write",
        {"more_files": {"/usr/local": Known(a_file(0o777, kind="directory"))}},
    ),
    ("secret-open", {"more_files": {SECRET: Known(a_file(0o640))}}),
    ("not-a-file", {"more_files": {SECRET: Known(a_file(0o777, kind="link"))}}),
    ("peer-key", {"authorized_keys": Known(f"{KEY}\n")}),
    ("peer-key", {"authorized_keys": Known(OPTIONS.replace("restrict,", "") + KEY)}),
    (
        "peer-key",
        {"authorized_keys": Known(OPTIONS.replace(',from="10.0.0.2"', "") + f" {KEY}")},
    ),
    (
        "peer-key",
        {"authorized_keys": Known(OPTIONS.replace("report --live", "run") + f" {KEY}")},
    ),
    (
        "peer-key",
        {"authorized_keys": Known(f'restrict,command="/bin/sh",from="x" {KEY}')},
    ),
    ("carp-password", {"vhids": Known((a_configured(password=None),))}),
    (
        "bad-authentication",
        {"counters": Known(a_counters(bad_authentication=3))},
    ),
    ("carp-not-allowed", {"sysctls": Known(a_sysctls(allow=False))}),
    ("demotion", {"sysctls": Known(a_sysctls(demotion=480))}),
    ("raised-skew", {"interfaces": faces(a_vhid(advskew=240))}),
    ("exec-hook", {"more_files": {HOOK: Known(None)}}),
    ("configurations-differ", {"peer": a_peer(configuration="0123")}),
]


@pytest.mark.parametrize(("name", "changes"), CASES)
def test_what_an_audit_is_for_is_found(name: str, changes: dict[str, Any]) -> None:
    """Each rule of the audit speaks on a machine that has its mistake."""
    names = {trap.name for trap in asked(AUDITED, a_machine(**changes))}
    assert name in names


@pytest.mark.parametrize("rule", AUDITED, ids=name_of)
def test_an_audit_of_a_healthy_machine_is_quiet(rule: Any) -> None:
    """And every rule has its case above."""
    assert list(rule(a_machine())) == []
    assert name_of(rule) in {name for name, _ in CASES}


def test_a_sticky_directory_on_the_way_is_no_danger() -> None:
    """There, nobody can rename what belongs to somebody else."""
    sticky = Known(a_file(0o1777, kind="directory"))
    machine = a_machine(more_files={"/usr/local": sticky})
    assert asked(AUDITED, machine) == ()


def test_a_comment_and_other_peoples_keys_are_not_judged() -> None:
    """What root's other keys may do is the administrator's business."""
    text = f"# {KEY}\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI admin@laptop\n"
    assert asked(AUDITED, a_machine(authorized_keys=Known(text))) == ()


def test_without_a_channel_there_is_no_key_to_judge() -> None:
    """peer.enabled = false: no key is used."""
    config = Known(the_config(peer=PeerConfig(enabled=False)))
    machine = a_machine(
        config=config, peer=Unknown("off"), authorized_keys=Known(f"{KEY}\n")
    )
    assert asked(AUDITED, machine) == ()


def audit(root: Path, *words: str) -> tuple[int, str]:
    """Run an audit of a tree."""
    return run("audit", "--root", str(root), *words)


def test_a_periodic_audit_is_silent_where_all_is_well(tmp_path: Path) -> None:
    """periodic(8) mails whatever is said."""
    root = a_tree("configured", tmp_path, shipped=True)
    assert audit(root, "--periodic") == (0, "")
    assert audit(root, "--periodic") == (0, "")


def test_a_changed_file_is_told_once_and_then_known(tmp_path: Path) -> None:
    """Exit 1 with text; the next night it is yesterday's."""
    root = a_tree("configured", tmp_path, shipped=True)
    audit(root, "--periodic")
    (root / "etc/rc.conf").write_text('hostname="db1"\nhastd_enable="YES"\n')
    (root / "usr/local/etc/hawatch/known_hosts").unlink()
    code, text = audit(root, "--periodic")
    assert code == 1
    assert "  changed: /etc/rc.conf\n" in text
    assert "  gone: /usr/local/etc/hawatch/known_hosts\n" in text
    assert audit(root, "--periodic") == (0, "")


def test_a_persons_look_does_not_use_up_the_nights_news(tmp_path: Path) -> None:
    """Only the periodic run remembers what it saw."""
    root = a_tree("configured", tmp_path, shipped=True)
    audit(root, "--periodic")
    (root / "etc/rc.local").write_text("# new\n")
    assert "new: /etc/rc.local" in audit(root)[1]
    assert "new: /etc/rc.local" in audit(root, "--periodic")[1]


def test_an_audit_without_a_periodic_run_compares_with_nothing(tmp_path: Path) -> None:
    """And leaves nothing behind."""
    root = a_tree("configured", tmp_path, shipped=True)
    code, text = audit(root)
    assert code == 0
    assert "Nothing found" in text
    assert not (root / STATE).exists()


def test_a_secrets_content_is_in_no_fingerprint(tmp_path: Path) -> None:
    """A digest would help to guess it; a new one is seen all the same."""
    root = a_tree("configured", tmp_path, shipped=True)
    secret = root / "usr/local/etc/hawatch/mysql.password"
    audit(root, "--periodic")
    kept = json.loads((root / STATE).read_text())
    entry = kept["/usr/local/etc/hawatch/mysql.password"]
    assert len(entry.split()) == 6
    status = secret.stat()
    other = secret.with_name("other")
    other.write_text("NOT A SECRET\n")
    other.chmod(0o600)
    other.replace(secret)
    os.utime(secret, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert "changed: /usr/local/etc/hawatch/mysql.password" in audit(root)[1]


def test_a_damaged_list_is_told_and_replaced(tmp_path: Path) -> None:
    """Nobody can tell what changed: that is news, not silence."""
    root = a_tree("configured", tmp_path, shipped=True)
    audit(root, "--periodic")
    (root / STATE).write_text("{")
    code, text = audit(root, "--periodic")
    assert code == 1
    assert "damaged" in text
    assert audit(root, "--periodic") == (0, "")


def test_an_open_secret_is_a_problem(tmp_path: Path) -> None:
    """Exit 3, with the line that mends it."""
    root = a_tree("configured", tmp_path, shipped=True)
    (root / "usr/local/etc/hawatch/mysql.password").chmod(0o644)
    code, text = audit(root, "--periodic")
    assert code == 3
    assert "chmod 600 /usr/local/etc/hawatch/mysql.password" in text


def test_a_directory_on_the_way_that_others_can_write_is_a_problem(
    tmp_path: Path,
) -> None:
    """Whoever can write /usr/local/etc can put another hawatch.toml there."""
    root = a_tree("configured", tmp_path, shipped=True)
    (root / "usr/local/etc").chmod(0o777)
    code, text = audit(root)
    assert code == 3
    assert "/usr/local/etc can be written by others" in text


def test_without_a_configuration_an_audit_ends_with_2(tmp_path: Path) -> None:
    """The periodic script turns that into a 3."""
    code, text = audit(a_tree("article", tmp_path))
    assert code == 2
    assert "hawatch.toml" in text


@pytest.mark.parametrize("quiet", [True, False])
def test_whatever_is_not_0_has_a_text(quiet: bool) -> None:
    """periodic(8) never shows a script that says nothing."""
    traps = asked(AUDITED, a_machine(more_files={HOOK: Known(None)}))
    assert list(lines(traps, Known(()), quiet=quiet))
    assert list(lines((), Known(("new: /x",)), quiet=quiet))
    assert list(lines((), Unknown("the disk is full"), quiet=True))


def test_two_lists_differ_by_what_is_new_gone_or_changed() -> None:
    """In the order of the paths."""
    before, after = {"/a": "1", "/b": "1", "/d": "1"}, {"/b": "2", "/c": "1", "/d": "1"}
    assert list(differences(before, after)) == ["gone: /a", "changed: /b", "new: /c"]
