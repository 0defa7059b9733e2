"""From a seed that fails to the least that still fails the same way.

Whole episodes go first, then single deeds, then seconds are rounded and the pair is
made plain. What is left is a scenario that `hawatch simulate` plays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from hawatch.config import ConfigError
from hawatch.sim.search.dice import Deed
from hawatch.sim.search.draw import QUIET, Drawn
from hawatch.sim.search.play import Verdict, search_one
from hawatch.sim.toml import to_toml

MOST_TRIES = 80

Try = Callable[[Drawn], Verdict]


def shrink(drawn: Drawn, verdict: Verdict, play: Try = search_one) -> Drawn:
    """Given a failing seed and its verdict, return the least that fails like it."""
    what = verdict.harm[0].what
    best, tries = drawn, 0
    progress = True
    while progress and tries < MOST_TRIES:
        progress = False
        for smaller in _smaller(best):
            tries += 1
            if tries > MOST_TRIES:
                break
            if _fails(smaller, what, play):
                best, progress = smaller, True
                break
    return best


def as_scenario(drawn: Drawn, verdict: Verdict) -> str:
    """Return TOML that replays a verdict, with what a person did in it."""
    harm = verdict.harm[0]
    deeds = [*drawn.deeds(), *verdict.orders]
    tree = {
        **drawn.tree,
        "title": f"seed {drawn.seed} ({drawn.kind}): {harm.what}",
        "story": f"{harm.text}\nFound at {harm.at:.1f} s on {harm.node or 'the pair'}.",
        "end": verdict.seconds + 1.0,
        "at": sorted(deeds, key=lambda deed: deed["time"]),
        "expect": list(_expected(drawn, verdict)),
    }
    return to_toml(tree)


def _expected(drawn: Drawn, verdict: Verdict) -> Iterator[dict[str, Any]]:
    """Yield what the replay must be red about where no harm shows in the world."""
    for service in drawn.tree["pair"]["services"]:
        yield {"that": "rows-lost", "service": service["name"]}
    if any("cool-down" in harm.what for harm in verdict.harm):
        yield {"that": "moves", "at_most": 1}


def _fails(drawn: Drawn, what: str, play: Try) -> bool:
    try:
        verdict = play(drawn)
    except ConfigError:
        return False
    return any(harm.what == what for harm in verdict.harm)


def _smaller(drawn: Drawn) -> Iterator[Drawn]:
    """Yield simpler scenarios, the boldest simplification first."""
    faults = drawn.faults
    for number in range(len(faults)):
        if len(faults) > 1:
            yield _with(drawn, [*faults[:number], *faults[number + 1 :]])
    for number, episode in enumerate(faults):
        for place in range(len(episode)):
            if len(episode) > 1:
                less = (*episode[:place], *episode[place + 1 :])
                yield _with(drawn, [*faults[:number], less, *faults[number + 1 :]])
    plain = dict(drawn.tree["pair"])
    if len(plain["services"]) > 1:
        plain["services"] = plain["services"][:1]
        config = {**drawn.tree["config"]}
        config["services"] = {
            name: value for name, value in config["services"].items() if name == "mysql"
        }
        tree = {**drawn.tree, "pair": plain, "config": config}
        yield msgspec.structs.replace(drawn, tree=tree)


def _with(drawn: Drawn, faults: list[tuple[Deed, ...]]) -> Drawn:
    """Return it with other faults, and its end where they end."""
    last = max(
        deed["time"] + float(deed.get("seconds") or 0.0)
        for episode in faults
        for deed in episode
    )
    quiet = round(min(drawn.quiet, last + 60.0), 1)
    return msgspec.structs.replace(
        drawn,
        faults=tuple(faults),
        quiet=quiet,
        tree={**drawn.tree, "end": quiet + QUIET},
    )
