"""A process that looks often does not ask a shipped check the same thing twice."""

from __future__ import annotations

from typing import Any

import pytest
from builders import a_config, a_memory, a_snapshot

from hawatch.checking.engine import run_checks
from hawatch.checking.here import LastLook
from hawatch.checking.nouns import Collection
from hawatch.checking.scan import scan
from hawatch.model.carp import CarpSysctls
from hawatch.model.fact import Known, Unknown
from hawatch.model.finding import Verdict

ONCE = (
    "calls = []\ndef check_it(sysctls):\n    calls.append(1)\n    assert len(calls) < 2"
)
"""Fails when it is called for the second time."""


def looks(text: str, *snapshots: Any, shipped: bool = True) -> list[Verdict]:
    """Return what one check finds in one look after the other."""
    file, refused = scan(text, f"/checks.d/check_{id(snapshots)}.py", shipped=shipped)
    collection = Collection(files=(file,), refused=tuple(refused))
    config, last = a_config(), LastLook()
    return [
        run_checks(collection, config, look, a_memory(), isolate=False, last=last)[
            0
        ].verdict
        for look in snapshots
    ]


def test_a_shipped_check_of_the_same_facts_is_called_once() -> None:
    """Two looks that show the same give the same finding, without a call."""
    assert looks(ONCE, a_snapshot(), a_snapshot()) == [Verdict.OK, Verdict.OK]


def test_a_shipped_check_of_other_facts_is_called_again() -> None:
    """A fact that changed is judged anew."""
    changed = a_snapshot(
        sysctls=Known(CarpSysctls(allow=True, preempt=True, demotion=9, log=1))
    )
    assert looks(ONCE, a_snapshot(), changed) == [Verdict.OK, Verdict.FAIL]


def test_a_site_check_is_always_called() -> None:
    """What a site's own check reads besides its facts, nobody knows."""
    found = looks(ONCE, a_snapshot(), a_snapshot(), shipped=False)
    assert found == [Verdict.OK, Verdict.FAIL]


@pytest.mark.parametrize("reason", ["gone", "hung"])
def test_a_fact_that_became_unknown_is_told(reason: str) -> None:
    """An earlier finding does not hide that a fact is unknown now, nor why."""
    blind = a_snapshot(sysctls=Unknown(reason))
    found = looks("def check_it(sysctls): pass", a_snapshot(), blind, a_snapshot())
    assert found == [Verdict.OK, Verdict.UNKNOWN, Verdict.OK]
