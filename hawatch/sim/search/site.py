"""A site's own numbers laid over a drawn scenario.

Names, addresses and networks stay the simulated pair's; what the site decides by
(timers, limits, levers, policies, whether there is a witness, the shipped checks'
numbers) is its own, and so is whether it has one service or more.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from hawatch.config import parse_config
from hawatch.model.config import Config
from hawatch.sim.search.dice import Deed
from hawatch.sim.search.draw import Drawn
from hawatch.sim.search.play import shipped_checks

SECTIONS: dict[str, tuple[str, ...]] = {
    "limits": ("moves", "per", "cooldown", "restarts"),
    "carp": ("demoted_advskew", "lever", "interlock", "debounce", "settle"),
    "hast": ("timeout", "role_deadline", "heal"),
    "peer": ("connect_timeout", "timeout", "max_age"),
    "witness": ("give_up", "promote_after", "without"),
    "agent": ("interval",),
}
DEADLINES = (
    "start_deadline",
    "stop_deadline",
    "unmount_deadline",
    "fsck_deadline",
    "stubborn",
)
CHECKS = ("enabled", "fall", "rise", "timeout", "severity", "remedy")


def with_site(drawn: Drawn, path: str) -> Drawn:
    """Given a drawn scenario and a hawatch.toml, return it with its numbers.

    Raises ConfigError, OSError.
    """
    return laid_over(drawn, _site(path))


def laid_over(drawn: Drawn, site: Config) -> Drawn:
    """Given a drawn scenario and a configuration, return it with its numbers."""
    tree = {**drawn.tree, "pair": dict(drawn.tree["pair"])}
    config = {**tree["config"]}
    for section, names in SECTIONS.items():
        values = msgspec.to_builtins(getattr(site, section))
        drawn_ones = config.get(section, {})
        config[section] = {**drawn_ones, **{name: values[name] for name in names}}
    # Whether somebody outside can be asked is the site's, and no matter of luck.
    config["witness"].pop("ping", None)
    if not (site.witness.ping or site.witness.tcp):
        config["witness"]["ping"] = []
    config["checks"] = _checks(site)
    # A pair with one service more would need other sums than the site's.
    services = tree["pair"]["services"][: len(site.services)]
    tree["pair"]["services"] = services
    first: Any = msgspec.to_builtins(next(iter(site.services.values())))
    own = {name: first[name] for name in DEADLINES}
    config["services"] = {
        one["name"]: {**config["services"][one["name"]], **own} for one in services
    }
    if first["probe"] is not None:
        for value in config["services"].values():
            asked = {**value.get("probe", {}), "timeout": first["probe"]["timeout"]}
            value["probe"] = asked
    tree["pair"]["hast_timeout"] = site.hast.timeout
    kept = [one["name"] for one in services]
    faults = tuple(
        tuple(_aimed(deed, kept) for deed in episode) for episode in drawn.faults
    )
    return msgspec.structs.replace(
        drawn, tree={**tree, "config": config}, faults=faults
    )


def _aimed(deed: Deed, services: list[str]) -> Deed:
    """Return a deed that means a service which is still there."""
    if deed.get("service", services[0]) not in services:
        return {**deed, "service": services[0]}
    if deed["do"] == "operator" and deed["words"][1] not in services:
        return {**deed, "words": [deed["words"][0], services[0], *deed["words"][2:]]}
    return deed


def _checks(site: Config) -> dict[str, Any]:
    """Return the numbers of the checks that the simulated pair has as well."""
    known = {check.name for check in shipped_checks().checks}
    return {
        name: {
            word: value
            for word, value in msgspec.to_builtins(check).items()
            if word in CHECKS and value is not None
        }
        for name, check in site.checks.items()
        if name in known
    }


@lru_cache(maxsize=1)
def _site(path: str) -> Config:
    return parse_config(Path(path).read_text(encoding="utf-8"), path)
