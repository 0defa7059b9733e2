"""What may be believed about two copies: one story per row of the decision table.

A story is one node that looks every 10 seconds; each `look` says what it sees, and the
memory that comes out is asked.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from builders import (
    OWNER,
    STANDBY,
    a_config,
    a_counters,
    a_dump,
    a_memory,
    a_moment,
    a_peer_report,
    a_resource,
    a_sample,
    a_service_report,
    a_snapshot,
    an_in_sync,
)

from hawatch.deciding.evidence import healing_due, next_evidence
from hawatch.deciding.service_view import service_view
from hawatch.model.fact import Known, Unknown
from hawatch.model.hast import HastDump, HastErrors, HastResource, HastRole, HastStatus
from hawatch.model.latch import Latch, LatchKind
from hawatch.model.memory import ServiceMemory
from hawatch.model.report import ServiceReport
from hawatch.model.snapshot import PeerSighting

DEGRADED: dict[str, Any] = {"status": HastStatus.DEGRADED}
ALONE: dict[str, Any] = {"status": HastStatus.NONE, "workerpid": None}
SILENT = Unknown("no answer over any path")


class Story:
    """A node's memory over its looks, 10 seconds apart."""

    def __init__(self, node: str, **remembered: Any) -> None:
        self.node = node
        self.own = ServiceMemory(**remembered)
        self.monotonic = 1000.0
        self.received = 0

    def look(
        self,
        hast: HastResource | Unknown,
        theirs: ServiceReport | Unknown,
        *,
        dump: HastDump | None = None,
        adverts: int = 0,
        hints: tuple[str, ...] = (),
        boot: str = "boot-1",
        boot_before: str | None = None,
    ) -> ServiceMemory:
        """Look once more; adverts is how many were accepted since the last look."""
        before = a_counters(received_inet=self.received)
        self.received += adverts
        earlier = a_moment(self.monotonic, boot=boot_before or boot)
        self.monotonic += 10.0
        peer = STANDBY if self.node == OWNER else OWNER
        report = (
            theirs
            if isinstance(theirs, Unknown)
            else Known(a_peer_report(peer, services={"mysql": theirs}))
        )
        snapshot = a_snapshot(
            self.node,
            hast=hast,
            taken=a_moment(self.monotonic, boot=boot),
            counters=Known(a_counters(received_inet=self.received)),
            dumps={"disk0": Known(dump or a_dump())},
            peer=PeerSighting(report=report),
        )
        config = a_config()
        self.own = next_evidence(
            config,
            self.own,
            service_view(config, snapshot, "mysql"),
            snapshot,
            a_memory(self.node, samples=(a_sample(taken=earlier, counters=before),)),
            {"disk0": frozenset(hints)},
        )
        return self.own

    def kinds(self) -> set[tuple[LatchKind, str]]:
        return {(latch.kind, latch.copy_of) for latch in self.own.latches}

    def latch(self, kind: LatchKind) -> Latch:
        (latch,) = [latch for latch in self.own.latches if latch.kind is kind]
        return latch


def primary(**changes: Any) -> HastResource:
    return a_resource("primary", **{"workerpid": 1747} | changes)


def secondary(**changes: Any) -> HastResource:
    return a_resource("secondary", **{"workerpid": 800} | changes)


def owner_says(resource: HastResource | None = None, **changes: Any) -> ServiceReport:
    """Return the owner's report; its evidence names the standby's worker 800."""
    values: dict[str, Any] = {
        "resources": {"disk0": Known(resource or primary())},
        "in_sync": {"disk0": an_in_sync(peer_worker=800)},
    }
    return a_service_report(OWNER, **values | changes)


def standby_says(resource: HastResource | None = None, **changes: Any) -> ServiceReport:
    values: dict[str, Any] = {"resources": {"disk0": Known(resource or secondary())}}
    return a_service_report(STANDBY, **values | changes)


def a_synced_owner() -> Story:
    story = Story(OWNER)
    story.look(primary(), standby_says())
    assert "disk0" in story.own.in_sync
    return story


def a_synced_standby() -> Story:
    story = Story(STANDBY)
    story.look(secondary(), owner_says())
    assert "disk0" in story.own.peer_in_sync
    return story


