"""What must never be in the abstract pair: of a state, and of a decision."""

from __future__ import annotations

from hawatch.model.decision import Decision, Rule
from hawatch.sim.search.exhaustive.nevers_peer import about_peer
from hawatch.sim.search.exhaustive.nevers_rule import beyond_its_rule, told_wrongly
from hawatch.sim.search.exhaustive.state import (
    METADATA,
    NODES,
    NodeState,
    PairState,
    other,
)

WORD_OF_A_PERSON = {Rule.ASKED, Rule.MAINTENANCE}
FIRST = {Rule.ASKED, Rule.TWO_PRIMARIES}
"""Who may act in the first look: a person, and who finds that harm is done."""

TAKES = {"role p", "mount", "start"}
GRABS = {*TAKES, "allow", "take vip"}


def harm(pair: PairState, *, beyond: bool = False) -> str:
    """Return the never that a state breaks, or ""."""
    held = [n for n in NODES if pair.node(n).up and pair.node(n).mounted]
    if len(held) == 2 and all(pair.node(n).role == "p" for n in held) and not beyond:
        return "both nodes are primary and have it mounted"
    for name in held:
        node = pair.node(name)
        if node.role == "p" and not node.whole and not beyond:
            return f"{name} has mounted a copy that lacks acknowledged rows"
    for name in NODES:
        node = pair.node(name)
        if node.up and node.running and not node.mounted:
            return f"the service on {name} runs without its file system"
    return ""


def broken_by(
    pair: PairState,
    name: str,
    decision: Decision,
    plan: tuple[str, ...],
    *,
    fence: str = "",
) -> str:
    """Return the never that a decision breaks, or "".

    pair is as the node has seen it; plan the steps in the abstract pair's words; fence
    what is remembered of an order to switch the peer off before the plan begins.
    """
    node, peer = pair.node(name), pair.node(other(name))
    asked = bool(node.asked)
    if decision.move and node.moved:
        return f"{name} moves a second time inside the cool-down"
    lets_go = decision.move and node.role == "p" and decision.plan
    if lets_go and not (peer.up and peer.whole):
        return f"{name} lets go although {other(name)} cannot serve"
    if asked and decision.rule not in WORD_OF_A_PERSON:
        return f"nobody answers the person who types {node.asked} on {name}"
    able = node.whole and not node.latches and not node.blind and not node.holds
    alone = node.master and not pair.talking
    if node.asked == "takeover" and able and alone and not plan:
        return f"{name} refuses what a person asks, and it could"
    if node.asked == "release" and node.holds and not plan:
        return f"{name} shuts down and releases nothing"
    if decision.plan and node.looked != 1 and decision.rule not in FIRST:
        return f"{name} acts in its first look after a boot or a sleep"
    known = node.maintained or node.bound or (pair.talking and peer.maintained)
    # A peer that has not heard of it counts the silence, and will take over.
    in_time = decision.rule is Rule.ISOLATED_OWNER and not node.bound
    if decision.plan and known and not asked and not in_time:
        return f"{name} acts although a person works on the pair"
    if node.released and not asked and GRABS & set(plan):
        return f"{name} takes something back while it shuts down"
    return (
        _blindly(node, name, decision, plan)
        or about_peer(pair, name, decision, plan, fence)
        or told_wrongly(pair, name, decision, plan)
        or beyond_its_rule(pair, name, decision, plan)
    )


def _blindly(
    node: NodeState, name: str, decision: Decision, plan: tuple[str, ...]
) -> str:
    """Return what is done or said of what can be neither read nor remembered, or ""."""
    if node.blind == "state":
        lost = TAKES & set(plan)
        return f"{name} takes what it could not remember" if lost else ""
    by_word = node.blind == "carp" and node.asked  # the actor reads CARP again
    grabs = TAKES if node.blind == METADATA else GRABS  # CARP is read all the same
    if node.blind and not by_word and grabs & set(plan):
        return f"{name} grabs without knowing: it cannot read {node.blind}"
    if node.blind == "carp" and decision.rule is Rule.ALL_WELL:
        return f"{name} says that all is well of what it cannot read"
    return ""
