"""The edges of what deciding/ asks: a small change of it breaks one of these."""

from __future__ import annotations

import msgspec
import pytest
from situation_tools import FENCING, LOST, at, fenced, own, refusals, view, word

from hawatch.deciding import gates_copy, last_owner
from hawatch.deciding.fence import (
    fence_failure,
    fence_is_spent,
    fences,
    peer_is_off,
    silence,
    with_fence_ended,
)
from hawatch.deciding.gates import may_promote, peer_able
from hawatch.deciding.rules import RULES, decide, decide_all
from hawatch.deciding.rules_aside import step_aside
from hawatch.deciding.rules_fence import fence_first
from hawatch.deciding.rules_hold import all_well
from hawatch.deciding.rules_owner import isolated_owner
from hawatch.deciding.rules_pair import carp_held_back
from hawatch.deciding.rules_roles import master_not_serving
from hawatch.deciding.situation import Situation
from hawatch.deciding.yielding import fence_vip, raised_before_joining
from hawatch.model.decision import Refusal, Refused
from hawatch.model.fact import Known
from hawatch.model.hast import HastRole
from hawatch.model.memory import Move, SeenRole, Unfinished
from hawatch.model.plan import (
    AnyStep,
    AwaitDevice,
    FencePeer,
    Outcome,
    Plan,
    StepResult,
)
from hawatch.model.report import Duty


def silent(s: Situation) -> float:
    """Return how long the peer is silent."""
    return s.word.silent_for


def test_confirmed_off_counts_in_its_boot_and_its_silence_only() -> None:
    """Somebody may have switched the peer on again since."""
    s = at()
    assert peer_is_off(fenced(s, ago=20, confirmed=True))
    assert peer_is_off(fenced(s, ago=silent(s), confirmed=True))
    assert not peer_is_off(fenced(s, ago=silent(s) + 1, confirmed=True))
    assert not peer_is_off(fenced(s, ago=20, confirmed=True, boot="before"))
    assert not peer_is_off(fenced(s, ago=20, confirmed=False))
    assert not peer_is_off(word(fenced(s, ago=20, confirmed=True), fresh=True))


def test_an_order_is_not_repeated_within_the_cool_down() -> None:
    """A clock that was set back makes it no younger."""
    s = at()
    cooldown = s.config.limits.cooldown
    assert not fence_is_spent(s)
    assert fence_is_spent(fenced(s, ago=cooldown - 1))
    assert fence_is_spent(fenced(s, ago=1 - cooldown))
    assert not fence_is_spent(fenced(s, ago=cooldown))
    assert not fence_is_spent(fenced(s, ago=-cooldown))


def test_a_failed_order_is_told_with_its_reason() -> None:
    """Only one of this boot and this silence."""
    s = at()
    assert fence_failure(s) == ""
    assert fence_failure(fenced(s, ago=20, text="no route")) == "no route"
    assert "ended before" in fence_failure(fenced(s, ago=20))
    assert "ended before" in fence_failure(fenced(s, ago=silent(s)))
    assert fence_failure(fenced(s, ago=silent(s) + 1)) == ""
    assert fence_failure(fenced(s, ago=20, boot="before")) == ""
    assert fence_failure(fenced(s, ago=20, confirmed=True, text="x")) == ""


def test_without_a_channel_silence_lasts_as_long_as_the_vip_is_here() -> None:
    """Adverts have to do."""
    s = at(config={"peer": {"enabled": False}})
    assert s.own.carp is not None
    assert silence(s) == s.now.seconds_since(s.own.carp.since) > 0
    assert silence(own(s, carp=None)) == 0.0


def test_a_plan_with_one_order_among_others_fences() -> None:
    """Whatever else is in it."""
    steps: tuple[AnyStep, ...] = (
        AwaitDevice(resource="disk0", device="/dev/hast/disk0", deadline=1.0),
        FencePeer(peer="db1", deadline=1.0),
    )
    assert fences(Plan(steps=steps))
    assert not fences(Plan(steps=steps[:1]))