def an_indebted_owner() -> Story:
    """Return an owner that wrote while the link broke, connected again since."""
    story = a_synced_owner()
    story.look(primary(writes=166, dirty=4194304, **DEGRADED), standby_says())
    story.look(primary(writes=170), standby_says())
    assert story.kinds() == {(LatchKind.DIVERGED, STANDBY)}
    return story


def a_stale_standby() -> Story:
    story = a_synced_standby()
    story.look(secondary(**ALONE), owner_says(primary(**DEGRADED), in_sync={}))
    assert story.kinds() == {(LatchKind.STALE, STANDBY)}
    return story


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
    assert healing_due(story.look(apart, SILENT), Known(apart)) is None
    again = primary(writes=170)
    assert healing_due(story.look(again, standby_says()), Known(again)) == 1747
    assert healing_due(story.own, Unknown("hastctl overdue")) is None


def test_another_worker_that_is_complete_and_clean_pays_the_debt() -> None:
    """Restarted, resynced, proved: then the evidence stands again."""
    story = an_indebted_owner()
    restarted = primary(workerpid=1800, writes=0, dirty=134217728)
    story.look(restarted, standby_says(secondary(workerpid=801)))
    assert healing_due(story.own, Known(restarted)) is None
    assert story.kinds() == {(LatchKind.DIVERGED, STANDBY)}
    clean = primary(workerpid=1800, writes=0)
    after = story.look(clean, standby_says(secondary(workerpid=801)))
    assert story.kinds() == set()
    assert after.in_sync["disk0"].peer_worker == 801


def test_a_second_break_of_the_new_worker_needs_another_restart() -> None:
    """The debt moves to the worker whose connection broke last."""
    story = an_indebted_owner()
    story.look(primary(workerpid=1800, dirty=2097152), standby_says())
    story.look(primary(workerpid=1800, writes=500, **DEGRADED), SILENT)
    again = primary(workerpid=1800, writes=500)
    assert healing_due(story.look(again, standby_says()), Known(again)) == 1800


def test_a_map_that_forgot_leaves_the_debt_to_a_person() -> None:
    """65 updates of a map that remembers 64: only a full resync is sure [FACTS B8]."""
    story = an_indebted_owner()
    story.look(primary(writes=900, activemap_updates=36 + 65), standby_says())
    for _ in range(3):
        story.look(primary(workerpid=1800, writes=0), standby_says())
    latch = story.latch(LatchKind.DIVERGED)
    assert "only a full resync is sure" in latch.reason
    assert healing_due(story.own, Known(primary(workerpid=1800))) is None


def test_a_later_break_does_not_make_a_forgotten_debt_payable() -> None:
    """What one worker's map forgot, no later worker's map remembers."""
    story = an_indebted_owner()
    story.look(primary(writes=900, activemap_updates=36 + 65), standby_says())
    story.look(primary(workerpid=1800, writes=0), standby_says())
    story.look(primary(workerpid=1800, writes=9, **DEGRADED), SILENT)
    for _ in range(3):
        story.look(primary(workerpid=1900, writes=0), standby_says())
    assert story.kinds() == {(LatchKind.DIVERGED, STANDBY)}


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


# The standby


def test_the_owners_word_is_written_down_with_its_time() -> None:
    """Heard by the standby's own clock, for this generation."""
    heard = a_synced_standby().own.peer_in_sync["disk0"]
    assert heard.heard == a_moment(1010.0)
    assert heard.workerpid == 1747


def test_a_degraded_owner_leaves_the_standby_stale_at_once() -> None:
    """HAST link cut, CARP alive [FACTS H4]: the owner itself says it writes alone."""
    story = a_stale_standby()
    assert story.own.peer_in_sync == {}
    assert "degraded" in story.latch(LatchKind.STALE).reason


def test_an_owner_that_still_says_complete_takes_two_looks() -> None:
    """An idle primary outlives its connection [FACTS B4]; one look may be a death."""
    story = a_synced_standby()
    story.look(secondary(**ALONE), owner_says())
    assert story.kinds() == set()
    story.look(secondary(**ALONE), owner_says())
    assert story.kinds() == {(LatchKind.STALE, STANDBY)}


def test_a_silent_owner_whose_adverts_go_on_leaves_the_standby_stale() -> None:
    """Ssh is cut as well, but CARP still hears a MASTER after the disconnect."""
    story = a_synced_standby()
    story.look(secondary(**ALONE), SILENT, adverts=9)
    assert story.kinds() == set()
    story.look(secondary(**ALONE), SILENT, adverts=9)
    assert story.kinds() == {(LatchKind.STALE, STANDBY)}


