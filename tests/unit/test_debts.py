"""When a connection broke, what it leaves, and when that is paid: table by table."""

from __future__ import annotations

from typing import Any

import builders as b
import msgspec
import pytest
from debt_tools import (
    EXTENT,
    FLAP,
    GONE,
    LOST,
    a_debt,
    after,
    debt_of,
    found,
    look,
    seen,
)

from hawatch.deciding.copies import CopyMemory
from hawatch.deciding.debts import as_unread_primary, healing_due
from hawatch.model.fact import Fact, Known
from hawatch.model.hast import HastDump, HastErrors, HastResource, HastRole, HastStatus
from hawatch.model.latch import HastSeen, InSync, Latch, LatchKind
from hawatch.model.memory import ServiceMemory

PROMOTED = seen(role=HastRole.SECONDARY)
BUSY = {"writes": 151}
APART = seen(status=HastStatus.DEGRADED)


@pytest.mark.parametrize(
    ("now", "given", "why"),
    [
        (found(), {"first": True}, ""),
        (found(dirty=1, writes=0), {"first": True}, ""),
        (found(**GONE, writes=0), {"first": True}, ""),
        (found(**GONE, writes=1), {"first": True}, "nothing is remembered"),
        (found(**GONE, writes=0, dirty=1), {"first": True}, "nothing is remembered"),
        (found(**GONE, writes=1, dirty=1), {"first": True}, "nothing is remembered"),
        (found(writes=1), {"before": PROMOTED}, ""),
        (
            found(writes=1),
            {"before": PROMOTED, "hints": FLAP},
            "a disconnect since the promotion",
        ),
        (
            found(writes=0, deletes=1),
            {"before": PROMOTED, "hints": FLAP},
            "a disconnect since the promotion",
        ),
        (
            found(writes=1, deletes=1),
            {"before": PROMOTED, "hints": FLAP},
            "a disconnect since the promotion",
        ),
        (found(writes=0), {"before": PROMOTED, "hints": FLAP}, ""),
        (found(workerpid=9), {}, "the connected worker was replaced"),
        (found(workerpid=9), {"before": APART}, ""),
        (found(**BUSY), {"before": APART}, ""),
        (found(**BUSY), {"before": APART, "hints": FLAP}, "lost the connection again"),
        (
            found(**BUSY),
            {"before": APART, "hints": FLAP | {"syncstart"}},
            "lost the connection again",
        ),
        (found(**BUSY), {"before": APART, "hints": frozenset({"connect"})}, ""),
        (found(**GONE, **BUSY), {}, "complete became degraded"),
        (found(**GONE), {}, ""),
        (found(**GONE, dirty=1), {}, "complete became degraded"),
        (found(**GONE), {"before": seen(dirty=1)}, "complete became degraded"),
        (found(**GONE, deletes=1), {}, "complete became degraded"),
        (
            found(**GONE, writes=149, deletes=1),
            {"before": seen(writes=148)},
            "complete became degraded",
        ),
        (found(**BUSY), {"hints": FLAP}, "the hook told of a disconnect"),
        (found(**BUSY), {"worker": 801}, "db2 has another worker"),
        (found(**BUSY), {"worker": 800}, ""),
        (found(**BUSY), {"worker": None}, ""),
        (found(**BUSY), {"before": seen(peer_worker=None)}, ""),
        (found(**BUSY), {"dump": Known(b.a_dump(localcnt=1))}, "the generation grew"),
        (found(**BUSY), {"dump": LOST}, ""),
        (
            found(**BUSY),
            {"before": seen(localcnt=None), "dump": Known(b.a_dump(localcnt=1))},
            "",
        ),
    ],
)
def test_a_break_is_a_debt_where_something_was_being_written(
    now: HastResource, given: dict[str, Any], why: str
) -> None:
    """Each way to see a break, with and without a write beside it [FACTS B8, B9]."""
    debt = debt_of(after(now, **given))
    assert (debt is not None) is bool(why)
    assert debt is None or why in debt.reason


