"""hawatch.toml -> Config: the door to everything about the configuration's file.

Whoever holds a Config holds one without mistakes: `load_config` and `parse_config` give
all of it or raise ConfigError with every mistake, each with its path and what would be
right.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hawatch.configuring.conversion import Conversion
from hawatch.configuring.effective import configuration_hash, show_config
from hawatch.configuring.mistakes import ConfigError, Mistake, one_of
from hawatch.configuring.reading import parse_toml, read_file
from hawatch.configuring.relations import KnownChecks, judge_relations
from hawatch.deciding import inequalities
from hawatch.model.config import Config

__all__ = [
    "ConfigError",
    "Mistake",
    "configuration_hash",
    "load_config",
    "node_name",
    "parse_config",
    "show_config",
]


def load_config(
    path: Path,
    *,
    node: str | None = None,
    known_checks: Callable[[Config], KnownChecks] | None = None,
) -> Config:
    """Given the path of hawatch.toml, return the Config.

    node and known_checks are parse_config's. Raises ConfigError where the file must not
    be believed (somebody else's, or writable by others) or anything in it is wrong.
    """
    return parse_config(
        read_file(path), str(path), node=node, known_checks=known_checks
    )


def parse_config(
    text: str,
    source: str,
    *,
    node: str | None = None,
    known_checks: Callable[[Config], KnownChecks] | None = None,
) -> Config:
    """Given the text of hawatch.toml and the name of its file, return the Config.

    node: this machine's host name, which must then mean one of the nodes. known_checks:
    gives all checks with their settings, the site's own from where the Config says;
    without it the names of checks are judged by their form.

    Raises ConfigError with every mistake at once.
    """
    tree = parse_toml(text, source)
    conversion = Conversion()
    config = conversion.config(tree)
    mistakes = conversion.mistakes
    told = frozenset(mistake.path for mistake in mistakes)
    known = None
    if known_checks is not None and "$.agent.checks" not in told:
        known = known_checks(config)
    mistakes += [
        mistake
        for mistake in judge_relations(config, told, known)
        if mistake.path not in told
    ]
    if conversion.sound_sums:
        mistakes += [
            Mistake(path=f"$.{sum_.path}", wrong=sum_.wrong, right=sum_.right)
            for sum_ in inequalities.problems(config)
        ]
    if node is not None and "$.nodes" not in told:
        mistakes += _stranger(config, node)
    if mistakes:
        raise ConfigError(source, mistakes)
    return config


def node_name(config: Config, hostname: str) -> str:
    """Given a host name, return the name of the node that it means.

    It is the node with the same name, or else the only one with the same first label:
    "db1" and "db1.example.org" mean each other. Upper and lower case are the same.

    Raises ConfigError, naming the legal ones, where it means none of the two or both.
    """
    mistakes = _stranger(config, hostname)
    if mistakes:
        raise ConfigError("configuration", mistakes)
    return _meant(config, hostname)[0]


def _meant(config: Config, hostname: str) -> list[str]:
    """Return the names of the nodes that a host name may mean."""
    wanted = hostname.lower()
    same = [name for name in config.nodes if name.lower() == wanted]
    if same:
        return same
    label = wanted.partition(".")[0]
    return [
        name
        for name in config.nodes
        if name.lower().partition(".")[0] == label
        # Two full names with one first label are two machines.
        and not ("." in name and "." in wanted)
    ]


def _stranger(config: Config, hostname: str) -> tuple[Mistake, ...]:
    """Return what is wrong with a host name that does not mean exactly one node."""
    meant = _meant(config, hostname)
    if len(meant) == 1:
        return ()
    wrong = f'this host, "{hostname}", is {"both of them" if meant else "none of them"}'
    return (Mistake(path="$.nodes", wrong=wrong, right=one_of(config.nodes)),)
