"""The counters of CARP: what was received, and what of it came from a MASTER."""

from __future__ import annotations

import builders as b
import pytest

DISCARDED = (
    "wrong_ttl",
    "bad_authentication",
    "bad_vhid",
    "bad_address_list",
    "other_discards",
)


@pytest.mark.parametrize("why", DISCARDED)
def test_what_was_discarded_was_received_and_not_accepted(why: str) -> None:
    """The kernel counts an advert before it looks into it [FACTS A13]."""
    counters = b.a_counters(received_inet=5, received_inet6=2, **{why: 3})
    assert (counters.received, counters.accepted) == (7, 4)
