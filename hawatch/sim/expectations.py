"""Every expectation that a scenario may name."""

from __future__ import annotations

from hawatch.sim import expect_history, expect_state
from hawatch.sim.expectation import Expectation, Happening, State, Total
from hawatch.sim.play import kebab, kinds_in

EXPECTATIONS = {
    kebab(kind.__name__): kind
    for kind in kinds_in(
        (expect_state, expect_history),
        Expectation,
        (State, Happening, Total),
    )
}
"""Each word that may follow `that =`, with its expectation."""
