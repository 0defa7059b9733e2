"""Which lever moves a VIP, and when the peer will be MASTER [FACTS A5-A7].

Raising advskew alone moves nothing while the peer does not preempt [FACTS A6]. What a
lever does depends on both nodes' numbers and on the phase of the last advert, which
nobody knows: a prediction is certain only if it holds for every phase.
"""

from __future__ import annotations

import msgspec

from hawatch.deciding.carp_timing import (
    JITTER,
    TICKS,
    CarpOutcome,
    Prediction,
    Side,
    advertised_skew,
    down_ticks,
    gap_ticks,
    keeps_hearing,
    takes_over,
    two_masters,
)
from hawatch.model.config import LeverChoice
from hawatch.model.plan import Lever

__all__ = [
    "CarpOutcome",
    "LeverPlan",
    "Prediction",
    "Side",
    "choose_lever",
    "fast_advbase",
    "predict",
    "predict_restore",
    "two_masters",
]

MAX_ADVBASE = 255
"""The largest advbase that ifconfig accepts [FACTS A2]."""

COMMAND_LATENCY = 0.5
"""Seconds granted to the commands that pull a lever and to the network."""


class LeverPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A lever that is certain, with the values to set.

    settled_advbase is put back once the peer is MASTER; the raised advskew stays.
    seconds: until the peer is MASTER at the latest, commands included. at_worst: until
    the peer's own timer has run out, should the decisive advert be lost on the way.
    """

    lever: Lever
    advskew: int
    advbase: int
    settled_advbase: int
    seconds: float
    at_worst: float
    prediction: Prediction


def predict(
    own: Side, peer: Side, lever: Lever, set_advskew: int, set_advbase: int
) -> Prediction:
    """Given the MASTER's side, the BACKUP's side and a lever, return what follows.

    own holds the values before the command; set_advskew and set_advbase are what the
    command sets (ALLOW_OFF sets neither). Settling means that advbase is then put back
    to own.advbase while the new advskew stays.
    """
    if not keeps_hearing(peer, own):
        return _uncertain(
            own, peer, "the peer's timer runs out between own adverts even now", 0.5
        )
    if lever is Lever.ALLOW_OFF:
        return _after_silence(own, peer)
    changed = msgspec.structs.replace(own, advskew=set_advskew, advbase=set_advbase)
    settled = msgspec.structs.replace(own, advskew=set_advskew)
    if lever is Lever.STATE_BACKUP:
        return _by_timers(own, changed, settled, peer)
    latest = 0 if lever is Lever.FAST else gap_ticks(own)
    return _by_advert(own, changed, settled, peer, latest)


def predict_restore(
    own_now: Side, peer: Side, restored_advskew: int, restored_advbase: int
) -> Prediction:
    """Given this BACKUP and the MASTER peer, return what putting the skew back does.

    master OWN with returns_by_itself: the VIP would come back within the peer's next
    advert, without anybody's word [FACTS A7].
    """
    restored = msgspec.structs.replace(
        own_now, advskew=restored_advskew, advbase=restored_advbase
    )
    why = takes_over(restored, peer)
    if why is not None:
        return Prediction(
            master=CarpOutcome.OWN,
            earliest=0.0,
            latest=gap_ticks(peer) / TICKS,
            returns_by_itself=True,
            because=f"this node would take the VIP at the next advert: {why}",
            odds=0.0,
        )
    if not (keeps_hearing(own_now, peer) and keeps_hearing(restored, peer)):
        return _uncertain(
            peer, restored, "own timer may run out between the peer's adverts", 0.5
        )
    return Prediction(
        master=CarpOutcome.PEER,
        earliest=0.0,
        latest=0.0,
        returns_by_itself=False,
        because="this node stays BACKUP: it neither preempts nor times the peer out",
        odds=1.0,
    )


def fast_advbase(own: Side, peer: Side) -> int:
    """Return the advbase at which the peer says "master will time out" [FACTS A5].

    At least one whole second more than the peer's 3 * advbase + D/256 can ever be, so
    a demotion of the peer since its last report changes nothing. It may exceed
    MAX_ADVBASE: then there is no such advbase.
    """
    return max(own.advbase, 3 * peer.advbase + 2)


def choose_lever(
    own: Side | str, peer: Side | str, choice: LeverChoice, demoted_advskew: int
) -> LeverPlan | str:
    """Given both sides, return a lever that is certain at every phase, or why not.

    A side that is a string says which of its numbers is missing: then no lever is
    certain. FAST is preferred to STATE_BACKUP; a choice other than AUTO allows only
    itself. demoted_advskew is this node's, different per node; a larger one in force
    is kept.
    """
    if isinstance(own, str):
        return own
    if isinstance(peer, str):
        return peer
    wanted = {
        LeverChoice.AUTO: (Lever.FAST, Lever.STATE_BACKUP),
        LeverChoice.FAST: (Lever.FAST,),
        LeverChoice.STATE_BACKUP: (Lever.STATE_BACKUP,),
    }[choice]
    refusals = []
    for lever in wanted:
        plan = _try_lever(own, peer, lever, demoted_advskew)
        if isinstance(plan, LeverPlan):
            return plan
        refusals.append(f"{lever}: {plan}")
    return "no lever is certain: " + "; ".join(refusals)


def _try_lever(
    own: Side, peer: Side, lever: Lever, demoted_advskew: int
) -> LeverPlan | str:
    advskew = max(own.advskew, demoted_advskew)
    advbase = own.advbase
    if lever is Lever.FAST:
        advbase = fast_advbase(own, peer)
        if advbase > MAX_ADVBASE:
            return f"the peer's advbase {peer.advbase} would need advbase {advbase}"
    prediction = predict(own, peer, lever, advskew, advbase)
    if prediction.master is not CarpOutcome.PEER:
        return prediction.because
    if prediction.returns_by_itself:
        return (
            f"with advskew {advskew} and preempt=1 this node would take the VIP back "
            f"from the peer's {advertised_skew(peer)}"
        )
    return LeverPlan(
        lever=lever,
        advskew=advskew,
        advbase=advbase,
        settled_advbase=own.advbase,
        seconds=prediction.latest + COMMAND_LATENCY,
        at_worst=down_ticks(peer) / TICKS + COMMAND_LATENCY,
        prediction=prediction,
    )


def _uncertain(master: Side, backup: Side, because: str, odds: float) -> Prediction:
    """Return that nobody can say, within the time in which it shows."""
    return Prediction(
        master=CarpOutcome.UNCERTAIN,
        earliest=0.0,
        latest=(down_ticks(master) + down_ticks(backup)) / TICKS,
        returns_by_itself=False,
        because=because,
        odds=odds,
    )


def _after_silence(own: Side, peer: Side) -> Prediction:
    """Return what follows when own adverts simply stop: the peer's timer runs out."""
    return Prediction(
        master=CarpOutcome.PEER,
        earliest=(down_ticks(peer) - gap_ticks(own)) / TICKS,
        latest=down_ticks(peer) / TICKS,
        returns_by_itself=False,
        because="own vhids go INIT and the peer's timer runs out",
        odds=1.0,
    )


