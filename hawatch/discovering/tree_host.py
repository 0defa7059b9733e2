"""A machine as a directory: its files below it, its tools' answers in `commands/`.

`ifconfig -a` is commands/ifconfig-a.txt, `netstat -s -p carp` is
commands/netstat-s-p-carp.txt: the command's name and its words, joined with `-`, with
`-` for every other character that is no letter, digit, dot or underscore. Beside
NAME.txt, NAME.err may hold what went to standard error and NAME.rc the exit status. An
answer to all resources (hastctl-dump.txt) also serves the question for one of them.
NAME.later.txt is the answer some seconds later.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path

from hawatch.host import CommandResult, Ending, Process, SqlQuestion
from hawatch.model.fact import Fact, Unknown
from hawatch.model.moment import Moment
from hawatch.model.services import SqlAnswer
from hawatch.model.storage import DirectoryProbe, Space

FOLDER = "commands"
FEWEST_WORDS = 2
"""`hastctl dump disk0` may be answered by `hastctl dump`, but not by `hastctl`."""

NO_MACHINE = Unknown("a directory tree, not a machine")


def answer_name(argv: Sequence[str]) -> str:
    """Given a command line, return the name of its answer, without `.txt`."""
    words = [argv[0].rsplit("/", 1)[-1], *argv[1:]]
    return re.sub(r"[^A-Za-z0-9._]+", "-", "-".join(words)).strip("-")


class TreeHost:
    """Answers from the directory tree at root; everything else is unknown."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._later = False

    @property
    def node(self) -> str:
        """Return nothing: whose tree it is stands in its files."""
        return ""

    def now(self) -> Moment:
        """Return this machine's clocks; no reading of the tree compares with them."""
        return Moment(wall=time.time(), monotonic=time.monotonic(), boot="tree")

    async def sleep(self, seconds: float) -> None:  # noqa: ARG002 - the waist's
        """Turn to the later answers at once."""
        self._later = True

    async def ask(self, argv: Sequence[str], *, deadline: float) -> CommandResult:  # noqa: ARG002 - the waist's
        """Return the recorded answer, MISSING where there is none."""
        words = list(argv)
        suffix = ".later" if self._later else ""
        while True:
            name = answer_name(words) + suffix
            if self._read(f"{name}.txt") is not None or self._read(f"{name}.err"):
                return self._answer(tuple(argv), name)
            if len(words) <= FEWEST_WORDS:
                break
            words.pop()
        missing = f"{FOLDER}/{answer_name(argv)}{suffix}.txt"
        return CommandResult(
            argv=tuple(argv),
            ending=Ending.MISSING,
            status=None,
            err=f"no {missing}",
        )

    def _answer(self, argv: tuple[str, ...], name: str) -> CommandResult:
        status = (self._read(f"{name}.rc") or "0").strip()
        return CommandResult(
            argv=argv,
            status=int(status) if status.isdigit() else 0,
            out=self._read(f"{name}.txt") or "",
            err=self._read(f"{name}.err") or "",
        )

    def _read(self, name: str) -> str | None:
        try:
            return (self._root / FOLDER / name).read_text("utf-8", "backslashreplace")
        except (FileNotFoundError, NotADirectoryError):
            return None

    async def change(self, argv: Sequence[str], *, deadline: float) -> CommandResult:  # noqa: ARG002 - the waist's
        """Refuse: there is nothing to change."""
        return CommandResult(argv=tuple(argv), ending=Ending.REFUSED, status=None)

    async def kill(self, pid: int, *, started: float, signal: int) -> Fact[bool]:  # noqa: ARG002 - the waist's
        """Signal nothing."""
        return NO_MACHINE

    def boot_time(self) -> Fact[float]:
        """Return unknown."""
        return NO_MACHINE

    def processes(self) -> Fact[tuple[Process, ...]]:
        """Return unknown."""
        return NO_MACHINE

    def exists(self, path: str) -> Fact[bool]:  # noqa: ARG002 - the waist's
        """Return unknown."""
        return NO_MACHINE

    def read_text(self, path: str) -> Fact[str]:  # noqa: ARG002 - the waist's
        """Return unknown: files are read through a Place."""
        return NO_MACHINE

    def why_untrusted(self, program: str) -> str | None:
        """Return that no program of a tree is ever run."""
        return f"{program} is in a directory tree, not on this machine"

    async def first_read(self, device: str, *, deadline: float) -> Fact[float]:  # noqa: ARG002 - the waist's
        """Return unknown."""
        return NO_MACHINE

    async def space(self, directory: str, *, deadline: float) -> Fact[Space]:  # noqa: ARG002 - the waist's
        """Return unknown."""
        return NO_MACHINE

    async def probe_directory(
        self,
        directory: str,  # noqa: ARG002 - the waist's
        *,
        sentinel: str,  # noqa: ARG002 - the waist's
        fsync: bool,  # noqa: ARG002 - the waist's
        deadline: float,  # noqa: ARG002 - the waist's
    ) -> Fact[DirectoryProbe]:
        """Return unknown."""
        return NO_MACHINE

    async def ask_sql(self, question: SqlQuestion) -> Fact[SqlAnswer]:  # noqa: ARG002 - the waist's
        """Return unknown."""
        return NO_MACHINE

    async def knock(self, address: str, *, deadline: float) -> Fact[float]:  # noqa: ARG002 - the waist's
        """Return unknown."""
        return NO_MACHINE
