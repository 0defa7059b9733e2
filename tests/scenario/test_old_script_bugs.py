"""Fourteen bugs of the old event script and repair script, each as a scenario.

Both scripts were run with stand-ins for FreeBSD's commands, and what they did was
written down: each docstring tells it. The scenario beside this file does the same to
hawatch, on the whole simulated pair.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from scenes import wrong_in

from hawatch.cli import main
from hawatch.recording.spool import FOLDER
from hawatch.sim.runner import run_scenario
from hawatch.sim.scenario import load_scenario

BUGS = Path(__file__).parent / "old_script_bugs"


def assert_green(name: str) -> None:
    """Play a bug's scenario, which must come out as it says."""
    assert wrong_in(run_scenario(load_scenario(BUGS / f"{name}.toml"))) == []


def test_every_scenario_of_a_bug_is_played() -> None:
    """None of them is forgotten."""
    source = Path(__file__).read_text("utf-8")
    names = [path.stem for path in BUGS.glob("*.toml")]
    assert [name for name in names if f'"{name}"' not in source] == []
    assert len(names) == 14


@pytest.mark.parametrize(
    "words",
    [[], ["MASTERR", "1@em0"], ["MASTER"], ["AUTO", "em0"], ["hast", "explode", "d"]],
    ids=" ".join,
)
def test_bug_01_an_unknown_action_is_an_error_and_leaves_no_trigger(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, a sentence, and nothing is rung.

    The old script called `die` before it was defined, went on, and exited 0.
    """
    run = tmp_path / "run"
    path = tmp_path / "hawatch.toml"
    path.write_text(
        f'agent = {{ run = "{run}" }}\n'
        '[services.mysql]\nvhid = 1\ninterface = "em0"\nresources = ["disk0"]\n'
    )
    assert main(["event", "--config", str(path), *words]) == 2
    assert "hawatch event" in capsys.readouterr().err
    assert not (run / FOLDER).exists()


def test_bug_02_vhid_10_is_not_taken_for_vhid_1() -> None:
    """An event for one vhid never touches another one whose number begins alike.

    The old script, asked for vhid 1, read the state of vhid 10, which was listed
    first, and tore down the live master of vhid 1.
    """
    assert_green("bug-02")


def test_bug_03_with_hastd_dead_a_node_that_lost_carp_does_not_go_on_serving() -> None:
    """A node that lost CARP lets go even where hastd is dead.

    The old script exited 0 before it did anything; mysqld ran on, on the mounted
    volume of a node that was BACKUP.
    """
    assert_green("bug-03")


def test_bug_04_with_hastd_dead_the_vip_does_not_stay_without_a_database() -> None:
    """A MASTER that cannot have the disk gives the VIP back, and tells.

    The old script exited 0: address there, no database, and nobody was told.
    """
    assert_green("bug-04")


def test_bug_05_without_metadata_nothing_is_started_on_the_empty_mount_point() -> None:
    """No metadata, no promotion, and nothing is started on the bare directory.

    The old script got an empty list of devices from `hastctl dump`, skipped the
    mount, and started mysqld on the empty directory: "completed", exit 0.
    """
    assert_green("bug-05")


def test_bug_06_without_metadata_no_device_is_destroyed_under_a_mount() -> None:
    """The unmount comes from the mount table, not from the metadata.

    The old script skipped the unmount for the same reason, and set the role to
    secondary: the provider vanished under the mounted file system, exit 0.
    """
    assert_green("bug-06")


def test_bug_07_nothing_is_torn_away_under_a_mysqld_that_refuses_to_stop() -> None:
    """A release stops where mysqld does not stop.

    The old script ran `umount -f` and changed the role under a running mysqld.
    """
    assert_green("bug-07")


def test_bug_08_a_failed_unmount_leaves_the_role_alone() -> None:
    """The role is not touched before the mount is gone.

    The old script set the role to secondary anyway.
    """
    assert_green("bug-08")


def test_bug_09_a_second_master_event_does_not_restart_mysqld() -> None:
    """A node that serves is left alone, however often it is told that it is MASTER.

    The old script stopped and started it: three seconds of outage for nothing.
    """
    assert_green("bug-09")


def test_bug_10_a_master_event_that_is_over_starts_nothing() -> None:
    """The state is read again; what an event said is never believed.

    The old script started mysqld three seconds after a MASTER event, on a node that
    had been BACKUP for two and a half of them: it never read the state again.
    """
    assert_green("bug-10")


def test_bug_11_a_backup_event_does_not_change_the_role_under_a_takeover() -> None:
    """One cycle at a time; an event during a takeover is looked at after it.

    The old script had no lock: a BACKUP in parallel set the role to secondary after
    a second, and MASTER waited a minute for a device that could not come.
    """
    assert_green("bug-11")


def test_bug_12_a_node_that_cannot_be_primary_gives_the_vip_up_and_tells() -> None:
    """A promotion that failed is backed out of: the VIP goes back, and the peer serves.

    The old script logged the failure, waited a minute, and left the node MASTER
    without a database, without an alarm.
    """
    assert_green("bug-12")


def test_bug_13_nobody_says_yes_to_fsck_and_every_resource_has_its_name() -> None:
    """Every command names one resource, and nobody ever says yes.

    The old script ran `fsck -y` at each takeover and passed `all` on literally, so
    that several resources could not be told apart.
    """
    assert_green("bug-13")


def test_bug_14_a_role_of_init_is_repaired_once_the_silent_peer_answers() -> None:
    """The repair is tried again at each look, until it can be made.

    The old repair script ran once: with a silent peer a shell error, exit 0, and
    the role stayed init for ever. It had no time-out, and knew one disk only.
    """
    assert_green("bug-14-silent-peer")


def test_bug_14_two_nodes_that_are_both_init_do_not_stay_so() -> None:
    """The one that was the last owner is primary, the other one secondary.

    The old repair script asked the other node, which was init as well, and left
    both as they were.
    """
    assert_green("bug-14-both-init")
