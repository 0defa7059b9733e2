"""The runner judges: what is expected, what must never be, and always the same way."""

from __future__ import annotations

import pytest
from scenes import a_scene, play_out

from hawatch.sim.runner import run_scenario

DEATH = '{ time = 5, do = "kill-mysqld", node = "$A", for_good = true }'


def test_a_seed_and_a_scenario_give_the_same_story_every_time() -> None:
    """Whoever is told a seed can see what happened."""
    scene = a_scene(f"end = 100\nat = [{DEATH}]")
    first, again = run_scenario(scene, seed=7), run_scenario(scene, seed=7)
    assert first.story == again.story
    assert first.outages == again.outages


def test_another_seed_is_another_run() -> None:
    """Seeds are worth trying: which adverts are lost is a matter of luck."""
    scene = a_scene(
        """
        end = 100
        at = [{ time = 1, do = "lose", between = ["$A", "$B"], probability = 0.8 }]
        """
    )
    assert run_scenario(scene, seed=1).story != run_scenario(scene, seed=2).story


TRUE_AND_FALSE = [
    ('"served-by", node = "$A"', '"served-by", node = "nobody"'),
    ('"served-by", node = "$A", by = 5', '"served-by", node = "$B", by = 5'),
    ('"served-by", node = "$A", at = 3', '"served-by", node = "$B", at = 3'),
    (
        '"served-by", node = "$A", always = true',
        '"served-by", node = "$A", never = true',
    ),
    ('"carp", node = "$A", state = "MASTER"', '"carp", node = "$B", state = "MASTER"'),
    ('"role", node = "$B", role = "secondary"', '"role", node = "$B", role = "init"'),
    ('"mounted", node = "$B", never = true', '"mounted", node = "$A", never = true'),
    ('"running", node = "$A"', '"running", node = "$B"'),
    ('"advskew", node = "$B", value = 50', '"advskew", node = "$B", value = 0'),
    ('"copies-equal"', '"copies-equal", never = true'),
    (
        '"latched", node = "$A", kind = "stale", never = true',
        '"latched", node = "$A", kind = "stale"',
    ),
    (
        '"incident", node = "$A", key = "", never = true',
        '"incident", node = "$A", key = ""',
    ),
    (
        '"check", node = "$A", check = "hastd_runs", verdict = "ok"',
        '"check", node = "$A", check = "hastd_runs", verdict = "fail"',
    ),
    (
        '"decided", rule = "all-well", node = "$A", by = 15',
        '"decided", rule = "all-well", never = true',
    ),
    (
        '"refuses", refusal = "cooldown", never = true',
        '"refuses", refusal = "cooldown"',
    ),
    ('"step", step = "unmount", never = true', '"step", step = "unmount"'),
    (
        '"step", step = "unmount", result = "reached", times = 0',
        '"step", step = "unmount", result = "reached", times = 1',
    ),
    ('"command", text = "umount", never = true', '"command", text = "umount"'),
    ('"moves", at_most = 0', '"moves", at_least = 1, at_most = 3'),
    ('"outage", at_most = 0', '"outage", at_least = 1, at_most = 9'),
    ('"rows-lost"', '"rows-lost", at_most = -1'),
    (
        '"message", node = "$A", about = "", times = 0',
        '"message", node = "$A", about = ""',
    ),
]


@pytest.mark.parametrize("pair", TRUE_AND_FALSE, ids=lambda pair: pair[0].split(",")[0])
def test_each_expectation_can_be_met_and_can_fail(pair: tuple[str, str]) -> None:
    """On a quiet pair the first of each two is true, and the second is not."""
    expected = ", ".join(f"{{ that = {text} }}" for text in pair)
    report = play_out(f"end = 20\nwarm = 25\nexpect = [{expected}]")
    assert [verdict.met for verdict in report.verdicts] == [True, False]


def by_hand(time: float, node: str, command: str) -> str:
    """Return the deed of a person who types a command."""
    return (
        f'{{ time = {time}, do = "run", node = "{node}", argv = {command.split()} }},'
    )


NO_AGENTS = """
    { time = 1, do = "disable-agent", node = "$A" },
    { time = 1, do = "disable-agent", node = "$B" },"""

BOTH_MOUNTED = f"""
warm = 25
end = 60
at = [{NO_AGENTS}
    {{ time = 2, do = "cut", between = ["$A", "$B"] }},
    {by_hand(30, "$B", "/sbin/hastctl role primary disk0")}
    {by_hand(52, "$B", "/sbin/fsck -t ufs -p /dev/hast/disk0")}
    {by_hand(55, "$B", "/sbin/mount /var/db/mysql")}
]
"""


def test_by_a_time_does_not_mean_later() -> None:
    """What comes true after its time was late."""
    skew = '{ that = "advskew", node = "$A", value = 7,'
    typed = by_hand(20, "$A", "/sbin/ifconfig em0 vhid 1 advskew 7")
    report = play_out(
        f"""
        end = 60
        at = [{typed}]
        expect = [
            {skew} by = 10 }},
            {skew} by = 25 }},
            {skew} always = true, since = 25 }},
            {skew} never = true, until = 15 }},
            {skew} at = 30 }},
        ]
        """
    )
    met = [verdict.met for verdict in report.verdicts]
    assert met == [False, True, True, True, True]


def test_harm_makes_a_scenario_red_even_where_nothing_is_expected() -> None:
    """Two writers are never overlooked."""
    report = play_out(BOTH_MOUNTED)
    assert not report.green
    assert [harm.wrong for harm in report.harm] == ["two writable mounts"]


def test_a_scenario_may_declare_the_harm_that_it_is_about() -> None:
    """The harm is reported all the same."""
    report = play_out('accepts = ["two writable mounts"]\n' + BOTH_MOUNTED)
    assert report.green
    assert [harm.accepted for harm in report.harm] == [True]


def test_rows_that_were_lost_in_between_stay_lost() -> None:
    """A place that later rows use again does not hide what it once lacked."""
    report = play_out(
        f"""
        warm = 25
        end = 600
        accepts = ["acknowledged rows are missing"]
        at = [{NO_AGENTS}
            {{ time = 2, do = "cut", between = ["$A", "$B"], kinds = ["hast"] }},
            {{ time = 100, do = "crash", node = "$A" }},
            {by_hand(130, "$B", "/sbin/hastctl role primary disk0")}
            {by_hand(160, "$B", "/sbin/fsck -t ufs -p /dev/hast/disk0")}
            {by_hand(170, "$B", "/sbin/mount /var/db/mysql")}
            {{ time = 175, do = "start-mysqld", node = "$B" }},
        ]
        expect = [
            {{ that = "served-by", node = "$B" }},
            {{ that = "rows-lost" }},
        ]
        """
    )
    assert [verdict.met for verdict in report.verdicts] == [True, False]
    assert (report.rows_lost["mysql"] or 0) > 30
