"""Placing files: shown first, whole, repeatable, and taken back."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from machines_tools import a_tree, run

from hawatch.discovering.own_files import PLACED
from hawatch.placing import perform, shipped
from hawatch.placing.changes import Kind, diff, placing, removing
from hawatch.placing.manifest import (
    Manifest,
    ManifestError,
    load_manifest,
    save_manifest,
)
from hawatch.placing.target import Found, why_unsafe, write
from hawatch.recording.store import DirStore, MemoryStore

PATH = "/usr/local/etc/devd/hawatch.conf"
OURS = Found(data=b"ours\n", mode=0o644)
NEWER = Found(data=b"newer\n", mode=0o644)
STATE = "var/db/hawatch"
BESIDE = "--beside-the-old-scripts"


def placed(root: Path, wanted: Found = OURS, *, replace: bool = False) -> Kind:
    """Place one file, and return what kind of change that was."""
    store = DirStore(str(root / STATE))
    manifest = load_manifest(store)
    change = placing(PATH, wanted, root, manifest, replace=replace)
    perform.place([change], root, store, manifest)
    return change.kind


def taken_back(root: Path) -> Kind:
    """Take one file back, and return what kind of change that was."""
    store = DirStore(str(root / STATE))
    manifest = load_manifest(store)
    change = removing(PATH, root, manifest, store)
    perform.undo([change], root, store, manifest)
    return change.kind


def there(root: Path) -> Path:
    """Return where the file is."""
    return root / PATH.lstrip("/")


def put(root: Path, text: str) -> None:
    """Put a person's file there."""
    there(root).parent.mkdir(parents=True, exist_ok=True)
    there(root).write_text(text)
    there(root).chmod(0o644)


def test_a_file_is_placed_whole_with_its_mode(tmp_path: Path) -> None:
    """Directories are made, and nothing half-written is left beside it."""
    assert placed(tmp_path) is Kind.NEW
    assert there(tmp_path).read_bytes() == OURS.data
    assert there(tmp_path).stat().st_mode & 0o7777 == 0o644
    assert [path.name for path in there(tmp_path).parent.iterdir()] == ["hawatch.conf"]


def test_placing_again_changes_nothing(tmp_path: Path) -> None:
    """The second run finds its own work."""
    placed(tmp_path)
    assert placed(tmp_path) is Kind.SAME


def test_our_own_older_version_is_updated(tmp_path: Path) -> None:
    """The manifest knows that nobody changed it."""
    placed(tmp_path)
    assert placed(tmp_path, NEWER) is Kind.UPDATE
    assert there(tmp_path).read_bytes() == NEWER.data


def test_what_a_person_changed_stays(tmp_path: Path) -> None:
    """It is theirs, however old."""
    placed(tmp_path)
    put(tmp_path, "theirs\n")
    assert placed(tmp_path, NEWER) is Kind.YOURS
    assert there(tmp_path).read_text() == "theirs\n"


def test_what_was_there_before_stays_as_well(tmp_path: Path) -> None:
    """Setup was not the first on this machine."""
    put(tmp_path, "theirs\n")
    assert placed(tmp_path) is Kind.YOURS


def test_a_replaced_file_comes_back(tmp_path: Path) -> None:
    """With its content and its mode, after an update in between as well."""
    put(tmp_path, "theirs\n")
    there(tmp_path).chmod(0o600)
    assert placed(tmp_path, replace=True) is Kind.REPLACE
    assert placed(tmp_path, NEWER) is Kind.UPDATE
    assert taken_back(tmp_path) is Kind.RESTORE
    assert there(tmp_path).read_text() == "theirs\n"
    assert there(tmp_path).stat().st_mode & 0o7777 == 0o600


def test_taking_back_leaves_nothing_behind(tmp_path: Path) -> None:
    """File, directories and manifest are as they were."""
    (tmp_path / "usr").mkdir()
    placed(tmp_path)
    assert taken_back(tmp_path) is Kind.DELETE
    assert list((tmp_path / "usr").iterdir()) == []
    assert load_manifest(DirStore(str(tmp_path / STATE))) == Manifest()


