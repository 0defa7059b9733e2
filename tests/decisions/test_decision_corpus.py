"""Every case of the corpus, decided as a cycle decides."""

from __future__ import annotations

import pytest
from decisions_build import decided
from decisions_format import Case, load_cases
from decisions_words import short_name

CASES = load_cases()


def remembered_latches(case: Case, latches: object) -> tuple[str, ...]:
    """Return latches as the cases call them."""
    return tuple(
        str(latch.kind)
        if latch.copy_of in ("", case.node)
        else f"{latch.kind} of the peer"
        for latch in latches  # type: ignore[attr-defined]
    )


@pytest.mark.parametrize("key", CASES)
def test_the_case_is_decided_as_it_says(key: str) -> None:
    """Rule, duty, plan, refusals, alarm and move are those of the case."""
    case = CASES[key]
    wanted = case.expect
    decision, memory = decided(case)
    own = memory.services["mysql"]
    sentence = decision.because
    assert (wanted.rule, wanted.duty) == (decision.rule, decision.duty), sentence
    assert list(wanted.plan) == [short_name(s) for s in decision.plan.steps], sentence
    refusals = {refused.refusal for refused in decision.refused}
    assert sorted(wanted.refused) == sorted(refusals), sentence
    flags = (decision.alarm, decision.move, decision.again)
    assert (wanted.alarm, wanted.move, wanted.again) == flags, sentence
    assert wanted.says in sentence
    if wanted.latches is not None:
        assert wanted.latches == remembered_latches(case, own.latches)
    if wanted.raised is not None:
        held = own.raised
        told = "" if held is None else f"from {held.original_advskew}"
        assert wanted.raised == told
    if wanted.unfinished is not None:
        begun = own.unfinished
        assert wanted.unfinished == ("" if begun is None else str(begun.duty))