@pytest.mark.parametrize("noticed_late", [False, True])
def test_the_owners_death_latches_nothing(*, noticed_late: bool) -> None:
    """Power-off [FACTS H7]: adverts until the death, then silence. Failover is free."""
    story = a_synced_standby()
    first = secondary() if noticed_late else secondary(**ALONE)
    story.look(first, SILENT, adverts=4)
    for _ in range(5):
        story.look(secondary(**ALONE), SILENT)
    assert story.kinds() == set()
    assert "disk0" in story.own.peer_in_sync


def test_adverts_counted_across_a_boot_prove_nothing() -> None:
    """The counters began anew: a larger number is no growth."""
    story = a_synced_standby()
    story.look(secondary(**ALONE), SILENT)
    story.look(secondary(**ALONE), SILENT, adverts=9, boot_before="boot-0")
    assert story.kinds() == set()


def test_the_first_look_of_a_boot_is_no_second_look() -> None:
    """Apart before the reboot and apart after it are not two looks in a row."""
    story = a_synced_standby()
    story.look(secondary(**ALONE), SILENT)
    story.look(secondary(**ALONE), owner_says(), boot="boot-2")
    assert story.kinds() == set()


def test_an_owner_whose_hastd_died_does_not_make_the_standby_stale() -> None:
    """Its device is gone, it writes nowhere [FACTS H19]; its adverts go on."""
    story = a_synced_standby()
    hurt = owner_says(resources={"disk0": Unknown("hastctl exit 71")}, in_sync={})
    for _ in range(3):
        story.look(secondary(**ALONE), hurt, adverts=9)
    assert story.kinds() == set()
    assert "disk0" in story.own.peer_in_sync


def test_an_owner_that_released_leaves_the_copy_promotable() -> None:
    """Planned handover: the owner is secondary now, its last word holds."""
    story = a_synced_standby()
    released = owner_says(secondary(**ALONE), in_sync={})
    for _ in range(3):
        story.look(secondary(**ALONE), released)
    assert story.kinds() == set()
    assert "disk0" in story.own.peer_in_sync


def test_a_node_that_comes_back_beside_a_degraded_owner_is_stale() -> None:
    """After its own reboot it lacks what was written meanwhile [FACTS H8]."""
    story = a_synced_standby()
    alone = owner_says(primary(**DEGRADED), in_sync={})
    story.look(a_resource("init"), alone, boot="boot-2")
    assert story.kinds() == {(LatchKind.STALE, STANDBY)}


def test_a_standby_that_cannot_ask_its_hastd_believes_a_degraded_owner() -> None:
    """Its hastd is dead: own facts are unknown, the owner's are not."""
    story = a_synced_standby()
    alone = owner_says(primary(**DEGRADED), in_sync={})
    story.look(Unknown("hastctl exit 71"), alone)
    assert story.kinds() == {(LatchKind.STALE, STANDBY)}


def test_a_resync_that_was_not_seen_to_end_is_inconsistent() -> None:
    """The owner dies in the middle [FACTS H12]: a mixture, whatever fsck says."""
    story = a_stale_standby()
    syncing = owner_says(primary(dirty=134217728), in_sync={})
    story.look(secondary(workerpid=801), syncing)
    for _ in range(3):
        story.look(secondary(**ALONE), SILENT)
    assert story.kinds() == {
        (LatchKind.STALE, STANDBY),
        (LatchKind.INCONSISTENT, STANDBY),
    }


def test_a_busy_owner_with_evidence_is_not_taken_for_a_resync() -> None:
    """Dirty flickers on every busy primary."""
    story = a_synced_standby()
    story.look(secondary(), owner_says(primary(dirty=4194304)))
    assert story.kinds() == set()


def a_debt(copy_of: str) -> Latch:
    return Latch(
        kind=LatchKind.DIVERGED,
        resource="disk0",
        since=0.0,
        reason="broke while writing",
        copy_of=copy_of,
        workerpid=1747,
        boot="boot-1",
    )


def test_a_debt_beside_evidence_wins() -> None:
    """A report that says both at once is believed where it is worse."""
    story = a_synced_standby()
    after = story.look(secondary(), owner_says(latches=(a_debt(STANDBY),)))
    assert story.kinds() == {(LatchKind.DIVERGED, STANDBY)}
    assert after.peer_in_sync == {}


