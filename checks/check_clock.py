"""Time: hastd counts by the wall clock, and so do logs and people."""

from hawatch.api import check


@check(settings={"seconds": 1.0})
def check_wall_clock_runs_evenly(clock, settings):
    """Protects from a clock that jumps.

    A step backwards stops HAST's keepalives and reconnects for as long as it was, and
    the standby drops the connection.
    """
    assert abs(clock.stepped) <= settings.seconds, (
        f"the wall clock was set by {clock.stepped:+.1f} s "
        f"in the last {clock.seconds:.0f} s"
    )


@check(settings={"seconds": 5.0})
def check_clocks_agree(peer, settings):
    """Protects from two logs that cannot be put side by side."""
    assert abs(peer.clock_ahead) <= settings.seconds, (
        f"the clock of {peer.name} differs by {peer.clock_ahead:+.1f} s"
    )