def test_what_came_of_an_order_is_remembered_with_the_order_only() -> None:
    """Another step's outcome says nothing of it; without an order there is none."""
    s = at()
    ordered = fenced(s, ago=5).memory
    waited = AwaitDevice(resource="disk0", device="/dev/hast/disk0", deadline=1.0)
    order = FencePeer(peer="db1", deadline=1.0)
    other = Outcome(step=waited, result=StepResult.REACHED, text="x", seconds=1.0)
    done = Outcome(step=order, result=StepResult.REACHED, text="off", seconds=1.0)
    assert with_fence_ended(ordered, (other,)) == ordered
    assert with_fence_ended(s.memory, (done,)) == s.memory
    ended = with_fence_ended(ordered, (other, done)).fence
    assert ended is not None
    assert (ended.confirmed, ended.text) == (True, "off")


TOO_SHORT = Refused(refusal=Refusal.PEER_SILENT_TOO_SHORT, detail="x")
NO_WITNESS = Refused(refusal=Refusal.PEER_SILENT_NO_WITNESS, detail="x")
LATCHED = Refused(refusal=Refusal.OWN_COPY_LATCHED, detail="x")


def test_an_order_is_given_for_a_silence_that_is_too_short_and_for_nothing_else() -> (
    None
):
    """A peer that is surely off is no answer to a latch."""
    s = at(config=FENCING)
    assert fence_first(s, (TOO_SHORT,)) is not None
    assert fence_first(s, (TOO_SHORT, LATCHED)) is None
    assert fence_first(at(), (TOO_SHORT,)) is None
    assert fence_first(word(s, fresh=True), (TOO_SHORT,)) is None


def test_an_order_waits_for_give_up_and_is_given_once() -> None:
    """Silent for give_up seconds is long enough; an order that counts ends it."""
    s = at(config=FENCING)
    give_up = s.config.witness.give_up
    assert fence_first(word(s, silent_for=give_up), (TOO_SHORT,)) is not None
    assert fence_first(word(s, silent_for=give_up - 1), (TOO_SHORT,)) is None
    assert fence_first(fenced(s, ago=20), (TOO_SHORT,)) is None
    aged = s.config.limits.cooldown + 1
    gone = fenced(word(s, silent_for=aged + 9), ago=aged, confirmed=True)
    assert fence_first(gone, (TOO_SHORT,)) is None


@pytest.mark.parametrize(
    ("ping", "tcp", "ordered"),
    [([], [], True), (["192.0.2.1"], [], False), ([], ["192.0.2.1:80"], False)],
)
def test_no_answer_of_a_configured_witness_forbids_the_order(
    ping: list[str], tcp: list[str], *, ordered: bool
) -> None:
    """It may be this node that is cut off; without a witness the fence is the proof."""
    witness = {"fence": ["/bin/off"], "ping": ping, "tcp": tcp}
    s = at(own={"witness": "none"}, config={"witness": witness})
    assert (fence_first(s, (NO_WITNESS,)) is not None) is ordered


def test_a_node_steps_aside_only_from_what_it_does_not_hold() -> None:
    """Not for a peer that is heard, and not where the storage may be here."""
    s = at(own={"witness": "silent"})
    assert step_aside(s, (NO_WITNESS,)) is not None
    assert step_aside(word(s, fresh=True), (NO_WITNESS,)) is None
    assert step_aside(view(s, holding=LOST), (NO_WITNESS,)) is None
    assert step_aside(view(s, holding=Known(value=True)), (NO_WITNESS,)) is None
    assert step_aside(s, (TOO_SHORT,)) is None
    give_up = s.config.witness.give_up
    assert step_aside(word(s, silent_for=give_up), (NO_WITNESS,)) is not None
    assert step_aside(word(s, silent_for=give_up - 1), (NO_WITNESS,)) is None


def test_without_a_witness_a_fence_that_may_still_come_keeps_the_vip_here() -> None:
    """Once the order is spent there is nothing more to wait for."""
    witness = {"fence": ["/bin/off"]}
    s = at(own={"witness": "none"}, config={"witness": witness})
    assert step_aside(s, (NO_WITNESS,)) is None
    spent = step_aside(fenced(s, ago=20), (NO_WITNESS,))
    assert spent is not None
    assert "witness.without" in spent.because
    tcp = at(own={"witness": "none"}, config={"witness": {"tcp": ["192.0.2.1:80"]}})
    cut_off = step_aside(tcp, (NO_WITNESS,))
    assert cut_off is not None
    assert "cut off" in cut_off.because


def seen_as(role: HastRole, boot: str) -> dict[str, SeenRole]:
    """Return what is remembered of the one resource's role."""
    return {"disk0": SeenRole(role=role, boot=boot, hastd=790)}


