"""Which node is to have what: the single conditions of the rules about roles."""

from __future__ import annotations

from typing import Any

import builders as b
import msgspec
import pytest
from situation_tools import LOST, at, own, refusals, view, word

from hawatch.deciding import (
    rules_heal,
    rules_pair,
    rules_repair,
    rules_restart,
    rules_roles,
)
from hawatch.deciding.situation import Failing, Situation
from hawatch.model.carp import CarpCounters
from hawatch.model.config import Remedy
from hawatch.model.decision import Refusal, Refused
from hawatch.model.fact import Known
from hawatch.model.hast import HastRole
from hawatch.model.latch import Latch, LatchKind
from hawatch.model.memory import Sample, SeenRole
from hawatch.model.report import Duty

YES, NO = Known(value=True), Known(value=False)
RELEASED = "standby-after-release"
ILL = (Failing(check="c", subject="mysql", message="m", remedies=(Remedy.DEMOTE,)),)


def told(s: Situation, **changes: Any) -> Situation:
    """Return a situation with something of the peer's service changed."""
    assert s.word.service is not None
    return word(s, service=msgspec.structs.replace(s.word.service, **changes))


def having(s: Situation, **changes: Any) -> Situation:
    """Return a situation with fields of its own changed."""
    return msgspec.structs.replace(s, **changes)


def aged(s: Situation, seconds: float) -> Situation:
    """Return a situation whose vhid has been as it is for so long."""
    assert s.own.carp is not None
    since = msgspec.structs.replace(s.now, monotonic=s.now.monotonic - seconds)
    return own(s, carp=msgspec.structs.replace(s.own.carp, since=since))


def latch(kind: LatchKind, of: str = "", resource: str = "disk0") -> Latch:
    """Return a latch."""
    return Latch(kind=kind, resource=resource, since=0.0, reason="x", copy_of=of)


# A VIP that left


def lost_vip() -> Situation:
    """Return a healthy owner whose VIP went to a peer that holds nothing."""
    s = at("owner", own={"carp": "BACKUP for 1 s"}, peer={"carp": "MASTER"})
    assert s.word.service is not None
    return told(s, holding=NO)


def test_a_healthy_owner_waits_for_its_vip_longer_than_carp_settles() -> None:
    """One look and one hand-over of a peer that holds nothing; else only settle."""
    s = lost_vip()
    settle, interval = s.config.carp.settle, s.config.agent.interval
    assert rules_roles._patience(s) == 2 * interval + 2 * settle
    for other in (
        word(s, fresh=False),
        word(s, service=None),
        told(s, holding=YES),
        told(s, holding=LOST),
        view(s, serving=NO),
        view(s, serving=LOST),
        having(s, failing=ILL),
    ):
        assert rules_roles._patience(other) == settle


def test_patience_ends_with_its_last_second() -> None:
    """Not a look later."""
    s = lost_vip()
    for short, waits in ((1, True), (0, False)):
        aging = aged(s, rules_roles._patience(s) - short)
        decision = rules_roles.backup_still_serving(aging)
        assert decision is not None
        assert decision.again is waits


def test_only_a_healthy_owner_keeps_what_the_peer_could_not_serve() -> None:
    """The peer has to have said so in this look."""
    s = told(lost_vip(), not_eligible=("hastd is not running",))
    assert rules_roles._in_vain(s)
    for other in (
        word(s, fresh=False),
        word(s, service=None),
        told(s, holding=YES),
        told(s, holding=LOST),
        view(s, serving=NO),
        having(s, failing=ILL),
    ):
        assert rules_roles._in_vain(other) == ()


@pytest.mark.parametrize(("short", "long"), [(1, False), (0, True)])
def test_a_link_that_stays_down_is_let_go_after_the_debounce(
    short: float, *, long: bool
) -> None:
    """Where the peer says in this look that it has the VIP, and something is held."""
    s = at("owner", own={"carp": "INIT for 30 s"}, peer={"carp": "MASTER"})
    s = aged(s, s.config.carp.debounce - short)

    def lets_go(s: Situation) -> bool:
        decision = rules_roles.link_down(s)
        assert decision is not None
        assert decision.alarm is long
        return bool(decision.plan)

    assert lets_go(s) is long
    assert not lets_go(word(s, fresh=False))
    assert not lets_go(word(s, service=None))
    assert not lets_go(told(s, carp=LOST))
    assert not lets_go(view(s, holding=LOST))


