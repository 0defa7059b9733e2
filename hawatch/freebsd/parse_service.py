"""What `service NAME onestatus` prints [FACTS E2]."""

from __future__ import annotations

import enum
import re

from hawatch.freebsd.parse_error import ParseError, whole_lines
from hawatch.model.services import RcStatus

_RUNNING = re.compile(r"\S+ is running as pid (?P<pids>[0-9]+(?: [0-9]+)*) ?\.")
_NOT_RUNNING = re.compile(r"\S+ is not running\.")


class RcTrouble(enum.StrEnum):
    """Why a script told nothing about its service."""

    MISSING = "no such rc script"
    NO_STATUS = "the rc script has no status"
    DISABLED = "not enabled in rc.conf, so rc did not look"
    UNCLEAR = "the rc script's answer is not understood"


class RcError(ParseError):
    """A script told nothing about its service; trouble says why."""

    def __init__(self, name: str, trouble: RcTrouble, line: str) -> None:
        self.name = name
        self.trouble = trouble
        super().__init__(1, line, "running or not running")

    @property
    def tells_nothing(self) -> bool:
        """Return whether the script is there and answers, but not in rc's words."""
        return self.trouble in (RcTrouble.NO_STATUS, RcTrouble.UNCLEAR)

    def __str__(self) -> str:
        """Return the sentence for an administrator."""
        said = f": {self.line}" if self.trouble is RcTrouble.UNCLEAR else ""
        return f"service {self.name}: {self.trouble}{said}"


_TROUBLES = (
    ("does not exist in /etc/rc.d or the local startup", RcTrouble.MISSING),
    ("unknown directive", RcTrouble.NO_STATUS),
    ("to YES in /etc/rc.conf", RcTrouble.DISABLED),
)


def parse_onestatus(name: str, status: int, out: str, err: str) -> RcStatus:
    """Given a script's name, exit status and words, return whether its service runs.

    The words decide and the exit status must agree: a plain `status` of a service that
    is not enabled exits with 0 as well. Raises RcError where they do not tell.
    """
    for words, trouble in _TROUBLES:
        if words in out or words in err:
            raise RcError(name, trouble, (out or err).split("\n", 1)[0])
    lines = [line for _, line in whole_lines(out, "a line of an rc script")]
    running = [found for found in map(_RUNNING.fullmatch, lines) if found]
    stopped = [found for found in map(_NOT_RUNNING.fullmatch, lines) if found]
    if status == 0 and len(running) == 1 and not stopped:
        pids = tuple(int(pid) for pid in running[0]["pids"].split())
        return RcStatus(name=name, running=True, pids=pids)
    if status == 1 and len(stopped) == 1 and not running:
        return RcStatus(name=name, running=False)
    said = (out or err).strip().split("\n", 1)[0] or f"exit {status} without a word"
    raise RcError(name, RcTrouble.UNCLEAR, said)
