"""Why the rules about CARP, storage and both nodes had nothing to say. Pure.

Each function belongs to the rule of its name; silences.py asks them.
"""

from __future__ import annotations

from hawatch.deciding import rules_repair as repair
from hawatch.deciding.gates import is_in, is_master
from hawatch.deciding.rules_roles import in_the_way, storage_in_place
from hawatch.deciding.situation import Situation
from hawatch.deciding.yielding import takes_no_part
from hawatch.model.carp import CarpState
from hawatch.model.decision import Refused
from hawatch.model.fact import Fact, Known, Unknown, is_false, is_true
from hawatch.model.hast import HastRole
from hawatch.model.report import Duty

NOT_HEARD = "the peer was not heard in this look"


def first(*conditions: tuple[bool, str]) -> str | None:
    """Return the words of the first condition that is true."""
    return next((words for holds, words in conditions if holds), None)


def unproved(fact: Fact[bool], words: str) -> str:
    """Return words, with the reason where it is only not known."""
    return f"{words} ({fact.reason})" if isinstance(fact, Unknown) else words


def fresh(s: Situation) -> bool:
    """Return whether the peer told of this service in this look."""
    return s.word.fresh and s.word.service is not None


def two_primaries(s: Situation) -> str | None:
    """Return why two primaries is silent, or None."""
    if not fresh(s) or s.word.service is None:
        return NOT_HEARD
    theirs = s.word.service.resources
    both = [
        name
        for name, fact in s.view.primaries.items()
        if is_true(fact)
        and isinstance(found := theirs.get(name), Known)
        and found.value.role is HastRole.PRIMARY
    ]
    return first((not both, "no resource is known to be primary on both nodes"))


def mounted_without_primary(s: Situation) -> str | None:
    """Return why mounted without primary is silent, or None."""
    if any(is_true(view.zombie) for view in s.view.mounts.values()):
        return None
    if not is_true(s.view.mounted):
        return unproved(s.view.mounted, "nothing is known to be mounted")
    lost = any(is_false(fact) for fact in s.view.primaries.values())
    return first((not lost, "no mount is known to have lost its device"))


def peer_serves(s: Situation) -> str | None:
    """Return why peer serves is silent, or None."""
    if not fresh(s) or s.word.service is None:
        return NOT_HEARD
    service = s.word.service
    return first(
        (not is_master(s), "the VIP is not known to be here"),
        (not is_false(s.view.holding), "something of the service is held here"),
        (not is_true(service.serving), "the peer does not say that it serves"),
        (bool(service.failing), "a check that demotes fails on the peer"),
        (takes_no_part(s), "the peer's CARP takes no part, so it cannot have the VIP"),
    )


def master_not_serving(s: Situation) -> str | None:
    """Return why master not serving is silent, or None."""
    here = storage_in_place(s) and s.own.duty is Duty.ACTIVE
    return first(
        (not is_master(s), "the VIP is not known to be here"),
        (
            not is_false(s.view.serving),
            unproved(s.view.serving, "the service is with the VIP"),
        ),
        (here, "the storage is in place: the service is its checks' matter"),
    )


def backup_still_serving(s: Situation) -> str | None:
    """Return why backup still serving is silent, or None."""
    return first(
        (not is_in(s, CarpState.BACKUP), "the VIP is not known to be with the peer"),
        (is_false(s.view.holding), "nothing of the service is held here"),
        (
            isinstance(s.view.holding, Unknown),
            unproved(s.view.holding, "whether anything is held is not known"),
        ),
    )


def stale_init(s: Situation) -> str | None:
    """Return why stale init is silent, or None."""
    sysctls = s.snapshot.sysctls
    held_back = isinstance(sysctls, Known) and not sysctls.value.allow
    standby = is_in(s, CarpState.BACKUP) or (is_in(s, CarpState.INIT) and held_back)
    answers = [
        repair.secondary_is_safe(s, name)
        for name, fact in s.view.resources.items()
        if isinstance(fact, Known) and fact.value.role is HastRole.INIT
    ]
    unsafe = bool(answers) and all(isinstance(one, Refused) for one in answers)
    return first(
        (not standby, "this node is not known to be a standby"),
        (not answers, "no role is known to be init"),
        (held_back and unsafe, "held back, this node may have to be the primary"),
    )


def carp_held_back(s: Situation) -> str | None:
    """Return why carp held back is silent, or None."""
    sysctls = s.snapshot.sysctls
    if isinstance(sysctls, Unknown):
        return f"CARP's sysctls are unknown ({sysctls.reason})"
    return first(
        (sysctls.value.allow, "CARP is allowed"),
        (in_the_way(s), "what is held here is in the peer's way, and goes first"),
    )


def link_down(s: Situation) -> str | None:
    """Return why link down is silent, or None."""
    return first((not is_in(s, CarpState.INIT), "the vhid is not known to be INIT"))


def restore_raised_skew(s: Situation) -> str | None:
    """Return why restore raised skew is silent, or None."""
    raised = s.own.raised
    if raised is None:
        return "no advskew is raised"
    if is_master(s) and is_true(s.view.serving) and not s.ailing:
        return None
    patience = repair.QUIET_CYCLES * s.config.agent.interval
    age = s.age(raised.since)
    standby = is_in(s, CarpState.BACKUP) and is_false(s.view.holding)
    return first(
        (not standby, "this node neither serves again nor stands by"),
        (not repair.is_good_standby(s), "this node is no good standby yet"),
        (not s.word.fresh, NOT_HEARD),
        (age < patience, f"raised {age:.0f} s ago, it stays for {patience:.0f} s"),
    )
