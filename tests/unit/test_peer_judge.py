"""A report is believed or refused with a reason; no text makes the judge stumble."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from peer_builders import a_moment, a_report, a_vhid

from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.memory import HeardReport
from hawatch.model.report import PeerReport
from hawatch.peer.judge import SIZE_LIMIT, clock_offset, judge
from hawatch.peer.report import encode_report

HEARD = HeardReport(report=a_report(sequence=7, monotonic=5000.0), heard=a_moment(90.0))


def judged(
    text: str, *, heard: HeardReport | None = None, seconds: float = 0.5
) -> Fact[PeerReport]:
    return judge(
        text,
        expected_node="db2",
        heard=heard,
        now=a_moment(100.0 + seconds),
        asked=a_moment(100.0),
    )


def reason(verdict: Fact[PeerReport]) -> str:
    assert isinstance(verdict, Unknown)
    return verdict.reason


def test_an_honest_report_is_believed_as_it_was_sent() -> None:
    """What one node encodes is what the other node knows."""
    assert judged(encode_report(a_report())) == Known(a_report())


def test_unknown_facts_travel_with_their_reasons() -> None:
    """A fact that is unknown there is unknown here, for the same reason."""
    report = a_report(sysctls=Unknown("sysctl overdue"), counters=Unknown("no carp"))
    assert judged(encode_report(report)) == Known(report)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "said nothing"),
        (" \n", "said nothing"),
        ("refused: []", "cannot be read"),
        ("null", "cannot be read"),
        ('{"schema": 1', "cannot be read"),
        ('{"schema": 1, "node": "db2"}', "missing required field"),
        ("[" * 100_000, "cannot be read"),
        ("\udcff", "cannot be read"),
        ("x" * (SIZE_LIMIT + 1), "more than 262144"),
        ("é" * SIZE_LIMIT, "more than 262144"),
    ],
)
def test_what_is_no_report_is_unknown(text: str, part: str) -> None:
    """Every text that is no report is refused with a reason for a person."""
    assert part in reason(judged(text))


def test_a_mistake_is_told_with_its_path() -> None:
    """The reason names the field that a person has to look at."""
    tree = json.loads(encode_report(a_report()))
    tree["services"]["mysql"]["carp"]["value"]["advskew"] = "fifty"
    assert "$.services[...].carp.value.advskew" in reason(judged(json.dumps(tree)))


def test_another_schema_is_named_even_where_nothing_else_can_be_read() -> None:
    """A newer hawatch on the other node is told as such, not as a missing field."""
    text = '{"schema": 2, "node": "db2", "services": 5}'
    assert "schema 2, this hawatch understands 1" in reason(judged(text))


def test_a_report_of_another_node_is_refused() -> None:
    """An address that moved to another machine does not speak for the peer."""
    verdict = judged(encode_report(a_report(node="db1")))
    assert "db1 answered where db2 was asked" in reason(verdict)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"sequence": 8, "monotonic": 4999.0}, "taken 1.0 s before"),
        ({"sequence": 7, "monotonic": 5000.0}, "the same report"),
        ({"sequence": 9, "monotonic": 5000.0}, "the same report"),
    ],
)
def test_an_old_report_is_refused(changes: dict[str, Any], part: str) -> None:
    """Within one boot of the peer its clock only goes forward."""
    text = encode_report(a_report(**changes))
    assert part in reason(judged(text, heard=HEARD))


@pytest.mark.parametrize(
    "changes",
    [
        {"sequence": 8, "monotonic": 5010.0},
        {"sequence": 7, "monotonic": 5000.1},
        {"sequence": 1, "monotonic": 5010.0},
        {"sequence": 0, "monotonic": 3.0, "boot": "after a reboot"},
        {"sequence": 8, "monotonic": 5010.0, "wall": 12.0},
    ],
)
def test_a_newer_report_is_believed(changes: dict[str, Any]) -> None:
    """A second look, a reboot and a stepped wall clock are no reasons to refuse."""
    report = a_report(**changes)
    assert judged(encode_report(report), heard=HEARD) == Known(report)


def test_what_another_node_said_earlier_does_not_count() -> None:
    """After a peer was replaced by one with a new name its sequence starts anew."""
    heard = HeardReport(report=a_report(node="old", sequence=99), heard=a_moment())
    assert judged(encode_report(a_report()), heard=heard) == Known(a_report())


def test_an_answer_that_this_node_slept_through_is_refused() -> None:
    """After a pause of this machine the report describes a past state [FACTS H25]."""
    verdict = judged(encode_report(a_report()), seconds=300.0)
    assert "under way for 300 s" in reason(verdict)


def test_a_boot_between_question_and_answer_is_refused() -> None:
    """Clocks of two boots do not compare."""
    verdict = judge(
        encode_report(a_report()),
        expected_node="db2",
        heard=None,
        now=a_moment(1.0, boot="next"),
        asked=a_moment(100.0),
    )
    assert "booted between" in reason(verdict)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"sequence": -1}, "absurd sequence"),
        ({"sequence": 2**70}, "absurd sequence"),
        ({"wall": -1.0}, "absurd wall"),
        ({"wall": 1e300}, "absurd wall"),
        ({"monotonic": -0.5}, "absurd monotonic"),
        ({"boot": ""}, "absurd boot"),
        ({"version": "1.0\x1b[2J"}, "absurd version"),
        ({"configuration": "f" * 300}, "absurd configuration"),
        ({"moves": [1e18]}, "absurd moves"),
    ],
)
def test_absurd_values_are_refused(changes: dict[str, Any], part: str) -> None:
    """A number that no node can have makes the whole report unbelievable."""
    tree = {**json.loads(encode_report(a_report())), **changes}
    assert part in reason(judged(json.dumps(tree)))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("carp", "value", "vhid"), 0),
        (("carp", "value", "advskew"), 255),
        (("carp", "value", "advbase"), 0),
        (("resources", "disk0", "value", "dirty"), -1),
        (("resources", "disk0", "value", "name"), "disk9"),
        (("dumps", "disk0", "value", "localcnt"), -1),
        (("dumps", "disk0", "value", "name"), "disk9"),
        (("resources", "disk0", "value", "errors", "read"), -1),
        (("dumps", "disk0", "value", "resuid"), 2**64),
        (("latches", 0, "since"), -5.0),
        (("latches", 0, "localcnt"), -5),
        (("in_sync", "disk0", "since"), 1e20),
    ],
)
def test_absurd_values_inside_a_service_are_refused(
    path: tuple[str | int, ...], value: object
) -> None:
    """The ranges of ifconfig and hastctl hold for what the peer says of them."""
    tree = json.loads(encode_report(a_report()))
    place = tree["services"]["mysql"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert "services.mysql" in reason(judged(json.dumps(tree)))


def test_the_peers_wall_clock_is_compared_for_people_only() -> None:
    """The offset is told in seconds, positive where the peer is ahead."""
    heard = HeardReport(
        report=a_report(wall=a_moment(90.0).wall + 42.0), heard=a_moment(90.0)
    )
    assert clock_offset(heard) == pytest.approx(42.0)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**80), max_value=2**80),
    st.floats(),
    st.text(max_size=20),
    st.just([]),
    st.just({}),
)


def places(tree: Any) -> list[tuple[Any, Any]]:
    """Return every (container, key) of a JSON tree."""
    found: list[tuple[Any, Any]] = []
    if isinstance(tree, dict | list):
        keys = list(tree) if isinstance(tree, dict) else range(len(tree))
        for key in keys:
            found.append((tree, key))
            found += places(tree[key])
    return found


def assert_sound(verdict: Fact[PeerReport]) -> None:
    """A believed report is the peer's, not older than the last, and can be resent."""
    if isinstance(verdict, Unknown):
        assert verdict.reason
        return
    report = verdict.value
    assert report.node == "db2"
    if report.boot == HEARD.report.boot:
        assert report.monotonic > HEARD.report.monotonic
    again = msgspec.json.decode(encode_report(report), type=PeerReport)
    assert again == report


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_a_report_with_mutated_fields_never_fools_the_judge(
    data: st.DataObject,
) -> None:
    """Dropped, retyped, huge and shuffled values give a sound report or a reason."""
    newer = a_report(sequence=8, monotonic=5010.0)
    tree = json.loads(encode_report(newer))
    for _ in range(data.draw(st.integers(1, 4))):
        container, key = data.draw(st.sampled_from(places(tree)))
        present = key in container if isinstance(container, dict) else True
        if not present or (isinstance(container, list) and key >= len(container)):
            continue
        if data.draw(st.booleans()):
            del container[key]
        else:
            container[key] = data.draw(SCALARS)
    assert_sound(judged(json.dumps(tree), heard=HEARD))


