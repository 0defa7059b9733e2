"""What collecting gives: checks, the files that hold them, and what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from hawatch.model.finding import Remedy, Severity

PREFIX = "check_"
"""Begins the name of every check file and of every check function."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One check function as its file declares it.

    name is the function's without the prefix: the configuration's name for it.
    arguments are the facts it asks for; timeout is in seconds.
    """

    name: str
    file: str
    line: int
    arguments: tuple[str, ...]
    shipped: bool
    severity: Severity = Severity.WARNING
    remedy: tuple[Remedy, ...] = (Remedy.REPORT,)
    timeout: float = 10.0
    settings: Mapping[str, Any] = {}
    doc: str = ""

    @property
    def function(self) -> str:
        """Return the function's name in its file."""
        return PREFIX + self.name

    @property
    def source(self) -> str:
        """Return file and line for a person."""
        return f"{self.file}:{self.line}"


class CheckFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file with its text and its checks, in the order in which it has them."""

    path: str
    text: str
    checks: tuple[Check, ...]


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A file or a check that will not run; a refusal is a finding, never silence.

    name is the check's name, or the file's where the whole file is refused.
    """

    name: str
    source: str
    reason: str


class Collection(msgspec.Struct, frozen=True, kw_only=True):
    """All check files that may run, and what was refused.

    selected: a person picked some of them, so that an absent one is no mistake.
    """

    files: tuple[CheckFile, ...] = ()
    refused: tuple[Refused, ...] = ()
    selected: bool = False

    @property
    def checks(self) -> tuple[Check, ...]:
        """Return the checks of all files."""
        return tuple(check for file in self.files for check in file.checks)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds, and how many children run at one time.

    load: for a file to be loaded. file: for all checks of one file together. grace: for
    a killed child to go away before it is abandoned.
    """

    load: float = 5.0
    file: float = 60.0
    grace: float = 2.0
    width: int = 8


DEFAULT_LIMITS = Limits()
