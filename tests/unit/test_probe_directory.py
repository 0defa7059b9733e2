"""What a look into a directory finds, on real directories."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest

from hawatch.freebsd.host import FreeBSDHost
from hawatch.freebsd.probe_directory import (
    is_immutable,
    look_into,
    measure_space,
    read_first_block,
)
from hawatch.freebsd.probe_write import PROBE_FILE
from hawatch.host import complete
from hawatch.model.fact import Known, Unknown

SENTINEL = ".hawatch-sentinel"
MOUNTED = Path("/dev/shm")


@pytest.fixture
def mounted() -> Path:
    """Return the root of a file system that anybody may write to."""
    if not MOUNTED.is_mount():
        pytest.skip("no /dev/shm: not Linux")
    return MOUNTED


def test_a_directory_of_the_parents_file_system_is_not_a_mount(tmp_path: Path) -> None:
    """A bare mount point is told by its device."""
    assert look_into(str(tmp_path), SENTINEL).own_device is False


def test_a_mounted_file_system_has_a_device_of_its_own(mounted: Path) -> None:
    """The root of a mount is on another device than its parent."""
    probe = look_into(str(mounted), SENTINEL)

    assert probe.own_device is True
    assert probe.immutable is None


def test_the_sentinel_is_read(tmp_path: Path) -> None:
    """Present, even empty, is present; absent is no error."""
    assert look_into(str(tmp_path), SENTINEL).sentinel is False
    (tmp_path / SENTINEL).touch()
    probe = look_into(str(tmp_path), SENTINEL)

    assert (probe.sentinel, probe.error) == (True, None)


@pytest.mark.parametrize("kind", ["directory", "fifo", "link"])
def test_only_a_regular_file_is_a_sentinel(tmp_path: Path, kind: str) -> None:
    """A fifo would hang a reader, and a link leads elsewhere."""
    place = tmp_path / SENTINEL
    if kind == "directory":
        place.mkdir()
    elif kind == "fifo":
        os.mkfifo(place)
    else:
        place.symlink_to("/etc/hosts")

    assert look_into(str(tmp_path), SENTINEL).sentinel is False


@pytest.mark.parametrize(
    ("names", "empty"),
    [
        ((), True),
        ((".snap", ".sujournal"), True),
        ((PROBE_FILE,), True),
        ((SENTINEL,), False),
        (("ibdata1", ".snap"), False),
    ],
)
def test_what_newfs_makes_does_not_count_as_data(
    tmp_path: Path, names: tuple[str, ...], empty: bool
) -> None:
    """A new file system is empty; anything of anybody else's is not."""
    for name in names:
        (tmp_path / name).touch()

    assert look_into(str(tmp_path), SENTINEL).empty is empty


def test_a_directory_of_mode_0_is_immutable(tmp_path: Path) -> None:
    """Mode 0 keeps everybody but root from writing there."""
    bare = tmp_path / "bare"
    bare.mkdir(mode=0)

    assert is_immutable(bare.stat()) is True
    assert is_immutable(tmp_path.stat()) is False


def test_the_flag_schg_makes_a_directory_immutable() -> None:
    """FreeBSD's flag keeps even root from writing there."""

    class FreeBSDStat:
        st_mode = stat.S_IFDIR | 0o755
        st_flags = stat.SF_IMMUTABLE | stat.UF_NODUMP

    assert is_immutable(FreeBSDStat()) is True  # type: ignore[arg-type]
    FreeBSDStat.st_flags = stat.UF_NODUMP
    assert is_immutable(FreeBSDStat()) is False  # type: ignore[arg-type]


def test_a_missing_directory_is_unknown_with_its_name(tmp_path: Path) -> None:
    """There is nothing to look into."""
    host = FreeBSDHost("db1", run_dir=tmp_path)
    fact = complete(
        host.probe_directory("/nonexistent", sentinel="x", fsync=True, deadline=5)
    )

    assert fact == Unknown("/nonexistent: No such file or directory")


def test_a_look_through_the_host_gives_the_same(tmp_path: Path) -> None:
    """The disposable child hands the probe over whole."""
    host = FreeBSDHost("db1", run_dir=tmp_path)
    fact = complete(
        host.probe_directory(str(tmp_path), sentinel="x", fsync=False, deadline=5)
    )

    assert fact == Known(look_into(str(tmp_path), "x"))


def test_the_space_of_a_file_system_adds_up(tmp_path: Path) -> None:
    """Bytes, counted as df(1) counts them."""
    fact = complete(FreeBSDHost("db1", run_dir=tmp_path).space("/", deadline=5))

    assert isinstance(fact, Known)
    assert 0 < fact.value.used < fact.value.total
    assert 0 <= fact.value.available <= fact.value.total
    assert measure_space("/").total == fact.value.total


def test_the_space_of_nothing_is_unknown(tmp_path: Path) -> None:
    """A directory that is not there has no space."""
    host = FreeBSDHost("db1", run_dir=tmp_path)

    assert complete(host.space("/nonexistent", deadline=5)) == Unknown(
        "/nonexistent: No such file or directory"
    )


def test_the_first_read_of_a_device_tells_its_seconds(tmp_path: Path) -> None:
    """A device that answers does so in a moment."""
    fact = complete(
        FreeBSDHost("db1", run_dir=tmp_path).first_read("/dev/zero", deadline=5)
    )

    assert isinstance(fact, Known)
    assert 0 <= fact.value < 1


def test_a_read_that_never_comes_back_is_unknown(tmp_path: Path) -> None:
    """A fifo that nobody writes to stands for a disk that does not answer."""
    fifo = tmp_path / "disk"
    os.mkfifo(fifo)
    host = FreeBSDHost("db1", run_dir=tmp_path)

    assert complete(host.first_read(str(fifo), deadline=0.2)) == Unknown(
        "no answer within 0.2 s"
    )


def test_a_device_that_gives_nothing_is_no_device() -> None:
    """The end of the file at its beginning is not a successful read."""
    with (
        tempfile.NamedTemporaryFile() as empty,
        pytest.raises(OSError, match="nothing"),
    ):
        read_first_block(empty.name)


def test_no_sentinel_is_missed_where_none_was_promised(tmp_path: Path) -> None:
    """A site that names no sentinel must not be told that its disk is the wrong one."""
    assert look_into(str(tmp_path), "").sentinel is None


def test_a_link_in_the_path_is_told_by_the_real_path(tmp_path: Path) -> None:
    """mount(8) resolves it, so the mount table has the path without links."""
    real = tmp_path.resolve() / "usr"
    real.mkdir()
    (tmp_path / "home").symlink_to(real)

    assert look_into(str(tmp_path / "home"), "").real == str(real)
    assert look_into(str(real), "").real == str(real)
