"""`hawatch event`: devd and hastd wait for this command, so it does next to nothing.

It leaves the words in the spool, starts the worker, and is gone. The words are judged
here by their form and against the configured vhids; what they say is never believed.
Only this module's own imports count: no configuration library, no checks, no argparse.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Sequence

from hawatch.recording.spool import ring as leave

DEFAULT_CONFIG = "/usr/local/etc/hawatch.toml"
DEFAULT_RUN = "/var/run/hawatch"

CARP_TYPES = ("INIT", "MASTER", "BACKUP", "AUTO")
HAST_EVENTS = {
    "role": 3,
    "connect": 1,
    "disconnect": 1,
    "syncstart": 1,
    "syncdone": 1,
    "syncintr": 1,
    "split-brain": 1,
}
"""hastd's seven events with the number of words that follow [FACTS B12]."""

SUBSYSTEM = re.compile(r"([0-9]{1,3})@([A-Za-z][A-Za-z0-9_.-]*)")

USAGE = """\
usage: hawatch event [--config FILE] INIT|MASTER|BACKUP|AUTO VHID@INTERFACE
       hawatch event [--config FILE] hast EVENT RESOURCE [OLDROLE NEWROLE]
EVENT is one of role, connect, disconnect, syncstart, syncdone, syncintr, split-brain.
"""


def ring(words: Sequence[str]) -> int:
    """Given the words after `event`, leave a trigger and start the worker.

    Returns 0; 2 where the words or the configuration are wrong; 3 where the trigger
    could not be left.
    """
    left = list(words)
    path = DEFAULT_CONFIG
    if left[:1] == ["--config"] and len(left) > 1:
        path, left = left[1], left[2:]
    if left[:1] in (["--help"], ["-h"]):
        sys.stdout.write(USAGE)
        return 0
    for word in left:
        if word.startswith("--"):
            return _refuse(f"{word}: only --config FILE, first\n{USAGE.rstrip()}")
    # The worker runs elsewhere; a path that is relative here means nothing there.
    path = os.path.abspath(path)  # noqa: PTH100 - pathlib costs milliseconds
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib costs milliseconds
            tree = tomllib.load(file)
    except (OSError, ValueError) as error:
        return _refuse(f"{path}: {error}")
    wrong = _wrong_words(left, tree)
    if wrong is not None:
        return _refuse(wrong)
    kind = "hast" if left[0] == "hast" else "carp"
    run_dir = str(tree.get("agent", {}).get("run", DEFAULT_RUN))
    try:
        os.makedirs(run_dir, mode=0o700, exist_ok=True)  # noqa: PTH103 - as above
        leave(run_dir, kind, left[1:] if kind == "hast" else left)
    except OSError as error:
        sys.stderr.write(f"hawatch event: the trigger is lost: {error}\n")
        return 3
    _start_worker(path)
    return 0


def _wrong_words(words: list[str], tree: dict[str, object]) -> str | None:
    """Return what is wrong with the words, or None."""
    if words[:1] == ["hast"]:
        return _wrong_hast_words(words[1:], tree)
    if len(words) != 2 or words[0] not in CARP_TYPES:
        return f"not a CARP event: {' '.join(words)!r}\n{USAGE.rstrip()}"
    match = SUBSYSTEM.fullmatch(words[1])
    if match is None:
        return f"{words[1]!r} is not VHID@INTERFACE, as in 1@em0"
    vhid, interface = int(match[1]), match[2]
    known = {
        (service.get("vhid"), name)
        for service in _services(tree)
        for name in _interfaces(service)
    }
    if (vhid, interface) in known:
        return None
    legal = ", ".join(sorted(f"{number}@{name}" for number, name in known))
    return f"{words[1]} is no configured vhid; configured: {legal or 'none'}"


def _wrong_hast_words(words: list[str], tree: dict[str, object]) -> str | None:
    if not words or words[0] not in HAST_EVENTS:
        return f"not an event of hastd: {' '.join(words)!r}\n{USAGE.rstrip()}"
    if len(words) != HAST_EVENTS[words[0]] + 1:
        return f"{words[0]} takes {HAST_EVENTS[words[0]]} words\n{USAGE.rstrip()}"
    known = [
        str(name)
        for service in _services(tree)
        if isinstance(names := service.get("resources"), list)
        for name in names
    ]
    if words[1] not in known:
        return f"{words[1]} is no configured resource; configured: {', '.join(known)}"
    return None


def _services(tree: dict[str, object]) -> list[dict[str, object]]:
    services = tree.get("services")
    if not isinstance(services, dict):
        return []
    return [service for service in services.values() if isinstance(service, dict)]


def _interfaces(service: dict[str, object]) -> list[object]:
    interface = service.get("interface")
    return list(interface.values()) if isinstance(interface, dict) else [interface]


def _refuse(text: str) -> int:
    sys.stderr.write(f"hawatch event: {text}\n")
    return 2


def _start_worker(config: str) -> None:
    """Start the worker without waiting: a double fork, so that init takes it over."""
    words = [sys.executable, "-m", "hawatch", "--config", config, "run", "--spool"]
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        os.setsid()
        if os.fork() == 0:
            null = os.open(os.devnull, os.O_RDWR)
            for descriptor in (0, 1, 2):
                os.dup2(null, descriptor)
            os.chdir("/")
            os.execv(words[0], words)  # noqa: S606 - argv, no shell
    finally:
        os._exit(0)
