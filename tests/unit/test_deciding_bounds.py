"""Bounds and single conditions of the rules: each is at stake in one of these rows."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from situation_tools import FENCING, LOST, at, fenced, own, refusals, view, word

from hawatch.deciding import gates, gates_copy, rules_hold, rules_pair, rules_roles
from hawatch.deciding.gates import let_go_lately, may_promote, peer_able, peer_is_master
from hawatch.deciding.rules_fence import fence_first
from hawatch.deciding.rules_owner import isolated_owner, mounted_without_primary
from hawatch.deciding.rules_pair import carp_held_back, peer_serves, two_primaries
from hawatch.deciding.rules_repair import is_good_standby
from hawatch.deciding.situation import Situation
from hawatch.model.decision import Refusal, Refused
from hawatch.model.fact import Known, Unknown
from hawatch.model.hast import HastRole, HastStatus
from hawatch.model.latch import Latch, LatchKind
from hawatch.model.memory import HeardReport, SkewRaise, Unfinished
from hawatch.model.plan import AllowCarp
from hawatch.model.report import Duty, Maintenance

YES, NO = Known(value=True), Known(value=False)
RELEASED = "standby-after-release"
RAISE = SkewRaise(
    interface="em0",
    vhid=1,
    original_advskew=0,
    original_advbase=1,
    raised_to=240,
    since=0.0,
    reason="x",
)
TOO_SHORT = Refused(refusal=Refusal.PEER_SILENT_TOO_SHORT, detail="x")


def memory(s: Situation, **changes: Any) -> Situation:
    """Return a situation with something of the node's memory changed."""
    return msgspec.structs.replace(
        s, memory=msgspec.structs.replace(s.memory, **changes)
    )


def seen(s: Situation, **changes: Any) -> Situation:
    """Return a situation with something of the snapshot changed."""
    return msgspec.structs.replace(
        s, snapshot=msgspec.structs.replace(s.snapshot, **changes)
    )


def told(s: Situation, **changes: Any) -> Situation:
    """Return a situation with something of the peer's service changed."""
    assert s.word.service is not None
    return word(s, service=msgspec.structs.replace(s.word.service, **changes))


def resource(s: Situation, **changes: Any) -> Situation:
    """Return a situation with disk0 changed here."""
    fact = s.view.resources["disk0"]
    assert isinstance(fact, Known)
    changed = msgspec.structs.replace(fact.value, **changes)
    return view(s, resources={"disk0": Known(changed)})


# Gates


@pytest.mark.parametrize(("left", "refused"), [(-1, False), (0, False), (1, True)])
def test_hands_off_on_the_peer_ends_with_its_time(
    left: float, *, refused: bool
) -> None:
    """Old maintenance forbids nothing."""
    s = at("owner-unhealthy")
    assert s.word.report is not None
    notice = Maintenance(why="x", since=0.0, until=s.now.wall + left)
    report = msgspec.structs.replace(s.word.report, maintenance=notice)
    found = refusals(peer_able(word(s, report=report)))
    assert (Refusal.PEER_MAINTENANCE in found) is refused


def test_a_peer_that_was_never_heard_is_refused_with_the_reason() -> None:
    """Why it is not heard; or that there is no report."""
    s = word(at("owner-unhealthy"), report=None)
    assert [r.detail for r in peer_able(s)] == ["no report"]
    peer = msgspec.structs.replace(s.snapshot.peer, report=LOST)
    assert [r.detail for r in peer_able(seen(s, peer=peer))] == ["no answer"]


def let_go(s: Situation, ago: float = 1.0, boot: str = "") -> Situation:
    """Return a situation in which the silent peer's last word was that it let go."""
    base = told(word(s, fresh=False), holding=NO, duty=Duty.STANDBY)
    assert base.word.report is not None
    heard = msgspec.structs.replace(
        s.now,
        monotonic=s.now.monotonic - ago,
        wall=s.now.wall - ago,
        boot=boot or s.now.boot,
    )
    return memory(base, peer=HeardReport(report=base.word.report, heard=heard))


def test_a_word_of_release_holds_for_max_age_of_this_boot() -> None:
    """Heard, of a service that is known, not held and not meant to be."""
    s = at(RELEASED)
    most = s.config.peer.max_age
    assert let_go_lately(let_go(s))
    assert let_go_lately(let_go(s, most))
    assert not let_go_lately(let_go(s, most + 1))
    assert not let_go_lately(let_go(s, boot="before"))
    assert not let_go_lately(memory(let_go(s), peer=None))
    assert not let_go_lately(word(let_go(s), service=None))
    assert not let_go_lately(told(let_go(s), holding=YES))
    assert not let_go_lately(told(let_go(s), holding=LOST))
    assert not let_go_lately(told(let_go(s), duty=Duty.ACTIVE))


