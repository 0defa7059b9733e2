"""`hawatch resync`: a split-brain ended by a person, and every way to get it wrong."""

from __future__ import annotations

import io
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from pair_tools import DISK, SERVICE, Pair, a_pair
from sim_tools import differing

from hawatch.commands import resync
from hawatch.commands.common import UsageError
from hawatch.commands.discarding import discard, look_at, refusals
from hawatch.exits import Exit
from hawatch.model.hast import HastRole
from hawatch.model.latch import LatchKind
from hawatch.model.plan import DiscardCopy, Outcome, StepResult
from hawatch.model.trigger import TriggerKind
from hawatch.recording.entries import Ended, Intent
from hawatch.recording.journal import Journal
from hawatch.sim.network import Kind
from hawatch.sim.node import Node

SPLIT = """
title = "Split"
end = 500
look = 400
accepts = [
    "two writable mounts",
    "rows accepted on both nodes",
    "acknowledged rows are missing",
]
at = [
  { time = 20, do = "disable-agent", node = "freebsd-esxi" },
  { time = 30, do = "isolate", node = "freebsd-esxi" },
  { time = 60, do = "operator", node = "freebsd-bhyve", words = ["takeover", "mysql"] },
  { time = 200, do = "heal-all" },
  { time = 210, do = "enable-agent", node = "freebsd-esxi" },
]
"""


