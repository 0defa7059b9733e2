"""Small accidents of every day: each story ends as a person would want it."""

from __future__ import annotations

import pytest
from scenes import play_out, wrong_in


def test_a_standby_without_its_rc_script_is_handed_nothing() -> None:
    """It could not take over, so the ailing service stays where it is [never 2]."""
    report = play_out(
        """
        end = 300
        expect = [
            { that = "decided", node = "$A", rule = "unhealthy-demote", never = true },
            { that = "decided", node = "$A", rule = "unhealthy-hold" },
            { that = "carp", node = "$A", state = "MASTER", at = 290 },
        ]
        [[at]]
        time = 1
        do = "command-fault"
        node = "$B"
        kind = "fail"
        status = 1
        argv = ["/usr/sbin/service", "mysql-server", "onestatus"]
        out = "mysql-server does not exist in /etc/rc.d or the local startup\\n"
        times = 0
        [[at]]
        time = 40
        do = "kill-mysqld"
        node = "$A"
        for_good = true
        """
    )
    assert wrong_in(report) == []


def test_a_pair_without_a_channel_heals_what_hast_lost() -> None:
    """Nobody can be asked; a peer that is connected is a secondary [B8]."""
    report = play_out(
        """
        end = 900
        at = [
            { time = 20, do = "cut", between = ["$A", "$B"], kinds = ["hast"] },
            { time = 100, do = "heal-all" },
        ]
        expect = [
            { that = "step", node = "$A", step = "restart-worker", times = 1 },
            { that = "copies-equal", at = 890 },
            { that = "latched", node = "$A", kind = "diverged", never=true, since=300 },
        ]
        [config.peer]
        enabled = false
        """
    )
    assert wrong_in(report) == []


def test_an_owner_without_carp_lets_go_for_the_node_that_has_the_address() -> None:
    """As with a cable that was pulled: its storage is in the way of the peer [H26]."""
    report = play_out(
        """
        end = 300
        expect = [
            { that = "served-by", node = "$B", by = 60 },
            { that = "command", node = "$A", text = "carp.allow=1", never = true },
        ]
        [[at]]
        time = 10
        do = "run"
        node = "$A"
        argv = ["/sbin/sysctl", "net.inet.carp.allow=0"]
        """
    )
    assert wrong_in(report) == []


def test_an_error_that_a_person_accepted_ends_its_alarm_and_keeps_nothing() -> None:
    """The worker's counter never falls; the standby is able all the same [B5, H14]."""
    report = play_out(
        """
        end = 900
        at = [
            { time = 20, do = "disk", node = "$B", state = "write-errors" },
            { time = 25, do = "disk", node = "$B", state = "well" },
            { time = 100, do = "clear-latch", node = "$B", kind = "suspect-disk" },
            { time = 600, do = "kill-mysqld", node = "$A", for_good = true },
        ]
        expect = [
            { that = "incident", node = "$B", key = "local_disk", at = 90 },
            { that = "incident", node = "$B", key="local_disk", never=true, since=200 },
            { that = "served-by", node = "$B", by = 700 },
        ]
        """
    )
    assert wrong_in(report) == []


def test_the_next_error_of_an_accepted_disk_is_an_alarm_again() -> None:
    """What was accepted is a number, and not the disk [H14]."""
    report = play_out(
        """
        end = 500
        at = [
            { time = 20, do = "disk", node = "$B", state = "write-errors" },
            { time = 25, do = "disk", node = "$B", state = "well" },
            { time = 100, do = "clear-latch", node = "$B", kind = "suspect-disk" },
            { time = 300, do = "disk", node = "$B", state = "write-errors" },
        ]
        expect = [
            { that = "incident", node = "$B", key = "local_disk", at = 490 },
            { that = "latched", node = "$B", kind = "suspect-disk", at = 490 },
        ]
        """
    )
    assert wrong_in(report) == []


@pytest.mark.parametrize(
    "meanwhile",
    [
        'do = "maintenance-on", node = "$A", minutes = 60, why = "looking"',
        'do = "pause", node = "$A", seconds = 80',
    ],
)
def test_nothing_is_over_because_nobody_decides(meanwhile: str) -> None:
    """A dead database is told once, in a maintenance and over a pause [never 8]."""
    told = 'that = "message", node = "$A", about = "unhealthy-hold"'
    report = play_out(
        f"""
        end = 300
        at = [
            {{ time = 5, do = "crash", node = "$B" }},
            {{ time = 40, do = "kill-mysqld", node = "$A", for_good = true }},
            {{ time = 150, {meanwhile} }},
        ]
        expect = [
            {{ {told}, kind = "opened", times = 1 }},
            {{ {told}, kind = "closed", times = 0 }},
        ]
        """
    )
    assert wrong_in(report) == []
