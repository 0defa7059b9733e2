"""The bench of the steps' tests, in the states in which they begin."""

from __future__ import annotations

import pytest
from acting_bench import AWAIT, PRIMARY, Bench

from hawatch.model.plan import StepResult


@pytest.fixture
def bench() -> Bench:
    """Return a settled pair; the first node serves, with advskew 0 against 50."""
    return Bench()


@pytest.fixture
def released(bench: Bench) -> Bench:
    """Return the pair with everything let go, the VIP still on the first node."""
    bench.release()
    return bench


@pytest.fixture
def primary(released: Bench) -> Bench:
    """Return the pair with the first node primary again, nothing mounted."""
    assert released.run(PRIMARY).result is StepResult.REACHED
    assert released.run(AWAIT).result is StepResult.REACHED
    return released
