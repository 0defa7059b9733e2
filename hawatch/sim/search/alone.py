"""One kind of fault alone on a pair: where it strikes, and for how long, is chosen.

A seed draws where and when; here both nodes are struck, and the longest that the
search knows is played as well as what comes. The same fault and number give the same
scenario.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import msgspec

from hawatch.model.config import Config
from hawatch.sim.search.dice import Deed, Dice, Episode
from hawatch.sim.search.draw import FIRST_FAULT, NODES, Drawn, draw
from hawatch.sim.search.episodes import OTHERS
from hawatch.sim.search.episodes_network import NETWORK
from hawatch.sim.search.site import laid_over

FAULTS: dict[str, Episode] = {make.__name__: make for make in (*OTHERS, *NETWORK)}
"""Every kind of fault within the assumptions, by its name."""

AIMS: tuple[tuple[str, bool], ...] = (
    ("owner", True),
    ("standby", True),
    ("owner", False),
    ("standby", False),
)
"""What the first draws of a fault strike, and whether it lasts as long as it may."""

WRITES = 1.0
"""Seconds between two rows of the clients: an outage is measured that finely."""

PATIENCE = 300.0
"""Seconds for a fault that waits for something (a command, a step of a plan)."""

REST = 900.0
"""Seconds after the fault was healed in which the pair comes to rest."""

LASTING = ("crash", "pause", "link-down")
"""Deeds whose `seconds` are how long they last."""


class Aimed(Dice):
    """Dice that always strike one node, and that may make every span the longest."""

    def __init__(
        self,
        rng: random.Random,
        services: Sequence[str],
        *,
        struck: str,
        longest: bool,
    ) -> None:
        super().__init__(rng, NODES, services)
        self._struck = struck
        self._longest = longest

    def node(self) -> str:
        """Return the node that is to be struck."""
        return self._struck

    def span(self, low: float, high: float) -> float:
        """Return the longest span, or one that is drawn."""
        drawn = super().span(low, high)
        return high if self._longest else drawn


def struck_by(number: int) -> str:
    """Given a draw's number, return what it strikes: the owner or the standby."""
    return AIMS[number % len(AIMS)][0]


def alone(fault: str, number: int, config: Config) -> Drawn:
    """Given a kind of fault and a draw's number, return the scenario of it alone.

    config is laid over the drawn pair. Raises KeyError where there is no such fault.
    """
    drawn = laid_over(draw(number), config)
    where, longest = AIMS[number % len(AIMS)]
    pair = {**drawn.tree["pair"], "schg": True}
    pair["services"] = [{**one, "write_interval": WRITES} for one in pair["services"]]
    dice = Aimed(
        random.Random(f"{fault} alone {number}"),
        [one["name"] for one in pair["services"]],
        struck=NODES[where == "standby"],
        longest=longest,
    )
    deeds = [_rounded(deed) for deed in FAULTS[fault](dice, FIRST_FAULT)]
    ends = [deed["time"] + _lasts(deed) for deed in deeds]
    quiet = round(max(*ends, FIRST_FAULT + PATIENCE) + 5.0, 1)
    tree = {
        **drawn.tree,
        "title": f"{fault} alone, draw {number}",
        "pair": pair,
        "end": quiet + REST,
    }
    return msgspec.structs.replace(
        drawn, tree=tree, faults=(tuple(deeds),), names=(fault,), quiet=quiet
    )


def _rounded(deed: Deed) -> Deed:
    return {**deed, "time": round(deed["time"], 2)}


def _lasts(deed: Deed) -> float:
    return float(deed.get("seconds") or 0.0) if deed["do"] in LASTING else 0.0
