"""Check files run as root: one that somebody else could have written is refused."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from hawatch.checking import collect as collecting
from hawatch.checking.collect import collect, shipped_checks_dir
from hawatch.checking.nouns import Collection

OK = "def check_mine(): pass\n"


def site(directory: Path) -> Collection:
    return collect([directory], shipped=False)


def refusal(directory: Path) -> str:
    collection = site(directory)
    assert not collection.checks
    (refused,) = collection.refused
    return refused.reason


@pytest.fixture
def checks(tmp_path: Path) -> Path:
    """A directory with one good check file in it."""
    directory = tmp_path / "checks.d"
    directory.mkdir(mode=0o755)
    (directory / "check_mine.py").write_text(OK)
    (directory / "check_mine.py").chmod(0o644)
    return directory


def test_a_site_file_of_ours_is_collected(checks: Path) -> None:
    """And only files that are named check_*.py."""
    (checks / "helper.py").write_text("def check_not_mine(): pass\n")
    collection = site(checks)
    assert [check.name for check in collection.checks] == ["mine"]
    assert not collection.checks[0].shipped
    assert not collection.refused


def test_a_directory_that_does_not_exist_holds_no_checks(tmp_path: Path) -> None:
    """A site without checks of its own needs no directory for them."""
    assert site(tmp_path / "none") == Collection()


@pytest.mark.parametrize("mode", [0o664, 0o646])
def test_a_file_that_others_can_write_is_refused(checks: Path, mode: int) -> None:
    """Group counts as others; the remedy is in the reason."""
    (checks / "check_mine.py").chmod(mode)
    assert "can be written by others" in refusal(checks)
    assert "chmod go-w" in refusal(checks)


@pytest.mark.parametrize("mode", [0o775, 0o757, 0o1777])
def test_a_directory_that_others_can_write_is_refused(checks: Path, mode: int) -> None:
    """Whoever may write there may put any file in place; sticky does not help."""
    checks.chmod(mode)
    assert "can be written by others" in refusal(checks)


def test_a_way_that_others_can_change_is_refused(checks: Path) -> None:
    """Above the directory, a sticky one is safe and an open one is not."""
    checks.parent.chmod(0o1777)
    assert not site(checks).refused
    checks.parent.chmod(0o777)
    assert "can be written by others" in refusal(checks)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_somebody_else_is_refused(checks: Path) -> None:
    """Root runs root's files only."""
    os.chown(checks / "check_mine.py", 65534, 65534)
    assert "belongs to user 65534; `chown root" in refusal(checks)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives directories away")
def test_a_directory_of_somebody_else_is_refused(checks: Path) -> None:
    """Its owner could replace every file in it."""
    os.chown(checks, 65534, 65534)
    assert "belongs to user 65534; `chown root" in refusal(checks)


def test_a_link_to_a_trusted_file_is_followed(checks: Path, tmp_path: Path) -> None:
    """Where file and way are trusted, a link is as good as the file."""
    real = tmp_path / "elsewhere.py"
    real.write_text("def check_linked(): pass\n")
    real.chmod(0o644)
    (checks / "check_linked.py").symlink_to(real)
    assert [check.name for check in site(checks).checks] == ["linked", "mine"]


def test_a_link_to_a_place_that_others_can_write_is_refused(
    checks: Path, tmp_path: Path
) -> None:
    """The file itself may look well; what counts is who can change it."""
    place = tmp_path / "open"
    place.mkdir()
    real = place / "real.py"
    real.write_text("def check_linked(): pass\n")
    real.chmod(0o644)
    place.chmod(0o777)
    (checks / "check_linked.py").symlink_to(real)
    collection = site(checks)
    assert [check.name for check in collection.checks] == ["mine"]
    assert f"{place} can be written by others" in collection.refused[0].reason


def test_what_is_no_plain_readable_file_is_refused(checks: Path) -> None:
    """A FIFO, a directory, a dead link, bytes that are no text, a file without end."""
    (checks / "check_mine.py").unlink()
    os.mkfifo(checks / "check_a_fifo.py")
    (checks / "check_b_directory.py").mkdir()
    (checks / "check_c_dead_link.py").symlink_to("nowhere")
    (checks / "check_d_binary.py").write_bytes(b"\xff\xfe\xff")
    (checks / "check_e_long.py").write_text("#" * (collecting.MAX_BYTES + 1))
    (checks / "check_f_loop.py").symlink_to("check_f_loop.py")
    (checks / "check_g_\udcfc.py").write_text("")
    for path in checks.iterdir():
        if path.is_file():
            path.chmod(0o644)
    collection = site(checks)
    assert not collection.checks
    reasons = {refused.name: refused.reason for refused in collection.refused}
    assert reasons["check_a_fifo.py"] == "not a plain file"
    assert "check_b_directory.py" in reasons
    assert "No such file" in reasons["check_c_dead_link.py"]
    assert reasons["check_d_binary.py"] == "not UTF-8"
    assert reasons["check_g_\\xfc.py"] == "its name is not UTF-8"
    assert "longer than" in reasons["check_e_long.py"]
    assert "check_f_loop.py" in reasons
    assert len(reasons) == 7


@pytest.mark.parametrize("code", [errno.ELOOP, errno.EMLINK])
def test_a_link_that_comes_while_it_is_read_is_told_as_one(code: int) -> None:
    """Linux says ELOOP where FreeBSD says EMLINK [open(2)]."""
    assert "a link that changed" in collecting._why(OSError(code, "x"))


def test_a_site_check_cannot_stand_in_for_a_shipped_one(checks: Path) -> None:
    """The shipped check runs, and the site's of the same name is refused."""
    (checks / "check_mine.py").write_text("def check_hastd_runs(): pass\n")
    collection = collect([checks])
    (check,) = [one for one in collection.checks if one.name == "hastd_runs"]
    assert check.shipped
    (refused,) = collection.refused
    assert refused.name == "hastd_runs"
    assert "the name is taken by" in refused.reason


def test_a_name_that_is_defined_twice_runs_once(checks: Path) -> None:
    """Python would keep the second function; hawatch says so."""
    (checks / "check_mine.py").write_text(OK + OK)
    collection = site(checks)
    assert len(collection.checks) == 1
    assert "the name is taken by" in collection.refused[0].reason


def test_the_shipped_checks_are_found_and_none_is_refused() -> None:
    """Each has a docstring that tells what it protects from."""
    collection = collect()
    assert Path(collection.files[0].path).parent == shipped_checks_dir()
    assert not collection.refused
    assert len(collection.checks) > 40
    for check in collection.checks:
        assert check.shipped
        assert check.doc.startswith("Protects from "), check.name
