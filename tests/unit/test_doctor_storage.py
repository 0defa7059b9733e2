"""Traps of fstab and mounts that need more than a row in the table of all traps."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import a_mount, a_service_config, an_fstab_entry
from doctor_machines import a_machine, the_config

from hawatch.discovering.place import tree
from hawatch.doctoring.nouns import Gravity
from hawatch.doctoring.storage import trap_fstab, trap_mount_on_top
from hawatch.freebsd.parse_fstab import parse_fstab
from hawatch.model.fact import Known
from hawatch.model.storage import Mount

GOOD = "/dev/hast/disk0 /var/db/mysql ufs rw,noauto,noatime 0 0\n"


def told(text: str) -> list[tuple[Gravity, str]]:
    """Return what is said of a machine with this fstab."""
    fstab = parse_fstab(text)
    machine = a_machine(fstab=Known(fstab.entries), fstab_skipped=fstab.skipped)
    return [(trap.gravity, trap.what) for trap in trap_fstab(machine)]


def test_a_skipped_line_of_a_service_is_a_problem_and_another_one_a_warning() -> None:
    """mount(8) knows nothing of it: the take-over would end there."""
    skipped = "mount skips line 1 of /etc/fstab: "
    bare = GOOD.replace("rw,", "")
    assert told(bare) == [(Gravity.PROBLEM, skipped + bare.strip())]
    assert told(f"/dev/cd0 /cdrom\n{GOOD}") == [
        (Gravity.WARNING, skipped + "/dev/cd0 /cdrom")
    ]


def test_a_line_that_is_not_read_write_is_a_problem() -> None:
    """A database on it would not start, and only after the promotion."""
    assert told(GOOD) == []
    for options in ("ro,noauto", "sw,noauto"):
        ((gravity, what),) = told(GOOD.replace("rw,noauto", options))
        assert gravity is Gravity.PROBLEM
        assert "is not mounted read-write" in what


def test_a_quota_line_counts_as_read_write() -> None:
    """`rq` is read-write with quotas [fstab(5)]."""
    entry = an_fstab_entry(options=("rq", "noauto"))
    assert not list(trap_fstab(a_machine(fstab=Known((entry,)))))


def test_the_first_link_in_a_path_is_found(tmp_path: Path) -> None:
    """On 13 /home is a link to /usr/home."""
    (tmp_path / "usr/home/db").mkdir(parents=True)
    (tmp_path / "home").symlink_to("usr/home")
    place = tree(tmp_path)
    assert place.link_in("/home/db") == Known("/home")
    assert place.link_in("/usr/home/db") == Known("")
    assert place.link_in("/nowhere/db") == Known("")


@pytest.mark.parametrize(
    ("device", "directory", "told"),
    [
        ("tmpfs", "/var/db/mysql/tmp", True),
        ("/var/db/mysql", "/jails/shop/db", True),
        ("/var/db/mysql/pub", "/jails/shop/pub", True),
        ("/var/db/mysql2", "/jails/shop/db", False),
        ("tmpfs", "/var/db/mysql2", False),
        ("/dev/hast/disk1", "/var/db/mysql/binlog", False),
    ],
)
def test_a_mount_on_a_services_file_system_is_a_trap_unless_it_is_a_services(
    device: str, directory: str, *, told: bool
) -> None:
    """Its file system would be busy; a service's own mounts are unmounted in order."""
    mounts = ("/var/db/mysql", "/var/db/mysql/binlog")
    config = the_config(services={"mysql": a_service_config(mounts=mounts)})
    top = Mount(device=device, directory=directory, fstype="x")
    machine = a_machine(config=Known(config), mounts=Known((a_mount(), top)))
    assert bool(list(trap_mount_on_top(machine))) is told
