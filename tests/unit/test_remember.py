"""What one look adds to the memory: states with their time, roles, raises, samples."""

from __future__ import annotations

from typing import Any

import builders as b
import msgspec
import pytest

from hawatch.deciding.remember import (
    MOST_SAMPLES,
    hook_hints,
    next_memory,
    sample,
    with_sample,
)
from hawatch.model.carp import CarpState
from hawatch.model.fact import Known, Unknown
from hawatch.model.hast import HastErrors, HastRole
from hawatch.model.latch import Latch, LatchKind
from hawatch.model.memory import (
    CarpSince,
    Memory,
    SeenRole,
    ServiceMemory,
    Unfinished,
)
from hawatch.model.report import Duty
from hawatch.model.snapshot import Snapshot
from hawatch.model.trigger import Trigger, TriggerKind

CONFIG = b.a_config()
RAISED = b.a_raise()
HIDDEN = Unknown("hidden")


def after(memory: Memory, snapshot: Snapshot) -> ServiceMemory:
    """Return what is remembered of the service after a look."""
    return next_memory(CONFIG, memory, snapshot, {}).services["mysql"]


def a_latch(kind: LatchKind, node: str = b.OWNER) -> Latch:
    """Return a latch on a node's copy."""
    return Latch(kind=kind, resource="disk0", since=1.0, reason="r", copy_of=node)


def kinds(own: ServiceMemory) -> list[LatchKind]:
    """Return the kinds of latches that are held."""
    return [latch.kind for latch in own.latches]


def test_the_same_state_keeps_its_beginning() -> None:
    """How long the vhid is MASTER is what debouncing asks."""
    since = b.a_moment(100.0)
    memory = b.a_memory(carp=CarpSince(state=CarpState.MASTER, since=since))
    own = after(memory, b.a_snapshot())
    assert own.carp == CarpSince(state=CarpState.MASTER, since=since)


def test_another_state_begins_now() -> None:
    """A flap starts the time anew [FACTS H26]."""
    own = after(b.a_memory(), b.a_snapshot(carp="BACKUP"))
    assert own.carp == CarpSince(state=CarpState.BACKUP, since=b.a_moment())


def test_the_same_state_of_another_boot_begins_now() -> None:
    """Monotonic readings of two boots never compare."""
    old = CarpSince(state=CarpState.MASTER, since=b.a_moment(100.0, boot="boot-0"))
    own = after(b.a_memory(carp=old), b.a_snapshot())
    assert own.carp == CarpSince(state=CarpState.MASTER, since=b.a_moment())


def test_an_unknown_state_keeps_what_was_known() -> None:
    """Unknown neither begins nor ends anything."""
    memory = b.a_memory()
    own = after(memory, b.a_snapshot(carp=HIDDEN))
    assert own.carp == memory.services["mysql"].carp


def test_a_role_is_remembered_with_the_hastd_under_which_it_was() -> None:
    """So that a role of init can be told from one that fell [FACTS B2]."""
    own = after(b.a_memory(), b.a_snapshot())
    assert own.roles == {
        "disk0": SeenRole(role=HastRole.PRIMARY, boot="boot-1", hastd=790)
    }


@pytest.mark.parametrize("hast", ["init", HIDDEN])
def test_init_and_unknown_leave_the_last_role(hast: Any) -> None:
    """The role before the fall is what is asked for."""
    roles = {"disk0": SeenRole(role=HastRole.SECONDARY, boot="boot-1", hastd=790)}
    assert after(b.a_memory(roles=roles), b.a_snapshot(hast=hast)).roles == roles


def test_restarts_beyond_the_cool_down_are_forgotten() -> None:
    """A restart of yesterday does not use up today's."""
    now = b.a_moment().wall
    memory = b.a_memory(restarts=(now - 4000, now - 100), heals=(now - 3601, now))
    own = after(memory, b.a_snapshot())
    assert own.restarts == (now - 100,)
    assert own.heals == (now,)