def done(pair: Pair, node: Node, coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine as a process of a node, until it ends."""
    results: list[Any] = []
    pair.world.spawn(node.name, coroutine, results.append)
    assert pair.world.run_while(lambda: not results, limit=120.0)
    return results[0]


def refused(
    pair: Pair, node: Node, *, keeper: bool = False, although_newer: bool = False
) -> str:
    """Return why the copy of a node is not given up now, in one text."""
    agent = pair.agent(node).agent
    kept = node.peer.name if keeper else ""
    look = done(pair, node, look_at(agent, SERVICE, DISK, keeper=kept))
    return "; ".join(refusals(look.copies, although_newer=although_newer))


def give_up(
    pair: Pair, node: Node, *, keeper: bool = False, typed: str = DISK
) -> tuple[Outcome, ...]:
    """Give a node's copy up, as the command does after the last question."""
    agent = pair.agent(node).agent
    kept = node.peer.name if keeper else ""
    look = done(pair, node, look_at(agent, SERVICE, DISK, keeper=kept))
    outcomes: tuple[Outcome, ...] = done(pair, node, discard(agent, look, typed=typed))
    return outcomes


def a_split_pair() -> Pair:
    """Return a pair after a cut in which both nodes wrote; beta was the later owner."""
    pair = a_pair()
    pair.world.network.isolate("alpha")
    assert pair.until(lambda: pair.serves(pair.beta), 130.0)
    pair.run(20.0)
    pair.world.network.heal_all()
    pair.run(20.0)
    assert LatchKind.SPLIT_BRAIN in pair.latches(pair.alpha)
    return pair


def test_after_a_resync_the_pair_becomes_healthy_by_itself() -> None:
    """The kept copy is sent whole, the latches end, the fence of CARP is lifted."""
    pair = a_split_pair()
    assert refused(pair, pair.alpha) == ""
    outcomes = give_up(pair, pair.alpha)
    assert [outcome.result for outcome in outcomes] == [StepResult.REACHED] * 3
    assert pair.until(pair.is_healthy, 90.0), pair.asks_a_person()
    assert pair.servers() == ["beta"]
    assert pair.latches(pair.alpha) == pair.latches(pair.beta) == set()
    assert pair.clients_are_served()
    pair.client.stop()
    pair.run(10.0)
    assert differing(pair.world) == []


def test_the_journal_has_the_intent_before_the_deed() -> None:
    """Who threw a copy away, and when, is written down for good."""
    pair = a_split_pair()
    give_up(pair, pair.alpha)
    entries = Journal(pair.agent(pair.alpha).store).entries(6).value  # type: ignore[union-attr]
    lines = [entry for entry in entries if isinstance(entry, Intent | Ended)]
    steps = [e.step if isinstance(e, Intent) else e.outcome.step for e in lines]
    at = [isinstance(step, DiscardCopy) for step in steps].index(True)
    assert isinstance(lines[at], Intent)
    assert isinstance(lines[at + 1], Ended)


def test_the_serving_copy_is_never_given_up() -> None:
    """It is primary, mounted, in use, and the other one is not primary."""
    pair = a_split_pair()
    text = refused(pair, pair.beta, although_newer=True, keeper=True)
    for reason in ("disk0 is primary here", "is mounted here", "a program of the"):
        assert reason in text


def test_a_standby_that_is_well_and_newer_is_only_given_up_with_a_second_word() -> None:
    """The node that served last has what the other one lacks."""
    pair = a_pair()
    pair.world.network.cut("alpha", "beta", Kind.HAST)
    pair.run(40.0)
    for node in (pair.alpha, pair.beta):
        pair.agent(node).enabled = False
    pair.alpha.crash()
    pair.run(5.0)
    pair.world.network.heal_all()
    pair.alpha.power_on()
    pair.run(20.0)
    said = refused(pair, pair.alpha, keeper=True)
    assert "the copy on alpha is the newer one (--although-newer)" in said
    assert "the copy on beta is stale" in said
    assert refused(pair, pair.alpha, keeper=True, although_newer=True) == ""


def test_without_the_peer_nothing_is_given_up() -> None:
    """Nobody knows that another copy is there, whatever is typed."""
    pair = a_split_pair()
    pair.beta.crash()
    said = refused(pair, pair.alpha, keeper=True, although_newer=True)
    assert "beta is not heard now" in said


def test_a_peer_that_is_not_primary_has_to_be_named_as_the_keeper() -> None:
    """Two copies of which nobody serves: a person says twice which one is kept."""
    pair = a_split_pair()
    for node in (pair.alpha, pair.beta):
        node.crash()
    pair.run(5.0)
    for node in (pair.alpha, pair.beta):
        node.power_on()
    pair.run(60.0)
    assert pair.servers() == []
    assert "--keeper beta says so" in refused(pair, pair.alpha)
    assert refused(pair, pair.alpha, keeper=True) == ""
    give_up(pair, pair.alpha, keeper=True)
    assert pair.until(pair.is_healthy, 90.0), pair.asks_a_person()
    assert pair.servers() == ["beta"]


def test_a_copy_that_was_made_anew_is_no_keeper() -> None:
    """Both given up one after the other would leave nothing at all."""
    pair = a_split_pair()
    for node in (pair.alpha, pair.beta):
        pair.agent(node).enabled = False
        node.crash()
    for node in (pair.alpha, pair.beta):
        node.power_on()
    pair.run(30.0)
    pair.alpha.resources[DISK].disk.create(pair.world.settings.extentsize)
    said = refused(pair, pair.beta, keeper=True, although_newer=True)
    assert "the copy on alpha was re-created: this one may be the only one" in said


def test_another_word_than_the_name_destroys_nothing() -> None:
    """The step itself wants to see what was typed."""
    pair = a_split_pair()
    before = pair.alpha.resources[DISK].disk.meta
    outcomes = give_up(pair, pair.alpha, typed="yes")
    assert outcomes[-1].result is StepResult.FAILED
    assert pair.alpha.resources[DISK].disk.meta is before


def test_a_role_that_changes_in_the_last_moment_stops_it() -> None:
    """The role is read again right before the deed."""
    pair = a_split_pair()
    agent = pair.agent(pair.alpha)
    before = pair.alpha.resources[DISK].disk.meta

    def someone_else(entry: object) -> None:
        if isinstance(entry, Intent) and isinstance(entry.step, DiscardCopy):
            pair.alpha.resources[DISK].role = "secondary"

    agent.store.on_entry.append(someone_else)
    outcomes = give_up(pair, pair.alpha)
    assert outcomes[-1].text == "the role of disk0 is secondary, not init"
    assert pair.alpha.resources[DISK].disk.meta is before


def test_nothing_is_begun_where_the_journal_cannot_be_written() -> None:
    """An intent that is nowhere written is no intent."""
    pair = a_split_pair()
    pair.agent(pair.alpha).store.fill()
    before = pair.alpha.resources[DISK].disk.meta
    outcomes = give_up(pair, pair.alpha)
    assert outcomes[-1].result is StepResult.REFUSED
    assert pair.alpha.resources[DISK].disk.meta is before


def test_no_rule_ever_gives_a_copy_up() -> None:
    """The step is made in one place, behind a person's word."""
    package = Path(resync.__file__).parents[1]
    makers = [
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "DiscardCopy(" in path.read_text()
    ]
    assert sorted(makers) == ["commands/discarding.py", "model/plan.py"]


# -- the command -----------------------------------------------------------------------


@pytest.fixture
def split(tmp_path: Path) -> str:
    path = tmp_path / "split.toml"
    path.write_text(SPLIT)
    return f"--host=sim:{path}@freebsd-esxi"


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_the_command_shows_both_copies_asks_and_does_it(
    split: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The screen names what is lost before the name is typed."""
    type_in(monkeypatch, "disk0\n")
    assert resync.main([split, "--discard", "freebsd-esxi", "disk0"]) == Exit.WELL
    out = capsys.readouterr().out
    shown, asked = out.index("localcnt 1, remotecnt 0"), out.index("Type the")
    assert shown < out.index("lost with the copy on freebsd-esxi: everything") < asked
    assert asked < out.index("copy of disk0 discarded")


def test_a_dry_run_of_it_asks_nothing(
    split: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It shows the plan and needs no typing."""
    type_in(monkeypatch, "")
    words = [split, "--discard", "freebsd-esxi", "--dry-run", "disk0"]
    assert resync.main(words) == Exit.WELL
    out = capsys.readouterr().out
    assert "copy of disk0 discarded" in out
    assert "Type the" not in out


def test_a_wrong_name_at_the_question_changes_nothing(
    split: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """So does an empty line, or the end of the input."""
    type_in(monkeypatch, "disk1\n")
    assert resync.main([split, "--discard", "freebsd-esxi", "disk0"]) == Exit.USAGE
    assert "nothing was changed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--discard", "freebsd-bhyve", "disk0"], "run it on freebsd-bhyve"),
        (["--discard", "nobody", "disk0"], "no node 'nobody'"),
        (["--discard", "freebsd-esxi", "disk9"], "no resource 'disk9'; one of disk0"),
        (
            ["--discard", "freebsd-esxi", "--keeper", "freebsd-esxi", "disk0"],
            "only freebsd-bhyve can be the keeper",
        ),
    ],
)
def test_wrong_words_are_told_what_would_be_right(
    split: str, words: list[str], said: str
) -> None:
    """Node and resource are judged before anything is looked at."""
    with pytest.raises(UsageError, match=said):
        resync.main([split, *words])


def test_a_released_standby_of_a_healthy_pair_has_nothing_to_lose() -> None:
    """A person may do it all the same: the disk was replaced, say."""
    pair = a_pair()
    pair.agent(pair.beta).ring(TriggerKind.CRON)
    pair.run(5.0)
    assert refused(pair, pair.beta) == ""
    give_up(pair, pair.beta)
    assert pair.role(pair.beta) is HastRole.SECONDARY
    assert pair.until(pair.is_healthy, 90.0), pair.asks_a_person()
