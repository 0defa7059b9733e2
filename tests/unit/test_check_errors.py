"""Which errors of a disk are news: those that no person has accepted."""

from __future__ import annotations

import pytest
from builders import a_config, a_memory, a_resource, a_sample, a_snapshot

from hawatch.checking.facts import FACTS
from hawatch.checking.subject import Look
from hawatch.model.fact import Known
from hawatch.model.hast import HastErrors, HastRole, HastStatus
from hawatch.model.latch import HastSeen, Latch, LatchKind
from hawatch.model.memory import Memory
from hawatch.model.snapshot import Snapshot


def unaccepted_errors(snapshot: Snapshot, memory: Memory) -> int:
    """Return the fact of the only disk there is."""
    spec = FACTS["unaccepted_errors"]
    look = Look(a_config(), snapshot, memory)
    (subject,) = look.subjects(spec.scope)
    answer = spec.answer(look, subject)
    assert isinstance(answer, Known), answer
    return int(answer.value)


@pytest.mark.parametrize(
    ("latched", "worker", "seen", "unaccepted"),
    [
        (False, 1747, 3, 0),
        (False, 1747, 2, 1),
        (False, 1990, 3, 3),
        (True, 1747, 3, 3),
    ],
)
def test_errors_are_accepted_by_clearing_the_latch_that_they_set(
    worker: int, seen: int, unaccepted: int, *, latched: bool
) -> None:
    """The worker's own counter never falls, but a person has looked at the disk."""
    latch = Latch(kind=LatchKind.SUSPECT_DISK, resource="disk0", since=1.0, reason="x")
    last = HastSeen(
        role=HastRole.PRIMARY,
        status=HastStatus.COMPLETE,
        boot="boot-1",
        workerpid=worker,
        errors=seen,
    )
    now = a_snapshot(hast=a_resource(errors=HastErrors(write=3)))
    memory = a_memory(latches=(latch,) if latched else (), seen={"disk0": last})
    assert unaccepted_errors(now, memory) == unaccepted


def test_errors_of_a_worker_that_is_gone_are_not_accepted_by_its_end() -> None:
    """The latch stands, and the new worker counts from 0 [FACTS B5]."""
    latch = Latch(kind=LatchKind.SUSPECT_DISK, resource="disk0", since=1.0, reason="x")
    samples = (
        a_sample(970.0, errors={"disk0": 0}),
        a_sample(980.0, errors={"disk0": 2}),
    )
    memory = a_memory(latches=(latch,), samples=samples)
    assert unaccepted_errors(a_snapshot(), memory) == 2
