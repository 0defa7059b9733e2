"""What a step of a plan does to the abstract pair, with the actor's own barriers."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from hawatch.model.decision import Decision, Rule
from hawatch.model.plan import (
    AllowCarp,
    AnyStep,
    FencePeer,
    Lever,
    MountFilesystem,
    RestartService,
    RestartWorker,
    RestoreSkew,
    SetRole,
    StartService,
    StopService,
    TakeVip,
    Unmount,
    YieldVip,
)
from hawatch.sim.search.exhaustive.concrete import Look
from hawatch.sim.search.exhaustive.numbers import skew_of
from hawatch.sim.search.exhaustive.state import (
    NODES,
    NodeState,
    PairState,
    off,
    other,
    synced,
)

Effect = Callable[[PairState, str], PairState | None]

RAISED = [skew_of(name, NodeState(raised=True)) for name in NODES]


WORDS: dict[type[AnyStep], str] = {
    StopService: "stop",
    Unmount: "unmount",
    MountFilesystem: "mount",
    StartService: "start",
    RestartService: "restart",
    RestartWorker: "send again",
    FencePeer: "fence",
    TakeVip: "take vip",
}


def word(step: AnyStep) -> str:
    """Return a step as the abstract pair knows it, "" for one that only waits."""
    match step:
        case SetRole():
            return f"role {step.role.value[0]}"
        case YieldVip():
            return "drop vip" if step.lever is Lever.ALLOW_OFF else "yield vip"
        case AllowCarp():
            return "allow" if step.allow else "forbid"
        case RestoreSkew():
            return "raise skew" if step.advskew in RAISED else "lower skew"
        case _:
            return WORDS.get(type(step), "")


def words_of(decision: Decision) -> tuple[str, ...]:
    """Return a decision's plan in the words of the abstract pair."""
    return tuple(w for step in decision.plan.steps if (w := word(step)))


def decided(pair: PairState, name: str, look: Look) -> PairState:
    """Return the pair after a look: what is remembered, and a plan that begins."""
    own, decision = look.own, look.decision
    node = pair.node(name)
    plan = words_of(decision)
    begun = own.unfinished
    changed = msgspec.structs.replace(
        node,
        latches=tuple(
            sorted({str(m.kind) for m in own.latches if m.copy_of in ("", name)})
        ),
        duty=own.duty.value[0].upper(),
        raised=own.raised is not None,
        unfinished=begun.duty.value[0].upper() if begun is not None else "",
        failed=node.failed and not plan,
        plan=plan,
        looked=1,
        acted=not plan,
        moved=_moved(node, decision, plan),
        restarted=bool(own.restarts),
        released=bool(own.released_in),
        for_peer=begun is not None and begun.rule == Rule.UNHEALTHY_DEMOTE,
        restarting=own.restarting,
        asked="",
        fence=look.fence,
    )
    if not plan and (decision.plan.steps or decision.rule is Rule.INTERRUPTED_PLAN):
        changed = msgspec.structs.replace(changed, unfinished="", for_peer=False)
    return pair.with_(**{name: changed})


def _moved(node: NodeState, decision: Decision, plan: tuple[str, ...]) -> int:
    """Return whether it has moved, and whether that plan is still under way."""
    if decision.move:
        return 2 if plan else 1
    return node.moved if plan and node.unfinished else min(node.moved, 1)


def perform(pair: PairState, name: str) -> PairState:
    """Return the pair after the next step of a node's plan."""
    node = pair.node(name)
    step, rest = node.plan[0], node.plan[1:]
    after = _effect(pair, name, step)
    if after is None:
        return _failed(pair, name, step)
    after = after.put(name, plan=rest, acted=not rest)
    if rest:
        return after
    moved = min(node.moved, 1)
    ended = after.put(name, unfinished="", for_peer=False, restarting=False)
    return ended.put(name, failed=False, moved=moved)


def _failed(pair: PairState, name: str, step: str) -> PairState:
    """Return the pair after a step that was refused or that failed.

    A worker that ends a moment after the order leaves its role at init [FACTS B2].
    """
    node = pair.node(name)
    ended = step == "role p" and node.master
    vain = node.vain or (node.unfinished == "A" and (step == "start" or ended))
    after = pair.put(
        name, plan=(), failed=True, acted=True, vain=vain, restarting=False
    )
    return after.put(name, role="i", fell="wp") if ended else after


def _effect(pair: PairState, name: str, step: str) -> PairState | None:
    """Return the pair after a step, or None where the actor refuses or fails."""
    return EFFECTS[step](pair, name)


def _set(**changes: object) -> Effect:
    """Return a step that always reaches its goal."""
    return lambda pair, name: pair.put(name, **changes)


def _stop(pair: PairState, name: str) -> PairState | None:
    """A service may hang for good, and not be killed."""
    return None if pair.node(name).stuck else pair.put(name, running=False)


def _promote(pair: PairState, name: str) -> PairState | None:
    """The VIP must be here now. What waits in the queue is lost [FACTS B2]."""
    node = pair.node(name)
    if not node.master or node.sick:
        return None
    whole = node.whole and not node.queued
    after = pair.put(name, role="p", last_primary=True, whole=whole)
    return after.put(name, queued=False, fell="").with_(later=name)


def _release(role: str) -> Effect:
    """Nothing may be mounted from the device."""
    return lambda pair, name: (
        None if pair.node(name).mounted else pair.put(name, role=role, fell="")
    )


def _mount(pair: PairState, name: str) -> PairState | None:
    """The device is there only once the first attempt to connect has ended."""
    if pair.node(name).role != "p":
        return None
    return (synced(pair) or pair).put(name, mounted=True)


def _start(pair: PairState, name: str) -> PairState | None:
    node = pair.node(name)
    if not node.holds or node.broken == "start":
        return None
    return pair.put(name, running=True)


def _restart(pair: PairState, name: str) -> PairState | None:
    """A restart mends what a restart can mend."""
    node = pair.node(name)
    if not node.mounted or node.broken == "start":
        return None
    cured = "" if node.broken == "restart" else node.broken
    return pair.put(name, running=True, broken=cured)


def _send_again(pair: PairState, name: str) -> PairState | None:
    """A new worker sends what the break lost, where it is connected [FACTS B8]."""
    if not pair.connected:
        return None
    sent = pair.put(name, debt=False)
    return sent.put(other(name), whole=pair.node(name).whole)


def _fence(pair: PairState, name: str) -> PairState:
    """The site's command ends with "confirmed off"."""
    return off(pair, other(name)).put(name, fence="off")


def _yield(pair: PairState, name: str) -> PairState | None:
    """The peer must hear it, and take part."""
    if not pair.node(name).master:
        return pair
    if pair.adverts and pair.node(other(name)).allow:
        return pair.put(name, master=False).put(other(name), master=True)
    return None


def _take(pair: PairState, name: str) -> PairState:
    node = pair.node(name)
    took = pair.put(name, master=node.allow and node.link)
    return took.put(other(name), master=False) if pair.adverts else took


EFFECTS: dict[str, Effect] = {
    "stop": _stop,
    "unmount": _set(mounted=False),
    "role p": _promote,
    "role s": _release("s"),
    "role i": _release("i"),
    "mount": _mount,
    "start": _start,
    "drop vip": _set(master=False, allow=False),
    "yield vip": _yield,
    "lower skew": _set(raised=False),
    "raise skew": _set(raised=True),
    "allow": _set(allow=True, young=0),
    "forbid": _set(allow=False, master=False),
    "take vip": _take,
    "restart": _restart,
    "send again": _send_again,
    "fence": _fence,
}