@pytest.mark.parametrize("role", HastRole)
def test_only_a_secondary_has_a_queue_or_a_connection_that_forbids(
    role: HastRole,
) -> None:
    """A primary's own queue is its clients'."""
    base = at(RELEASED)
    fact = base.view.resources["disk0"]
    assert isinstance(fact, Known)
    queues = msgspec.structs.replace(fact.value.queues, local=1)
    s = resource(base, role=role, queues=queues, status=HastStatus.COMPLETE)
    counts = role is HastRole.SECONDARY
    assert bool(list(gates._drained(s))) is counts
    assert bool(list(gates._connected_secondary(s))) is counts
    for apart in (HastStatus.DEGRADED, HastStatus.NONE):
        assert not list(gates._connected_secondary(resource(s, status=apart)))


@pytest.mark.parametrize(
    ("witness", "facts", "refused"),
    [
        ({"ping": ["192.0.2.1"]}, {"a": LOST}, True),
        ({"tcp": ["192.0.2.1:80"]}, {"a": LOST}, True),
        ({"tcp": ["192.0.2.1:80"]}, {"a": LOST, "b": Known(0.1)}, False),
        ({"ping": ["192.0.2.1"]}, {}, True),
    ],
)
def test_one_answering_witness_of_any_kind_is_enough(
    witness: dict[str, Any], facts: dict[str, Any], *, refused: bool
) -> None:
    """None at all means that it may be this node that is cut off."""
    s = seen(at(own={"witness": "none"}, config={"witness": witness}), witnesses=facts)
    found = refusals(tuple(gates._silence(s)))
    assert (Refusal.PEER_SILENT_NO_WITNESS in found) is refused
    assert (Refusal.FACT_UNKNOWN in found) is False


def test_where_the_vip_is_only_a_fresh_word_of_the_peer_tells() -> None:
    """What was said before is not so now."""
    s = at("standby")
    assert peer_is_master(s)
    assert not peer_is_master(word(s, fresh=False))
    assert not peer_is_master(word(s, service=None))
    assert not peer_is_master(told(s, carp=LOST))


@pytest.mark.parametrize(("late", "vouched"), [(0, True), (1, False)])
@pytest.mark.parametrize("timeout", [5.0, 60.0])
@pytest.mark.parametrize("fresh", [True, False])
def test_a_word_of_sync_counts_as_long_as_letting_go_may_take(
    late: float, timeout: float, *, fresh: bool, vouched: bool
) -> None:
    """Every deadline of a release, three looks and the channel's time [FACTS H11].

    Of a silent owner only hast.timeout, or one look where that is longer.
    """
    s = word(at(), fresh=fresh)
    hast = msgspec.structs.replace(s.config.hast, timeout=timeout)
    config = msgspec.structs.replace(s.config, hast=hast)
    s, service = msgspec.structs.replace(s, config=config), s.settings
    one_look = config.agent.interval + config.peer.timeout
    slack = max(timeout, one_look)
    if fresh:
        release = service.stop_deadline + service.unmount_deadline + hast.role_deadline
        slack = release + one_look + 2 * config.agent.interval
    ago = (0.0 if fresh else s.word.silent_for) + slack + late
    heard = msgspec.structs.replace(s.now, monotonic=s.now.monotonic - ago)
    evidence = msgspec.structs.replace(s.own.peer_in_sync["disk0"], heard=heard)
    s = own(s, peer_in_sync={"disk0": evidence})
    assert gates_copy._vouched_for(s, "disk0") is vouched


# Hold and release


@pytest.mark.parametrize(
    ("left", "minutes"), [(-1, None), (0, None), (120, 2), (3600, 60)]
)
def test_maintenance_ends_with_its_time_and_tells_the_minutes(
    left: float, minutes: int | None
) -> None:
    """Who reads it knows when hawatch acts again."""
    s = at("owner")
    notice = Maintenance(why="disk", since=0.0, until=s.now.wall + left)
    decision = rules_hold.maintenance(memory(s, maintenance=notice))
    assert (decision is None) is (minutes is None)
    if decision is not None:
        assert f"for another {minutes} min" in decision.because


