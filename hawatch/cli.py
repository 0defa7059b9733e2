"""The command line: one word, one module, imported when it is asked for.

`hawatch event` is run by devd, which waits for it: it is taken before anything is
imported that the others need.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

from hawatch.legible import legible

COMMANDS = {
    "run": "one cycle: look, check, decide, act, record; quiet when all is well",
    "check": "look and check only; never acts",
    "status": "both nodes on one screen",
    "event": "leave a trigger from devd or hastd and ring the worker",
    "boot": "after a boot: repair roles, close what was begun",
    "release": "at shutdown: hand over in order",
    "switchover": "move a service to the other node",
    "demote": "let a service go to the other node, or say why not",
    "restore": "lower a raised advskew again",
    "maintenance": "hands off for a while: on, off",
    "history": "what happened",
    "explain": "why it happened",
    "replay": "decide a recorded cycle again, and show what differs",
    "latch": "show what must not be forgotten about a copy, and clear it by hand",
    "resync": "after a split-brain: give this node's copy up, guided",
    "report": "this node's report for its peer",
    "peer": "set up and test the channel to the other node",
    "notify": "send what waits in the outbox, or a test message",
    "config": "check, show or find a configuration",
    "setup": "write a configuration and put hawatch's files where they belong",
    "doctor": "traps of the platform that no tool reports, with remedies",
    "audit": "could somebody turn hawatch against its pair",
    "demo": "watch a failover on the simulated pair",
    "simulate": "run scenarios on the simulated pair",
    "prove": "search for what must never happen, with this site's timers",
}
"""Every command with what it does, in the order of `hawatch --help`."""

USAGE = """\
usage: hawatch [--version] [--help] [--config FILE] [--host HOST] COMMAND ...

hawatch keeps a FreeBSD two-node CARP + HAST + MySQL pair honest.

commands:
{commands}

HOST is freebsd (this machine) or sim:SCENARIO (a node of the simulated pair).
`hawatch COMMAND --help` tells more. Exit codes: 0 all well, 1 notable, 2 usage or
configuration, 3 something is wrong that a person must see.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Given the arguments without the program's name, run a command.

    Returns the exit code [hawatch.exits].
    """
    words = [legible(word) for word in (sys.argv[1:] if argv is None else argv)]
    if words and words[0] == "event":
        from hawatch.commands.event import ring

        return ring(words[1:])
    options, words = _leading_options(words)
    if not words or words[0] in ("-h", "--help", "help"):
        sys.stdout.write(_usage())
        return 0 if words else 2
    if words[0] == "--version":
        from hawatch import __version__

        sys.stdout.write(f"hawatch {__version__}\n")
        return 0
    command = words.pop(0)
    if command not in COMMANDS:
        return _no_such(command)
    return _run(command, [*options, *words])


def _leading_options(words: list[str]) -> tuple[list[str], list[str]]:
    """Take --config and --host from before the command."""
    taken: list[str] = []
    while words and words[0].split("=")[0] in ("--config", "--host"):
        option = words.pop(0)
        taken.append(option)
        if "=" not in option and words:
            taken.append(words.pop(0))
    return taken, words


def _run(command: str, words: list[str]) -> int:
    from hawatch.commands.common import UsageError
    from hawatch.configuring.mistakes import ConfigError

    module = importlib.import_module(f"hawatch.commands.{command}")
    try:
        code: int = module.main(words)
    except (ConfigError, UsageError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except BrokenPipeError:
        # The reader went away (`hawatch history | head`): nothing is wrong.
        sys.stderr.close()
        return 0
    return code


def _usage() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {text}" for name, text in COMMANDS.items()]
    return USAGE.format(commands="\n".join(lines))


def _no_such(command: str) -> int:
    import difflib

    close = difflib.get_close_matches(command, COMMANDS, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    sys.stderr.write(f"hawatch: no command {command!r}{hint} (see hawatch --help)\n")
    return 2