# A VIP without the service


@pytest.mark.parametrize("duty", [Duty.ACTIVE, Duty.STANDBY])
def test_storage_that_is_in_place_is_another_rules_where_this_node_owns(
    duty: Duty,
) -> None:
    """A node that was told to be standby has to decide what it is."""
    s = own(at("owner", own={"service": "dead"}), duty=duty)
    assert rules_roles.storage_in_place(s)
    decision = rules_roles.master_not_serving(s)
    assert (decision is None) is (duty is Duty.ACTIVE)


def reasons(*kinds: Refusal) -> tuple[Refused, ...]:
    """Return refusals."""
    return tuple(Refused(refusal=kind, detail="x") for kind in kinds)


@pytest.mark.parametrize(
    "kind",
    [
        Refusal.OWN_COPY_LATCHED,
        Refusal.GENERATIONS_FORBID,
        Refusal.FACT_UNKNOWN,
    ],
)
def test_a_peer_is_better_where_only_this_nodes_copy_or_knowledge_lacks(
    kind: Refusal,
) -> None:
    """It is heard, holds nothing, and its own copy has no latch."""
    s = at(RELEASED, peer={"epoch": 1}, memory={"epoch": 2})
    why = reasons(kind)
    assert rules_roles._peer_is_better(s, why)
    for of in ("", s.peer):
        stale = told(s, latches=(latch(LatchKind.STALE, of),))
        assert not rules_roles._peer_is_better(stale, why)
    if kind is not Refusal.FACT_UNKNOWN:
        of_ours = told(s, latches=(latch(LatchKind.STALE, s.node),))
        assert rules_roles._peer_is_better(of_ours, why)
    for other in (
        word(s, fresh=False),
        word(s, service=None),
        told(s, holding=YES),
        told(s, holding=LOST),
        own(s, raised=b.a_raise()),
    ):
        assert not rules_roles._peer_is_better(other, why)
    assert not rules_roles._peer_is_better(s, reasons(Refusal.COOLDOWN))
    assert not rules_roles._peer_is_better(s, ())
    failing = told(s, failing=("mysql_answers",))
    able = kind is not Refusal.FACT_UNKNOWN
    assert rules_roles._peer_is_better(failing, why) is able


def test_a_copy_that_nothing_proves_goes_to_the_node_whose_it_is() -> None:
    """By both disks and both memories, and not to a latched one."""
    why = reasons(Refusal.COPY_NOT_IN_SYNC)
    theirs = at(RELEASED, peer={"epoch": 2}, memory={"epoch": 1})
    assert rules_roles._is_the_peers(theirs)
    assert rules_roles._peer_is_better(theirs, why)
    assert rules_roles._peer_is_better(own(theirs, raised=b.a_raise()), why)
    stale = told(theirs, latches=(latch(LatchKind.STALE),))
    assert not rules_roles._peer_is_better(stale, why)
    of_ours = told(theirs, latches=(latch(LatchKind.STALE, theirs.node),))
    assert rules_roles._peer_is_better(of_ours, why)
    mine = at(RELEASED, peer={"epoch": 1}, memory={"epoch": 2})
    assert not rules_roles._is_the_peers(mine)
    assert not rules_roles._peer_is_better(mine, why)


# Counters of CARP


def counted(s: Situation, now: Any, *before: tuple[float, int | None]) -> Situation:
    """Return a situation with counters; before: seconds ago, and what was received."""
    samples = tuple(
        Sample(
            taken=b.a_moment(s.now.monotonic - ago, boot=s.now.boot),
            counters=None if n is None else b.a_counters(received_inet=n),
        )
        for ago, n in before
    )
    return having(
        s,
        snapshot=msgspec.structs.replace(s.snapshot, counters=now),
        memory=msgspec.structs.replace(s.memory, samples=samples),
    )


def received(n: int, **changes: Any) -> Known[CarpCounters]:
    """Return counters of so many adverts."""
    return Known(b.a_counters(received_inet=n, **changes))


SEEN_BOTH = "adverts of both nodes are on the network"
NONE_CAME = "no advert arrives: promiscuous mode"