@pytest.mark.parametrize(
    ("before", "now", "updates"),
    [
        (seen(), found(**GONE, **BUSY), 36),
        (seen(dirty=1), found(**GONE), 35),
        (seen(dirty=EXTENT), found(**GONE), 35),
        (seen(dirty=EXTENT + 1), found(**GONE), 34),
        (seen(dirty=3 * EXTENT), found(**GONE), 33),
        (seen(dirty=99 * EXTENT), found(**GONE), 0),
        (seen(dirty=3), found(**GONE, extentsize=0), 33),
        (seen(dirty=3, role=HastRole.SECONDARY), found(**BUSY), 0),
    ],
)
def test_a_debt_counts_from_before_the_oldest_lost_write(
    before: HastSeen, now: HastResource, updates: int
) -> None:
    """What was in flight is one update for each extent at most, and never below 0."""
    debt = debt_of(after(now, before=before, hints=FLAP))
    assert debt is not None
    assert debt.updates == updates


@pytest.mark.parametrize(
    ("before", "told", "why"),
    [
        (seen(), {}, ""),
        (seen(), {"hints": frozenset({"connect"})}, ""),
        (seen(), {"hints": FLAP}, "the hook told of a disconnect"),
        (seen(), {"worker": 801}, "db2 has another worker"),
        (seen(), {"dump": Known(b.a_dump(localcnt=1))}, "the generation grew"),
        (seen(), {"worker": None, "dump": LOST}, ""),
        (APART, {"hints": FLAP}, "the hook told of a disconnect"),
        (APART, {"worker": 801, "dump": Known(b.a_dump(localcnt=1))}, ""),
        (seen(boot="boot-0"), {"hints": FLAP}, ""),
    ],
)
def test_a_break_is_a_debt_although_hastd_does_not_answer(
    before: HastSeen, told: dict[str, Any], why: str
) -> None:
    """It may be over before the status can be read again; nothing is in sync then."""
    held = InSync(since=1.0, workerpid=1747, boot="boot-1")
    memory = CopyMemory(seen=before, in_sync=held)
    unread = as_unread_primary(memory, before, look(resource=LOST, **told))
    debt = debt_of(unread)
    assert (debt is not None, unread.in_sync is None) == (bool(why), bool(why))
    assert debt is None or (debt.workerpid, why in debt.reason) == (1747, True)


@pytest.mark.parametrize(
    ("dump", "updates"), [(Known(b.a_dump()), 34), (LOST, 0)], ids=["read", "unread"]
)
def test_a_debt_that_nothing_was_read_of_counts_from_before_the_oldest_write(
    dump: Fact[HastDump], updates: int
) -> None:
    """Where not even the size of an extent is known, none is taken for sent again."""
    before = seen(dirty=EXTENT + 1)
    looked = look(resource=LOST, dump=dump, hints=FLAP)
    debt = debt_of(as_unread_primary(CopyMemory(seen=before), before, looked))
    assert debt is not None
    assert debt.updates == updates


def test_an_unread_break_leaves_the_debt_of_the_same_worker_as_it_is() -> None:
    """Each look tells of it again, until one can read the status."""
    memory = CopyMemory(seen=seen(), latches=(a_debt(),))
    assert as_unread_primary(memory, seen(), look(hints=FLAP)) == memory


OTHER = found(workerpid=9)


@pytest.mark.parametrize(
    ("now", "debt", "given", "stays"),
    [
        (OTHER, a_debt(), {"before": APART}, False),
        (found(workerpid=9, dirty=1), a_debt(), {"before": APART}, True),
        (found(workerpid=9, **GONE), a_debt(), {"before": APART}, True),
        (found(), a_debt(), {}, True),
        (found(), a_debt(workerpid=9), {}, False),
        (found(), a_debt(boot="boot-0"), {}, False),
        (found(), a_debt(workerpid=9, updates=None), {}, True),
        (OTHER, a_debt(), {"first": True}, False),
    ],
)
def test_a_debt_is_paid_by_another_worker_that_sent_all(
    now: HastResource, debt: Latch, given: dict[str, Any], *, stays: bool
) -> None:
    """Connected, dirty 0, and the map remembers; then the copy is proved anew."""
    memory = after(now, debt, **given)
    assert (debt_of(memory) is not None) is stays
    assert (memory.in_sync is None) is stays