def test_taking_back_spares_what_a_person_changed(tmp_path: Path) -> None:
    """It stays, and stays in the manifest."""
    placed(tmp_path)
    put(tmp_path, "theirs\n")
    assert taken_back(tmp_path) is Kind.YOURS
    assert there(tmp_path).read_text() == "theirs\n"
    assert PATH in load_manifest(DirStore(str(tmp_path / STATE))).files


def test_a_run_that_was_killed_before_it_wrote_is_finished(tmp_path: Path) -> None:
    """The manifest came first: the older file of ours is still known as ours."""
    placed(tmp_path)
    store = DirStore(str(tmp_path / STATE))
    manifest = load_manifest(store)
    change = placing(PATH, NEWER, tmp_path, manifest)
    perform.place([change], tmp_path, store, manifest)
    there(tmp_path).write_bytes(OURS.data)  # as if the power had gone before the write
    assert placed(tmp_path, NEWER) is Kind.UPDATE
    there(tmp_path).unlink()
    assert taken_back(tmp_path) is Kind.SAME


def test_a_lost_executable_bit_is_mended(tmp_path: Path) -> None:
    """A hook that is a plain text cannot be run."""
    hook = Found(data=b"#!/bin/sh\n", mode=0o755)
    placed(tmp_path, hook)
    there(tmp_path).chmod(0o644)
    store = DirStore(str(tmp_path / STATE))
    change = placing(PATH, hook, tmp_path, load_manifest(store))
    assert change.kind is Kind.UPDATE
    assert next(diff(change)) == f"mode of {PATH}: 0644 -> 0755"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda root: there(root).chmod(0o664),
        lambda root: there(root).parent.chmod(0o775),
        lambda root: (root / "usr").chmod(0o777),
        lambda root: (there(root).unlink(), there(root).symlink_to("/etc/passwd")),
        lambda root: (there(root).unlink(), there(root).mkdir()),
    ],
)
def test_an_unsafe_place_is_refused(spoil: object, tmp_path: Path) -> None:
    """Who can write the way decides what root runs."""
    put(tmp_path, "theirs\n")
    assert callable(spoil)
    spoil(tmp_path)
    assert placed(tmp_path, replace=True) is Kind.REFUSED
    assert there(tmp_path).is_symlink() or there(tmp_path).exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_a_strangers_directory_is_refused(tmp_path: Path) -> None:
    """The owner could put another file there a moment later."""
    put(tmp_path, "theirs\n")
    os.chown(there(tmp_path).parent, 4711, -1)
    assert "belongs to user 4711" in (why_unsafe(there(tmp_path), tmp_path) or "")


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    """Atomic: the old one or the new one, and no temporary file."""
    there(tmp_path).parent.mkdir(parents=True)
    there(tmp_path).mkdir()
    with pytest.raises(OSError, match="directory"):
        write(there(tmp_path), b"new", 0o644)
    assert [path.name for path in there(tmp_path).parent.iterdir()] == ["hawatch.conf"]


def test_a_damaged_manifest_is_no_empty_one() -> None:
    """Otherwise everything that was placed would count as a person's, unsaid."""
    store = MemoryStore()
    save_manifest(store, Manifest())
    store.damage("setup.json")
    with pytest.raises(ManifestError, match="cannot be read"):
        load_manifest(store)


def test_everything_that_setup_places_is_shipped() -> None:
    """Each place has its source in this tree, and nothing is placed twice."""
    files = shipped.brought_files(shipped.shipped_root())
    assert [file.target for file in files if file.data is None] == []
    assert sorted(file.target for file in files) == sorted(PLACED.values())


