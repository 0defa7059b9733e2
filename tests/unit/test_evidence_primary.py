"""The primary's side: evidence that the peer's copy is current, and debts."""

from __future__ import annotations

import pytest
from builders import (
    OWNER,
    STANDBY,
    a_dump,
    a_resource,
)
from evidence_story import (
    ALONE,
    DEGRADED,
    SILENT,
    Story,
    a_synced_owner,
    a_synced_standby,
    an_indebted_owner,
    primary,
    secondary,
    standby_says,
)

from hawatch.deciding.debts import healing_due
from hawatch.model.fact import Known, Unknown
from hawatch.model.hast import HastDump, HastErrors, HastResource
from hawatch.model.latch import LatchKind
from hawatch.model.report import ServiceReport

# The primary's evidence


def test_complete_and_dirty_0_prove_the_peers_copy() -> None:
    """The evidence names connection, generation and the peer's worker [FACTS B10]."""
    evidence = a_synced_owner().own.in_sync["disk0"]
    assert (evidence.workerpid, evidence.peer_worker) == (1747, 800)
    assert (evidence.boot, evidence.localcnt) == ("boot-1", 0)


def test_complete_alone_proves_nothing() -> None:
    """A connection with dirty bytes may be a resync that goes on."""
    story = Story(OWNER)
    assert story.look(primary(dirty=2097152), standby_says()).in_sync == {}


def test_a_busy_primary_keeps_its_evidence() -> None:
    """Writes in flight make dirty flicker; the proof of this connection stands."""
    story = a_synced_owner()
    since = story.own.in_sync["disk0"].since
    after = story.look(primary(writes=999, dirty=4194304), standby_says())
    assert after.in_sync["disk0"].since == since


def test_a_syncdone_counts_on_a_connection_that_lasted() -> None:
    """A busy primary whose dirty is never 0 at a look has the hook's word [B10]."""
    story = Story(OWNER)
    story.look(primary(dirty=2097152), standby_says())
    after = story.look(primary(dirty=2097152), standby_says(), hints=("syncdone",))
    assert "disk0" in after.in_sync


def test_a_syncdone_beside_a_connect_counts_for_nothing() -> None:
    """It may be the word of the connection before."""
    story = Story(OWNER)
    story.look(primary(dirty=2097152), standby_says())
    hints = ("syncdone", "connect")
    assert story.look(primary(dirty=2097152), SILENT, hints=hints).in_sync == {}


def test_a_syncdone_at_the_first_look_counts_for_nothing() -> None:
    """Nobody saw the connection that it speaks of."""
    story = Story(OWNER)
    hints = ("syncdone",)
    assert story.look(primary(dirty=2097152), SILENT, hints=hints).in_sync == {}


def test_an_unknown_resource_keeps_evidence_and_latches() -> None:
    """A hastctl that did not answer sets and clears nothing."""
    story = a_synced_owner()
    before = story.own
    assert story.look(Unknown("hastctl overdue"), standby_says()) == before


# The debt


def test_a_connection_lost_without_a_write_leaves_no_debt() -> None:
    """Nothing was in flight: the resync will be complete. The proof ends."""
    story = a_synced_owner()
    after = story.look(primary(**DEGRADED), standby_says(secondary(**ALONE)))
    assert (after.in_sync, story.kinds()) == ({}, set())


@pytest.mark.parametrize(
    "now",
    [
        primary(writes=151, **DEGRADED),
        primary(dirty=2097152, **DEGRADED),
        primary(deletes=1, **DEGRADED),
    ],
)
def test_a_connection_lost_while_writing_is_a_debt(now: HastResource) -> None:
    """Writes in flight are acknowledged and never sent again [FACTS B8]."""
    story = a_synced_owner()
    after = story.look(now, SILENT)
    assert after.in_sync == {}
    assert story.kinds() == {(LatchKind.DIVERGED, STANDBY)}
    assert story.latch(LatchKind.DIVERGED).workerpid == 1747


def test_writes_in_flight_at_the_last_look_are_remembered() -> None:
    """Mid-stall the pair still says complete; later dirty is 0 again, as recorded."""
    story = a_synced_owner()
    story.look(primary(writes=166, dirty=33554432), SILENT)
    story.look(primary(writes=166, dirty=0, **DEGRADED), SILENT)
    assert story.kinds() == {(LatchKind.DIVERGED, STANDBY)}