@pytest.mark.parametrize(
    ("now", "before", "cause"),
    [
        (received(5), [(10, 5)], NONE_CAME),
        (received(6), [(10, 5)], SEEN_BOTH),
        (received(6, bad_vhid=1), [(10, 5)], NONE_CAME),
        (received(6), [(60, 5), (10, 6)], SEEN_BOTH),
        (received(6), [(61, 5), (10, 6)], NONE_CAME),
        (received(6), [(60, None), (10, 6)], NONE_CAME),
        (received(6), [(300, 5), (200, 6)], NONE_CAME),
        (received(6), [(300, 6), (200, 5)], SEEN_BOTH),
        (received(6), [(10, None)], SEEN_BOTH),
        (received(6), [], SEEN_BOTH),
        (LOST, [(10, 5)], SEEN_BOTH),
        (LOST, [], SEEN_BOTH),
    ],
)
def test_the_counters_since_the_vip_came_tell_the_cause(
    now: Any, before: list[tuple[float, int | None]], cause: str
) -> None:
    """From before it only where nothing newer was read [FACTS A13]."""
    s = aged(at("standby", own={"carp": "MASTER for 60 s"}), 60)
    assert rules_pair.likely_cause(counted(s, now, *before)).startswith(cause)


@pytest.mark.parametrize(
    ("now", "before", "heard"),
    [
        (received(6), [(10, 5)], True),
        (received(5), [(10, 5)], False),
        (received(7), [(20, 0), (10, 7)], False),
        (received(7), [(20, 7), (10, 6)], True),
        (received(5), [(10, None)], False),
        (received(5), [], False),
        (LOST, [(10, 5)], False),
        (LOST, [], False),
    ],
)
def test_without_a_channel_one_advert_shows_a_master(
    now: Any, before: list[tuple[float, int | None]], *, heard: bool
) -> None:
    """Since the look before; not known is not heard."""
    s = counted(at("standby"), now, *before)
    assert isinstance(rules_repair._adverts_heard(s, "disk0"), str) is heard


# A role of init


def in_init(**changes: Any) -> Situation:
    """Return a standby whose role is init after its boot."""
    s = own(at("standby", **changes), roles={})
    return view(s, resources={"disk0": Known(b.a_resource("init"))})


def test_a_role_of_init_is_repaired_where_the_vip_is_elsewhere() -> None:
    """BACKUP, or INIT because CARP is held back; not on a link that is down."""
    assert rules_repair.stale_init(in_init()) is not None
    off = {"allow": False, "carp": "INIT for 60 s"}
    assert rules_repair.stale_init(in_init(own=off)) is not None
    down = {"carp": "INIT for 60 s"}
    assert rules_repair.stale_init(in_init(own=down)) is None
    master = {"allow": False, "carp": "MASTER for 60 s"}
    assert rules_repair.stale_init(in_init(own=master)) is None
    blind = in_init(own=down)
    blind = having(
        blind, snapshot=msgspec.structs.replace(blind.snapshot, sysctls=LOST)
    )
    assert rules_repair.stale_init(blind) is None


def test_a_worker_that_died_in_this_boot_under_this_hastd_is_not_started() -> None:
    """Another boot or another hastd is a new beginning."""
    s = in_init()
    assert isinstance(s.snapshot.hastd, Known)
    pid = s.snapshot.hastd.value.pid

    def died(boot: str, hastd: int | None) -> bool:
        role = SeenRole(role=HastRole.SECONDARY, boot=boot, hastd=hastd)
        return rules_repair._worker_died(
            own(s, roles={"disk0": role}), "disk0"
        ) is not (None)

    assert died(s.now.boot, pid)
    assert not died("before", pid)
    assert not died(s.now.boot, 1)
    assert rules_repair._worker_died(own(s, roles={}), "disk0") is None


@pytest.mark.parametrize(
    ("held", "safe"),
    [
        (latch(LatchKind.SPLIT_BRAIN), False),
        (latch(LatchKind.SPLIT_BRAIN, resource="disk1"), True),
        (latch(LatchKind.STALE), True),
    ],
)
def test_a_split_copy_waits_for_a_person(held: Latch, *, safe: bool) -> None:
    """Its own split, not another resource's."""
    s = own(in_init(), latches=(held,))
    found = rules_repair.secondary_is_safe(s, "disk0")
    assert isinstance(found, str) is safe


