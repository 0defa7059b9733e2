"""The explorations of a default run: where each begins, and what may go wrong in it.

Each stays small enough to be explored to its end.
"""

from __future__ import annotations

from typing import NamedTuple

from hawatch.sim.search.exhaustive.numbers import TWO_SERVICES
from hawatch.sim.search.exhaustive.state import ADVERTS_ONLY, INTERLOCK


class Theme(NamedTuple):
    """One exploration. site: whose configuration; accidents: how many, of which kinds.

    beyond: a machine that stands still for longer than the standby waits is beyond what
    any program on it survives, and what a person takes over in spite of its age is
    theirs to judge; two owners are no harm then until both have looked.
    """

    name: str
    accidents: int
    kinds: frozenset[str]
    site: str = "usual"
    beyond: bool = False


MAIN = Theme(
    "power and network", 2, frozenset({"power", "database", "killed", "network"})
)
THEMES = (
    MAIN,
    Theme("people", 2, frozenset({"maintenance", "operator", "shutdown", "power"})),
    Theme("work on the network", 2, frozenset({"maintenance", "network"})),
    Theme(
        "services",
        2,
        frozenset({"database", "hangs", "dies", "vip", "killed"}),
        "restarts first",
    ),
    Theme(
        "restarts only",
        2,
        frozenset({"database", "hangs", "dead", "killed in a restart"}),
        "restarts only",
    ),
    Theme("links and daemons", 2, frozenset({"link", "hastd", "forbidden"})),
    Theme("devices", 2, frozenset({"mount gone", "hastd", "power"})),
    Theme("workers", 2, frozenset({"worker", "database", "killed"})),
    Theme("queue", 2, frozenset({"queue", "database", "power"})),
    Theme("blindness", 2, frozenset({"blind", "power", "database"})),
    Theme("blind twice", 3, frozenset({"blind", "database"})),
    Theme(
        "a person's word",
        3,
        frozenset({"power", "state", "takeover"}),
        beyond=True,
    ),
    Theme("hand-over stuck", 3, frozenset({"database", "stuck", "power"})),
    Theme("bad blocks", 2, frozenset({"bad block", "dies", "hangs"}), "restarts first"),
    Theme("unread disk", 2, frozenset({"metadata", "database", "power"})),
    Theme("full disk", 2, frozenset({"state", "database", "power"})),
    Theme("ailing node", 2, frozenset({"ails", "database", "power"})),
    Theme("adverts only", 2, frozenset({"power", "database"}), ADVERTS_ONLY),
    Theme("held back", 2, frozenset({"power"}), INTERLOCK),
    Theme("two services", 2, frozenset({"power", "dead", "database"}), TWO_SERVICES),
    Theme(
        "lost writes",
        2,
        frozenset({"replication", "channel", "database", "power"}),
        "lossy breaks",
    ),
    Theme("replication alone", 2, frozenset({"channel", "power", "database"})),
    Theme("fence", 2, frozenset({"owner sleeps", "power"}), "fences"),
    Theme("fence cut short", 2, frozenset({"power", "killed"}), "fences"),
    Theme("sleep", 2, frozenset({"sleep", "adverts"}), beyond=True),
)