def test_a_missing_source_is_told_and_nothing_is_placed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a set would ring nobody."""
    monkeypatch.setattr(shipped, "shipped_root", lambda: tmp_path / "nowhere")
    root = a_tree("article", tmp_path)
    code, text = run("setup", "--yes", "--root", str(root))
    assert code == 3
    assert "lacks" in text
    assert not (root / "usr/local/etc/hawatch.toml").exists()


def test_setup_on_the_articles_machine_and_back_again(tmp_path: Path) -> None:
    """Placed, found in place, taken back: the tree is what it was."""
    root = a_tree("article", tmp_path)
    words = ("setup", BESIDE, "--root", str(root))
    before = {path: path.stat().st_mode for path in root.rglob("*")}
    code, text = run(*words, "--yes")
    assert code == 0
    assert "9 file(s) changed" in text
    code, text = run(*words, "--yes")
    assert code == 0
    assert "\nnothing to change\n" in text
    code, text = run(*words, "--remove", "--dry-run")
    assert code == 1
    assert "9 file(s) would be taken back" in text
    code, text = run(*words, "--remove", "--yes")
    assert code == 0
    after = {
        path: path.stat().st_mode
        for path in root.rglob("*")
        if "var" not in path.relative_to(root).parts
    }
    assert after == before


def test_setup_places_nothing_beside_scripts_that_move_the_pair(tmp_path: Path) -> None:
    """They are named with their remedies before anything is asked or written."""
    root = a_tree("article", tmp_path)
    code, text = run("setup", "--yes", "--root", str(root))
    assert code == 3
    assert "PROBLEM other-devd-rule: /usr/local/etc/devd/carp.conf:1" in text
    assert "PROBLEM rc-local: /etc/rc.local:1 calls hast_primary_check.sh" in text
    assert "type: sed -i .old /hast_primary_check/d /etc/rc.local" in text
    assert "or say --beside-the-old-scripts" in text
    assert not (root / PLACED["cron.d"].lstrip("/")).exists()
    assert not (root / "usr/local/etc/hawatch.toml").exists()


def test_setup_goes_on_once_the_old_scripts_are_out(tmp_path: Path) -> None:
    """The remedies that it names are enough."""
    root = a_tree("article", tmp_path)
    rule = root / "usr/local/etc/devd/carp.conf"
    rule.rename(rule.with_suffix(".conf.old"))
    (root / "etc/rc.local").write_text("")
    code, text = run("setup", "--yes", "--root", str(root))
    assert code == 0
    assert "9 file(s) changed" in text


def test_a_configuration_that_a_person_edited_is_never_touched(tmp_path: Path) -> None:
    """Not even with --replace; the other files are."""
    root = a_tree("article", tmp_path)
    words = ("setup", "--yes", BESIDE, "--root", str(root))
    run(*words)
    config = root / "usr/local/etc/hawatch.toml"
    config.write_text(config.read_text() + "\n[agent]\ninterval = 10\n")
    cron = root / PLACED["cron.d"].lstrip("/")
    cron.write_text("# mine\n")
    edited = config.read_text()
    code, text = run(*words)
    assert code == 0
    assert "yours: /usr/local/etc/cron.d/hawatch (changed since it was placed)" in text
    assert cron.read_text() == "# mine\n"
    code, _ = run(*words, "--replace")
    assert code == 0
    assert config.read_text() == edited
    assert cron.read_text() != "# mine\n"


def test_a_broken_configuration_stops_setup(tmp_path: Path) -> None:
    """The file is a person's: it is told what is wrong, and nothing else happens."""
    root = a_tree("configured", tmp_path)
    config = root / "usr/local/etc/hawatch.toml"
    config.write_text(config.read_text().replace("vhid = 1", "vhid = 999"))
    code, text = run("setup", "--yes", "--root", str(root))
    assert code == 3
    assert "$.services.mysql.vhid" in text
    assert not (root / PLACED["cron.d"].lstrip("/")).exists()


def test_nobody_is_asked_where_nobody_is(tmp_path: Path) -> None:
    """In a pipe, --yes has to be said."""
    root = a_tree("article", tmp_path)
    code, text = run("setup", BESIDE, "--root", str(root))
    assert code == 2
    assert "--yes" in text
    assert not (root / STATE / "setup.json").exists()


def test_the_manifest_holds_no_content(tmp_path: Path) -> None:
    """Digests only, so that it may be shown."""
    root = a_tree("article", tmp_path)
    run("setup", "--yes", BESIDE, "--root", str(root))
    manifest = json.loads((root / STATE / "setup.json").read_text())
    assert set(manifest["files"]) == {
        *PLACED.values(),
        "/usr/local/etc/hawatch.toml",
    }
    for entry in manifest["files"].values():
        assert len(entry["digest"]) == 64
