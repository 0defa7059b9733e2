"""The memory on disk: true, or known to be damaged; never silently empty."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from recording_builders import (
    BOOT,
    CutStore,
    PowerCut,
    failing,
    memories,
    memory,
    moment,
)

from hawatch.model.fact import Known, Unknown
from hawatch.model.finding import Streak, Verdict
from hawatch.model.latch import InSync, LatchKind
from hawatch.model.memory import HeardReport, Memory, ServiceMemory
from hawatch.model.report import PeerReport
from hawatch.recording.memory import (
    MARK,
    STATE,
    Origin,
    distrusted,
    last_cycle,
    load_memory,
    save_memory,
)
from hawatch.recording.store import MemoryStore


def _settled(value: Memory) -> Memory:
    """Return what is left of a memory after its mark was lost."""
    store = MemoryStore()
    save_memory(store, value)
    store.remove(MARK)
    return load_memory(store, "a", moment()).memory


def test_a_store_that_was_never_used_gives_a_fresh_memory() -> None:
    """No state and no mark: this node has never run."""
    loaded = load_memory(MemoryStore(), "a", moment())
    assert loaded.origin is Origin.FRESH
    assert loaded.memory == Memory(node="a", boot=BOOT)


@given(memories)
def test_within_one_boot_a_memory_comes_back_as_it_was(value: Memory) -> None:
    """Saving and loading lose nothing while the mark of this boot is there."""
    store = MemoryStore()
    value = msgspec.structs.replace(value, last=moment(5.0))
    assert save_memory(store, value) is None
    loaded = load_memory(store, "a", moment(6.0))
    assert loaded.origin is Origin.LOADED
    assert loaded.memory == value


@given(memories)
def test_after_a_boot_the_durable_part_is_left(value: Memory) -> None:
    """Latches, raises, moves and evidence survive; what the clocks stamped does not."""
    store = MemoryStore()
    value = msgspec.structs.replace(value, last=moment(5.0))
    save_memory(store, value)
    after = load_memory(store, "a", moment(9.0, boot="boot-2")).memory
    assert (after.last, after.samples, after.peer) == (None, (), None)
    assert after.sequence == value.sequence
    for name in (
        "boot",
        "services",
        "moves",
        "maintenance",
        "peer_silent_since",
        "incidents",
    ):
        assert getattr(after, name) == getattr(value, name)
    assert {key: s.standing for key, s in after.streaks.items()} == {
        key: s.standing for key, s in value.streaks.items()
    }


@settings(max_examples=60)
@given(
    history=st.lists(memories, min_size=1, max_size=3),
    cut_at=st.integers(1, 6),
    before=st.booleans(),
)
def test_a_power_cut_leaves_a_memory_that_was_saved(
    history: list[Memory], cut_at: int, before: bool
) -> None:
    """Whatever write is cut, the durable part is that of the last or the next save."""
    store = CutStore()
    store.arm(cut_at, before=before)
    saved: list[Memory] = []
    under_way: Memory | None = None
    try:
        for value in history:
            under_way = value
            save_memory(store, value)
            saved.append(value)
    except PowerCut:
        pass
    store.crash()
    loaded = load_memory(store, "a", moment(boot="boot-2"))
    possible = [_settled(value) for value in (*saved[-1:], under_way) if value]
    if loaded.origin is Origin.FRESH:
        assert not saved
    else:
        assert loaded.origin is Origin.LOADED
        assert _settled(loaded.memory) in possible


@given(memories, st.data())
def test_a_flipped_byte_is_never_taken_for_a_memory(
    value: Memory, data: st.DataObject
) -> None:
    """Any damage to the state is told as damage, and the copy is kept aside once."""
    store = MemoryStore()
    save_memory(store, value)
    state = bytearray(store.read(STATE) or b"")
    place = data.draw(st.integers(0, len(state) - 2))
    state[place] ^= data.draw(st.integers(1, 127))
    store.replace(STATE, bytes(state))
    for _ in range(2):
        loaded = load_memory(store, "a", moment())
        assert loaded.origin is Origin.DAMAGED
        assert loaded.reason
        assert loaded.memory == Memory(node="a", boot=BOOT)
    assert store.names(f"{STATE}.damaged-") == [f"{STATE}.damaged-1"]
    assert store.read(f"{STATE}.damaged-1") == bytes(state)


def test_a_damaged_state_stays_damaged_until_something_is_saved() -> None:
    """A second look must not find an empty and innocent store."""
    store = MemoryStore()
    save_memory(store, memory())
    store.damage(STATE)
    first = load_memory(store, "a", moment())
    assert load_memory(store, "a", moment()).origin is Origin.DAMAGED
    cautious = distrusted(
        first.memory, {"mysql": ("disk0", "disk1")}, first.reason, moment()
    )
    save_memory(store, cautious)
    loaded = load_memory(store, "a", moment(boot="boot-2"))
    assert loaded.origin is Origin.LOADED
    latches = loaded.memory.services["mysql"].latches
    assert [(latch.kind, latch.resource) for latch in latches] == [
        (LatchKind.STALE, "disk0"),
        (LatchKind.STALE, "disk1"),
    ]
    assert "checksum" in latches[0].reason or "damaged" in latches[0].reason
    assert [move.at for move in loaded.memory.moves] == [1000.0]


def test_a_state_that_vanished_is_damage_and_not_a_fresh_start() -> None:
    """The mark tells that there was a memory once."""
    store = MemoryStore()
    save_memory(store, memory())
    store.remove(STATE)
    loaded = load_memory(store, "a", moment())
    assert loaded.origin is Origin.DAMAGED
    assert loaded.reason == "state.json is gone while mark.json is still here"


def test_a_state_of_another_schema_or_node_is_foreign() -> None:
    """Neither a newer program's memory nor another machine's is believed."""
    store = MemoryStore()
    save_memory(store, memory(schema=99))
    foreign = load_memory(store, "a", moment())
    assert foreign.origin is Origin.DAMAGED
    assert foreign.reason == "state.json has schema 99, this program 1"
    save_memory(store, memory(node="b"))
    assert load_memory(store, "a", moment()).reason == (
        "state.json belongs to the node b, not to a"
    )


def test_a_quiet_cycle_writes_the_mark_alone() -> None:
    """Counting passes, and hearing the peer, must not wear the disk."""
    store = CutStore()
    well = Streak(passes=1, last=Verdict.OK)
    save_memory(store, memory(sequence=1, last=moment(10.0), streaks={"c[node]": well}))
    report = PeerReport(
        node="b",
        version="1",
        configuration="x",
        boot="b",
        sequence=1,
        wall=1.0,
        monotonic=1.0,
        sysctls=Unknown("x"),
        counters=Unknown("x"),
        services={},
    )
    later = memory(
        sequence=2,
        last=moment(20.0),
        streaks={"c[node]": msgspec.structs.replace(well, passes=2)},
        peer=HeardReport(report=report, heard=moment(20.0)),
    )
    store.arm(2, before=True)  # a second write would cut the power
    assert save_memory(store, later) is None
    assert load_memory(store, "a", moment(21.0)).memory == later


def test_a_lasting_failure_writes_the_mark_alone() -> None:
    """The count of failures goes on without touching the state."""
    store = CutStore()
    save_memory(store, memory(streaks={"c[node]": failing()}))
    later = msgspec.structs.replace(failing(), fails=4)
    store.arm(2, before=True)
    assert save_memory(store, memory(streaks={"c[node]": later})) is None


def test_evidence_about_the_peers_copy_survives_a_power_cut() -> None:
    """Only what was remembered can prove that a copy is current [FACTS B9]."""
    store = MemoryStore()
    evidence = InSync(since=1.0, workerpid=7, boot="b", resuid=3, localcnt=2)
    services = {"mysql": ServiceMemory(peer_in_sync={"disk0": evidence})}
    save_memory(store, memory(services=services))
    store.crash()
    after = load_memory(store, "a", moment(boot="boot-2")).memory
    assert after.services == services


def test_a_full_disk_is_a_reason_and_no_exception() -> None:
    """What could not be saved is told; the old memory is still there."""
    store = MemoryStore()
    save_memory(store, memory())
    store.fill()
    reason = save_memory(store, memory(boot="boot-2"))
    assert reason == "memory not saved: no space left on device"
    store.free()
    assert load_memory(store, "a", moment()).memory.boot == BOOT


def test_a_store_that_cannot_be_read_is_unknown() -> None:
    """An input error is not an empty memory."""

    class Broken(MemoryStore):
        def read(self, name: str) -> bytes | None:
            raise OSError(5, "Input/output error")

    loaded = load_memory(Broken(), "a", moment())
    assert loaded.origin is Origin.DAMAGED
    assert loaded.reason == "state.json cannot be read: input/output error"
    assert isinstance(last_cycle(Broken()), Unknown)


def test_the_mark_alone_tells_when_the_last_cycle_ended() -> None:
    """The notifier asks for it without reading the state; a torn mark is none."""
    store = MemoryStore()
    assert isinstance(last_cycle(store), Unknown)
    save_memory(store, memory(last=moment(77.0)))
    assert last_cycle(store) == Known(moment(77.0))
    store.damage(MARK)
    assert isinstance(last_cycle(store), Unknown)
    assert load_memory(store, "a", moment()).origin is Origin.LOADED
