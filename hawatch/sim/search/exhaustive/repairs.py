"""How everything that may go wrong in the abstract pair is mended from outside."""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.sim.search.exhaustive.accidents_storage import SUSPECT, Told
from hawatch.sim.search.exhaustive.state import INTERLOCK, NODES, PairState, other


def repairs(pair: PairState) -> Iterator[Told]:
    """Yield every way in which something is mended from outside."""
    for name in NODES:
        node = pair.node(name)
        if not node.up:
            yield f"{name} boots", pair.put(name, up=True)
        if node.frozen:
            woken = pair.put(name, frozen=False, looked=2, acted=False, plan=())
            woken = woken.put(other(name), acted=False)
            yield f"{name} goes on after a long sleep", woken
        if node.broken:
            started = node.running or (node.master and node.holds and not node.plan)
            mended = pair.put(name, broken="", running=started)
            yield f"the database on {name} is mended", mended
        if node.stuck:
            yield f"the database on {name} can be stopped", pair.put(name, stuck=False)
        if not node.link:
            # CARP's state changes with the link, and devd rings.
            up = pair.put(name, link=True, acted=False)
            yield f"the link of {name} is up again", up
        mine = "fenced" in node.latches or pair.site == INTERLOCK
        if node.alive and not node.allow and not mine:
            yield f"somebody allows CARP on {name} again", pair.put(name, allow=True)
        if node.maintained:
            unheard = pair.node(other(name)).bound == "theirs"
            bound = "" if node.bound == "ours" else node.bound
            ended = pair.put(name, maintained=False, ended=unheard, bound=bound)
            yield f"the maintenance of {name} is over", ended
        yield from _seen_to(pair, name)
    if pair.net != "ok":
        # What is heard again rings on both nodes: CARP's states change.
        well = pair.with_(net="ok").put("a", acted=False).put("b", acted=False)
        yield "the network is well again", well


def _seen_to(pair: PairState, name: str) -> Iterator[Told]:
    """Yield what a person does about what cannot be read, written or trusted."""
    node = pair.node(name)
    if node.blind:
        said = "remember" if node.blind == "state" else "read everything"
        yield f"{name} can {said} again", pair.put(name, blind="")
    if SUSPECT in node.latches:
        latches = tuple(m for m in node.latches if m != SUSPECT)
        said = f"a person sees to the disk of {name}, and clears the latch"
        yield said, pair.put(name, latches=latches)
    if node.ails:
        yield f"what {name} itself lacked is mended", pair.put(name, ails=False)
    if node.alive and (node.sick or node.fell[:1] == "w"):
        seen_to = pair.put(name, sick=False, acted=False)
        if node.fell:
            seen_to = seen_to.put(name, fell="h" + node.fell[1:])
        yield f"a person sees to the disk of {name}, and starts hastd anew", seen_to
