"""The file on disk: what is believed, and what is refused before it is read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from hawatch.config import ConfigError, load_config
from hawatch.configuring.reading import unsafe

SAMPLE = Path(__file__).parents[2] / "etc" / "hawatch.toml"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the sample that only its owner may write."""
    path = tmp_path / "hawatch.toml"
    path.write_bytes(SAMPLE.read_bytes())
    path.chmod(0o644)
    return path


def refusal(path: Path) -> str:
    """Return the text with which a file is refused."""
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return str(caught.value)


def test_a_file_of_the_running_user_is_read(copy: Path) -> None:
    """Readable by all and writable by its owner is the usual way."""
    assert "mysql" in load_config(copy, node="freebsd-esxi").services


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_a_file_that_others_may_write_is_refused(copy: Path, mode: int) -> None:
    """Who writes the configuration decides what root runs."""
    copy.chmod(mode)
    assert f"can be written by others; chmod go-w {copy}" in refusal(copy)


def test_a_file_of_a_third_user_is_refused() -> None:
    """Only root and the running user are believed, and both faults are told."""
    other = os.geteuid() + 1000

    def wrong(owner: int) -> list[str]:
        seen = (stat.S_IFREG | 0o666, 0, 0, 1, owner, 0, 0, 0, 0, 0)
        return [one.wrong for one in unsafe(Path("/x"), os.stat_result(seen))]

    told = [f"belongs to user {other}", "can be written by others"]
    assert wrong(other) == told
    assert wrong(os.geteuid()) == told[1:]


def test_a_missing_file_is_told_with_the_way_to_get_one(tmp_path: Path) -> None:
    """The first thing that a newcomer sees should help."""
    assert "hawatch config init" in refusal(tmp_path / "no.toml")


def test_a_fifo_is_refused_without_waiting_for_its_writer(tmp_path: Path) -> None:
    """A cron job must not hang on a strange file."""
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert "not a plain file" in refusal(tmp_path / "pipe")


def test_a_directory_is_refused(tmp_path: Path) -> None:
    """A directory is no configuration."""
    assert str(tmp_path) in refusal(tmp_path)


def test_text_that_is_not_utf8_is_refused_with_its_line(copy: Path) -> None:
    """A Japanese comment in another encoding is a common accident."""
    copy.write_bytes(b"# fine\n# " + "設定".encode("euc-jp") + b"\n")
    assert refusal(copy).startswith(f"{copy}:2: not UTF-8")


def test_a_byte_order_mark_is_called_by_its_name(copy: Path) -> None:
    """Nobody sees it in an editor."""
    copy.write_bytes(b"\xef\xbb\xbf" + copy.read_bytes())
    assert refusal(copy) == (
        f"{copy}:1: begins with a byte-order mark; save the file as UTF-8 without one"
    )


def test_mistakes_in_the_file_are_told_with_the_file(copy: Path) -> None:
    """The path in the message is the one that was given."""
    copy.write_text(copy.read_text() + "\nnonsense")
    assert refusal(copy).startswith(f"{copy}:")
