"""`hawatch prove`: single faults measured, timers swept, one page, its exit codes."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest

from hawatch.cli import main
from hawatch.config import parse_config
from hawatch.model.config import (
    AgentConfig,
    CarpConfig,
    Config,
    HastConfig,
    LimitsConfig,
    PeerConfig,
    ServiceConfig,
    WitnessConfig,
)
from hawatch.sim.scenario import DEFAULT_CONFIG
from hawatch.sim.search import alone as alone_module
from hawatch.sim.search.alone import AIMS, FAULTS, alone
from hawatch.sim.search.change import TIMERS, changed, refusal_of, value_of
from hawatch.sim.search.draw import draw
from hawatch.sim.search.episodes_beyond import no_path
from hawatch.sim.search.labour import Labourer, Task, play_all
from hawatch.sim.search.outages import Ending, Measured, measure
from hawatch.sim.search.page import WIDTH
from hawatch.sim.search.proof import Proof, Prover
from hawatch.sim.search.run import Tally
from hawatch.sim.search.site import laid_over
from hawatch.sim.search.sweep import changes_of, replays, with_replays
from hawatch.sim.toml import to_toml

SITE = to_toml(DEFAULT_CONFIG)

NOT_PLAYED = {
    "witness.fence_deadline": "the simulated pair of the search has no fence command",
}
"""Times of the configuration that no sweep changes, each with the reason."""


def a_site() -> Config:
    """Return a site's configuration: the defaults, with a witness."""
    return parse_config(SITE, "site.toml")


def measured(fault: str, number: int, seconds: float) -> Measured:
    """Return what a play came to."""
    return Measured(fault=fault, number=number, struck="owner", seconds=seconds)


def ran(*words: str) -> int:
    """Return how `hawatch prove` ends."""
    return main(["prove", *words])


# -- one fault alone -------------------------------------------------------------------


@pytest.mark.parametrize("fault", FAULTS)
def test_each_kind_of_fault_is_one_episode_that_can_be_played(fault: str) -> None:
    """Every kind that the search draws, on this site, and the same each time."""
    for number in range(len(AIMS)):
        drawn = alone(fault, number, a_site())
        assert drawn.names == (fault,)
        assert len(drawn.faults) == 1
        assert drawn.scenario().config.witness == a_site().witness
        assert drawn.text() == alone(fault, number, a_site()).text()


def test_both_nodes_are_struck_and_for_as_long_as_it_may_last() -> None:
    """A search would need many seeds for what a directed draw has at once."""
    first, second = (alone("crash", number, a_site()) for number in (0, 1))
    assert first.faults[0][0]["node"] != second.faults[0][0]["node"]
    assert {one.faults[0][0]["seconds"] for one in (first, second)} == {900}


def test_a_dead_owner_costs_promote_after_and_ends_with_a_take_over() -> None:
    """The clients wait for the silence to have lasted, and for the other node."""
    found = measure("crash", 0, a_site())
    patience = a_site().witness.promote_after
    assert found.ending is Ending.TAKE_OVER
    assert patience < found.seconds < patience + 60.0
    assert found.harm == ()


def test_a_hand_over_a_restart_here_and_a_fault_that_ends_are_told_apart() -> None:
    """What ended an outage is what a site can shorten."""
    found = {
        fault: measure(fault, number, a_site()).ending
        for fault, number in (("operator", 1), ("power_lost", 0), ("clients_cut", 0))
    }
    assert found == {
        "operator": Ending.HAND_OVER,
        "power_lost": Ending.RESTART,
        "clients_cut": Ending.ITSELF,
    }


def test_what_must_never_happen_is_found_in_a_single_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A measurement that cannot see harm would prove nothing."""
    monkeypatch.setitem(alone_module.FAULTS, "no_path", no_path)
    found = measure("no_path", 0, a_site())
    assert any("two writable mounts" in text for text in found.harm)


def test_a_site_with_one_service_is_played_with_one() -> None:
    """Two services would need another promote_after than the site's own."""
    for seed in range(40):
        drawn = laid_over(draw(seed), a_site())
        assert drawn.scenario().config.witness == a_site().witness


# -- the sweep -------------------------------------------------------------------------


def test_every_time_and_limit_that_is_decided_by_is_swept() -> None:
    """A new timer is swept, or it is said why not."""
    known = set()
    sections = {
        "agent": AgentConfig,
        "carp": CarpConfig,
        "hast": HastConfig,
        "limits": LimitsConfig,
        "peer": PeerConfig,
        "services.*": ServiceConfig,
        "witness": WitnessConfig,
    }
    for section, kind in sections.items():
        for field in msgspec.structs.fields(kind):
            duration = "duration=True" in str(field.type) or "'duration': True" in str(
                field.type
            )
            if duration or section == "limits":
                known.add(f"{section}.{field.name}")
    assert len(known) > 15
    assert known - set(TIMERS) == set(NOT_PLAYED)


def test_a_timer_is_halved_and_doubled_where_it_stands() -> None:
    """One value changes and no other, in every service and every check that acts."""
    site = a_site()
    for path in TIMERS:
        before = value_of(site, path)
        assert before is not None
        assert value_of(changed(site, path, 2.0), path) == 2 * before
        others = [other for other in TIMERS if other != path]
        for other in others:
            assert value_of(changed(site, path, 2.0), other) == value_of(site, other)
    assert value_of(changed(site, "limits.restarts", 0.5), "limits.restarts") == 0
    assert value_of(changed(site, "checks.*.fall", 0.5), "checks.*.fall") == 2