def test_an_order_waits_for_a_peer_that_has_just_let_go() -> None:
    """It is going down by itself."""
    s = word(at(config=FENCING), silent_for=999.0)
    assert fence_first(s, (TOO_SHORT,)) is not None
    assert fence_first(let_go(s), (TOO_SHORT,)) is None
    assert fence_first(fenced(s, ago=20), (TOO_SHORT,)) is None


def begun(s: Situation, **changes: Any) -> Situation:
    """Return a situation with a plan that was cut."""
    values: dict[str, Any] = {
        "rule": "x",
        "duty": Duty.STANDBY,
        "because": "earlier",
        "began": s.now,
    }
    return own(s, unfinished=Unfinished(**values | changes))


@pytest.mark.parametrize("attempts", [0, 1, 2])
def test_each_attempt_at_a_cut_plan_is_counted(attempts: int) -> None:
    """By one; the aim stays unless another one is given."""
    cut = begun(at("owner"), attempts=attempts).own
    assert cut.unfinished is not None
    again = rules_hold._again(cut, cut.unfinished).unfinished
    assert again is not None
    assert (again.attempts, again.duty) == (attempts + 1, Duty.STANDBY)
    other = rules_hold._again(cut, cut.unfinished, duty=Duty.RELEASED).unfinished
    assert other is not None
    assert other.duty is Duty.RELEASED


# Both nodes


@pytest.mark.parametrize(
    ("ours", "theirs", "stays"), [(2, 1, True), (1, 2, False), (3, 2, True)]
)
def test_of_two_primaries_the_later_take_over_stays(
    ours: int, theirs: int, *, stays: bool
) -> None:
    """Whatever else they say [FACTS H25]."""
    s = at("owner", peer={"hast": "primary degraded", "epoch": theirs})
    decision = two_primaries(own(s, epoch=ours))
    assert decision is not None
    assert (not decision.plan) is stays


def beside_a_server(**changes: Any) -> Situation:
    """Return a standby with the VIP here for long while the peer serves."""
    return at("standby", own={"carp": "MASTER for 60 s"}, **changes)


def test_a_vip_beside_a_serving_peer_is_given_back_after_settling() -> None:
    """Held storage, a peer that does not serve, or one that fails are other rules'."""
    s = beside_a_server()
    decision = peer_serves(s)
    assert decision is not None
    assert decision.plan
    assert peer_serves(view(s, holding=LOST)) is None
    assert peer_serves(view(s, holding=YES)) is None
    assert peer_serves(told(s, serving=NO)) is None
    assert peer_serves(told(s, serving=LOST)) is None
    assert peer_serves(told(s, failing=("mysql_answers",))) is None


@pytest.mark.parametrize(("short", "waits"), [(0, False), (1, True)])
@pytest.mark.parametrize("of", ["carp", "peer"])
def test_what_has_just_changed_is_left_to_settle(
    short: float, of: str, *, waits: bool
) -> None:
    """The VIP that came, or the peer that is heard again, for carp.settle seconds."""
    s = beside_a_server()
    ago = s.config.carp.settle - short
    since = msgspec.structs.replace(s.now, monotonic=s.now.monotonic - ago)
    if of == "carp":
        assert s.own.carp is not None
        s = own(s, carp=msgspec.structs.replace(s.own.carp, since=since))
    else:
        s = heard_since(s, since)
    decision = peer_serves(s)
    assert decision is not None
    assert (not decision.plan) is waits


def heard_since(s: Situation, since: Any) -> Situation:
    """Return a situation in which the peer has been heard since a moment."""
    assert s.word.report is not None
    heard = HeardReport(report=s.word.report, heard=s.now, since=since)
    return memory(s, peer=heard)


def test_since_when_the_peer_is_heard_counts_in_this_boot_only() -> None:
    """Never heard, or heard since before the boot, is no cut that has just healed."""
    s = beside_a_server()
    since = msgspec.structs.replace(s.now, monotonic=s.now.monotonic - 7)
    assert rules_pair._heard_for(heard_since(s, since)) == 7
    before = msgspec.structs.replace(since, boot="before")
    for changed in (
        heard_since(s, before),
        heard_since(s, None),
        memory(s, peer=None),
    ):
        assert rules_pair._heard_for(changed) == float("inf")


def a_latch(kind: LatchKind, since: float = 0.0, of: str = "") -> Latch:
    """Return a latch."""
    return Latch(
        kind=kind, resource="disk0", since=since, reason=f"it is {kind}", copy_of=of
    )


OFF = {"allow": False, "carp": "INIT for 60 s"}
FENCE = (LatchKind.FENCED, LatchKind.UNHEARD)


