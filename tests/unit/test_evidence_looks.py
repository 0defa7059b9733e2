"""What a look adds to the evidence: adverts, witnesses, several disks, no worker."""

from __future__ import annotations

from typing import Any

import builders as b
import pytest
from evidence_story import DEGRADED, SILENT, owner_says, primary, secondary

from hawatch.deciding import evidence
from hawatch.deciding.copies import CopyLook, same_worker, seen_now
from hawatch.deciding.service_view import service_view
from hawatch.model.carp import CarpCounters
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.hast import Hastd, HastResource, HastRole
from hawatch.model.latch import Latch, LatchKind
from hawatch.model.memory import Sample, SeenRole, ServiceMemory
from hawatch.model.snapshot import NOT_ASKED, PeerSighting

YES, NO = Known(value=True), Known(value=False)
CONFIG = b.a_config()


def counted(**counters: int) -> Known[CarpCounters]:
    """Return CARP's counters, all others 0."""
    return Known(b.a_counters(**counters))


def adverts(now: Fact[CarpCounters], *samples: Sample, **changes: Any) -> Fact[bool]:
    """Return whether a standby that cannot ask its peer heard adverts since."""
    values = {"peer": PeerSighting(report=SILENT), "counters": now} | changes
    snapshot = b.a_snapshot(b.STANDBY, **values)
    memory = b.a_memory(b.STANDBY, samples=samples)
    return evidence._adverts(snapshot, memory, service_view(CONFIG, snapshot, "mysql"))


def before(monotonic: float = 990.0, **counters: int) -> Sample:
    """Return the readings of an earlier look."""
    return b.a_sample(monotonic, counters=b.a_counters(**counters))


def test_an_advert_is_a_masters_word_in_either_address_family() -> None:
    """One more than at the look before; as many as before is silence."""
    assert adverts(counted(received_inet=8), before(received_inet=7)) == YES
    assert adverts(counted(received_inet6=8), before(received_inet6=7)) == YES
    assert adverts(counted(received_inet=7), before(received_inet=7)) == NO


@pytest.mark.parametrize(
    "why",
    [
        "wrong_ttl",
        "bad_authentication",
        "bad_vhid",
        "bad_address_list",
        "other_discards",
    ],
)
def test_what_the_kernel_discarded_is_nobodys_word(why: str) -> None:
    """Another pair's vhid or a wrong password says nothing of the peer [FACTS A13]."""
    last = before(received_inet=7, **{why: 2})
    assert adverts(counted(received_inet=9, **{why: 4}), last) == NO
    assert adverts(counted(received_inet=9, **{why: 3}), last) == YES


def test_adverts_are_counted_since_the_last_look() -> None:
    """A MASTER that fell silent a look ago was heard by the looks before it."""
    older = [before(970.0), before(980.0, received_inet=5)]
    last = before(990.0, received_inet=9)
    assert adverts(counted(received_inet=9), *older, last) == NO


NEVER = "no earlier reading"


@pytest.mark.parametrize(
    ("samples", "changes", "why"),
    [
        ((), {}, NEVER),
        ((b.a_sample(counters=None),), {}, NEVER),
        ((b.a_sample(taken=b.a_moment(990.0, boot="b-0")),), {}, "another boot"),
        ((before(),), {"carp": "MASTER"}, "MASTER by now"),
        ((before(),), {"counters": Unknown("netstat failed")}, "netstat failed"),
    ],
)
def test_where_adverts_cannot_be_counted_they_are_unknown(
    samples: tuple[Sample, ...], changes: dict[str, Any], why: str
) -> None:
    """Not heard is another thing than not known, and the reason is told."""
    found = adverts(counted(received_inet=9), *samples, **changes)
    assert isinstance(found, Unknown)
    assert why in found.reason


def test_without_a_channel_adverts_prove_no_life_of_the_owner() -> None:
    """Nobody was asked: silence on the channel cannot be held against them."""
    found = adverts(
        counted(received_inet=9), before(), peer=PeerSighting(report=NOT_ASKED)
    )
    assert found == NOT_ASKED


@pytest.mark.parametrize(
    ("answers", "cut_off"),
    [
        ((), False),
        ((True,), False),
        ((False,), True),
        ((True, False), False),
        ((False, False), True),
    ],
)
def test_one_witness_that_answers_is_enough(
    answers: tuple[bool, ...], *, cut_off: bool
) -> None:
    """A gateway in maintenance is no reason to let a service go."""
    facts = {
        f"192.0.2.{n}": Known(0.01) if answer else Unknown("no echo")
        for n, answer in enumerate(answers)
    }
    assert evidence.is_cut_off(b.a_snapshot(witnesses=facts)) is cut_off