def test_a_change_that_the_relations_refuse_is_named_by_its_inequality() -> None:
    """Promoting after half the time would be before the owner has let go."""
    assert refusal_of(a_site()) == ()
    (short,) = refusal_of(changed(a_site(), "witness.promote_after", 0.5))
    assert short == "owner_gone (173 s) < promote_after (90 s)"
    refused = {one.path for one in changes_of(a_site()) if one.refused}
    assert {"agent.interval", "hast.role_deadline", "carp.settle"} <= refused


def test_the_worst_draw_of_each_fault_is_replayed_first_for_every_change() -> None:
    """A budget that ends leaves every timer with its most telling replays."""
    first = [
        measured("crash", 0, 200.0),
        measured("crash", 1, 10.0),
        measured("pause", 0, 60.0),
        measured("clock_step", 0, 0.0),
    ]
    changes = [one for one in changes_of(a_site()) if not one.refused]
    tasks = replays(changes, first)
    assert len(tasks) == 3 * len(changes)
    assert {(one.fault, one.number) for one in tasks[: len(changes)]} == {("crash", 0)}
    assert {(one.fault, one.number) for one in tasks[-len(changes) :]} == {("crash", 1)}


def test_an_outage_that_changed_is_told_and_a_row_of_a_client_is_none() -> None:
    """Less than two seconds is how finely the clients measure."""
    first = [measured("crash", 0, 200.0), measured("pause", 0, 60.0)]
    changes = [one for one in changes_of(a_site()) if not one.refused][:1]
    tasks = replays(changes, first)
    played = [(tasks[0], measured("crash", 0, 105.0))]
    played += [(tasks[1], measured("pause", 0, 61.0))]
    (told,) = with_replays(changes, first, tasks, played)
    assert [(old.seconds, new.seconds) for old, new in told.moved] == [(200.0, 105.0)]
    assert (told.played, told.possible) == (2, 2)


def test_a_shorter_promote_after_shortens_the_outage_of_a_dead_owner() -> None:
    """Played by processes of their own, with the changed configuration."""
    site = changed(a_site(), "services.*.stop_deadline", 0.25)
    tasks = [
        Task(fault="crash", number=0),
        Task(fault="crash", number=0, path="witness.promote_after", factor=0.8),
    ]
    found = dict(play_all(tasks, site, until=time.monotonic() + 120.0))
    before, after = (found[task] for task in tasks)
    # 36 s less of silence, and a look comes every ten.
    assert 25.0 < before.seconds - after.seconds < 47.0


def test_no_play_is_begun_when_the_time_is_over() -> None:
    """The budget is kept even if nothing was measured."""
    tasks = [Task(fault="crash", number=0)]
    assert list(play_all(tasks, a_site(), until=time.monotonic() - 1.0)) == []


def test_a_process_that_dies_ends_the_search_with_a_word() -> None:
    """A part of the work that is missing must not look like one without harm."""
    labourer = Labourer(a_site())
    try:
        labourer.process.kill()
        labourer.process.wait()
        labourer.give(Task(fault="crash", number=0))
        with pytest.raises(RuntimeError, match="ended before its work did"):
            labourer.answer()
    finally:
        labourer.end()


# -- the page --------------------------------------------------------------------------


def test_the_page_names_what_is_trusted_and_what_the_budget_cut(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One page that fits a screen's width, whatever the machine could play."""
    path = tmp_path / "hawatch.toml"
    path.write_text(SITE)
    assert ran("--config", str(path), "--seconds", "12", "--accidents", "0") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 90
    assert [line for line in lines if len(line) > WIDTH and str(path) not in line] == []
    page = " ".join(" ".join(lines).split())
    for text in (
        "Assumed (what is trusted):",
        "witness: two nodes",
        "owner gone 173 s",
        "no never is reachable",
        "rows acknowledged",
        "Worst outage of the clients",
        "witness.promote_after 180 -> 90 s: owner_gone (173 s) < promote_after (90 s)",
        "plays of single faults were made",
    ):
        assert text in page
    assert lines[-1].startswith("no never came true; ")


def test_the_result_as_json_is_read_back_whole(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """For programs: every part, the refused changes included."""
    path = tmp_path / "hawatch.toml"
    path.write_text(SITE)
    words = ["--json", "--seconds", "5", "--accidents", "0", "--seeds", "1"]
    assert ran("--config", str(path), *words) == 0
    proof = msgspec.json.decode(capsysbinary.readouterr().out, type=Proof)
    assert proof.config == str(path)
    assert proof.sums.owner_gone == 173.0
    assert any(one.refused for one in proof.sweep)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (None, "there is no such file"),
        ("[nodes\n", "hawatch.toml:1:"),
        (SITE + '"carp" = { "settle" = 1 }\n', "$.carp.settle"),
    ],
)
def test_a_configuration_that_is_wrong_ends_with_2_and_names_the_mistake(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str | None,
    complaint: str,
) -> None:
    """Nothing is searched with numbers that no agent would run with."""
    path = tmp_path / "hawatch.toml"
    if text is not None:
        path.write_text(text)
    assert ran("--config", str(path)) == 2
    said = capsys.readouterr()
    assert (str(path) in said.err, complaint in said.err) == (True, True)
    assert said.out == ""


def test_a_never_in_any_part_makes_the_whole_page_say_so() -> None:
    """Exit code 3 comes from this one word."""
    proof = Prover(a_site(), "", seconds=0.0, draws=1).end()
    assert not proof.never_came_true
    proof.harm = ["crash alone (draw 0): two writable mounts"]
    assert proof.never_came_true
    proof.harm, proof.search = [], Tally()
    assert not proof.never_came_true


def test_what_is_less_than_nothing_is_a_wrong_word() -> None:
    """Exit code 2, as for every wrong word."""
    assert ran("--seeds", "-1") == 2