@pytest.mark.parametrize(
    ("updates", "keepdirty", "forgot"),
    [(100, 64, False), (101, 64, True), (46, 10, False), (47, 10, True)],
)
def test_a_map_forgets_more_than_it_keeps(
    updates: int, keepdirty: int, *, forgot: bool
) -> None:
    """The metadata tell how many; the last count of the old worker is compared."""
    before = seen(status=HastStatus.DEGRADED, updates=updates)
    dump = Known(b.a_dump(keepdirty=keepdirty))
    debt = debt_of(after(OTHER, a_debt(), before=before, dump=dump))
    assert (debt is not None) is forgot
    assert debt is None or debt.updates is None


@pytest.mark.parametrize(("updates", "forgot"), [(100, False), (101, True)])
def test_a_map_of_unknown_size_keeps_what_hast_keeps_by_itself(
    updates: int, *, forgot: bool
) -> None:
    """64 extents [FACTS B10]."""
    before = seen(status=HastStatus.DEGRADED, updates=updates)
    debt = debt_of(after(OTHER, a_debt(), before=before, dump=LOST))
    assert (debt is not None) is forgot


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (found(), seen(updates=999)),
        (found(workerpid=9), seen(status=HastStatus.DEGRADED, workerpid=8)),
        (found(workerpid=9), seen(status=HastStatus.DEGRADED, boot="boot-0")),
    ],
    ids=["the same worker still", "a worker after it", "another boot"],
)
def test_only_the_look_at_its_replacement_asks_what_a_map_forgot(
    now: HastResource, before: HastSeen
) -> None:
    """Another worker's count says nothing of this debt."""
    before = msgspec.structs.replace(before, updates=999)
    debt = debt_of(after(now, a_debt(), before=before))
    assert debt is None or debt.updates == 36


FAILED = HastErrors(read=9)
PROVED = b.an_in_sync(since=1.0)


@pytest.mark.parametrize(
    ("now", "held", "before", "owed"),
    [
        (found(errors=FAILED), None, APART, True),
        (found(errors=FAILED), PROVED, seen(), False),
        (found(errors=FAILED), b.an_in_sync(peer_worker=801), seen(), True),
        (found(errors=FAILED, **GONE), None, APART, False),
        (found(errors=FAILED), None, seen(errors=9), False),
        (found(errors=FAILED), None, seen(errors=9, workerpid=1746), True),
    ],
    ids=["resynced", "proved", "proved of another", "apart", "old", "a new worker"],
)
def test_what_a_failing_disk_could_not_send_is_owed(
    now: HastResource, held: InSync | None, before: HastSeen, *, owed: bool
) -> None:
    """The extent counts as synced all the same; only a full resync is sure [B8]."""
    debt = debt_of(after(now, held=held, before=before))
    assert (debt is not None) is owed
    assert debt is None or (debt.updates, debt.copy_of) == (None, "db2")


def test_what_a_failing_disk_could_not_send_stays_owed() -> None:
    """Whoever clears what stands against the disk has not sent it."""
    owed = after(found(errors=FAILED), before=APART)
    debt = debt_of(owed)
    assert debt is not None
    later = after(found(errors=FAILED), debt, before=seen(errors=9))
    assert later.in_sync is None
    assert debt_of(later) == debt


def test_an_old_debt_keeps_its_time_when_its_resync_is_in_vain() -> None:
    """It is the same copy that waits."""
    now = found(errors=FAILED, workerpid=1748)
    debt = debt_of(after(now, a_debt(), before=seen()))
    assert debt is not None
    assert (debt.since, debt.updates, debt.workerpid) == (a_debt().since, None, 1748)


