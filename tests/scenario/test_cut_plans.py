"""Both ladders cut at every step: the agent is killed, or the node loses its power.

An operator moves the service. At a step of the release on the owner, or of the takeover
on the standby, the blow falls: after the intent is written, a moment into the step, or
after its outcome. Whatever it was, somebody serves in the end, nothing is lost, and
nobody ever writes twice.
"""

from __future__ import annotations

import pytest
from scenes import play_out, wrong_in

DOWN = ("stop-service", "unmount", "set-role-secondary", "yield-vip")
UP = (
    "set-role-primary",
    "await-device",
    "check-filesystem",
    "mount-filesystem",
    "prove-mount",
    "start-service",
    "await-sql",
)
STEPS = [("$A", step) for step in DOWN] + [("$B", step) for step in UP]
IDS = [f"{'owner' if node == '$A' else 'standby'}-{step}" for node, step in STEPS]

MOMENTS = {
    "begun": ("before", 0.0),
    "during": ("before", 0.05),
    "ended": ("after", 0.0),
}


def cut(node: str, step: str, moment: str, blow: str) -> list[str]:
    """Return what went wrong after a blow at a step."""
    when, seconds = MOMENTS[moment]
    again = "again = 20" if blow == "crash" else ""
    return wrong_in(
        play_out(
            f"""
            end = 400

            [[at]]
            time = 9
            do = "cut-plan"
            node = "{node}"
            step = "{step}"
            when = "{when}"
            seconds = {seconds}
            blow = "{blow}"
            {again}

            [[at]]
            time = 10
            do = "operator"
            node = "$A"
            words = ["switchover", "mysql"]

            [[expect]]
            that = "step"
            step = "{step}"

            [[expect]]
            that = "rows-lost"

            [[expect]]
            that = "served-by"
            node = "nobody"
            never = true
            since = 300

            [[expect]]
            that = "command"
            text = "fsck -y"
            never = true

            [[expect]]
            that = "command"
            text = "umount -f"
            never = true
            """
        )
    )


@pytest.mark.parametrize(("node", "step"), STEPS, ids=IDS)
def test_a_plan_goes_on_where_the_agent_was_killed(node: str, step: str) -> None:
    """SIGKILL between the intent and the effect."""
    assert cut(node, step, "begun", "kill-agent") == []


@pytest.mark.parametrize(("node", "step"), STEPS, ids=IDS)
def test_a_plan_is_finished_or_backed_out_of_after_a_power_cut(
    node: str, step: str
) -> None:
    """The power goes in the middle of the step and comes back after 20 seconds."""
    assert cut(node, step, "during", "crash") == []


@pytest.mark.slow
@pytest.mark.parametrize("blow", ["kill-agent", "crash"])
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(("node", "step"), STEPS, ids=IDS)
def test_a_plan_may_be_cut_at_any_moment_of_any_step(
    node: str, step: str, moment: str, blow: str
) -> None:
    """Begun, in the middle, ended: by a kill and by a power cut."""
    assert cut(node, step, moment, blow) == []
