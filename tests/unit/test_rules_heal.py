"""What a primary owes to its peer's copy: whose restart pays it, or nobody's."""

from __future__ import annotations

from typing import Any

import pytest
from situation_tools import at

from hawatch.deciding.rules_heal import resyncs_due, workers_due
from hawatch.deciding.situation import Situation

DEGRADED = {"hast": "primary degraded"}
SECONDARY = {"hast": "secondary complete", "device": "gone", "mount": "no"}


def owing(latch: str, **own: Any) -> Situation:
    """Return an owner with a debt."""
    memory = {"latches": [latch], "in_sync": False, "hast": "primary degraded"}
    return at("owner", memory=memory, own=own)


def test_a_restart_pays_what_the_map_remembers() -> None:
    """The worker whose connection broke is named, and no resync is asked for."""
    s = owing("diverged of the peer")
    assert workers_due(s) == {"disk0": 1747}
    assert resyncs_due(s) == ()


@pytest.mark.parametrize("worker", [1747, 1990])
def test_what_no_map_remembers_is_for_a_person_whichever_worker_runs(
    worker: int,
) -> None:
    """To kill a worker for it would stop the disk for nothing [B8]."""
    s = owing("diverged for good of the peer", worker=worker)
    assert workers_due(s) == {}
    assert resyncs_due(s) == ("disk0",)


@pytest.mark.parametrize("own", [DEGRADED, SECONDARY, {"hast": "unknown"}])
@pytest.mark.parametrize("latch", ["diverged of", "diverged for good of"])
def test_nothing_is_due_but_of_a_connected_primary(
    latch: str, own: dict[str, str]
) -> None:
    """Nobody can be sent anything, or nobody knows."""
    s = owing(f"{latch} the peer", **own)
    assert workers_due(s) == {}
    assert resyncs_due(s) == ()