def test_a_restart_counts_from_its_moment_to_the_end_of_the_cool_down() -> None:
    """One that is a cool-down old is over; one of this very second is not."""
    now, cooldown = b.a_moment().wall, CONFIG.limits.cooldown
    ages = (-1.0, 0.0, cooldown - 1, cooldown)
    times = tuple(now - age for age in ages)
    own = after(b.a_memory(restarts=times, heals=times), b.a_snapshot())
    assert own.restarts == own.heals == (now, now - cooldown + 1)


def test_a_raise_that_somebody_undid_is_forgotten() -> None:
    """The skew is what it was: a boot, or a person [FACTS H30]."""
    memory = b.a_memory(b.STANDBY, raised=RAISED)
    vhid = b.a_vhid("BACKUP", advskew=0)
    assert after(memory, b.a_snapshot(b.STANDBY, carp=vhid)).raised is None


def test_a_raise_that_stands_is_remembered() -> None:
    """And so it is where the skew cannot be read."""
    memory = b.a_memory(b.STANDBY, raised=RAISED)
    for carp in (b.a_vhid("BACKUP", advskew=240), HIDDEN):
        assert after(memory, b.a_snapshot(b.STANDBY, carp=carp)).raised == RAISED


def test_a_raise_that_is_only_intended_is_remembered() -> None:
    """The plan was cut before its lever: the owner holds, the skew is as before."""
    memory = b.a_memory(raised=RAISED)
    assert after(memory, b.a_snapshot()).raised == RAISED


def test_a_raise_of_a_plan_that_goes_on_is_remembered() -> None:
    """All is let go, the lever is still to come: the skew to go back to is needed."""
    begun = Unfinished(
        rule="unhealthy-demote",
        duty=Duty.STANDBY,
        because="mysqld is dead",
        began=b.a_moment(900.0),
    )
    memory = b.a_memory(b.STANDBY, raised=RAISED, unfinished=begun)
    vhid = b.a_vhid("MASTER", advskew=0)
    assert after(memory, b.a_snapshot(b.STANDBY, carp=vhid)).raised == RAISED


@pytest.mark.parametrize("kind", [LatchKind.FENCED, LatchKind.UNHEARD])
def test_the_latch_of_a_fence_goes_with_the_fence(kind: LatchKind) -> None:
    """A boot lifts it; a latch that outlived it would never be cleared [FACTS H30]."""
    memory = b.a_memory(b.STANDBY, latches=(a_latch(kind, b.STANDBY),))
    fenced = b.a_snapshot(b.STANDBY, sysctls=Known(b.a_sysctls(allow=False)))
    assert kinds(after(memory, fenced)) == [kind]
    unknown = b.a_snapshot(b.STANDBY, sysctls=HIDDEN)
    assert kinds(after(memory, unknown)) == [kind]
    assert kinds(after(memory, b.a_snapshot(b.STANDBY))) == []


def test_a_fence_that_is_still_to_be_put_up_keeps_its_latch() -> None:
    """The plan was cut before CARP was switched off."""
    begun = Unfinished(
        rule="isolated-owner",
        duty=Duty.RELEASED,
        because="cut off",
        began=b.a_moment(900.0),
    )
    memory = b.a_memory(latches=(a_latch(LatchKind.FENCED),), unfinished=begun)
    assert kinds(after(memory, b.a_snapshot())) == [LatchKind.FENCED]


@pytest.mark.parametrize("kind", [LatchKind.SUSPECT_DISK])
def test_other_latches_do_not_go_with_a_fence(kind: LatchKind) -> None:
    """CARP says nothing about a disk."""
    memory = b.a_memory(b.STANDBY, latches=(a_latch(kind, b.STANDBY),))
    assert kinds(after(memory, b.a_snapshot(b.STANDBY))) == [kind]


def test_every_look_has_a_number_and_a_boot() -> None:
    """The peer refuses an older report of the same boot."""
    taken = b.a_moment(5.0, boot="boot-2")
    memory = next_memory(CONFIG, b.a_memory(), b.a_snapshot(taken=taken), {})
    assert (memory.sequence, memory.boot) == (43, "boot-2")