def test_a_latch_without_a_worker_is_no_debt() -> None:
    """Neither another kind of latch nor the word of a split names a boot."""
    split = a_debt(boot="", workerpid=None)
    fenced = a_debt(kind=LatchKind.FENCED, copy_of="db1")
    memory = after(found(dirty=1), split, fenced)
    assert memory.latches == (split, fenced)
    kept = after(found(), split, fenced)
    assert (kept.in_sync is not None, kept.latches) == (True, (fenced,))


HELD = InSync(
    since=1.0, workerpid=1747, boot="boot-1", resuid=7, localcnt=3, peer_worker=800
)


@pytest.mark.parametrize(
    ("held", "stands"),
    [
        (HELD, True),
        (b.an_in_sync(since=1.0), True),
        (b.an_in_sync(since=1.0, workerpid=9), False),
        (b.an_in_sync(since=1.0, boot="boot-0"), False),
        (b.an_in_sync(since=1.0, peer_worker=801), False),
        (None, False),
    ],
)
def test_evidence_is_of_one_connection(held: InSync | None, *, stands: bool) -> None:
    """Its worker, its boot and the peer's worker; else dirty 0 is waited for."""
    evidence = after(found(dirty=1), held=held).in_sync
    assert (evidence is not None) is stands
    assert evidence is None or (evidence.since, evidence.peer_worker) == (1.0, 800)


def test_evidence_takes_what_is_known_and_keeps_what_is_not() -> None:
    """The generation of a dump that was not read stays as it was."""
    unread = after(found(), held=HELD, dump=LOST).in_sync
    assert unread is not None
    assert (unread.resuid, unread.localcnt) == (7, 3)
    read = after(found(), held=HELD).in_sync
    assert read is not None
    assert (read.resuid, read.localcnt) == (b.a_dump().resuid, 0)


@pytest.mark.parametrize(
    ("before", "proves"),
    [
        (APART, True),
        (seen(status=HastStatus.DEGRADED, workerpid=1746), False),
        (seen(status=HastStatus.DEGRADED, boot="boot-0"), False),
    ],
    ids=["the same worker", "another worker", "another boot"],
)
def test_a_syncdone_counts_for_the_worker_that_was_seen_before(
    before: HastSeen, *, proves: bool
) -> None:
    """One that ended in between may have told of its own resync [FACTS B10, B12]."""
    hints = frozenset({"syncdone"})
    evidence = after(found(dirty=1), before=before, hints=hints).in_sync
    assert (evidence is not None) is proves


def test_a_connection_without_a_worker_proves_nothing() -> None:
    """Nobody could tell later whose evidence it is."""
    assert after(found(workerpid=None), before=APART).in_sync is None
    assert after(found(dirty=1)).in_sync is None


BROKE = seen(boot="boot-1")


@pytest.mark.parametrize(
    ("now", "debt", "remembered", "due"),
    [
        (found(), a_debt(), BROKE, 1747),
        (found(), a_debt(), None, 1747),
        (found(**GONE), a_debt(), BROKE, None),
        (b.a_resource("secondary"), a_debt(), BROKE, None),
        (OTHER, a_debt(), BROKE, None),
        (found(), a_debt(boot="boot-0"), BROKE, None),
        (found(), a_debt(resource="disk1"), BROKE, None),
        (found(), a_debt(boot=""), BROKE, None),
        (found(), a_debt(updates=None), BROKE, None),
    ],
)
def test_a_restart_is_due_for_the_worker_that_owes(
    now: HastResource, debt: Latch, remembered: HastSeen | None, due: int | None
) -> None:
    """Connected again as primary, of this resource, in this boot."""
    memory = ServiceMemory(
        latches=(debt,), seen={} if remembered is None else {"disk0": remembered}
    )
    assert healing_due(memory, now) == due
