"""A standby's conclusions, one condition at a time: what it needs to conclude so."""

from __future__ import annotations

from typing import Any

import builders as b
import msgspec
import pytest

from hawatch.deciding.copies import CopyLook, CopyMemory, seen_now
from hawatch.deciding.evidence import next_copy
from hawatch.deciding.standby import as_standby
from hawatch.model.fact import Known, Unknown
from hawatch.model.hast import (
    UNREADABLE,
    HastErrors,
    HastResource,
    HastRole,
    HastStatus,
)
from hawatch.model.latch import HastSeen, Latch, LatchKind
from hawatch.model.moment import Moment

LOST = Unknown("no answer")
DEGRADED = HastStatus.DEGRADED
ALONE: dict[str, Any] = {"status": HastStatus.NONE}


def here(role: str = "secondary", **changes: Any) -> HastResource:
    """Return the resource here, with the worker 800."""
    return b.a_resource(role, **{"workerpid": 800} | changes)


def there(role: str = "primary", **changes: Any) -> HastResource:
    """Return the resource on the peer, with the worker 1747."""
    return b.a_resource(role, **changes)


def owner(resource: HastResource | None = None, **changes: Any) -> Any:
    """Return what the owner says; without changes it vouches for this copy."""
    values: dict[str, Any] = {
        "resources": {"disk0": Known(resource or there())},
        "in_sync": {"disk0": b.an_in_sync(peer_worker=800)},
    }
    return Known(b.a_service_report("db1", **values | changes))


def look(**changes: Any) -> CopyLook:
    """Return a standby's look."""
    values: dict[str, Any] = {
        "name": "disk0",
        "node": "db2",
        "peer": "db1",
        "now": b.a_moment(),
        "resource": Known(here()),
        "dump": Known(b.a_dump()),
        "theirs": owner(),
        "adverts": Known(value=False),
    }
    return CopyLook(**values | changes)


def seen(**changes: Any) -> HastSeen:
    """Return the look before: this worker, connected."""
    values: dict[str, Any] = {
        "role": HastRole.SECONDARY,
        "status": HastStatus.COMPLETE,
        "boot": "boot-1",
        "workerpid": 800,
    }
    return HastSeen(**values | changes)


def latch(kind: LatchKind, of: str = "db2", resource: str = "disk0") -> Latch:
    """Return a latch."""
    return Latch(kind=kind, resource=resource, since=0.0, reason="told", copy_of=of)


def after(
    found: HastResource | None,
    *latches: Latch,
    before: HastSeen | None = None,
    first: bool = False,
    **looked: Any,
) -> CopyMemory:
    """Return the memory after a look; the owner had vouched for this copy before."""
    memory = CopyMemory(
        latches=latches,
        in_sync=b.an_in_sync(since=1.0),
        peer_in_sync=b.an_in_sync(since=2.0),
        seen=None if first else before or seen(),
    )
    return as_standby(memory, look(**looked), found)


def kinds(memory: CopyMemory) -> set[LatchKind]:
    """Return the kinds of latches."""
    return {latch.kind for latch in memory.latches}


CONNECT = frozenset({"connect"})
UNTOLD = {"in_sync": {"disk0": b.an_in_sync()}}
FOREIGN = {"in_sync": {"disk0": b.an_in_sync(peer_worker=800, resuid=7)}}


@pytest.mark.parametrize(
    ("found", "given", "heard"),
    [
        (here(), {}, True),
        (None, {}, False),
        (here("init"), {}, False),
        (here("primary"), {}, False),
        (here("init", status=HastStatus.COMPLETE), {}, False),
        (here(**ALONE), {}, False),
        (here(), {"theirs": LOST}, False),
        (here(), {"theirs": owner(resources={})}, False),
        (here(), {"theirs": owner(there(status=DEGRADED))}, False),
        (here(), {"theirs": owner(there("secondary"))}, False),
        (here(), {"theirs": owner(there(workerpid=9))}, False),
        (here(), {"theirs": owner(in_sync={})}, False),
        (here(), {"theirs": owner(latches=(latch(LatchKind.DIVERGED),))}, False),
        (here(), {"theirs": owner(**FOREIGN)}, False),
        (here(), {"theirs": owner(**FOREIGN), "dump": LOST}, True),
        (here(), {"theirs": owner(**FOREIGN), "dump": Known(b.a_dump(resuid=7))}, True),
        (here(workerpid=9), {}, False),
        (here(), {"theirs": owner(**UNTOLD)}, True),
        (here(), {"theirs": owner(**UNTOLD), "first": True}, False),
        (here(), {"theirs": owner(**UNTOLD), "before": seen(workerpid=9)}, False),
        (here(), {"theirs": owner(**UNTOLD), "before": seen(status=DEGRADED)}, False),
        (here(), {"theirs": owner(**UNTOLD), "before": seen(boot="x")}, False),
    ],
)
def test_the_owners_evidence_counts_for_this_very_connection(
    found: HastResource | None, given: dict[str, Any], *, heard: bool
) -> None:
    """Both ends connected, both roles known, the same workers and generation."""
    word = after(found, **given).peer_in_sync
    assert (word is not None and word.heard is not None) is heard


