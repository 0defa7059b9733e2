"""The tests that a mutant has to survive, and the modules that are no decisions.

Tables and cases only, a second or two each: with scenarios and long searches among them
a mutant would take minutes. Of CARP's brute force the table in test_carp_edges.py is
what is left: no change of the arithmetic is noticed by the one and not by the other.
"""

from __future__ import annotations

TESTS = (
    "decisions/test_decision_corpus.py",
    "unit/test_gates.py",
    "unit/test_plan.py",
    "unit/test_plan_edges.py",
    "unit/test_evidence_latches.py",
    "unit/test_evidence_looks.py",
    "unit/test_evidence_primary.py",
    "unit/test_evidence_standby.py",
    "unit/test_standby_conditions.py",
    "unit/test_generations.py",
    "unit/test_last_owner.py",
    "unit/test_lost_debts.py",
    "unit/test_remember.py",
    "unit/test_situation.py",
    "unit/test_streaks.py",
    "unit/test_timers.py",
    "unit/test_service_view.py",
    "unit/test_aftermath.py",
    "unit/test_aftermath_epochs.py",
    "unit/test_carp_arithmetic.py",
    "unit/test_config_relations.py",
    "decisions/test_two_services.py::test_both_services_decide_as_the_case_says",
    "unit/test_hands_off.py",
    "unit/test_vouched.py",
    "unit/test_owner_health.py",
    "unit/test_deciding_edges.py",
    "unit/test_deciding_bounds.py",
    "unit/test_deciding_roles.py",
    "unit/test_deciding_asked.py",
    "unit/test_deciding_several.py",
    "unit/test_yielding.py",
    "unit/test_carp_words.py",
    "unit/test_timer_bounds.py",
    "unit/test_carp_switch.py",
    "unit/test_carp_switch_order.py",
    "unit/test_discard.py",
    "unit/test_debts.py",
    "unit/test_rules_heal.py",
    "unit/test_fresh.py",
    "unit/test_moves.py",
    "unit/test_acting_fence.py",
    "unit/test_carp_edges.py",
)
WORDING = ("silences.py", "silences_pair.py")
"""Modules of sentences for `explain` on why a rule kept silent: no decisions."""