def test_a_latch_on_the_owners_own_copy_is_not_ours() -> None:
    """It speaks of the other copy."""
    story = a_synced_standby()
    story.look(secondary(), owner_says(latches=(a_debt(OWNER),)))
    assert story.kinds() == set()


def test_a_degraded_owner_vouches_for_nothing() -> None:
    """Its evidence is older than what it says of its connection."""
    story = a_stale_standby()
    proof = {"disk0": an_in_sync(peer_worker=801)}
    story.look(secondary(workerpid=801), owner_says(primary(**DEGRADED), in_sync=proof))
    assert (LatchKind.STALE, STANDBY) in story.kinds()


def test_the_owners_debt_is_latched_on_the_copy_that_it_speaks_of() -> None:
    """Diverged: connected, dirty 0, and not promotable."""
    debt = a_debt(STANDBY)
    story = a_synced_standby()
    after = story.look(secondary(), owner_says(latches=(debt,), in_sync={}))
    assert story.kinds() == {(LatchKind.DIVERGED, STANDBY)}
    assert after.peer_in_sync == {}
    story.look(secondary(**ALONE), SILENT)
    assert story.kinds() == {(LatchKind.DIVERGED, STANDBY)}


def test_evidence_heard_while_connected_clears_the_standby() -> None:
    """Stale, inconsistent and diverged end with the owner's proof."""
    story = a_stale_standby()
    story.look(secondary(workerpid=801), owner_says(primary(dirty=9), in_sync={}))
    proof = {"disk0": an_in_sync(peer_worker=801)}
    after = story.look(secondary(workerpid=801), owner_says(in_sync=proof))
    assert story.kinds() == set()
    assert "disk0" in after.peer_in_sync


@pytest.mark.parametrize(
    "proof",
    [
        an_in_sync(peer_worker=800),
        an_in_sync(workerpid=1111, peer_worker=801),
        an_in_sync(resuid=5, peer_worker=801),
        an_in_sync(),
    ],
    ids=["our old worker", "their old worker", "other disk", "just connected"],
)
def test_evidence_of_another_connection_clears_nothing(proof: Any) -> None:
    """A proof counts for the connection and generation it was made on."""
    story = a_stale_standby()
    after = story.look(secondary(workerpid=801), owner_says(in_sync={"disk0": proof}))
    assert (LatchKind.STALE, STANDBY) in story.kinds()
    assert after.peer_in_sync == {}


def test_evidence_without_our_workers_name_counts_once_the_connection_lasts() -> None:
    """The owner was not told of our worker; the second look settles it."""
    story = a_stale_standby()
    nameless = owner_says(in_sync={"disk0": an_in_sync()})
    story.look(secondary(workerpid=801), nameless)
    story.look(secondary(workerpid=801), nameless)
    assert story.kinds() == set()


def test_evidence_is_not_believed_while_disconnected() -> None:
    """An owner that has not noticed yet still says in sync."""
    story = a_stale_standby()
    story.look(secondary(**ALONE), owner_says())
    assert (LatchKind.STALE, STANDBY) in story.kinds()


def test_no_latch_is_cleared_by_time() -> None:
    """A day of silence changes nothing [FACTS H-never 8]."""
    story = a_stale_standby()
    story.monotonic += 86400.0
    story.look(secondary(**ALONE), SILENT)
    assert story.kinds() == {(LatchKind.STALE, STANDBY)}


def test_a_new_connection_needs_a_new_word() -> None:
    """The connection was re-made between two looks and nobody vouched for it."""
    story = a_synced_standby()
    assert story.look(secondary(workerpid=801), SILENT).peer_in_sync == {}


def test_a_word_that_the_owner_takes_back_is_forgotten() -> None:
    """A report without evidence withdraws the earlier one."""
    story = a_synced_standby()
    assert story.look(secondary(), owner_says(in_sync={})).peer_in_sync == {}


def test_a_flap_that_hast_survives_changes_nothing() -> None:
    """CARP goes through INIT, the TCP connection holds [FACTS H26]."""
    story = a_synced_standby()
    story.look(secondary(), SILENT)
    story.look(secondary(), owner_says())
    assert story.kinds() == set()
    assert "disk0" in story.own.peer_in_sync


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
