"""What a quiet cycle costs, against an interpreter that does nothing.

Cron rings every few seconds for years, and almost always all is well.
"""

from __future__ import annotations

import sys

from measure import ROUNDS, medians, table

HAWATCH = (sys.executable, "-m", "hawatch")
BARE = "python -c pass"

COMMANDS = {
    BARE: (sys.executable, "-c", "pass"),
    "run, healthy": (*HAWATCH, "run", "--host", "sim:healthy"),
    "check, healthy": (*HAWATCH, "check", "--host", "sim:healthy"),
}


def main() -> None:
    """Measure, and print one line for each command."""
    found = medians(COMMANDS, rounds=ROUNDS)
    print(table(found, BARE))


if __name__ == "__main__":
    main()
