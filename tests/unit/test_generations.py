"""The table of generations, row by row, and the court of two nodes in init."""

from __future__ import annotations

import pytest
from builders import a_dump
from hypothesis import given
from hypothesis import strategies as st

from hawatch.deciding.generations import Forecast, court, forecast
from hawatch.model.hast import HastDump, HastRole

ROWS = [
    # The comment in sbin/hastd/secondary.c, row for row: secondary local 3, remote 3.
    ((2, 2), Forecast.FULL_FROM_SECONDARY),
    ((2, 3), Forecast.FULL_FROM_PRIMARY),
    ((2, 4), Forecast.FULL_FROM_PRIMARY),
    ((3, 2), Forecast.SECONDARY_TO_PRIMARY),
    ((3, 3), Forecast.IN_SYNC),
    ((3, 4), Forecast.FULL_FROM_PRIMARY),
    ((4, 2), Forecast.SPLIT_BRAIN),
    ((4, 3), Forecast.PRIMARY_TO_SECONDARY),
    ((4, 4), Forecast.FULL_FROM_PRIMARY),
]


def counts(local: int, remote: int) -> HastDump:
    return a_dump(localcnt=local, remotecnt=remote)


@pytest.mark.parametrize(("primary", "expected"), ROWS)
def test_each_row_of_hastds_own_table(
    primary: tuple[int, int], expected: Forecast
) -> None:
    """Against a secondary with local 3 and remote 3, as hastd's comment lists them."""
    outlook = forecast(counts(*primary), counts(3, 3))
    assert outlook.forecast is expected
    assert f"local={primary[0]} remote={primary[1]}" in outlook.because


def test_a_recreated_secondary_gets_everything() -> None:
    """Resuid 0 on the secondary: a full sync from the primary, whatever the counts."""
    fresh = a_dump(resuid=0, prevrole=HastRole.INIT)
    assert forecast(counts(5, 2), fresh).forecast is Forecast.RECREATED


def test_two_copies_that_never_connected_are_virgin() -> None:
    """Both resuid 0: one side's writes would silently vanish [FACTS B9]."""
    fresh = a_dump(resuid=0)
    assert forecast(fresh, fresh).forecast is Forecast.VIRGIN


@pytest.mark.parametrize("resuid", [0, 7])
def test_foreign_ids_never_connect(resuid: int) -> None:
    """A re-created primary makes up an id of its own, which is foreign as well."""
    outlook = forecast(a_dump(resuid=resuid), a_dump(resuid=8))
    assert outlook.forecast is Forecast.ID_MISMATCH


@pytest.mark.parametrize("size", ["datasize", "extentsize"])
def test_other_sizes_never_connect(size: str) -> None:
    """The size that differs is named with both numbers."""
    outlook = forecast(a_dump(**{size: 4096}), a_dump(**{size: 8192}))
    assert outlook.forecast is Forecast.SIZE_MISMATCH
    assert "4096" in outlook.because
    assert "8192" in outlook.because


def test_a_promoted_standby_is_newer_than_the_old_owner() -> None:
    """As seen after a link-only cut: 1/0 on the promoted node, 0/0 on the other."""
    verdict = court(counts(0, 0), counts(1, 0), "db1", "db2", "db1")
    assert verdict.primary == "db2"
    assert "db2 local=1 remote=0" in verdict.because


def test_a_split_brain_is_left_to_a_person() -> None:
    """1/0 on both, as in the recorded split-brain."""
    verdict = court(counts(1, 0), counts(1, 0), "db1", "db2", "db1")
    assert verdict.primary is None
    assert "split-brain" in verdict.because


def test_a_recreated_copy_loses_to_the_one_with_a_history() -> None:
    """After `hastctl create` on the loser, the survivor is the source."""
    fresh = a_dump(resuid=0, prevrole=HastRole.INIT)
    assert court(fresh, counts(1, 0), "db1", "db2", "db1").primary == "db2"
    assert court(counts(1, 0), fresh, "db1", "db2", "db2").primary == "db1"


def test_a_recreated_copy_that_was_primary_since_is_left_to_a_person() -> None:
    """It may hold writes that no counter shows."""
    used = a_dump(resuid=0, prevrole=HastRole.PRIMARY)
    assert court(used, counts(1, 0), "db1", "db2", "db1").primary is None


@pytest.mark.parametrize("preferred", ["db1", "db2"])
def test_equal_generations_give_the_preferred_node(preferred: str) -> None:
    """The last owner, where it is remembered, is the one to prefer."""
    verdict = court(counts(3, 3), counts(3, 3), "db1", "db2", preferred)
    assert verdict.primary == preferred


DUMPS = st.builds(
    a_dump,
    resuid=st.sampled_from([0, 7, 7, 7, 8]),
    localcnt=st.integers(0, 4),
    remotecnt=st.integers(0, 4),
    prevrole=st.sampled_from(HastRole),
    datasize=st.sampled_from([4096, 4096, 4096, 8192]),
)


@given(DUMPS, DUMPS)
def test_swapping_the_names_mirrors_the_verdict(a: HastDump, b: HastDump) -> None:
    """Who asks must not matter: both agents reach the same verdict alone."""
    here = court(a, b, "db1", "db2", "db1")
    there = court(b, a, "db2", "db1", "db1")
    assert here.primary == there.primary


@given(DUMPS, DUMPS)
def test_a_verdict_never_makes_an_older_or_foreign_copy_the_source(
    a: HastDump, b: HastDump
) -> None:
    """As primary, the chosen node syncs out, or both are in sync."""
    verdict = court(a, b, "db1", "db2", "db2")
    if verdict.primary is None:
        return
    own, other = (a, b) if verdict.primary == "db1" else (b, a)
    assert forecast(own, other).forecast in (
        Forecast.IN_SYNC,
        Forecast.PRIMARY_TO_SECONDARY,
        Forecast.RECREATED,
    )


@given(DUMPS)
def test_identical_dumps_give_the_preferred_node_or_a_person(dump: HastDump) -> None:
    """Equal copies with an id are in sync unless both wrote alone."""
    verdict = court(dump, dump, "db1", "db2", "db2")
    sound = dump.resuid != 0 and dump.localcnt == dump.remotecnt
    assert verdict.primary == ("db2" if sound else None)
