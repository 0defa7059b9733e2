"""A VIP where nothing may be served: given up, so that it harms nobody [FACTS H5, H6].

Behind a cut of CARP's path both nodes are MASTER, and the network sees two owners of
one address. The one without the service cannot tell this from the other one's death, or
has proof that the other one lives; either way it is no use as a MASTER, and its adverts
would take the VIP from the one that serves as soon as the cut heals.
"""

from __future__ import annotations

from hawatch.deciding.fence import fence_is_spent, silence
from hawatch.deciding.gates import carp_age
from hawatch.deciding.situation import Situation
from hawatch.deciding.timers import SECONDARY_SILENCE
from hawatch.deciding.yielding import fence_vip, with_latches, with_raise
from hawatch.model.decision import Decision, Refusal, Refused, Rule
from hawatch.model.fact import is_false
from hawatch.model.latch import LatchKind
from hawatch.model.plan import Plan
from hawatch.model.report import Duty


def step_aside(s: Situation, refused: tuple[Refused, ...]) -> Decision | None:
    """Given why a promotion is refused, give the VIP up here, or return None."""
    if s.word.fresh or not is_false(s.view.holding):
        return None
    kinds = {reason.refusal for reason in refused}
    connected = Refusal.SECONDARY_STILL_CONNECTED in kinds
    why = _proof_of_life(s) if connected else _no_third_opinion(s, kinds)
    if why is None:
        return None
    fence = fence_vip(s)
    memory = with_raise(s, fence, why)
    if connected:
        memory = with_latches(s, memory, LatchKind.UNHEARD, why)
    return s.decide(
        Rule.MASTER_NOT_SERVING,
        f"{why}: giving the VIP up here",
        duty=Duty.STANDBY,
        plan=Plan(steps=(fence,)),
        refused=refused,
        alarm=True,
        memory=memory,
    )


def _proof_of_life(s: Situation) -> str | None:
    """Return that the peer lives: a dead one's connection would have ended by now."""
    if carp_age(s) < SECONDARY_SILENCE + s.config.agent.interval:
        return None
    return f"{s.peer} writes to this disk, so it lives, and its adverts do not arrive"


def _no_third_opinion(s: Situation, kinds: set[Refusal]) -> str | None:
    """Return that a dead peer and a cut network look alike from here, for too long."""
    witness = s.config.witness
    if Refusal.PEER_SILENT_NO_WITNESS not in kinds or silence(s) < witness.give_up:
        return None
    if witness.ping or witness.tcp:
        return f"neither {s.peer} nor a witness answers: this node may be cut off"
    if witness.fence and not fence_is_spent(s):
        return None
    return (
        f"{s.peer} is silent, nothing tells its death from a cut network, and "
        'witness.without is "hold"'
    )
