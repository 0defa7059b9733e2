"""What each command costs before it does anything, against a bare interpreter."""

from __future__ import annotations

import sys

from measure import ROUNDS, medians, table

from hawatch.cli import COMMANDS

BARE = "python -c pass"


def main() -> None:
    """Measure `hawatch COMMAND --help` for each command, and print the table."""
    commands = {BARE: (sys.executable, "-c", "pass")}
    for name in COMMANDS:
        commands[name] = (sys.executable, "-m", "hawatch", name, "--help")
    found = medians(commands, rounds=ROUNDS)
    print(table(found, BARE))


if __name__ == "__main__":
    main()