def test_evidence_that_is_heard_ends_what_a_sync_ends() -> None:
    """And nothing else; this node's own claim as a primary is over."""
    memory = after(here(), latch(LatchKind.STALE), latch(LatchKind.SUSPECT_DISK))
    assert kinds(memory) == {LatchKind.SUSPECT_DISK}
    assert memory.in_sync is None


def test_a_resource_that_is_not_known_keeps_this_nodes_evidence() -> None:
    """Only a role that is seen ends it."""
    assert after(None, theirs=LOST).in_sync is not None
    assert after(here(**ALONE), theirs=LOST).in_sync is None


BUSY = {"in_sync": {}}


@pytest.mark.parametrize(
    ("found", "theirs", "half"),
    [
        (here(), owner(there(dirty=1), **BUSY), True),
        (here(), owner(there(dirty=0), **BUSY), False),
        (here(**ALONE), owner(there(dirty=1), **BUSY), False),
        (None, owner(there(dirty=1), **BUSY), False),
        (here(), owner(there(dirty=1)), False),
        (here(), LOST, False),
        (here(), owner(resources={}), False),
        (here(), owner(there("secondary", dirty=1), **BUSY), False),
    ],
)
def test_a_resync_that_began_leaves_a_mixture(
    found: HastResource | None, theirs: Any, *, half: bool
) -> None:
    """Connected to a primary that has dirty bytes and does not vouch [FACTS H12]."""
    memory = after(found, theirs=theirs)
    assert (LatchKind.INCONSISTENT in kinds(memory)) is half


def test_dirty_bytes_of_a_primary_that_vouches_are_writes_under_way() -> None:
    """Even in a first look, in which nobody can say for which connection it does."""
    busy = owner(there(dirty=1), **UNTOLD)
    assert kinds(after(here(), first=True, theirs=busy)) == set()


@pytest.mark.parametrize(
    ("theirs", "told"),
    [
        (owner(latches=(latch(LatchKind.DIVERGED),)), True),
        (owner(latches=(latch(LatchKind.STALE),)), False),
        (owner(latches=(latch(LatchKind.DIVERGED, "db1"),)), False),
        (owner(latches=(latch(LatchKind.DIVERGED, resource="disk1"),)), False),
        (
            owner(there("secondary"), latches=(latch(LatchKind.DIVERGED),)),
            False,
        ),
        (LOST, False),
    ],
)
def test_a_primarys_debt_on_this_copy_is_this_copys_latch(
    theirs: Any, *, told: bool
) -> None:
    """Of this resource, of this node, and said by a primary."""
    assert (LatchKind.DIVERGED in kinds(after(here(), theirs=theirs))) is told


APART = seen(status=DEGRADED)


@pytest.mark.parametrize(
    ("found", "given", "stale"),
    [
        (here(**ALONE), {"before": APART}, True),
        (here(**ALONE), {}, False),
        (here(**ALONE), {"first": True}, False),
        (here(**ALONE), {"before": seen(status=DEGRADED, boot="x")}, False),
        (None, {"before": APART}, False),
        (here(), {"before": APART}, False),
        (here(**ALONE), {"theirs": owner(there(status=DEGRADED))}, True),
    ],
)
def test_an_owner_that_lives_leaves_a_copy_behind_that_is_apart(
    found: HastResource | None, given: dict[str, Any], *, stale: bool
) -> None:
    """In two looks running of one boot; at once where it says so itself [H4, H8]."""
    assert (LatchKind.STALE in kinds(after(found, **given))) is stale


def since(seconds: float, boot: str = "boot-1") -> Moment:
    """Return a moment before the look."""
    return b.a_moment(1000.0 - seconds, boot=boot)


