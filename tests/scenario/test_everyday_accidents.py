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
