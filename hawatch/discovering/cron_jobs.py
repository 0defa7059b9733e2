"""crontab(5) files of the system: who runs what, and what cron passes over."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hawatch.discovering.machine import CronJob

_VARIABLE = re.compile(r"\s*[A-Za-z_][A-Za-z0-9_]*\s*=.*")
_SHORT = re.compile(r"(?P<when>@\S+)\s+(?P<rest>\S.*)")
_LONG = re.compile(r"(?P<when>(?:\S+\s+){4}\S+)\s+(?P<rest>\S.*)")

CUT_SHORT = "the last line has no newline: cron ignores it"


def read_crontab(path: str, text: str, *, owner: str = "") -> tuple[CronJob, ...]:
    """Given a crontab's path and text, return its jobs.

    owner: whose personal crontab it is; empty means the system's format, in which each
    line names its user. A last line without a newline is kept, and told as ignored.
    """
    jobs = []
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#") or _VARIABLE.fullmatch(line):
            continue
        found = (_SHORT if stripped.startswith("@") else _LONG).fullmatch(stripped)
        if found is None:
            continue
        user, _, command = (
            (owner, "", found["rest"])
            if owner
            else found["rest"].replace("\t", " ").partition(" ")
        )
        jobs.append(
            CronJob(
                where=f"{path}:{number}",
                when=" ".join(found["when"].split()),
                user=user,
                command=command.strip(),
                ignored=CUT_SHORT if number == len(lines) else "",
            )
        )
    return tuple(jobs)


def running(jobs: Iterable[CronJob], words: str) -> tuple[CronJob, ...]:
    """Return the jobs, ignored ones included, whose command contains some words."""
    return tuple(job for job in jobs if words in " ".join(job.command.split()))
