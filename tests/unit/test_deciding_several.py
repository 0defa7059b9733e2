"""Several disks of a service, several fences of a node: what one of them decides."""

from __future__ import annotations

import builders as b
import msgspec
import pytest
from situation_tools import at, own, view, word

from hawatch.deciding.rules_hold import maintenance
from hawatch.deciding.rules_pair import carp_held_back
from hawatch.deciding.rules_roles import _is_the_peers, in_the_way
from hawatch.deciding.situation import Situation
from hawatch.model.decision import Rule
from hawatch.model.fact import Known
from hawatch.model.latch import Latch, LatchKind
from hawatch.model.plan import AllowCarp

OFF = {"allow": False, "carp": "INIT for 60 s"}


def two_disks(first: int, second: int) -> Situation:
    """Return a node with two disks, of which it wrote those counts alone."""
    s = at("standby-after-release")
    assert s.word.service is not None
    settings = msgspec.structs.replace(s.settings, resources=("disk0", "disk1"))
    config = msgspec.structs.replace(s.config, services={"mysql": settings})
    counts = {"disk0": first, "disk1": second}
    theirs = msgspec.structs.replace(
        s.word.service,
        dumps={n: Known(b.a_dump(localcnt=max(-c, 0))) for n, c in counts.items()},
    )
    dumps = {n: Known(b.a_dump(localcnt=max(c, 0))) for n, c in counts.items()}
    s = msgspec.structs.replace(s, config=config)
    return view(word(s, service=theirs), dumps=dumps)


@pytest.mark.parametrize(
    ("first", "second", "theirs"),
    [(1, 1, False), (-1, -1, True), (-1, 1, True), (1, -1, True)],
)
def test_a_service_is_the_peers_where_one_of_its_disks_is(
    first: int, second: int, *, theirs: bool
) -> None:
    """Served here, what the peer wrote alone on that disk would be missing."""
    assert _is_the_peers(two_disks(first, second)) is theirs


@pytest.mark.parametrize("turned", [True, False])
def test_the_oldest_of_several_fences_for_unheard_adverts_counts(
    *, turned: bool
) -> None:
    """A disk that was fenced later does not begin the cool-down anew."""
    s = at("standby", own=OFF)
    latches = [
        Latch(kind=kind, resource=disk, since=s.now.wall - ago, reason="x")
        for kind in (LatchKind.FENCED, LatchKind.UNHEARD)
        for disk, ago in (("disk0", s.config.limits.cooldown), ("disk1", 60.0))
    ]
    ordered = tuple(reversed(latches) if turned else latches)
    decision = carp_held_back(own(s, latches=ordered))
    assert decision is not None
    assert any(isinstance(step, AllowCarp) for step in decision.plan.steps)


@pytest.mark.parametrize(
    ("silent", "rule"), [(30, Rule.ISOLATED_OWNER), (29, Rule.MAINTENANCE)]
)
def test_of_two_reasons_to_wait_or_to_let_go_the_cut_decides(
    silent: int, rule: Rule
) -> None:
    """A maintenance that the peer does not know of does not stop its counting [H6]."""
    s = at(
        "owner",
        own={"witness": "silent"},
        peer={"word": f"silent for {silent} s"},
        memory={"maintenance": "new disk"},
    )
    decision = maintenance(s)
    assert decision is not None
    assert decision.rule is rule


def test_a_clock_that_was_set_back_does_not_keep_a_fence_for_a_day() -> None:
    """The latch is from tomorrow by now: its cool-down is over [H24]."""
    s = at("standby", own=OFF)
    latches = tuple(
        Latch(kind=kind, resource="disk0", since=s.now.wall + 86400, reason="x")
        for kind in (LatchKind.FENCED, LatchKind.UNHEARD)
    )
    decision = carp_held_back(own(s, latches=latches))
    assert decision is not None
    assert any(isinstance(step, AllowCarp) for step in decision.plan.steps)


@pytest.mark.parametrize(
    ("carp", "found"),
    [("INIT for 10 s", True), ("INIT for 9 s", False), ("BACKUP for 60 s", False)],
)
def test_only_a_node_that_cannot_have_the_vip_is_in_the_way(
    carp: str, *, found: bool
) -> None:
    """A BACKUP that serves has a rule of its own, and more patience [H26]."""
    s = at("owner", own={"carp": carp}, peer={"carp": "MASTER"})
    assert s.config.carp.debounce == 10
    assert in_the_way(s) is found