@given(
    flips=st.lists(
        st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=8
    ),
    cut=st.integers(0, 10_000),
)
@settings(max_examples=150, deadline=None)
def test_a_report_with_flipped_bytes_never_fools_the_judge(
    flips: list[tuple[int, int]], cut: int
) -> None:
    """Bytes that changed or are missing give a sound report or a reason."""
    raw = bytearray(encode_report(a_report(sequence=8, monotonic=5010.0)).encode())
    for place, value in flips:
        raw[place % len(raw)] = value
    text = bytes(raw[: max(cut, 1)]).decode("utf-8", "surrogateescape")
    assert_sound(judged(text, heard=HEARD))


@given(
    sequence=st.integers(0, 20),
    monotonic=st.floats(4990.0, 5010.0),
    boot=st.sampled_from(["there", "elsewhere"]),
    node=st.sampled_from(["db1", "db2", "db3"]),
)
@settings(max_examples=150, deadline=None)
def test_exactly_the_newer_reports_of_the_peer_are_believed(
    sequence: int, monotonic: float, boot: str, node: str
) -> None:
    """Believed means: the right node, and newer unless it booted meanwhile."""
    text = encode_report(
        a_report(sequence=sequence, monotonic=monotonic, boot=boot, node=node)
    )
    newer = boot != "there" or monotonic > 5000.0
    believed = isinstance(judged(text, heard=HEARD), Known)
    assert believed is (node == "db2" and newer)


def test_every_vhid_in_ifconfigs_range_is_believed() -> None:
    """The limits refuse nothing that a node can have."""
    for vhid in (1, 255):
        report = a_report()
        service = msgspec.structs.replace(
            report.services["mysql"], carp=Known(a_vhid(vhid=vhid))
        )
        good = msgspec.structs.replace(report, services={"mysql": service})
        assert judged(encode_report(good)) == Known(good)
