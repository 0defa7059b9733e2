"""A site's own numbers laid over a drawn scenario.

Names, addresses and services stay the simulated pair's; what the site decides by
(timers, limits, levers, policies, the checks' numbers) is its own.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from hawatch.config import parse_config
from hawatch.model.config import Config
from hawatch.sim.search.draw import Drawn

SECTIONS: dict[str, tuple[str, ...]] = {
    "limits": ("moves", "per", "cooldown", "restarts"),
    "carp": ("demoted_advskew", "lever", "interlock", "debounce", "settle"),
    "hast": ("timeout", "role_deadline", "heal"),
    "peer": ("connect_timeout", "timeout", "max_age"),
    "witness": ("give_up", "promote_after", "without"),
    "agent": ("interval",),
}
DEADLINES = ("start_deadline", "stop_deadline", "unmount_deadline", "stubborn")


def with_site(drawn: Drawn, path: str) -> Drawn:
    """Given a drawn scenario and a hawatch.toml, return it with its numbers.

    Raises ConfigError, OSError.
    """
    site = _site(path)
    tree = {**drawn.tree, "pair": dict(drawn.tree["pair"])}
    config = {**tree["config"]}
    for section, names in SECTIONS.items():
        values = msgspec.to_builtins(getattr(site, section))
        kept = config.get(section, {})
        config[section] = {**kept, **{name: values[name] for name in names}}
    if not (site.witness.ping or site.witness.tcp):
        config["witness"]["ping"] = []
    first: Any = msgspec.to_builtins(next(iter(site.services.values())))
    own = {name: first[name] for name in DEADLINES}
    config["services"] = {
        name: {**value, **own} for name, value in config["services"].items()
    }
    tree["pair"]["hast_timeout"] = site.hast.timeout
    return msgspec.structs.replace(drawn, tree={**tree, "config": config})


@lru_cache(maxsize=1)
def _site(path: str) -> Config:
    return parse_config(Path(path).read_text(encoding="utf-8"), path)
