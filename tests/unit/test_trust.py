"""Whom root may run: a program that nobody else could have written."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from hawatch.freebsd.host import FreeBSDHost
from hawatch.freebsd.trust import why_untrusted
from hawatch.trust import doubt_about, doubt_about_secret


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "libexec" / "fence"
    path.parent.mkdir(mode=0o755)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_a_program_of_our_own_in_a_directory_of_our_own_may_be_run(
    program: Path,
) -> None:
    """/tmp above it is sticky: there, nobody can rename what is ours."""
    assert why_untrusted(str(program)) is None
    assert FreeBSDHost("db1").why_untrusted(str(program)) is None


@pytest.mark.parametrize("mode", [0o775, 0o757, 0o777])
def test_a_program_that_others_can_write_is_named_with_the_cure(
    program: Path, mode: int
) -> None:
    """Whoever can write it would run as root."""
    program.chmod(mode)
    assert why_untrusted(str(program)) == (
        f"{program} can be written by others; `chmod go-w {program}`"
    )


@pytest.mark.parametrize("mode", [0o775, 0o777, 0o1777])
def test_a_directory_that_others_can_write_is_as_bad(program: Path, mode: int) -> None:
    """They could put another file in its place; there, sticky does not help."""
    program.parent.chmod(mode)
    said = why_untrusted(str(program))
    assert said == (
        f"{program.parent} can be written by others; `chmod go-w {program.parent}`"
    )


def test_a_directory_further_above_counts_too(program: Path) -> None:
    """The whole way down to it could be exchanged."""
    program.parent.parent.chmod(0o777)
    assert f"{program.parent.parent} can be written by others" in str(
        why_untrusted(str(program))
    )


def test_a_link_is_judged_by_what_it_leads_to(program: Path, tmp_path: Path) -> None:
    """The link itself proves nothing."""
    link = tmp_path / "link"
    link.symlink_to(program)
    assert why_untrusted(str(link)) is None
    program.chmod(0o777)
    assert str(program) in str(why_untrusted(str(link)))


def test_what_is_missing_or_cannot_be_run_is_told(program: Path) -> None:
    """A fence that does not exist must not be found out in the night."""
    assert (
        why_untrusted("/nowhere/fence") == "/nowhere/fence: No such file or directory"
    )
    program.chmod(0o644)
    assert why_untrusted(str(program)) == (
        f"{program} is not executable; `chmod u+x {program}`"
    )
    assert why_untrusted(str(program.parent)) == f"{program.parent} is not a plain file"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_program_of_somebody_else_is_not_run(program: Path) -> None:
    """Its owner can change it at any time."""
    os.chown(program, 12345, 0)
    assert why_untrusted(str(program)) == (
        f"{program} belongs to user 12345; `chown root {program}`"
    )


def test_a_secret_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Reading it is enough to use it; a directory or a fifo holds none."""
    secret = tmp_path / "pass word"
    secret.touch(mode=0o600)
    assert doubt_about_secret(secret, secret.stat()) is None
    for mode in (0o640, 0o604, 0o610):
        secret.chmod(mode)
        assert str(doubt_about_secret(secret, secret.stat())) == (
            f"{secret} is open to others; `chmod 600 '{secret}'`"
        )
    assert "is not a regular file" in str(doubt_about_secret(tmp_path, tmp_path.stat()))


def test_root_and_whoever_runs_this_are_believed_and_nobody_else() -> None:
    """The owner could write it a moment later."""

    def owned_by(owner: int) -> os.stat_result:
        return os.stat_result((stat.S_IFREG | 0o600, 0, 0, 1, owner, 0, 0, 0, 0, 0))

    assert doubt_about("/f", owned_by(0)) is None
    assert doubt_about("/f", owned_by(os.geteuid())) is None
    stranger = owned_by(os.geteuid() + 1000)
    assert str(doubt_about("/f", stranger)) == (
        f"/f belongs to user {os.geteuid() + 1000}; `chown root /f`"
    )
    assert doubt_about_secret("/f", stranger) == doubt_about("/f", stranger)
