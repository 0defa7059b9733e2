"""What forbids that a copy is thrown away, what makes it doubtful, and what is left."""

from __future__ import annotations

from typing import Any

import builders as b
import msgspec
import pytest

from hawatch.deciding.discard import (
    LOST,
    Copies,
    after_discard,
    doubtful,
    forbidden,
    lost,
)
from hawatch.deciding.generations import Forecast
from hawatch.deciding.service_view import ServiceView, service_view
from hawatch.model.fact import Known, Unknown
from hawatch.model.hast import HastDump, HastRole, HastStatus
from hawatch.model.latch import HastSeen, Latch, LatchKind
from hawatch.model.memory import SeenRole, ServiceMemory, Unfinished
from hawatch.model.report import Duty, ServiceReport

LOOKED = Unknown("no answer")
YES, NO = Known(value=True), Known(value=False)
VIEW = service_view(b.a_config(), b.a_snapshot("db2"), "mysql")
GONE = msgspec.structs.replace(
    VIEW,
    resources={"disk0": Known(b.a_resource("init"))},
    primaries={"disk0": NO},
    devices={"disk0": NO},
)
OWN = b.a_memory("db2").services["mysql"]


def view(**changes: Any) -> ServiceView:
    """Return the view of a standby that holds nothing, with changes."""
    return msgspec.structs.replace(GONE, **changes)


def own(**changes: Any) -> ServiceMemory:
    """Return the standby's memory with changes."""
    return msgspec.structs.replace(OWN, **changes)


def theirs(**changes: Any) -> ServiceReport:
    """Return what the owner says, with changes."""
    return b.a_service_report("db1", **changes)


def copies(**changes: Any) -> Copies:
    """Return the two copies of a split pair, ready to be ended here."""
    values: dict[str, Any] = {
        "node": "db2",
        "peer": "db1",
        "resource": "disk0",
        "view": GONE,
        "own": OWN,
        "theirs": theirs(),
    }
    return Copies(**values | changes)


def with_dumps(ours: HastDump | None, other: HastDump | None, **more: Any) -> Copies:
    """Return the copies with these metadata; None where they are not known."""
    facts = [{"disk0": LOOKED if d is None else Known(d)} for d in (ours, other)]
    return copies(view=view(dumps=facts[0]), theirs=theirs(dumps=facts[1]), **more)


def a_latch(kind: LatchKind = LatchKind.STALE, **changes: Any) -> Latch:
    """Return a latch of disk0 on its holder's own copy."""
    values: dict[str, Any] = {
        "kind": kind,
        "resource": "disk0",
        "since": 1.0,
        "reason": "the test says so",
    }
    return Latch(**values | changes)


def test_a_copy_that_nothing_uses_beside_a_primary_may_go() -> None:
    """Nothing forbids it and nothing is doubtful."""
    assert forbidden(copies()) == ()
    assert doubtful(copies()) == ()
    assert lost(copies()) == LOST[Forecast.IN_SYNC]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"resources": {"disk0": LOOKED}}, "here is unknown: no answer"),
        ({"resources": {"disk0": Known(b.a_resource())}}, "disk0 is primary here"),
        ({"primaries": {"disk0": YES}}, "a primary's worker of disk0"),
        ({"primaries": {"disk0": LOOKED}}, "a primary's worker of disk0"),
        ({"devices": {"disk0": YES}}, "the device of disk0"),
        ({"devices": {"disk0": LOOKED}}, "the device of disk0"),
        ({"mounted": YES}, "is mounted here, or may be"),
        ({"mounted": LOOKED}, "is mounted here, or may be"),
        ({"alive": YES}, "a program of the service"),
        ({"alive": LOOKED}, "a program of the service"),
        ({"dumps": {"disk0": LOOKED}}, "the metadata of disk0 here are unknown"),
    ],
)
def test_whatever_may_use_this_copy_forbids_it_alone(
    changed: dict[str, Any], said: str
) -> None:
    """One reason each, and not known is as good as in use."""
    (reason,) = forbidden(copies(view=view(**changed)))
    assert said in reason


def test_a_plan_that_is_not_finished_forbids_it() -> None:
    """It may go on with this very copy."""
    begun = Unfinished(
        rule="x", duty=Duty.STANDBY, because="y", began=b.a_moment(900.0)
    )
    (reason,) = forbidden(copies(own=own(unfinished=begun)))
    assert reason == "a plan is not finished here: y"


SECONDARY = {"disk0": Known(b.a_resource("secondary"))}
WIDE = b.a_dump(datasize=1 << 40)
NEW = b.a_dump(resuid=0)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (copies(theirs=None), "db1 is not heard now"),
        (copies(theirs=None, keeper=True), "db1 is not heard now"),
        (copies(theirs=theirs(resources={})), "the role of disk0 on db1 is unknown"),
        (
            copies(theirs=theirs(resources={"disk0": LOOKED}), keeper=True),
            "the role of disk0 on db1 is unknown",
        ),
        (copies(theirs=theirs(resources=SECONDARY)), "disk0 is not primary on db1"),
        (copies(theirs=theirs(dumps={})), "the metadata of disk0 on db1 are unknown"),
        (with_dumps(b.a_dump(), None), "the metadata of disk0 on db1 are unknown"),
        (with_dumps(b.a_dump(), NEW), "the copy on db1 was re-created"),
        (with_dumps(WIDE, b.a_dump()), "the sizes differ"),
    ],
)
def test_another_copy_that_is_not_there_for_sure_forbids_it_alone(
    asked: Copies, said: str
) -> None:
    """The peer, its role, its metadata, its history and its size are asked."""
    (reason,) = forbidden(asked)
    assert reason.startswith(said)