def _by_advert(
    own: Side, changed: Side, settled: Side, peer: Side, latest: int
) -> Prediction:
    """Return what the next own advert with the changed values does, sent by latest."""
    why = takes_over(peer, changed)
    returns = takes_over(settled, peer) is not None
    if why is None:
        if not keeps_hearing(peer, changed):
            return _uncertain(
                changed, peer, "own adverts would come as slowly as the peer waits", 0.5
            )
        return Prediction(
            master=CarpOutcome.OWN,
            earliest=0.0,
            latest=0.0,
            returns_by_itself=returns,
            because=(
                "the peer neither preempts "
                f"(preempt={int(peer.preempt)}, own advertised advskew "
                f"{advertised_skew(changed)}, the peer's {advertised_skew(peer)}) "
                "nor sees this MASTER time out"
            ),
            odds=0.0,
        )
    if not (keeps_hearing(changed, peer) and keeps_hearing(settled, peer)):
        return _uncertain(
            own, peer, "own timer may run out between the peer's adverts", 0.5
        )
    return Prediction(
        master=CarpOutcome.PEER,
        earliest=0.0,
        latest=latest / TICKS,
        returns_by_itself=returns,
        because=f"the peer takes over on hearing the changed advert: {why}",
        odds=1.0,
    )


def _by_timers(own: Side, changed: Side, settled: Side, peer: Side) -> Prediction:
    """Return who wins after `state backup`: two timers race [FACTS A7].

    Own timer starts with the command; the peer's has run since the last advert, which
    is up to one gap ago. Whoever fires first advertises at once, and the other one
    may answer by preempting it.
    """
    own_fires, peer_fires = down_ticks(changed), down_ticks(peer)
    gap = gap_ticks(own)
    own_first = min(max(peer_fires - own_fires + JITTER, 0), gap)
    peer_first = peer_fires - gap < own_fires + JITTER
    outcomes: set[CarpOutcome] = set()
    if peer_first:
        back = takes_over(changed, peer) is not None
        outcomes.add(CarpOutcome.OWN if back else CarpOutcome.PEER)
    if own_first:
        answered = takes_over(peer, changed) is not None
        outcomes.add(CarpOutcome.PEER if answered else CarpOutcome.OWN)
    if peer_first and own_first:
        outcomes.add(two_masters(changed, peer).master)
    if len(outcomes) > 1:
        return _uncertain(
            changed,
            peer,
            f"own timer may fire before the peer's: {own_fires / TICKS:.3f} s from "
            f"now against {(peer_fires - gap) / TICKS:.3f} to "
            f"{peer_fires / TICKS:.3f} s",
            1.0 - own_first / gap,
        )
    (master,) = outcomes
    stays = (
        keeps_hearing(changed, peer) and keeps_hearing(settled, peer)
        if master is CarpOutcome.PEER
        else keeps_hearing(peer, changed)
    )
    if not stays:
        return _uncertain(
            changed, peer, "the adverts that follow come too slowly to keep it", 0.5
        )
    return Prediction(
        master=master,
        earliest=min(peer_fires - gap, own_fires) / TICKS,
        latest=min(peer_fires, own_fires) / TICKS,
        returns_by_itself=takes_over(settled, peer) is not None,
        because=(
            "the peer's timer runs out and this node has no reason to answer"
            if master is CarpOutcome.PEER
            else "this node is faster: it takes the VIP back at once"
        ),
        odds=1.0 if master is CarpOutcome.PEER else 0.0,
    )
