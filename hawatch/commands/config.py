"""`hawatch config check|show|init`: every mistake at once, and what is in force."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hawatch.checking.engine import known_settings
from hawatch.commands.common import parser, say
from hawatch.config import load_config, show_config
from hawatch.configuring.advice import advice


def main(words: list[str]) -> int:
    """Check the configuration, or show it with every default."""
    if "init" in words:
        from hawatch.commands import config_init

        return config_init.main([word for word in words if word != "init"])
    made = parser(
        "config",
        "Check the configuration, show what is in force, or find one (init).",
    )
    made.add_argument("action", choices=["check", "show", "init"])
    made.add_argument(
        "--any-host",
        action="store_true",
        help="the file is of another pair: this machine need not be in it",
    )
    options = made.parse_args(words)
    node = None if options.any_host else os.uname().nodename
    config = load_config(Path(options.config), node=node, known_checks=known_settings)
    if options.action == "show":
        say(show_config(config).rstrip())
    else:
        for thought in advice(config):
            sys.stderr.write(f"{options.config}: warning: {thought}\n")
        say(f"{options.config}: well")
    return 0