def lifts(s: Situation) -> bool:
    """Return whether CARP is allowed again."""
    decision = carp_held_back(s) or rules_roles.link_down(s)
    assert decision is not None
    return any(isinstance(step, AllowCarp) for step in decision.plan.steps)


@pytest.mark.parametrize(("ago", "lifted"), [(3599, False), (3600, True)])
def test_a_fence_for_unheard_adverts_is_tried_after_the_cool_down(
    ago: float, *, lifted: bool
) -> None:
    """Once in a cool-down, counted from the latch."""
    s = at("standby", own=OFF)
    assert s.config.limits.cooldown == 3600
    kinds = tuple(a_latch(kind, s.now.wall - ago) for kind in FENCE)
    s = own(s, latches=kinds)
    assert lifts(s) is lifted
    assert not lifts(word(s, fresh=False))
    assert not lifts(word(s, service=None))
    assert not lifts(view(s, holding=YES))


@pytest.mark.parametrize(
    ("ago", "lifted"),
    [(-3600, True), (-1, False), (0, False), (1, False), (3599, False), (3600, True)],
)
def test_a_fence_is_not_lifted_where_it_was_just_tried_in_vain(
    ago: float, *, lifted: bool
) -> None:
    """Both hold nothing: this node begins, but not again at every look."""
    s = told(at("standby", own=OFF), serving=NO, holding=NO)
    kinds = (a_latch(LatchKind.FENCED), a_latch(LatchKind.STALE))
    s = own(s, latches=kinds, failed_at=s.now.wall - ago)
    assert lifts(s) is lifted
    assert not lifts(own(s, latches=(a_latch(LatchKind.STALE),)))
    assert not lifts(told(s, holding=LOST))


# The owner, the standby


def test_an_isolated_owner_lets_go_after_give_up() -> None:
    """Silent long enough, something held, and no witness of any kind answers."""
    s = seen(
        at("owner", own={"witness": "silent"}, peer={"word": "silent for 500 s"}),
        witnesses={"a": LOST, "b": LOST},
    )
    give_up = s.config.witness.give_up
    assert isolated_owner(s) is not None
    assert isolated_owner(word(s, silent_for=give_up)) is not None
    assert isolated_owner(word(s, silent_for=give_up - 1)) is None
    assert isolated_owner(word(s, fresh=True)) is None
    assert isolated_owner(view(s, holding=NO)) is None
    one = seen(s, witnesses={"a": LOST, "b": Known(0.1)})
    assert isolated_owner(one) is None


def test_a_mount_that_may_be_alive_is_told() -> None:
    """Mounted, and not known to be primary."""
    s = view(at("owner"), mounted=NO)
    assert mounted_without_primary(s) is None


def test_a_good_standby_is_a_connected_secondary_without_failures() -> None:
    """Every resource of it, and all of it known."""
    s = at("standby")
    assert is_good_standby(s)
    assert not is_good_standby(resource(s, role=HastRole.INIT))
    assert not is_good_standby(resource(s, status=HastStatus.DEGRADED))
    assert not is_good_standby(view(s, resources={"disk0": LOST}))
    assert not is_good_standby(
        view(s, resources={**s.view.resources, "disk1": Unknown("?")})
    )


@pytest.mark.parametrize(
    ("ago", "services", "raised", "refused"),
    [
        (-3600, 2, False, False),
        (-1, 2, False, True),
        (0, 2, False, True),
        (1, 2, False, True),
        (3599, 2, False, True),
        (3600, 2, False, False),
        (1, 1, False, False),
        (1, 3, False, True),
        (1, 1, True, True),
        (3599, 1, True, True),
        (3600, 1, True, False),
        (-1, 1, True, True),
        (-3600, 1, True, False),
        (1, 2, True, True),
    ],
)
def test_a_take_over_that_failed_is_not_tried_again_where_the_vip_is_all_the_same(
    ago: float, services: int, *, raised: bool, refused: bool
) -> None:
    """CARP stays on for another service, or the peer has sent the VIP back."""
    s = at(RELEASED)
    settings = {f"s{n}": s.settings for n in range(services)}
    config = msgspec.structs.replace(s.config, services=settings)
    raise_ = RAISE if raised else None
    s = msgspec.structs.replace(s, config=config)
    s = own(s, failed_at=s.now.wall - ago, raised=raise_)
    found = rules_roles._failed_lately(s)
    assert bool(found) is refused
    assert refusals(found) <= {Refusal.COOLDOWN}


def test_may_promote_is_empty_for_the_base() -> None:
    """The rows above start from a node that may."""
    assert may_promote(at(RELEASED)) == ()