@pytest.mark.parametrize(
    "asked",
    [
        copies(theirs=theirs(resources=SECONDARY), keeper=True),
        copies(keeper=True),
        with_dumps(NEW, NEW),
        with_dumps(NEW, b.a_dump()),
    ],
    ids=["a keeper", "a primary keeper", "never connected", "this one is new"],
)
def test_what_a_person_may_decide_is_not_forbidden(asked: Copies) -> None:
    """A keeper by a person's word; two copies of which neither has a history."""
    assert forbidden(asked) == ()


@pytest.mark.parametrize(
    ("ours", "other", "found"),
    [
        (b.a_dump(), b.a_dump(), Forecast.IN_SYNC),
        (b.a_dump(localcnt=1), b.a_dump(), Forecast.SECONDARY_TO_PRIMARY),
        (b.a_dump(), b.a_dump(localcnt=1), Forecast.PRIMARY_TO_SECONDARY),
        (b.a_dump(localcnt=1), b.a_dump(localcnt=1), Forecast.SPLIT_BRAIN),
        (NEW, b.a_dump(), Forecast.RECREATED),
        (NEW, NEW, Forecast.VIRGIN),
        (b.a_dump(resuid=1), b.a_dump(resuid=2), Forecast.ID_MISMATCH),
        (WIDE, b.a_dump(), Forecast.SIZE_MISMATCH),
        (b.a_dump(), None, None),
        (None, b.a_dump(), None),
    ],
)
def test_what_is_lost_is_told_by_both_generations(
    ours: HastDump | None, other: HastDump | None, found: Forecast | None
) -> None:
    """The other copy counts as the primary one; not known is told as such."""
    asked = with_dumps(ours, other)
    assert asked.outlook is found
    assert lost(asked) == ("nobody can say" if found is None else LOST[found])
    newer = found in (Forecast.SECONDARY_TO_PRIMARY, Forecast.VIRGIN)
    assert ("the copy on db2 is the newer one" in doubtful(asked)) is newer


@pytest.mark.parametrize(("ours", "other", "doubt"), [(2, 1, 1), (1, 1, 0), (1, 2, 0)])
def test_the_last_owner_is_asked_twice(ours: int, other: int, doubt: int) -> None:
    """By the number of the take-over that both remember."""
    asked = copies(own=own(epoch=ours), theirs=theirs(epoch=other))
    assert len(doubtful(asked)) == doubt


@pytest.mark.parametrize(
    ("latch", "doubt"),
    [
        (a_latch(LatchKind.STALE), 1),
        (a_latch(LatchKind.INCONSISTENT, copy_of="db1"), 1),
        (a_latch(LatchKind.SUSPECT_DISK), 1),
        (a_latch(LatchKind.SPLIT_BRAIN), 0),
        (a_latch(LatchKind.STALE, copy_of="db2"), 0),
        (a_latch(LatchKind.STALE, resource="disk1"), 0),
    ],
)
def test_a_latch_on_the_other_copy_is_a_doubt(latch: Latch, doubt: int) -> None:
    """One on another resource, on this copy or of the split itself is none."""
    found = doubtful(copies(theirs=theirs(latches=(latch,))))
    assert len(found) == doubt
    for reason in found:
        assert reason == f"the copy on db1 is {latch.kind}: the test says so"


def test_without_the_peer_only_the_generations_could_be_doubtful() -> None:
    """And they are not known then."""
    assert doubtful(copies(theirs=None, own=own(epoch=9))) == ()


def test_a_new_copy_is_remembered_as_one_that_nobody_knows() -> None:
    """Latches, evidence and claim of the old one go; those of other copies stay."""
    seen = SeenRole(role=HastRole.PRIMARY, boot="boot-1", hastd=790)
    both = {"disk0": b.an_in_sync(), "disk1": b.an_in_sync()}
    kept = (
        a_latch(LatchKind.FENCED),
        a_latch(LatchKind.UNHEARD),
        a_latch(LatchKind.STALE, resource="disk1"),
    )
    before = own(
        latches=(a_latch(), a_latch(LatchKind.DIVERGED), *kept),
        duty=Duty.ACTIVE,
        epoch=5,
        in_sync=both,
        peer_in_sync=both,
        roles={"disk0": seen},
    )
    after = after_discard(before, copies(own=before, theirs=theirs(epoch=3)))
    assert after.latches == kept
    assert (after.duty, after.epoch) == (Duty.STANDBY, 3)
    assert set(after.in_sync) == set(after.peer_in_sync) == {"disk1"}
    assert after.roles == before.roles
    assert after_discard(before, copies(theirs=theirs(epoch=9))).epoch == 5
    assert after_discard(before, copies(theirs=None)).epoch == 0


def test_what_was_seen_of_the_old_copy_goes_and_of_another_one_stays() -> None:
    """The counters of the old worker compare with nothing any more."""
    worker = HastSeen(
        role=HastRole.SECONDARY, status=HastStatus.COMPLETE, boot="boot-1"
    )
    seen = dict.fromkeys(("disk0", "disk1"), worker)
    after = after_discard(own(seen=seen), copies())
    assert set(after.seen) == {"disk1"}
