"""What an order to switch the peer off leaves behind, and how long it counts. Pure."""

from __future__ import annotations

import msgspec

from hawatch.deciding.situation import Situation
from hawatch.model.memory import Memory, PeerFence
from hawatch.model.moment import Moment
from hawatch.model.plan import FencePeer, Outcome, Plan, StepResult


def peer_is_off(s: Situation) -> bool:
    """Return whether the site confirmed the peer off, and nobody answered since.

    It counts in the boot in which it was heard, and only while the silence that was
    there before the order was never broken: somebody may switch the peer on again.
    """
    fence = s.memory.fence
    if fence is None or not fence.confirmed or fence.begun.boot != s.now.boot:
        return False
    return not s.word.fresh and silence(s) >= s.now.seconds_since(fence.begun)


def fence_is_spent(s: Situation) -> bool:
    """Return whether the cool-down forbids another order.

    A clock that was set back puts the last one into the future: it counts all the more.
    """
    fence = s.memory.fence
    cooldown = s.config.limits.cooldown
    return fence is not None and abs(s.now.wall - fence.begun.wall) < cooldown


def fence_failure(s: Situation) -> str:
    """Return why the last order of this silence confirmed nothing, or ""."""
    fence = s.memory.fence
    if fence is None or fence.confirmed or fence.begun.boot != s.now.boot:
        return ""
    if silence(s) < s.now.seconds_since(fence.begun):
        return ""
    return fence.text or "the agent ended before the fence command did"


def silence(s: Situation) -> float:
    """Return for how many seconds nothing was heard of the peer.

    Without a channel the adverts have to do: as long as the VIP has been here.
    """
    if s.config.peer.enabled:
        return s.word.silent_for
    return s.now.seconds_since(s.own.carp.since) if s.own.carp is not None else 0.0


def fences(plan: Plan) -> bool:
    """Return whether a plan switches the peer off."""
    return any(isinstance(step, FencePeer) for step in plan.steps)


def with_fence_begun(memory: Memory, now: Moment) -> Memory:
    """Return the memory with an order begun: from now on there is no second one."""
    return msgspec.structs.replace(memory, fence=PeerFence(begun=now))


def with_fence_ended(memory: Memory, outcomes: tuple[Outcome, ...]) -> Memory:
    """Return the memory with what came of the order among a plan's outcomes, if any."""
    for outcome in outcomes:
        if isinstance(outcome.step, FencePeer) and memory.fence is not None:
            ended = msgspec.structs.replace(
                memory.fence,
                confirmed=outcome.result is StepResult.REACHED,
                text=outcome.text,
            )
            return msgspec.structs.replace(memory, fence=ended)
    return memory
