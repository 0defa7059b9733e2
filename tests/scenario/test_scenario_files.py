"""A scenario's file: what may be written, and how each mistake is told."""

from __future__ import annotations

import pytest
from scenes import a_scene

from hawatch.config import ConfigError
from hawatch.sim.reference import reference
from hawatch.sim.scenario import FOLDER, load_scenario, shipped
from hawatch.sim.settings import PairSettings

ROOT = FOLDER.parents[2]


def mistakes_in(text: str) -> list[str]:
    """Return every mistake of a scene that is none."""
    with pytest.raises(ConfigError) as caught:
        a_scene(text)
    return [str(mistake) for mistake in caught.value.mistakes]


@pytest.mark.parametrize(
    ("text", "path", "told"),
    [
        ("end = 1\nendd = 2", "$.endd", 'did you mean "end"?'),
        ("end = 'soon'", "$.end", "Expected `float`"),
        ("warm = 1", "$", "missing required field `end`"),
        (
            'end = 1\nat = [{ time = 1, do = "kill-mysql", node = "$A" }]',
            "$.at[0].do",
            'did you mean "kill-mysqld"?',
        ),
        ("end = 1\nat = [{ time = 1 }]", "$.at[0].do", "missing"),
        (
            'end = 1\nat = [{ time = 1, do = "crash", node = "freebsd-esx" }]',
            "$.at[0].node",
            'did you mean "freebsd-esxi"?',
        ),
        (
            'end = 1\nat = [{ time = 1, do = "crash", node = "$A", secs = 3 }]',
            "$.at[0].secs",
            'did you mean "seconds"?',
        ),
        (
            'end = 1\nat = [{ do = "crash", node = "$A" }]',
            "$.at[0]",
            "missing required field `time`",
        ),
        (
            'end = 1\nat = [{ time = 1, do = "cut", between = ["$A", "clients"] }]',
            "$.at[0].between",
            'did you mean "client"?',
        ),
        (
            'end = 1\nat = [{ time=1, do = "cut-plan", node = "$A", step = "umount" }]',
            "$.at[0].step",
            'did you mean "unmount"?',
        ),
        (
            'end = 1\nexpect = [{ that = "serves", node = "$A" }]',
            "$.expect[0].that",
            'did you mean "served-by"?',
        ),
        (
            'end = 1\nexpect = [{ that = "decided", rule = "unhealthy" }]',
            "$.expect[0].rule",
            "Invalid enum value 'unhealthy'",
        ),
        (
            'end = 1\nexpect = [{ that = "outage", at_most = 1, service = "mysq" }]',
            "$.expect[0].service",
            'did you mean "mysql"?',
        ),
        ("end = 1\n[pair]\nextends = 3", "$.pair.extends", 'did you mean "extents"?'),
        (
            "end = 1\n[pair.first]\nadvskw = 3",
            "$.pair.first.advskw",
            'did you mean "advskew"?',
        ),
        (
            "end = 1\n[config.witness]\npings = []",
            "$.config.witness.pings",
            'did you mean "ping"?',
        ),
        ("end = 1\nat = 3", "$.at", "write [[at]]"),
        ("end = 1\npair = 3", "$.pair", "write [pair]"),
        ("end = 1\nconfig = 3", "$.config", "write [config]"),
    ],
)
def test_a_mistake_is_told_with_its_path(text: str, path: str, told: str) -> None:
    """Where it stands, and what would be right."""
    found = mistakes_in(text)
    assert len(found) == 1
    assert found[0].startswith(f"{path}: ")
    assert told in found[0]


def test_every_mistake_is_told_at_once() -> None:
    """Nobody has to run it five times to find five mistakes."""
    found = mistakes_in(
        """
        end = 10
        strt = "cold"
        at = [
            { time = 1, do = "crashh", node = "$A" },
            { time = 1, do = "crash", node = "nobody" },
        ]
        expect = [{ that = "carp", node = "$A", state = "master" }]
        [config.limits]
        moves = -1
        """
    )
    paths = [one.partition(":")[0] for one in found]
    assert paths == [
        "$.strt",
        "$.config.limits.moves",
        "$.at[0].do",
        "$.at[1].node",
        "$.expect[0].state",
    ]


