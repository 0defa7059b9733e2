"""The standby's side: what it hears, and what it must not forget."""

from __future__ import annotations

from typing import Any

import pytest
from builders import (
    OWNER,
    STANDBY,
    a_moment,
    a_resource,
    an_in_sync,
)
from evidence_story import (
    ALONE,
    DEGRADED,
    SILENT,
    a_stale_standby,
    a_synced_standby,
    owner_says,
    primary,
    secondary,
)

from hawatch.model.fact import Unknown
from hawatch.model.latch import Latch, LatchKind

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


def test_a_word_of_before_a_break_does_not_outlive_the_new_connection() -> None:
    """It broke and came back while the owner was handing over: nobody saw the debt."""
    story = a_synced_standby()
    released = owner_says(secondary(**ALONE), in_sync={})
    hints = ("connect", "disconnect")
    assert story.look(secondary(**ALONE), released, hints=hints).peer_in_sync == {}


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
