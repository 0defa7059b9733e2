"""The directory and its double: durable, whole, private."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from hawatch.recording.store import (
    DirStore,
    MemoryStore,
    Store,
    StoreError,
    checked_name,
)


@pytest.fixture(params=["directory", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "memory":
        return MemoryStore()
    return DirStore(str(tmp_path / "state"))


def test_what_was_replaced_is_read_back(store: Store) -> None:
    """Each store gives the newest content, and None for a name that never was."""
    store.replace("state.json", b"one")
    store.replace("state.json", b"two")
    assert store.read("state.json") == b"two"
    assert store.read("mark.json") is None


def test_appends_follow_each_other(store: Store) -> None:
    """A line comes after the line before it."""
    store.append("journal", b"one\n")
    store.append("journal", b"two\n", durable=False)
    assert store.read("journal") == b"one\ntwo\n"


def test_names_are_sorted_and_stay_in_their_folder(store: Store) -> None:
    """A prefix with a folder lists that folder; one without does not look into it."""
    for name in ("outbox/2", "outbox/1", "other", "outer"):
        store.replace(name, b"")
    assert store.names("outbox/") == ["outbox/1", "outbox/2"]
    assert store.names("ou") == ["outer"]
    assert store.names("nothing/") == []


def test_a_rename_takes_the_place_of_the_target(store: Store) -> None:
    """Afterwards the old name is gone and the new one has its content."""
    store.replace("a", b"young")
    store.replace("b", b"old")
    store.rename("a", "b")
    assert (store.read("a"), store.read("b")) == (None, b"young")


def test_removing_twice_is_no_mistake(store: Store) -> None:
    """A name that is gone may be removed again."""
    store.replace("outbox/1", b"")
    store.remove("outbox/1")
    store.remove("outbox/1")
    assert store.names("outbox/") == []


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../x", "a/../b", "a/b/c", "a//b"])
def test_a_name_cannot_leave_the_store(name: str) -> None:
    """Absolute names, parents and deep paths are refused."""
    with pytest.raises(ValueError, match="not a name in a store"):
        checked_name(name)


def test_the_directory_and_its_files_are_private(tmp_path: Path) -> None:
    """The directory is made with mode 0750, and nobody else reads a file."""
    store = DirStore(str(tmp_path / "state"))
    store.replace("state.json", b"x")
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) & 0o027 == 0
    assert (tmp_path / "state" / "state.json").stat().st_mode & 0o007 == 0


def test_a_directory_that_others_can_write_is_refused(tmp_path: Path) -> None:
    """Whoever writes the memory decides what the node does: the remedy is named."""
    tmp_path.chmod(0o777)
    with pytest.raises(StoreError, match=r"`chmod go-w "):
        DirStore(str(tmp_path))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_a_directory_of_another_user_is_refused(tmp_path: Path) -> None:
    """A directory that is neither root's nor ours is not trusted."""
    os.chown(tmp_path, 12345, -1)
    if os.geteuid() == 0:
        with pytest.raises(StoreError, match=r"`chown root "):
            DirStore(str(tmp_path))


def test_a_directory_that_cannot_be_made_says_what_to_type(tmp_path: Path) -> None:
    """A file in the way is told with the command that would help."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"type: install -d"):
        DirStore(str(tmp_path / "file" / "state"))


def test_a_replace_syncs_the_file_then_renames_then_syncs_the_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is the order that survives a power cut [FACTS E5]."""
    store = DirStore(str(tmp_path / "state"))
    seen: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def noting_fsync(file: int) -> None:
        seen.append("dir" if stat.S_ISDIR(os.fstat(file).st_mode) else "file")
        fsync(file)

    def noting_replace(path: Path, target: Path) -> Path:
        seen.append("rename")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", noting_fsync)
    monkeypatch.setattr(Path, "replace", noting_replace)
    store.replace("state.json", b"x")
    assert seen == ["file", "rename", "dir"]
    seen.clear()
    store.replace("mark.json", b"x", durable=False)
    assert seen == ["rename"]
    seen.clear()
    store.append("journal", b"x")
    assert seen == ["file", "dir"]


@pytest.mark.parametrize("broken", ["write", "fsync"])
def test_a_failed_write_leaves_the_old_content_and_no_rubbish(
    broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full or dying disk the old file stays and the half-written one goes."""
    store = DirStore(str(tmp_path))
    store.replace("state.json", b"old")
    store.append("journal", b"line\n")

    def fails(*_: object) -> int:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, broken, fails)
    with pytest.raises(OSError, match="no space"):
        store.replace("state.json", b"new")
    with pytest.raises(OSError, match="no space"):
        store.append("journal", b"another line\n")
    monkeypatch.undo()
    assert store.read("state.json") == b"old"
    assert store.read("journal") == b"line\n"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["journal", "state.json"]


def test_a_crash_takes_what_was_not_durable() -> None:
    """The double keeps durable writes only."""
    store = MemoryStore()
    store.replace("state.json", b"durable")
    store.replace("state.json", b"cheap", durable=False)
    store.replace("mark.json", b"cheap", durable=False)
    store.append("journal", b"one\n")
    store.append("journal", b"two\n", durable=False)
    store.crash()
    assert store.read("state.json") == b"durable"
    assert store.read("mark.json") is None
    assert store.read("journal") == b"one\n"


def test_a_full_disk_refuses_every_write_until_it_is_freed() -> None:
    """The double raises ENOSPC while it is full; reading and removing go on."""
    store = MemoryStore()
    store.replace("a", b"1")
    store.fill()
    for write in (store.replace, store.append):
        with pytest.raises(OSError) as caught:
            write("a", b"2", durable=False)
        assert caught.value.errno == errno.ENOSPC
    assert store.read("a") == b"1"
    store.remove("a")
    store.free()
    store.replace("a", b"3")
    assert store.read("a") == b"3"
