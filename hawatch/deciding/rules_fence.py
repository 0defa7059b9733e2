"""The fence: a silent peer that the site can switch off need not be waited for.

Only a node that holds the VIP and could take over at once, if the peer were off, orders
it. Where a witness is configured it must answer: a node that is cut off from everybody
would switch off the one that serves. While a HAST connection stands, the peer lives.
"""

from __future__ import annotations

from hawatch.deciding.fence import fence_is_spent, peer_is_off, silence
from hawatch.deciding.gates import let_go_lately
from hawatch.deciding.situation import Situation
from hawatch.model.decision import Decision, Refusal, Refused, Rule
from hawatch.model.plan import FencePeer, Plan


def fence_first(s: Situation, refused: tuple[Refused, ...]) -> Decision | None:
    """Given why a promotion is refused, return the order to fence, or None.

    The order is a plan of its own: what it brought is recorded, and looked upon anew,
    before anything is grabbed.
    """
    witness = s.config.witness
    if not witness.fence or s.word.fresh or let_go_lately(s):
        return None
    if silence(s) < witness.give_up or fence_is_spent(s) or peer_is_off(s):
        return None
    if any(not _ended_by_fence(s, reason) for reason in refused):
        return None
    return s.decide(
        Rule.MASTER_NOT_SERVING,
        f"the VIP is here and {s.peer} is silent for {silence(s):.0f} s: having it "
        "switched off before anything is taken over",
        plan=Plan(steps=(FencePeer(peer=s.peer, deadline=witness.fence_deadline),)),
        refused=refused,
        alarm=True,
        again=True,
    )


def _ended_by_fence(s: Situation, reason: Refused) -> bool:
    """Return whether a peer that is surely off would be an answer to a refusal."""
    if reason.refusal is Refusal.PEER_SILENT_NO_WITNESS:
        return not (s.config.witness.ping or s.config.witness.tcp)
    return reason.refusal is Refusal.PEER_SILENT_TOO_SHORT
