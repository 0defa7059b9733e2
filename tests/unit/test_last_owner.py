"""Whose a service is where neither node owns it: numbers first, then the disks."""

from __future__ import annotations

import pytest
from situation_tools import at

from hawatch.deciding.last_owner import last_owner, rightful_owner
from hawatch.deciding.situation import Situation

OURS, THEIRS = "db2", "db1"


def equal(
    own: str, peer: str, *, epochs: tuple[int, int] = (0, 0), preferred: str = OURS
) -> Situation:
    """Return a released standby whose disk and whose peer's disk say this."""
    return at(
        "standby-after-release",
        own={"dump": own},
        peer={"dump": peer, "epoch": epochs[1]},
        memory={"epoch": epochs[0]},
        config={"services": {"mysql": {"preferred": preferred}}},
    )


@pytest.mark.parametrize(
    ("here", "there", "owner"),
    [
        ("primary", "secondary", OURS),
        ("primary", "init", OURS),
        ("secondary", "primary", THEIRS),
        ("primary", "primary", None),
        ("secondary", "secondary", None),
    ],
)
@pytest.mark.parametrize("epoch", [0, 7])
def test_where_the_numbers_are_equal_the_one_primarys_mark_tells(
    here: str, there: str, owner: str | None, epoch: int
) -> None:
    """A cold start of both: two marks prove as little as none [FACTS B6, H10]."""
    s = equal(f"prevrole {here}", f"prevrole {there}", epochs=(epoch, epoch))
    assert last_owner(s, "disk0") == owner


@pytest.mark.parametrize(("epochs", "owner"), [((8, 7), OURS), ((7, 8), THEIRS)])
@pytest.mark.parametrize("marked", ["here", "there"])
def test_a_later_take_over_outweighs_the_mark_on_a_disk(
    epochs: tuple[int, int], owner: str, marked: str
) -> None:
    """The mark of a former primary stays for a while after it has let go."""
    here = "primary" if marked == "here" else "secondary"
    there = "primary" if marked == "there" else "secondary"
    s = equal(f"prevrole {here}", f"prevrole {there}", epochs=epochs)
    assert last_owner(s, "disk0") == owner


@pytest.mark.parametrize(
    ("own", "peer", "owner"),
    [
        ("local 1", "local 0", OURS),
        ("local 0", "local 1", THEIRS),
    ],
)
@pytest.mark.parametrize("epochs", [(0, 0), (8, 7), (7, 8)])
def test_a_copy_that_was_written_alone_is_served_whatever_is_remembered(
    own: str, peer: str, owner: str, epochs: tuple[int, int]
) -> None:
    """It holds all that the other one holds, and more."""
    assert rightful_owner(equal(own, peer, epochs=epochs), "disk0") == owner


@pytest.mark.parametrize("preferred", [OURS, THEIRS])
def test_equal_copies_of_nobody_are_the_preferred_nodes(preferred: str) -> None:
    """Nobody remembers anything: the configuration decides, and both read the same."""
    secondary = "prevrole secondary"
    s = equal(secondary, secondary, preferred=preferred)
    assert rightful_owner(s, "disk0") == preferred


def test_copies_that_were_both_written_alone_are_nobodys_by_configuration() -> None:
    """Which rows are to be lost only a person can say [FACTS H15]."""
    wrote = "local 1, prevrole secondary"
    assert rightful_owner(equal(wrote, wrote), "disk0") is None