@pytest.mark.parametrize(
    ("found", "began", "stale"),
    [
        (here(**ALONE), since(10), True),
        (here(**ALONE), since(9.5), False),
        (here(**ALONE), since(9), False),
        (here(**ALONE), since(60, "boot-0"), False),
        (here(**ALONE), None, False),
        (here("init"), since(60), False),
        (here("primary", **ALONE), since(60), False),
    ],
)
def test_adverts_that_go_on_count_after_a_hand_overs_time(
    found: HastResource, began: Moment | None, *, stale: bool
) -> None:
    """An owner that lets go advertises for some seconds more."""
    before = seen(status=DEGRADED, apart_since=began)
    for heard in (True, False):
        memory = after(found, before=before, theirs=LOST, adverts=Known(value=heard))
        assert (LatchKind.STALE in kinds(memory)) is (stale and heard)


NEWER = {"dump": Known(b.a_dump(localcnt=1))}
IDLE = owner(there("secondary"), in_sync={})


@pytest.mark.parametrize(
    ("given", "stale"),
    [
        ({**NEWER, "theirs": IDLE}, False),
        ({"theirs": IDLE}, True),
        ({**NEWER, "theirs": owner(in_sync={})}, True),
        ({"dump": LOST, "theirs": IDLE}, True),
        ({**NEWER, "theirs": LOST}, True),
    ],
)
def test_a_copy_that_both_disks_call_the_newer_one_is_not_stale(
    given: dict[str, Any], *, stale: bool
) -> None:
    """Unless the peer is primary: it writes by now [FACTS B9]."""
    memory = after(here(**ALONE), latch(LatchKind.STALE), **given)
    assert (LatchKind.STALE in kinds(memory)) is stale


SICK = Unknown("Unable to open /dev/da1", kind=UNREADABLE)
OWNER = {"disk0": Known(there())}
WROTE = Known(b.a_dump(localcnt=1))


@pytest.mark.parametrize(
    ("found", "given", "stale"),
    [
        (here(**ALONE), {"dumps": {"disk0": WROTE}}, True),
        (here(), {"dumps": {"disk0": WROTE}}, True),
        (here(**ALONE), {"dumps": {"disk0": Known(b.a_dump())}}, False),
        (here(**ALONE), {}, False),
        (here(), {"dumps": {"disk0": WROTE}, "resources": OWNER}, False),
    ],
    ids=["apart", "not yet told", "equal", "unknown", "its primary is heard"],
)
def test_a_copy_that_both_disks_call_the_older_one_is_stale(
    found: HastResource, given: dict[str, Any], *, stale: bool
) -> None:
    """The node that wrote alone has let go, and may die before it serves again."""
    idle = {"resources": {"disk0": Known(there("secondary"))}, "in_sync": {}}
    values = idle | given
    memory = after(found, theirs=owner(**values))
    assert (LatchKind.STALE in kinds(memory)) is stale
    unread = after(found, theirs=owner(**values), dump=LOST)
    assert LatchKind.STALE not in kinds(unread)


@pytest.mark.parametrize(
    ("found", "latches", "given", "kept"),
    [
        (here(**ALONE), (), {"theirs": LOST}, True),
        (here(**ALONE), (), {"theirs": LOST, "cut_off": True}, False),
        (here(**ALONE), (), {"theirs": IDLE, "cut_off": True}, True),
        (here(**ALONE), (latch(LatchKind.STALE),), {"theirs": LOST}, False),
        (here(**ALONE), (latch(LatchKind.STALE, ""),), {"theirs": LOST}, False),
        (here(**ALONE), (latch(LatchKind.STALE, "db1"),), {"theirs": LOST}, True),
        (here(**ALONE), (latch(LatchKind.SUSPECT_DISK),), {"theirs": LOST}, True),
        (here(**ALONE), (), {"theirs": owner(in_sync={})}, False),
        (here(**ALONE), (), {"theirs": owner()}, True),
        (here(), (), {"theirs": LOST}, True),
        (here(workerpid=9), (), {"theirs": LOST}, False),
        (here(workerpid=9), (), {"theirs": LOST, "first": True}, True),
        (here(workerpid=9, **ALONE), (), {"theirs": LOST}, True),
        (None, (), {"theirs": LOST}, True),
        (None, (), {"theirs": LOST, "hastd_ended": True}, False),
        (None, (), {"hastd_ended": True}, False),
        (here(workerpid=9), (), {}, False),
        (here(workerpid=9), (), {"theirs": owner(**UNTOLD)}, True),
        (here(workerpid=9, **ALONE), (), {}, True),
        (here(**ALONE), (), {"theirs": LOST, "hints": CONNECT}, False),
        (here(**ALONE), (), {"theirs": IDLE, "hints": CONNECT}, False),
        (here(**ALONE), (), {"hints": CONNECT}, True),
        (here(**ALONE), (), {"theirs": LOST, "dump": SICK}, False),
        (here(**ALONE), (), {"theirs": LOST, "dump": LOST}, True),
        (here(), (), {"theirs": LOST, "dump": SICK}, True),
        (None, (), {"theirs": LOST, "dump": SICK}, False),
    ],
)
def test_an_owners_word_outlives_the_owner_and_little_else(
    found: HastResource | None,
    latches: tuple[Latch, ...],
    given: dict[str, Any],
    *,
    kept: bool,
) -> None:
    """Not a cut, a latch, a primary that unsays it, a new connection, hastd's end.

    Nor a disk that cannot be read: it may have missed what came before the silence.
    """
    assert (after(found, *latches, **given).peer_in_sync is not None) is kept