def test_an_owner_of_this_boot_is_still_one_without_anybodys_word() -> None:
    """Its duty, a look before this one, and the role that it had are asked."""
    s = own(
        at(),
        duty=Duty.ACTIVE,
        peer_in_sync={},
        roles=seen_as(HastRole.PRIMARY, at().now.boot),
    )
    assert gates_copy._is_current(s, "disk0")
    assert not gates_copy._is_current(own(s, duty=Duty.STANDBY), "disk0")
    assert not gates_copy._is_current(msgspec.structs.replace(s, gap=None), "disk0")
    for roles in (
        {},
        seen_as(HastRole.SECONDARY, s.now.boot),
        seen_as(HastRole.PRIMARY, "before"),
    ):
        assert not gates_copy._is_current(own(s, roles=roles), "disk0")


def test_the_owners_word_of_another_boot_or_of_no_moment_is_none() -> None:
    """It says nothing of what was written since."""
    s = at()
    evidence = s.own.peer_in_sync["disk0"]
    assert gates_copy._vouched_for(s, "disk0")
    assert evidence.heard is not None
    old = msgspec.structs.replace(evidence.heard, boot="before")
    for heard in (None, old):
        changed = msgspec.structs.replace(evidence, heard=heard)
        assert not gates_copy._vouched_for(
            own(s, peer_in_sync={"disk0": changed}), "disk0"
        )


@pytest.mark.parametrize(("ours", "theirs", "mine"), [(2, 1, True), (1, 2, False)])
def test_the_later_take_over_tells_the_last_owner(
    ours: int, theirs: int, *, mine: bool
) -> None:
    """Of equal copies the higher number is the later owner [FACTS H10]."""
    s = at("standby-after-release", peer={"epoch": theirs}, memory={"epoch": ours})
    owner = last_owner.last_owner(s, "disk0")
    assert owner == (s.node if mine else s.peer)
    assert last_owner.rightful_owner(s, "disk0") == owner


@pytest.mark.parametrize("fresh", [True, False])
def test_an_old_word_names_no_owner(*, fresh: bool) -> None:
    """What the disks were is not what they are."""
    s = word(at("standby-after-release", memory={"epoch": 3}), fresh=fresh)
    assert (last_owner.last_owner(s, "disk0") is not None) is fresh
    assert (last_owner.their_dump(s, "disk0") is not None) is fresh


def test_a_dump_that_is_missing_on_either_side_names_no_owner() -> None:
    """Not ours, not theirs, and not where nothing was ever heard."""
    s = at("standby-after-release", memory={"epoch": 3})
    for changed in (
        view(s, dumps={"disk0": LOST}),
        word(s, service=None),
        at("standby-after-release", memory={"epoch": 3}, peer={"dump": "unknown"}),
    ):
        assert last_owner.last_owner(changed, "disk0") is None
        assert last_owner.rightful_owner(changed, "disk0") is None


def test_a_move_that_is_under_way_is_no_second_one() -> None:
    """The one whose plan began at that moment; another service has its own."""
    s = at()
    began = msgspec.structs.replace(s.now, wall=s.now.wall - 30)
    begun = Unfinished(rule="x", duty=Duty.ACTIVE, because="x", began=began)

    def after(move: Move | None) -> set[Refusal]:
        moves = () if move is None else (move,)
        memory = msgspec.structs.replace(s.memory, moves=moves)
        changed = own(msgspec.structs.replace(s, memory=memory), unfinished=begun)
        return refusals(may_promote(changed))

    mine = Move(service="mysql", at=began.wall, rule="x")
    assert Refusal.COOLDOWN not in after(mine)
    assert Refusal.COOLDOWN not in after(msgspec.structs.replace(mine, service="web"))
    assert Refusal.COOLDOWN in after(msgspec.structs.replace(mine, at=mine.at - 1))


def test_a_peer_that_has_begun_to_take_over_is_left_alone() -> None:
    """Its plan is written before it acts: duty active, and the VIP is there."""
    base = "standby-after-release"
    begun = at(base, peer={"duty": "active", "carp": "MASTER"})
    assert Refusal.PEER_HOLDS in refusals(may_promote(begun))
    for peer in (
        {"duty": "active", "carp": "BACKUP"},
        {"duty": "standby", "carp": "MASTER"},
        {"duty": "active", "carp": "unknown"},
    ):
        assert Refusal.PEER_HOLDS not in refusals(may_promote(at(base, peer=peer)))


