"""Small accidents of every day: each story ends as a person would want it."""

from __future__ import annotations

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
