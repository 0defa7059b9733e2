"""Faults of the network that a seed draws."""

from __future__ import annotations

from hawatch.sim.search.dice import Deed, Dice, Episode

CUTS: tuple[tuple[str, ...], ...] = (
    ("carp",),
    ("hast",),
    ("ssh",),
    ("ssh2",),
    ("carp", "hast"),
    ("ssh", "hast"),
)


def cut(dice: Dice, at: float) -> list[Deed]:
    """Some kinds of traffic between the nodes are swallowed, perhaps one way only."""
    between = list(dice.rng.sample(list(dice.nodes), 2))
    deed = {
        "between": between,
        "kinds": list(dice.rng.choice(CUTS)),
        "one-way": dice.flip(0.3),
    }
    deed["one_way"] = deed.pop("one-way")
    return [
        {"time": at, "do": "cut", **deed},
        {"time": at + dice.span(2, 900), "do": "heal", **deed},
    ]


def isolate(dice: Dice, at: float) -> list[Deed]:
    """A node is cut off from everybody."""
    end = at + dice.span(2, 900)
    return [
        {"time": at, "do": "isolate", "node": dice.node()},
        {"time": end, "do": "heal-all"},
    ]


def clients_cut(dice: Dice, at: float) -> list[Deed]:
    """The clients, or the witness, do not reach one node."""
    between = [dice.rng.choice(["client", "witness"]), dice.node()]
    end = at + dice.span(2, 600)
    return [
        {"time": at, "do": "cut", "between": between},
        {"time": end, "do": "heal", "between": between},
    ]


def lossy(dice: Dice, at: float) -> list[Deed]:
    """Packets of one kind get lost now and then."""
    deed = {
        "do": "lose",
        "between": list(dice.rng.sample(list(dice.nodes), 2)),
        "kind": dice.rng.choice(["carp", "carp", "hast", "ssh"]),
        "one_way": dice.flip(),
    }
    likely = round(dice.rng.uniform(0.1, 0.9), 2)
    end = at + dice.span(10, 600)
    return [
        {"time": at, **deed, "probability": likely},
        {"time": end, **deed, "probability": 0.0},
    ]


def witness_down(dice: Dice, at: float) -> list[Deed]:
    """The witness answers nobody."""
    end = at + dice.span(5, 900)
    return [{"time": at, "do": "witness-down"}, {"time": end, "do": "witness-up"}]


def link_flap(dice: Dice, at: float) -> list[Deed]:
    """A cable comes loose for a while."""
    seconds = dice.span(0.2, 600)
    return [{"time": at, "do": "link-down", "node": dice.node(), "seconds": seconds}]


NETWORK: tuple[Episode, ...] = (cut, cut, isolate, clients_cut, lossy)
"""One at a time: two of them could leave the nodes no path while both see the witness,
which hawatch does not claim to survive."""