@pytest.mark.parametrize(
    ("now", "theirs", "dump", "hints"),
    [
        (primary(writes=200), standby_says(), None, ("disconnect", "connect")),
        (primary(writes=200), standby_says(secondary(workerpid=801)), None, ()),
        (primary(writes=200), standby_says(), a_dump(localcnt=1), ()),
        (primary(writes=200, workerpid=1800), standby_says(), None, ()),
    ],
    ids=["hook", "another worker there", "generation", "another worker here"],
)
def test_a_break_between_two_looks_is_a_debt_as_well(
    now: HastResource,
    theirs: ServiceReport,
    dump: HastDump | None,
    hints: tuple[str, ...],
) -> None:
    """Complete before and complete after, and yet the connection is another one."""
    story = a_synced_owner()
    after = story.look(now, theirs, dump=dump, hints=hints)
    assert after.in_sync == {}
    assert story.kinds() == {(LatchKind.DIVERGED, STANDBY)}


def test_a_reconnection_without_writes_is_proved_anew() -> None:
    """No debt, but the old proof ends and the next look makes another one."""
    story = a_synced_owner()
    since = story.own.in_sync["disk0"].since
    there = standby_says(secondary(workerpid=801))
    assert story.look(primary(), there).in_sync == {}
    proof = story.look(primary(), there).in_sync["disk0"]
    assert story.kinds() == set()
    assert (proof.since - since, proof.peer_worker) == (20.0, 801)


def test_the_same_pid_after_a_reboot_is_another_worker() -> None:
    """Pids of two boots never compare."""
    story = a_synced_owner()
    story.look(primary(), standby_says(), boot="boot-2")
    assert story.kinds() == {(LatchKind.DIVERGED, STANDBY)}


def test_a_degraded_primary_without_a_memory_is_in_debt() -> None:
    """Nobody can say what was in flight when it broke."""
    story = Story(OWNER)
    story.look(primary(writes=9, **DEGRADED), SILENT)
    assert story.kinds() == {(LatchKind.DIVERGED, STANDBY)}


def test_a_fresh_promotion_is_no_debt() -> None:
    """The peer died, this node was promoted: no connection of its own ever broke."""
    story = a_synced_standby()
    story.look(secondary(**ALONE), SILENT)
    story.look(primary(workerpid=2000, writes=50, dirty=2097152, **DEGRADED), SILENT)
    assert story.kinds() == set()


def test_a_standby_promoted_out_of_a_connection_is_no_debt() -> None:
    """Planned handover: the connection that ended was the other node's."""
    story = a_synced_standby()
    story.look(primary(workerpid=2000, writes=3, **DEGRADED), SILENT)
    assert story.kinds() == set()


def test_the_debt_outlives_complete_and_dirty_0() -> None:
    """That is just what the recorded diverged pairs said [x-hast-divergence]."""
    story = an_indebted_owner()
    for _ in range(5):
        assert story.look(primary(writes=170), standby_says()).in_sync == {}
    assert story.kinds() == {(LatchKind.DIVERGED, STANDBY)}


def test_healing_is_due_when_connected_again_under_the_same_worker() -> None:
    """Not while degraded; then with the worker that has to be restarted."""
    story = a_synced_owner()
    apart = primary(writes=166, **DEGRADED)
    assert healing_due(story.look(apart, SILENT), apart) is None
    again = primary(writes=170)
    assert healing_due(story.look(again, standby_says()), again) == 1747


def test_another_worker_that_is_complete_and_clean_pays_the_debt() -> None:
    """Restarted, resynced, proved: then the evidence stands again."""
    story = an_indebted_owner()
    restarted = primary(workerpid=1800, writes=0, dirty=134217728)
    story.look(restarted, standby_says(secondary(workerpid=801)))
    assert healing_due(story.own, restarted) is None
    assert story.kinds() == {(LatchKind.DIVERGED, STANDBY)}
    clean = primary(workerpid=1800, writes=0)
    after = story.look(clean, standby_says(secondary(workerpid=801)))
    assert story.kinds() == set()
    assert after.in_sync["disk0"].peer_worker == 801


@pytest.mark.parametrize("errors", [HastErrors(read=1), HastErrors(write=1)])
def test_a_resync_from_a_failing_disk_pays_nothing(errors: HastErrors) -> None:
    """An extent that could not be read counts as synced all the same [FACTS B8]."""
    story = an_indebted_owner()
    there = standby_says(secondary(workerpid=801))
    story.look(primary(workerpid=1800, writes=0, dirty=134217728), there)
    after = story.look(primary(workerpid=1800, writes=0, errors=errors), there)
    assert after.in_sync == {}
    assert (LatchKind.DIVERGED, STANDBY) in story.kinds()