# What a look leaves behind


def test_what_is_seen_counts_deletes_as_writes_and_both_errors() -> None:
    """The base of the next look's deltas."""
    errors = HastErrors(read=3, write=2, delete=9, flush=9)
    left = seen_now(None, look(), here(writes=5, deletes=2, errors=errors))
    assert (left.writes, left.errors) == (7, 5)


@pytest.mark.parametrize(
    ("before", "now", "worker"),
    [
        (seen(peer_worker=7), 9, 9),
        (seen(peer_worker=7), None, 7),
        (seen(peer_worker=7, workerpid=1), None, None),
        (None, None, None),
    ],
)
def test_the_peers_worker_is_remembered_for_one_connection(
    before: HastSeen | None, now: int | None, worker: int | None
) -> None:
    """Until this side's worker is another one."""
    theirs = owner(there(workerpid=now))
    assert seen_now(before, look(theirs=theirs), here()).peer_worker == worker


@pytest.mark.parametrize(
    ("before", "began"),
    [
        (seen(apart_since=since(50)), since(50)),
        (seen(apart_since=since(50, "boot-0")), since(0)),
        (seen(), since(0)),
        (None, since(0)),
    ],
)
def test_the_first_look_apart_is_kept_within_a_boot(
    before: HastSeen | None, began: Moment
) -> None:
    """A connection ends it."""
    assert seen_now(before, look(), here(**ALONE)).apart_since == began
    assert seen_now(before, look(), here()).apart_since is None


def test_a_latch_that_stands_keeps_its_time() -> None:
    """One on the other copy, or of another kind, is another one."""
    held = latch(LatchKind.STALE, "")
    new = msgspec.structs.replace(latch(LatchKind.STALE), since=9.0)
    assert CopyMemory(latches=(held,)).with_latch(new).latches == (held,)
    other = latch(LatchKind.STALE, "db1")
    assert CopyMemory(latches=(other,)).with_latch(new).latches == (other, new)
    suspect = latch(LatchKind.SUSPECT_DISK)
    assert CopyMemory(latches=(suspect,)).with_latch(new).latches == (suspect, new)


@pytest.mark.parametrize(
    ("ours", "theirs", "ended"),
    [
        (Known(b.a_dump()), {"disk0": Known(b.a_dump(resuid=0))}, True),
        (Known(b.a_dump()), {"disk0": Known(b.a_dump())}, False),
        (Known(b.a_dump()), {}, False),
        (Known(b.a_dump(resuid=0)), {"disk0": Known(b.a_dump(resuid=0))}, False),
        (LOST, {"disk0": Known(b.a_dump(resuid=0))}, False),
        (Known(b.a_dump()), {"disk0": Known(b.a_dump(resuid=1))}, False),
    ],
)
def test_a_split_ends_where_the_other_copy_was_made_anew(
    ours: Any, theirs: Any, *, ended: bool
) -> None:
    """By a person, who has chosen this one [FACTS H15]."""
    memory = CopyMemory(latches=(latch(LatchKind.SPLIT_BRAIN),), seen=seen())
    report = owner(there("secondary"), in_sync={}, dumps=theirs)
    left = next_copy(memory, look(dump=ours, theirs=report))
    assert (LatchKind.SPLIT_BRAIN not in kinds(left)) is ended


@pytest.mark.parametrize(
    ("before", "errors", "suspect"),
    [
        (seen(errors=2), HastErrors(read=2), False),
        (seen(errors=2), HastErrors(read=2, write=1), True),
        (seen(errors=2, workerpid=9), HastErrors(read=1), True),
        (None, HastErrors(write=1), True),
        (None, HastErrors(flush=9, delete=9), False),
    ],
)
def test_local_errors_that_grew_make_a_disk_suspect(
    before: HastSeen | None, errors: HastErrors, *, suspect: bool
) -> None:
    """A new worker counts from 0 [FACTS B5]."""
    now = here(errors=errors)
    left = next_copy(CopyMemory(seen=before), look(resource=Known(now)))
    assert (LatchKind.SUSPECT_DISK in kinds(left)) is suspect
