"""`hawatch config init`: the configuration that fits this machine."""

from __future__ import annotations

import sys
from pathlib import Path

from hawatch.commands.common import UsageError, say
from hawatch.commands.places import chosen_place, machine_parser
from hawatch.discovering.discover import discover
from hawatch.exits import Exit
from hawatch.host import complete
from hawatch.placing.configuration import draft
from hawatch.placing.target import why_unsafe, write

MODE = 0o600


def main(words: list[str]) -> int:
    """Print a configuration from what is found here, or write it where none is."""
    made = machine_parser("config init", "Find a configuration for this machine.")
    made.add_argument(
        "--write", action="store_true", help="write it to --config, if nothing is there"
    )
    options = made.parse_args(words)
    place = chosen_place(options)
    found = draft(
        complete(discover(place, config_path=options.config, sample=0.0)),
    )
    if options.write and found.complete:
        _write(place.path(options.config), place.root, found.text)
    elif found.text and not options.write:
        sys.stdout.write(found.text)
    for line in found.wrong:
        sys.stderr.write(f"hawatch config init: {line}\n")
    return Exit.WRONG if found.wrong else Exit.WELL


def _write(path: Path, root: Path, text: str) -> None:
    """Write the file; raise UsageError where one is there, or the way is not safe."""
    if path.exists():
        raise UsageError(f"hawatch config init: {path} is there already")
    unsafe = why_unsafe(path, root)
    if unsafe is not None:
        raise UsageError(f"hawatch config init: {unsafe}")
    try:
        write(path, text.encode(), MODE)
    except OSError as error:
        raise UsageError(f"hawatch config init: {path}: {error.strerror}") from None
    say(f"{path}: written; `hawatch config check` judges it")