def test_what_the_peer_does_not_say_keeps_a_role_as_it_is() -> None:
    """Its word, its role and its metadata of this look are needed."""
    s = in_init()
    assert isinstance(rules_repair.secondary_is_safe(s, "disk0"), str)
    for other, kind in (
        (word(s, fresh=False), Refusal.PEER_UNKNOWN),
        (word(s, service=None), Refusal.PEER_UNKNOWN),
        (told(s, resources={}), Refusal.FACT_UNKNOWN),
        (told(s, dumps={}), Refusal.FACT_UNKNOWN),
        (told(s, dumps={"disk0": LOST}), Refusal.FACT_UNKNOWN),
        (view(s, dumps={"disk0": LOST}), Refusal.FACT_UNKNOWN),
    ):
        found = rules_repair.secondary_is_safe(other, "disk0")
        assert isinstance(found, Refused)
        assert refusals((found,)) == {kind}


@pytest.mark.parametrize(("ours", "theirs", "safe"), [(1, 2, True), (2, 1, False)])
def test_of_two_equal_copies_the_last_owners_is_followed(
    ours: int, theirs: int, *, safe: bool
) -> None:
    """The peer's where nobody remembers an owner [FACTS H10]."""
    s = in_init(peer={"hast": "init -", "epoch": theirs}, memory={"epoch": ours})
    assert isinstance(rules_repair.secondary_is_safe(s, "disk0"), str) is safe


def test_equal_copies_without_a_remembered_owner_follow_the_peer() -> None:
    """A standby that was never owner waits for nobody."""
    s = in_init(peer={"hast": "init -"}, memory={"epoch": 0})
    assert isinstance(rules_repair.secondary_is_safe(s, "disk0"), str)


# A raise that is over


def raised(base: str, **changes: Any) -> Situation:
    """Return a situation in which advskew was raised long ago."""
    return own(at(base, **changes), raised=b.a_raise(since=0.0))


def test_an_owner_that_serves_again_lowers_its_advskew() -> None:
    """MASTER, serving and without a failure."""
    s = raised("owner")
    decision = rules_repair.restore_raised_skew(s)
    assert decision is not None
    assert decision.plan
    assert rules_repair.restore_raised_skew(own(s, raised=None)) is None
    for other in (
        view(s, serving=NO),
        view(s, serving=LOST),
        having(s, failing=ILL),
        raised("owner", own={"carp": "BACKUP for 60 s"}),
    ):
        assert rules_repair.restore_raised_skew(other) is None


@pytest.mark.parametrize(("short", "due"), [(1, False), (0, True), (86400, True)])
def test_a_standby_lowers_its_advskew_after_some_quiet_looks(
    short: float, *, due: bool
) -> None:
    """Good for five intervals; a clock set back by a day keeps nothing [H24]."""
    s = at("standby")
    ago = 5 * s.config.agent.interval - short
    s = own(s, raised=b.a_raise(since=s.now.wall - ago))
    assert (rules_repair.restore_raised_skew(s) is not None) is due
    for other in (
        view(s, holding=LOST),
        view(s, holding=YES),
        word(s, fresh=False),
        having(s, failing=ILL),
        having(own(at("standby", own={"carp": "INIT for 60 s"}), raised=s.own.raised)),
    ):
        assert rules_repair.restore_raised_skew(other) is None


# The owner


def test_only_a_serving_master_without_failures_heals_its_peers_copy() -> None:
    """A debt is no reason to restart a worker under an ill service."""
    debt = Latch(
        kind=LatchKind.DIVERGED,
        resource="disk0",
        since=0.0,
        reason="x",
        copy_of="db2",
        workerpid=1747,
        boot="boot-1",
        updates=36,
    )
    s = own(at("owner"), latches=(debt,), in_sync={})
    assert rules_heal.diverged_heal(s) is not None
    for other in (
        view(s, serving=NO),
        view(s, serving=LOST),
        having(s, failing=ILL),
        own(at("owner", own={"carp": "BACKUP for 60 s"}), latches=(debt,), in_sync={}),
    ):
        assert rules_heal.diverged_heal(other) is None


@pytest.mark.parametrize(
    ("carp", "holding", "owns"),
    [
        ("MASTER for 60 s", YES, True),
        ("MASTER for 60 s", LOST, True),
        ("MASTER for 60 s", NO, False),
        ("BACKUP for 60 s", YES, False),
    ],
)
def test_an_owner_has_the_vip_and_perhaps_the_storage(
    carp: str, holding: Any, *, owns: bool
) -> None:
    """Not known is no reason to think that it is gone."""
    s = view(at("owner", own={"carp": carp}), holding=holding)
    assert rules_restart.owns(s) is owns
