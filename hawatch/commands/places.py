"""Which machine setup, doctor and audit look at: this one, or a directory tree."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from hawatch.commands.common import UsageError, parser
from hawatch.config import load_config, node_name
from hawatch.configuring.mistakes import ConfigError
from hawatch.discovering.place import Place, this_machine, tree


def machine_parser(command: str, description: str) -> argparse.ArgumentParser:
    """Return a command's parser with --root beside the options that all have."""
    made = parser(command, description)
    made.add_argument(
        "--root",
        metavar="DIR",
        help="look at a machine's files below DIR, its commands' answers in "
        "DIR/commands, instead of at this machine",
    )
    return made


def chosen_place(options: argparse.Namespace) -> Place:
    """Given the parsed options, return the place that they name.

    --config becomes a path from / on of that place. Raises UsageError where it is no
    place.
    """
    if options.host != "freebsd":
        raise UsageError(
            f"hawatch: {options.host} has no files to look at; --root DIR names a tree"
        )
    if options.root is None:
        options.config = str(Path(options.config).absolute())
        return this_machine(_name_here(options.config))
    root = Path(options.root).absolute()
    if not root.is_dir():
        raise UsageError(f"hawatch: {root} is no directory")
    options.config = str(Path("/", options.config))
    return tree(root)


def _name_here(config_path: str) -> str:
    """Return this machine's name, as the configuration spells it if there is one."""
    hostname = os.uname().nodename
    try:
        return node_name(load_config(Path(config_path)), hostname)
    except ConfigError:
        return hostname
