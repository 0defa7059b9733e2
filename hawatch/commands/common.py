"""What the commands share: the options, and the agent that they drive."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from hawatch.agent import DEFAULT_CONFIG, Opened, wired
from hawatch.checking.collect import collect_configured
from hawatch.checking.nouns import Collection
from hawatch.config import load_config, node_name
from hawatch.host import complete
from hawatch.model.config import Config
from hawatch.recording.store import DirStore, StoreError

__all__ = [
    "DEFAULT_CONFIG",
    "Opened",
    "UsageError",
    "open_agent",
    "parser",
    "read_config",
    "say",
]


class UsageError(Exception):
    """What was typed cannot be done; the text says what would be right."""


def parser(command: str, description: str) -> argparse.ArgumentParser:
    """Return a command's parser with the options that every command has."""
    made = argparse.ArgumentParser(
        prog=f"hawatch {command}", description=description, allow_abbrev=False
    )
    made.add_argument(
        "--config", metavar="FILE", default=DEFAULT_CONFIG, help="the configuration"
    )
    made.add_argument(
        "--host",
        metavar="HOST",
        default="freebsd",
        help="freebsd (this machine) or sim:SCENARIO",
    )
    return made


def read_config(path: str) -> tuple[Config, str]:
    """Return the configuration and this node's name in it.

    Raises ConfigError with every mistake.
    """
    hostname = os.uname().nodename
    config = load_config(Path(path), node=hostname)
    return config, node_name(config, hostname)


def open_agent(
    options: argparse.Namespace,
    *,
    pretends: bool = False,
    checks: Callable[[Collection], Collection] = lambda collection: collection,
) -> Opened:
    """Given the parsed options, return the agent of the host that they name.

    pretends: a dry run, whose host and records change nothing. checks narrows down
    which checks are run. Raises ConfigError or UsageError.
    """
    kind, _, scenario = options.host.partition(":")
    if kind == "sim":
        from hawatch.sim.source import NoScenario, open_simulated

        try:
            return open_simulated(scenario, pretends=pretends, checks=checks)
        except NoScenario as error:
            raise UsageError(str(error)) from None
    if kind != "freebsd" or scenario:
        raise UsageError(
            f"hawatch: no host {options.host!r}; freebsd or sim:SCENARIO is wanted"
        )
    return _open_here(options.config, pretends=pretends, checks=checks)


def _open_here(
    path: str, *, pretends: bool, checks: Callable[[Collection], Collection]
) -> Opened:
    from hawatch.freebsd.host import FreeBSDHost

    config, node = read_config(path)
    collection = checks(collect_configured(config))
    host = FreeBSDHost(node, run_dir=config.agent.run)
    try:
        store = DirStore(config.agent.state)
    except StoreError as error:
        raise UsageError(f"hawatch: {error}") from None
    wanted = os.R_OK | os.X_OK | (0 if pretends else os.W_OK)
    # Root is never stopped here: a disk that has become read-only stops no release.
    if os.geteuid() != 0 and not os.access(config.agent.state, wanted):
        raise UsageError(
            f"hawatch: this user may not use {config.agent.state}: ask as root"
        )
    return Opened(
        wired(host, store, config, collection, pretends=pretends),
        collection,
        complete,
        simulated=False,
        config_path=str(Path(path).absolute()),
    )


def say(text: str) -> None:
    """Write a line for people to standard output."""
    sys.stdout.write(text + "\n")