def test_a_service_that_is_new_in_the_configuration_is_remembered() -> None:
    """It begins as a standby without evidence."""
    empty = msgspec.structs.replace(b.a_memory(), services={})
    own = after(empty, b.a_snapshot(b.STANDBY))
    assert own.duty is Duty.STANDBY


def test_a_sample_holds_what_is_known() -> None:
    """What could not be read is left out, not 0."""
    snapshot = b.a_snapshot(
        hast=b.a_resource(dirty=4096, errors=HastErrors(read=1, write=2)),
        counters=HIDDEN,
        space={"/a": HIDDEN, b.DIRECTORY: Known(b.a_space(40))},
    )
    found = sample(snapshot)
    assert found.counters is None
    assert (found.dirty, found.errors) == ({"disk0": 4096}, {"disk0": 3})
    assert found.used == {b.DIRECTORY: 40_000_000_000}


def test_a_resource_that_could_not_be_asked_has_no_numbers_in_the_sample() -> None:
    """A trend through a 0 that nobody read would be an alarm, or hide one."""
    found = sample(b.a_snapshot(hast=HIDDEN))
    assert (found.dirty, found.errors) == ({}, {})


def test_samples_are_few_and_of_this_boot() -> None:
    """Growth is measured against the look before; counters begin anew with a boot."""
    memory = b.a_memory()
    for second in range(MOST_SAMPLES + 3):
        taken = b.a_moment(1000.0 + second)
        memory = with_sample(memory, b.a_snapshot(taken=taken))
    assert len(memory.samples) == MOST_SAMPLES
    assert memory.samples[-1].taken == b.a_moment(1000.0 + MOST_SAMPLES + 2)
    rebooted = with_sample(memory, b.a_snapshot(taken=b.a_moment(1.0, boot="boot-2")))
    assert len(rebooted.samples) == 1


def test_hook_events_are_hints_by_resource() -> None:
    """What rang since the last look; words that are no event of a resource are left."""
    rings = (
        Trigger(kind=TriggerKind.HAST, words=("disconnect", "disk0")),
        Trigger(kind=TriggerKind.HAST, words=("connect", "disk0", "more")),
        Trigger(kind=TriggerKind.HAST, words=("role",)),
        Trigger(kind=TriggerKind.CARP, words=("MASTER", "1@em0")),
        Trigger(kind=TriggerKind.HAST, words=("syncdone", "disk1")),
    )
    assert hook_hints(rings) == {
        "disk0": frozenset({"disconnect", "connect"}),
        "disk1": frozenset({"syncdone"}),
    }


@pytest.mark.parametrize(
    ("before", "answers", "now"),
    [
        (None, [], None),
        (None, [Known(0.01)], 1000.0),
        (990.0, [HIDDEN, Known(0.01)], 1000.0),
        (990.0, [HIDDEN], 990.0),
        (990.0, [], 990.0),
    ],
)
def test_the_last_look_in_which_a_witness_answered_is_remembered(
    before: float | None, answers: list[Any], now: float | None
) -> None:
    """One echo that is lost must not count as long as the peer's silence."""
    witnessed = b.a_moment(before) if before is not None else None
    memory = msgspec.structs.replace(b.a_memory(), witnessed=witnessed)
    witnesses = {str(number): fact for number, fact in enumerate(answers)}
    look = msgspec.structs.replace(b.a_snapshot(), witnesses=witnesses)
    found = next_memory(CONFIG, memory, look, {}).witnessed
    assert (found.monotonic if found is not None else None) == now


def test_a_witness_that_answered_before_a_boot_says_nothing() -> None:
    """Its clock compares with nothing now."""
    old = msgspec.structs.replace(b.a_moment(990.0), boot="before")
    memory = msgspec.structs.replace(b.a_memory(), witnessed=old)
    look = msgspec.structs.replace(b.a_snapshot(), witnesses={})
    assert next_memory(CONFIG, memory, look, {}).witnessed is None