def test_a_dead_hastd_here_forbids_a_promotion() -> None:
    """Its roles could not be set."""
    found = may_promote(at("standby-after-release", own={"hastd": "dead"}))
    assert Refusal.FACT_UNKNOWN in refusals(found)
    assert any("hastd is not running" in reason.detail for reason in found)


def test_a_queue_keeps_a_word_of_release_from_counting() -> None:
    """A released peer's writes are in this disk before it is promoted."""
    for said in ("fresh", "silent for 5 s"):
        s = at("standby-after-release", own={"queue": 3}, peer={"word": said})
        assert Refusal.SECONDARY_STILL_CONNECTED in refusals(may_promote(s))


def test_the_peers_own_reasons_are_all_told() -> None:
    """Able is who has none."""
    assert peer_able(at("owner-unhealthy")) == ()
    failing = at("owner-unhealthy", peer={"failing": ["mysql_answers"]})
    assert refusals(peer_able(failing)) == {Refusal.PEER_FAILING}


def test_the_cycle_decides_for_every_service_and_fences_once() -> None:
    """An order to switch the peer off serves all services."""
    s = at(
        config=FENCING, peer={"word": "silent for 40 s"}, memory={"vouched": "45 s ago"}
    )
    first, second = decide_all((s, s))
    assert fences(first.plan)
    assert not fences(second.plan)
    assert len(decide_all((at("owner"), at("standby")))) == 2


def test_the_last_rule_always_speaks() -> None:
    """Where every other one is silent, one sentence is left."""
    assert RULES[-1](at("owner")) is not None
    assert decide(at("owner")).because


@pytest.mark.parametrize(
    ("age", "told"), [(0, False), (4, False), (5, True), (60, True)]
)
def test_a_vip_without_service_is_told_after_the_debounce(
    age: int, *, told: bool
) -> None:
    """Not before: CARP may still settle."""
    s = at(
        "standby-after-release",
        own={"carp": f"MASTER for {age} s"},
        peer={"holds": "yes"},
        config={"carp": {"debounce": 5}},
    )
    decision = master_not_serving(s)
    assert decision is not None
    assert decision.alarm is told


def test_a_fence_of_unknown_carp_settles_on_the_usual_advbase() -> None:
    """Nothing else is known to go back to."""
    step = fence_vip(at("owner", own={"carp": "unknown"}))
    assert (step.advbase, step.settled_advbase) == (1, 1)


@pytest.mark.parametrize(
    ("serves", "word_of_peer", "raised"),
    [("yes", "fresh", True), ("no", "fresh", False), ("yes", "silent for 9 s", False)],
)
def test_a_node_joins_slower_only_where_the_peer_is_heard_to_serve(
    serves: str, word_of_peer: str, *, raised: bool
) -> None:
    """With preempt and the smaller skew it would take the VIP from who serves."""
    s = at(
        own={"allow": False, "carp": "INIT for 60 s", "advskew": 0, "preempt": True},
        peer={"serves": serves, "word": word_of_peer, "advskew": 100},
    )
    assert (raised_before_joining(s) is not None) is raised


def test_only_a_fence_of_ours_is_lifted() -> None:
    """Another latch does not make a stranger's net.inet.carp.allow=0 ours."""
    own_carp = {"allow": False, "carp": "INIT for 60 s"}
    s = at("standby", own=own_carp, memory={"latches": ["suspect-disk"]})
    assert s.own.latches
    decision = carp_held_back(s)
    assert decision is not None
    assert "hawatch did not set it" in decision.because


def test_without_a_channel_no_silence_isolates_an_owner() -> None:
    """Not even one that is remembered from before the channel was switched off."""
    off = {"peer": {"enabled": False}}
    s = at("owner", own={"witness": "silent"}, config=off)
    assert isolated_owner(word(s, silent_for=500.0)) is None


def test_nobody_is_said_to_serve_without_the_vip() -> None:
    """Clients reach who has it."""
    assert all_well(at("owner")).because == "db1 serves mysql"
    backup = all_well(at("owner", own={"carp": "BACKUP for 60 s"}))
    assert "serves" not in backup.because
