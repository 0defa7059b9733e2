"""Split-brain, suspect disks, and what belongs to other resources."""

from __future__ import annotations

import msgspec
import pytest
from builders import (
    OWNER,
    STANDBY,
    a_dump,
    a_service_report,
)
from evidence_story import (
    ALONE,
    DEGRADED,
    SILENT,
    Story,
    a_synced_owner,
    a_synced_standby,
    owner_says,
    primary,
    secondary,
    standby_says,
)

from hawatch.model.fact import Known, Unknown
from hawatch.model.hast import HastErrors, HastRole
from hawatch.model.latch import Latch, LatchKind

# Split-brain and disks


def test_two_primaries_are_latched_on_both() -> None:
    """Each latches its own copy [FACTS H16]."""
    for node, theirs in ((OWNER, STANDBY), (STANDBY, OWNER)):
        story = Story(node)
        both = primary(**DEGRADED)
        report = a_service_report(theirs, resources={"disk0": Known(both)})
        story.look(primary(writes=0, **DEGRADED), report)
        assert (LatchKind.SPLIT_BRAIN, node) in story.kinds()


def test_a_split_brain_forecast_is_latched_before_the_connection() -> None:
    """1/0 on both sides, as recorded."""
    wrote = a_dump(localcnt=1)
    story = Story(STANDBY)
    theirs = owner_says(primary(**DEGRADED), in_sync={}, dumps={"disk0": Known(wrote)})
    story.look(secondary(**ALONE), theirs, dump=wrote)
    assert (LatchKind.SPLIT_BRAIN, STANDBY) in story.kinds()


def test_the_hook_is_believed_where_the_dumps_are_not_known() -> None:
    """It is the only trace of a split-brain on 13.2 [FACTS B9]."""
    story = a_synced_standby()
    story.look(secondary(**ALONE), SILENT, hints=("split-brain",))
    assert (LatchKind.SPLIT_BRAIN, STANDBY) in story.kinds()


def test_the_hook_is_not_believed_against_both_dumps() -> None:
    """An event is a hint; the metadata of both nodes are the facts."""
    story = a_synced_standby()
    story.look(secondary(), owner_says(), hints=("split-brain",))
    assert story.kinds() == set()


def test_a_split_brain_ends_when_the_pair_is_seen_in_sync() -> None:
    """The loser was re-created by an operator and resynced."""
    story = Story(OWNER)
    story.look(primary(**DEGRADED), SILENT, hints=("split-brain",))
    assert (LatchKind.SPLIT_BRAIN, OWNER) in story.kinds()
    fresh = standby_says(dumps={"disk0": Known(a_dump(resuid=0))})
    story.look(primary(dirty=134217728), fresh)
    story.look(primary(), standby_says())
    assert story.kinds() == set()


@pytest.mark.parametrize("errors", [HastErrors(read=1), HastErrors(write=2)])
def test_local_errors_make_the_disk_suspect_for_good(errors: HastErrors) -> None:
    """A failed local write is not dirty: in sync does not speak of it [FACTS H13]."""
    story = a_synced_owner()
    story.look(primary(errors=errors), standby_says())
    story.look(primary(errors=errors), standby_says())
    assert story.kinds() == {(LatchKind.SUSPECT_DISK, OWNER)}


def test_flush_errors_are_no_reason_to_suspect_a_disk() -> None:
    """Every provider without BIO_FLUSH has them [FACTS B5]."""
    story = a_synced_owner()
    story.look(primary(errors=HastErrors(flush=7)), standby_says())
    assert story.kinds() == set()


def test_a_new_worker_with_errors_counts_from_zero() -> None:
    """Fewer errors than before, but all of them new."""
    story = Story(STANDBY)
    story.look(secondary(errors=HastErrors(read=5)), owner_says())
    story.own = msgspec.structs.replace(story.own, latches=())
    story.look(secondary(errors=HastErrors(read=5)), owner_says())
    assert story.kinds() == set()
    story.look(secondary(workerpid=801, errors=HastErrors(read=1)), SILENT)
    assert (LatchKind.SUSPECT_DISK, STANDBY) in story.kinds()


def test_the_latches_of_other_resources_are_left_alone() -> None:
    """A latch of a resource that is not this service's view stays as it is."""
    foreign = Latch(kind=LatchKind.STALE, resource="disk9", since=0.0, reason="old")
    story = Story(OWNER, latches=(foreign,))
    assert foreign in story.look(primary(), standby_says()).latches


def test_connected_lists_what_the_last_known_look_showed() -> None:
    """An unknown look keeps the word of the one before."""
    story = a_synced_owner()
    assert story.look(Unknown("overdue"), SILENT).connected == ("disk0",)
    assert story.look(primary(**DEGRADED), SILENT).connected == ()
    assert story.own.seen["disk0"].role is HastRole.PRIMARY
