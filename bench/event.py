"""What devd and hastd wait for, and how soon the worker does something.

devd runs one action after the other and holds every event of the machine meanwhile, so
`hawatch event` is compared with the least that an action can be: `sh -c :`.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import ENVIRONMENT

from hawatch.recording.spool import ring

ROUNDS = 15
TRIES = 30

CONFIG = """\
[nodes.{here}]
address = "192.0.2.1"
[nodes.elsewhere]
address = "192.0.2.2"
[services.mysql]
vhid = 1
interface = "em0"
vip = "192.0.2.10"
resources = ["disk0"]
mounts = ["/var/db/mysql"]
[peer]
enabled = false
[agent]
state = "{folder}/state"
run = "{folder}/run"
checks = []
"""

FIRST_COMMAND = """\
import os, sys, time
from hawatch.freebsd import host
def first(argv, **_):
    os.write(1, repr(time.monotonic() - float(sys.argv[1])).encode())
    os._exit(0)
host.run_command = first
from hawatch.cli import main
main(["--config", sys.argv[2], "run", "--spool"])
"""
"""The worker, stopped at its first command; it prints the seconds since it was rung."""


def main() -> None:
    """Measure, and print milliseconds of wall time and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hawatch.toml"
        here = os.uname().nodename
        path.write_text(CONFIG.format(here=here, folder=folder))
        event = (sys.executable, "-m", "hawatch", "event", "--config", str(path))
        commands = {
            "sh -c :": ("/bin/sh", "-c", ":"),
            "python -c pass": (sys.executable, "-c", "pass"),
            "hawatch event": (*event, "MASTER", "1@em0"),
        }
        walls: dict[str, list[float]] = {name: [] for name in commands}
        first: list[float] = []
        for number in range(ROUNDS + 1):
            for name, argv in commands.items():
                began = time.monotonic()
                subprocess.run(argv, check=True, env=ENVIRONMENT)
                if number:
                    walls[name].append(time.monotonic() - began)
            first.append(_first_command(str(path)))
    base = statistics.median(walls["sh -c :"])
    print(f"{'wall, median of ' + str(ROUNDS):34} {'ms':>7} {'ratio':>6}")
    for name, seconds in walls.items():
        median = statistics.median(seconds)
        print(f"{name:34} {median * 1000:7.1f} {median / base:6.1f}")
    median = statistics.median(first[1:])
    name = "trigger to the worker's first command"
    print(f"{name:34} {median * 1000:7.1f} {median / base:6.1f}")


def _first_command(config: str) -> float:
    """Leave a trigger, start the worker, return the seconds until its first command.

    The worker that `hawatch event` rang may still hold the lock: then again.
    """
    run_dir = str(Path(config).parent / "run")
    for _ in range(TRIES):
        ring(run_dir, "carp", ["MASTER", "1@em0"])
        began = repr(time.monotonic())
        found = subprocess.run(
            (sys.executable, "-c", FIRST_COMMAND, began, config),
            check=False,
            env=ENVIRONMENT,
            capture_output=True,
        )
        if found.returncode == 0 and found.stdout:
            return float(found.stdout)
        time.sleep(0.2)
    raise SystemExit(found.stderr.decode())


if __name__ == "__main__":
    main()
