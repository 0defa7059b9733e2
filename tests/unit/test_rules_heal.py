"""What a primary owes to its peer's copy: whose restart pays it, or nobody's."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from situation_tools import LOST, at, own, view

from hawatch.deciding.rules_heal import heal, resyncs_due, workers_due
from hawatch.deciding.situation import Situation
from hawatch.model.fact import Known
from hawatch.model.hast import HastErrors

DEGRADED = {"hast": "primary degraded"}
SECONDARY = {"hast": "secondary complete", "device": "gone", "mount": "no"}


def owing(latch: str, **own: Any) -> Situation:
    """Return an owner with a debt."""
    memory = {"latches": [latch], "in_sync": False, "hast": "primary degraded"}
    return at("owner", memory=memory, own=own)


def test_a_restart_pays_what_the_map_remembers() -> None:
    """The worker whose connection broke is named, and no resync is asked for."""
    s = owing("diverged of the peer")
    assert [(step.resource, step.workerpid) for step in workers_due(s)] == [
        ("disk0", 1747)
    ]
    assert resyncs_due(s) == ()


@pytest.mark.parametrize("worker", [1747, 1990])
def test_what_no_map_remembers_is_for_a_person_whichever_worker_runs(
    worker: int,
) -> None:
    """To kill a worker for it would stop the disk for nothing [B8]."""
    s = owing("diverged for good of the peer", worker=worker)
    assert workers_due(s) == ()
    assert resyncs_due(s) == ("disk0",)


@pytest.mark.parametrize("own", [DEGRADED, SECONDARY, {"hast": "unknown"}])
@pytest.mark.parametrize("latch", ["diverged of", "diverged for good of"])
def test_nothing_is_due_but_of_a_connected_primary(
    latch: str, own: dict[str, str]
) -> None:
    """Nobody can be sent anything, or nobody knows."""
    s = owing(f"{latch} the peer", **own)
    assert workers_due(s) == ()
    assert resyncs_due(s) == ()


def on_two_disks(first: str, second: str) -> Situation:
    """Return an owner of two disks with a debt on each."""
    s, other = owing(f"{first} of the peer"), owing(f"{second} of the peer")
    (debt,) = (msgspec.structs.replace(m, resource="disk1") for m in other.own.latches)
    disk = s.view.resources["disk0"]
    assert isinstance(disk, Known)
    disks = {
        "disk0": disk,
        "disk1": Known(msgspec.structs.replace(disk.value, name="disk1")),
        "disk2": LOST,
    }
    return view(own(s, latches=(*s.own.latches, debt)), resources=disks)


def test_the_restart_knows_the_errors_until_then() -> None:
    """More of them afterwards are the disk's, and not the restart's [H13]."""
    s = owing("diverged of the peer")
    disk = s.view.resources["disk0"]
    assert isinstance(disk, Known)
    sick = msgspec.structs.replace(disk.value, errors=HastErrors(write=2, read=1))
    (step,) = workers_due(view(s, resources={"disk0": Known(sick)}))
    assert step.errors == 3


@pytest.mark.parametrize(
    ("first", "second", "named", "restarts"),
    [
        ("diverged", "diverged", "disk0, disk1", 2),
        ("diverged", "diverged for good", "disk0:", 1),
        ("diverged for good", "diverged", "disk1:", 1),
        ("diverged for good", "diverged for good", "disk0, disk1, which", 0),
    ],
)
def test_what_can_be_sent_again_is_sent_before_a_person_is_asked(
    first: str, second: str, named: str, restarts: int
) -> None:
    """Each disk's debt is its own; the sentence names those that it is about."""
    decision = heal(on_two_disks(first, second))
    assert decision is not None
    assert f"acknowledged writes of {named}" in decision.because
    assert len(decision.plan.steps) == restarts
