"""A host that answers as recorded: each command line has its answer in a table."""

from __future__ import annotations

from collections.abc import Sequence

from transcript import RECORDED, read

from hawatch.host import CommandResult, Ending, Process
from hawatch.model.fact import Fact, Known, Unknown

NO_TABLE = Unknown("no process table")


class RecordedHost:
    """Answers questions from a table, and keeps what was asked; changes nothing."""

    node = "a"

    def __init__(
        self,
        answers: dict[str, CommandResult] | None = None,
        *,
        table: Fact[tuple[Process, ...]] = NO_TABLE,
        files: dict[str, str] | None = None,
    ) -> None:
        self.answers = answers or {}
        self.table = table
        self.files = files or {}
        self.asked: list[tuple[str, ...]] = []

    async def ask(self, argv: Sequence[str], *, deadline: float) -> CommandResult:
        """Return the table's answer; a command without one could not be started."""
        assert deadline > 0
        self.asked.append(tuple(argv))
        missing = CommandResult(argv=tuple(argv), ending=Ending.MISSING, status=None)
        return self.answers.get(" ".join(argv), missing)

    def processes(self) -> Fact[tuple[Process, ...]]:
        """Return the process table."""
        return self.table

    def read_text(self, path: str) -> Fact[str]:
        """Return a file's text."""
        if path not in self.files:
            return Unknown(f"{path}: No such file or directory")
        return Known(self.files[path])


def answer(line: str, out: str = "", err: str = "", status: int = 0) -> CommandResult:
    """Return what a command line says when it ends by itself."""
    return CommandResult(argv=tuple(line.split()), status=status, out=out, err=err)


def overdue(line: str, seconds: float) -> CommandResult:
    """Return what is left of a command line that was killed at its deadline."""
    return CommandResult(
        argv=tuple(line.split()), ending=Ending.OVERDUE, status=None, seconds=seconds
    )


def recorded_host(file: str, *, node: str) -> RecordedHost:
    """Return a host that answers as a node did in a transcript, the last word first."""
    paths = {
        "hastctl": "/sbin/hastctl",
        "ifconfig": "/sbin/ifconfig",
        "mount": "/sbin/mount",
        "netstat": "/usr/bin/netstat",
        "service": "/usr/sbin/service",
        "sysctl": "/sbin/sysctl",
    }
    answers = {}
    for run in read(RECORDED / f"{file}.txt"):
        if run.node == node and run.words and run.words[0] in paths:
            line = " ".join([paths[run.words[0]], *run.words[1:]])
            answers[line] = answer(line, run.out, run.err, run.status)
    return RecordedHost(answers)