def latch(resource: str) -> Latch:
    """Return that the standby's copy of a resource missed writes."""
    return Latch(
        kind=LatchKind.STALE,
        resource=resource,
        since=1.0,
        reason="it was left behind",
        copy_of=b.STANDBY,
    )


def test_of_two_disks_each_has_its_own_latches() -> None:
    """One that is in sync again says nothing of the other one."""
    names = ("disk0", "disk1")
    service = b.a_service_config(resources=names)
    config = b.a_config(services={"mysql": service})
    theirs = owner_says(
        resources={
            "disk0": Known(primary()),
            "disk1": Known(primary(name="disk1", **DEGRADED)),
        }
    )
    report = b.a_peer_report(b.OWNER, services={"mysql": theirs})
    here = {name: Known(secondary(name=name)) for name in names}
    snapshot = b.a_snapshot(
        b.STANDBY,
        resources=here,
        dumps={name: Known(b.a_dump(name=name)) for name in names},
        peer=PeerSighting(report=Known(report)),
    )
    own = ServiceMemory(latches=tuple(map(latch, names)))
    view = service_view(config, snapshot, "mysql")
    memory = b.a_memory(b.STANDBY)
    after = evidence.next_evidence(config, own, view, snapshot, memory, {})
    assert after.latches == (latch("disk1"),)
    assert [*after.peer_in_sync] == ["disk0"]


def test_a_disk_that_was_never_seen_leaves_nothing_to_compare_with() -> None:
    """The next look counts from what it finds, not from an empty reading."""
    snapshot = b.a_snapshot(hast=Unknown("hastctl exit 71"))
    view = service_view(CONFIG, snapshot, "mysql")
    after = evidence.next_evidence(
        CONFIG, ServiceMemory(), view, snapshot, b.a_memory(), {}
    )
    assert after.seen == {}


def looked(found: HastResource, theirs: Any = SILENT) -> CopyLook:
    """Return a look at one resource."""
    return CopyLook(
        name="disk0",
        node=b.STANDBY,
        peer=b.OWNER,
        now=b.a_moment(),
        resource=Known(found),
        dump=Known(b.a_dump()),
        theirs=theirs,
        adverts=NO,
    )


@pytest.mark.parametrize(
    ("then", "now", "same"),
    [(800, 800, True), (800, 801, False), (None, None, False), (800, None, False)],
)
def test_a_worker_is_the_same_only_where_there_is_one(
    then: int | None, now: int | None, *, same: bool
) -> None:
    """Two looks without a worker did not see one connection that lasted."""
    first, second = secondary(workerpid=then), secondary(workerpid=now)
    seen = seen_now(None, looked(first), first)
    assert same_worker(seen, looked(second), second) is same


@pytest.mark.parametrize(("now", "kept"), [(800, 1747), (801, None)])
def test_the_peers_worker_is_remembered_as_long_as_ours_lives(
    now: int, kept: int | None
) -> None:
    """A peer that cannot be asked in one look has not begun another connection."""
    first, second = secondary(workerpid=800), secondary(workerpid=now)
    seen = seen_now(None, looked(first, Known(owner_says())), first)
    assert seen.peer_worker == 1747
    assert seen_now(seen, looked(second), second).peer_worker == kept
    assert seen_now(None, looked(second), second).peer_worker is None


@pytest.mark.parametrize(
    ("pid", "role_under", "boot", "ended"),
    [
        (None, 790, "boot-1", True),
        (791, 790, "boot-1", True),
        (790, 790, "boot-1", False),
        (791, None, "boot-1", False),
        (791, 790, "before", False),
    ],
)
def test_the_end_of_this_nodes_hastd_takes_the_owners_word_along(
    pid: int | None, role_under: int | None, boot: str, *, ended: bool
) -> None:
    """Dead, or another one than the role was seen under in this boot [FACTS H19]."""
    snapshot = b.a_snapshot(
        b.STANDBY,
        hast=secondary(),
        hastd=Known(Hastd(pid=pid)),
        peer=PeerSighting(report=SILENT),
    )
    view = service_view(CONFIG, snapshot, "mysql")
    own = ServiceMemory(
        peer_in_sync={"disk0": b.an_in_sync()},
        roles={"disk0": SeenRole(role=HastRole.SECONDARY, boot=boot, hastd=role_under)},
    )
    found = evidence.next_evidence(CONFIG, own, view, snapshot, b.a_memory(), {})
    assert ("disk0" not in found.peer_in_sync) is ended
