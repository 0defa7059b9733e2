"""Debts that only the peer knows of, and an owner behind a cut."""

from __future__ import annotations

from typing import Any

import builders as b
import msgspec
import pytest
from debt_tools import LOST, after, debt_of, found, look, seen

from hawatch.deciding.copies import CopyMemory
from hawatch.deciding.standby import as_standby
from hawatch.model.fact import Fact, Known
from hawatch.model.hast import HastRole, HastStatus
from hawatch.model.latch import Latch, LatchKind
from hawatch.model.snapshot import NOT_ASKED


def latch(kind: LatchKind, copy_of: str) -> Latch:
    """Return a latch on a copy of disk0."""
    return Latch(kind=kind, resource="disk0", since=1.0, reason="seen", copy_of=copy_of)


LOST_MEMORY = latch(LatchKind.STALE, "")
TOLD = latch(LatchKind.DIVERGED, "db2")


def peer_latched(*latches: Latch) -> dict[str, Any]:
    """Return what a peer says that holds latches."""
    there = Known(b.a_resource("secondary", workerpid=800))
    report = b.a_service_report(resources={"disk0": there}, latches=latches)
    return {"theirs": Known(report)}


@pytest.mark.parametrize(
    ("latches", "told", "owed"),
    [
        ((LOST_MEMORY,), peer_latched(TOLD), True),
        ((), peer_latched(TOLD), False),
        ((latch(LatchKind.STALE, "db2"),), peer_latched(TOLD), False),
        ((latch(LatchKind.FENCED, ""),), peer_latched(TOLD), False),
        ((LOST_MEMORY,), peer_latched(), False),
        ((LOST_MEMORY,), {"theirs": LOST}, False),
        (
            (LOST_MEMORY,),
            peer_latched(msgspec.structs.replace(TOLD, resource="disk1")),
            False,
        ),
        (
            (LOST_MEMORY,),
            peer_latched(msgspec.structs.replace(TOLD, copy_of="db1")),
            False,
        ),
        (
            (LOST_MEMORY,),
            peer_latched(msgspec.structs.replace(TOLD, kind=LatchKind.STALE)),
            False,
        ),
    ],
)
def test_a_debt_of_a_memory_that_was_lost_is_the_peers_to_tell(
    latches: tuple[Latch, ...], told: dict[str, Any], *, owed: bool
) -> None:
    """Which worker owed it nobody knows any more: only a full resync is sure."""
    memory = after(found(), *latches, **told)
    debt = debt_of(memory)
    assert (debt is not None) is owed
    if debt is not None:
        assert (debt.workerpid, debt.updates) == (1747, None)
        assert debt.reason == "seen"


@pytest.mark.parametrize(
    ("latches", "theirs", "proved"),
    [
        ((), LOST, True),
        ((LOST_MEMORY,), LOST, False),
        ((LOST_MEMORY,), NOT_ASKED, True),
        ((LOST_MEMORY,), peer_latched()["theirs"], True),
    ],
)
def test_after_a_loss_nothing_is_proved_before_the_peer_is_heard(
    latches: tuple[Latch, ...], theirs: Fact[Any], *, proved: bool
) -> None:
    """Where there is no channel, nobody could tell of a debt."""
    memory = after(found(), *latches, theirs=theirs)
    assert (memory.in_sync is not None) is proved
    assert (not memory.latches) is proved


@pytest.mark.parametrize(("resuid", "kept"), [(0, False), (7, True)])
def test_a_copy_that_was_made_anew_is_owed_nothing(resuid: int, *, kept: bool) -> None:
    """All of it is sent; what the owner owed to the one before is paid with that."""
    before = CopyMemory(latches=(latch(LatchKind.DIVERGED, "db1"),))
    anew = look(dump=Known(b.a_dump(resuid=resuid)), theirs=LOST)
    memory = as_standby(before, anew, b.a_resource("secondary"))
    assert bool(memory.latches) is kept


@pytest.mark.parametrize(
    ("silent", "stale"), [(990.5, True), (991.0, False), (999.0, False), (None, False)]
)
def test_an_owner_that_was_silent_before_the_connection_went_hands_nothing_over(
    silent: float | None, *, stale: bool
) -> None:
    """It is behind a cut, and writes on; one that lets go is heard until then [H4]."""
    apart = seen(
        role=HastRole.SECONDARY, status=HastStatus.NONE, apart_since=b.a_moment(991.0)
    )
    since = b.a_moment(silent) if silent is not None else None
    now = look(theirs=LOST, adverts=Known(value=True), silent_since=since)
    alone = b.a_resource("secondary", status=HastStatus.NONE, workerpid=None)
    memory = as_standby(CopyMemory(seen=apart), now, alone)
    assert bool(memory.latches) is stale