def test_several_mistakes_of_one_table_are_told_at_once() -> None:
    """Wrong types, missing fields and unknown words, wherever they stand."""
    found = mistakes_in(
        """
        end = "soon"
        warm = -1
        seed = "lucky"
        at = [
            { time = "now", do = "crash", seconds = "few", secs = 3 },
            "crash",
            { time = 1, do = ["crash"] },
        ]
        [pair]
        zz = 1
        epoch = "new"
        services = ["mysql"]
        [pair.first]
        advskew = "low"
        """
    )
    assert {one.partition(": ")[0] for one in found} == {
        "$.end",
        "$.warm",
        "$.seed",
        "$.at[0].time",
        "$.at[0].seconds",
        "$.at[0].secs",
        "$.at[0]",
        "$.at[1]",
        "$.at[2].do",
        "$.pair.zz",
        "$.pair.epoch",
        "$.pair.services[0]",
        "$.pair.first.advskew",
    }


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("end = -5", "$.end"),
        ("end = 0", "$.end"),
        ("end = nan", "$.end"),
        ("end = inf", "$.end"),
        ("end = 1e308", "$.end"),
        ("end = 60\nlook = 1e12", "$.look"),
        ("end = 60\nlook = -1", "$.look"),
        ("end = 60\nlook = 61", "$.look"),
        ("end = 60\nwarm = nan", "$.warm"),
        ('end = 9\nat = [{ time = -1, do = "heal-all" }]', "$.at[0].time"),
        ('end = 9\nat = [{ time = nan, do = "heal-all" }]', "$.at[0].time"),
    ],
)
def test_a_time_that_never_comes_is_refused(text: str, path: str) -> None:
    """Such a scenario would pass, or play for ever, and prove nothing."""
    found = mistakes_in(text)
    assert [one.partition(": ")[0] for one in found] == [path]


@pytest.mark.parametrize(
    ("words", "path", "told"),
    [
        ("[]", "words", "nothing is typed"),
        ('["switchovr"]', "words[0]", 'did you mean "switchover"?'),
        ('["demote", "mysq"]', "words[1]", 'did you mean "mysql"?'),
    ],
)
def test_a_verb_that_no_operator_has_is_refused(
    words: str, path: str, told: str
) -> None:
    """It would ask for nothing, and whatever is expected of that comes true."""
    deed = f'{{ time = 1, do = "operator", node = "$A", words = {words} }}'
    (found,) = mistakes_in(f"end = 9\nat = [{deed}]")
    assert found.startswith(f"$.at[0].{path}: ")
    assert told in found


@pytest.mark.parametrize("argv", ["[]", '["/bin/rm", "-rf", "/"]', '["hastctl"]'])
def test_a_program_that_is_not_simulated_is_refused(argv: str) -> None:
    """With the ones that there are, and not in the middle of the play."""
    deed = f'{{ time = 1, do = "run", node = "$A", argv = {argv} }}'
    (found,) = mistakes_in(f"end = 9\nat = [{deed}]")
    assert found.startswith("$.at[0].argv: no ")
    assert "/sbin/" in found


def test_deeds_are_done_in_the_order_of_their_times() -> None:
    """The file may tell them in any order."""
    scene = a_scene(
        """
        end = 10
        at = [
            { time = 5, do = "power-on", node = "$A" },
            { time = 2, do = "crash", node = "$A" },
        ]
        """
    )
    assert [action.time for action in scene.actions] == [2, 5]


def test_a_scenario_changes_only_what_it_names() -> None:
    """The pair and configuration of the examples, with the file laid over them."""
    scene = a_scene(
        """
        end = 10
        [pair.second]
        preempt = true
        [config.limits]
        moves = 5
        """
    )
    assert scene.pair.second.preempt
    assert scene.pair.second.address == PairSettings().second.address
    assert scene.pair.first == PairSettings().first
    assert scene.config.limits.moves == 5
    assert scene.config.services["mysql"].vip == "192.168.202.251"


def test_the_reference_page_tells_every_word() -> None:
    """The page holds what `hawatch simulate --words` says."""
    page = (ROOT / "docs" / "reference" / "scenarios.md").read_text("utf-8")
    assert page.endswith(reference().rstrip() + "\n")


def test_shipped_scenarios_have_names_that_can_be_typed() -> None:
    """A name is a few words of small letters, and the title is another one."""
    titles = set()
    for name in shipped():
        assert name.replace("-", "").isalnum()
        assert name == name.lower()
        titles.add(load_scenario(FOLDER / f"{name}.toml").frame.title)
    assert len(titles) == len(shipped())