def test_a_suspect_disk_proves_nothing_about_a_new_connection() -> None:
    """What it did not take, it cannot send; what was proved before stays proved."""
    story = a_synced_owner()
    sick = {"errors": HastErrors(write=1)}
    assert "disk0" in story.look(primary(**sick), standby_says()).in_sync
    story.look(primary(workerpid=1900, writes=0, dirty=2097152), standby_says())
    story.look(primary(workerpid=1900, writes=0), standby_says())
    assert story.own.in_sync == {}


@pytest.mark.parametrize("errors", [HastErrors(read=1), HastErrors(write=1)])
def test_a_first_look_that_shows_local_errors_proves_nothing(
    errors: HastErrors,
) -> None:
    """The resync before it may have read the bad blocks."""
    story = Story(OWNER)
    assert story.look(primary(errors=errors), standby_says()).in_sync == {}


def test_a_second_break_of_the_new_worker_needs_another_restart() -> None:
    """The debt moves to the worker whose connection broke last."""
    story = an_indebted_owner()
    story.look(primary(workerpid=1800, dirty=2097152), standby_says())
    story.look(primary(workerpid=1800, writes=500, **DEGRADED), SILENT)
    again = primary(workerpid=1800, writes=500)
    assert healing_due(story.look(again, standby_says()), again) == 1800


def test_a_map_that_forgot_leaves_the_debt_to_a_person() -> None:
    """65 updates of a map that remembers 64: only a full resync is sure [FACTS B8]."""
    story = an_indebted_owner()
    story.look(primary(writes=900, activemap_updates=36 + 65), standby_says())
    for _ in range(3):
        story.look(primary(workerpid=1800, writes=0), standby_says())
    latch = story.latch(LatchKind.DIVERGED)
    assert "only a full resync is sure" in latch.reason
    assert healing_due(story.own, primary(workerpid=1800)) is None


def test_a_later_break_does_not_make_a_forgotten_debt_payable() -> None:
    """What one worker's map forgot, no later worker's map remembers."""
    story = an_indebted_owner()
    story.look(primary(writes=900, activemap_updates=36 + 65), standby_says())
    story.look(primary(workerpid=1800, writes=0), standby_says())
    story.look(primary(workerpid=1800, writes=9, **DEGRADED), SILENT)
    for _ in range(3):
        story.look(primary(workerpid=1900, writes=0), standby_says())
    assert story.kinds() == {(LatchKind.DIVERGED, STANDBY)}


def test_what_a_map_forgot_is_not_forgotten_over_a_role_of_init() -> None:
    """Hastd died and came back: the worker that owed is gone, its last count is not."""
    story = an_indebted_owner()
    story.look(primary(writes=900, activemap_updates=36 + 65), standby_says())
    story.look(Unknown("hastd is not running"), standby_says())
    story.look(a_resource("init", **ALONE), standby_says())
    for _ in range(3):
        story.look(primary(workerpid=1800, writes=0), standby_says())
    assert "only a full resync is sure" in story.latch(LatchKind.DIVERGED).reason


def test_a_map_that_remembers_all_is_enough() -> None:
    """64 updates are within what it remembers."""
    story = an_indebted_owner()
    story.look(primary(writes=900, activemap_updates=36 + 64), standby_says())
    for _ in range(2):
        story.look(primary(workerpid=1800, writes=0), standby_says())
    assert story.kinds() == set()


def test_a_recreated_peer_copy_ends_the_debt() -> None:
    """Resuid 0 over there: everything will be sent, nothing can be missing."""
    story = an_indebted_owner()
    fresh = standby_says(dumps={"disk0": Known(a_dump(resuid=0))})
    story.look(primary(writes=170), fresh)
    assert story.kinds() == set()


def test_the_debt_survives_the_owners_reboot() -> None:
    """The worker of another boot is another worker, even with the same pid."""
    story = an_indebted_owner()
    init = a_resource("init")
    story.look(init, SILENT, boot="boot-2")
    assert (LatchKind.DIVERGED, STANDBY) in story.kinds()
    story.look(primary(dirty=2097152), standby_says(), boot="boot-2")
    assert (LatchKind.DIVERGED, STANDBY) in story.kinds()
    story.look(primary(), standby_says(), boot="boot-2")
    assert story.kinds() == set()
