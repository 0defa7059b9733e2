"""hastd and the services, recognised in the process table [FACTS B1]."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from hawatch.host import Process
from hawatch.model.hast import Hastd, HastRole, HastWorker

_WORKER = re.compile(r"hastd: (?P<resource>\S+) \((?P<role>primary|secondary)\)")
_NAME = "hastd"
_SHELL = "/bin/sh"
_STARTS = ("start", "restart")
_KEEPERS = frozenset({"mysqld_safe", "mariadbd-safe"})
_DATADIR = "--datadir="


def find_hastd(processes: tuple[Process, ...], *, answering: bool) -> Hastd:
    """Given the process table and whether hastctl got an answer, return hastd.

    The parent is the hastd that no other hastd has started: a child that has not set
    its title yet still looks like its parent. Of two workers of one resource the newer
    comes first.
    """
    daemons = [process for process in processes if process.name == _NAME]
    workers = [worker for process in daemons for worker in _worker(process)]
    titled = {worker.pid for worker in workers}
    parents = [
        process
        for process in daemons
        if process.pid not in titled
        and process.cmdline
        and process.cmdline[0].rsplit("/", 1)[-1] == _NAME
    ]
    pids = {process.pid for process in parents}
    eldest = sorted(
        (process for process in parents if process.parent not in pids),
        key=lambda process: (process.started, process.pid),
    )
    return Hastd(
        pid=eldest[0].pid if eldest else None,
        workers=tuple(
            sorted(workers, key=lambda worker: (-worker.started, worker.pid))
        ),
        answering=answering,
    )


def find_by_executable(processes: tuple[Process, ...], exe: str) -> tuple[int, ...]:
    """Given the process table and a path, return the pids that run it, in order.

    A process that hides its path (after an upgrade of the file) is taken by the path
    that it was started with: one that lives and is not seen would be worse. In a jail
    that word is another file.
    """
    return tuple(
        sorted(process.pid for process in processes if exe and exe == _program(process))
    )


def find_starts(processes: tuple[Process, ...], rc: str) -> tuple[Process, ...]:
    """Given the process table and an rc script, return its starts that are in flight.

    `service NAME onestart` becomes `/bin/sh .../rc.d/NAME onestart`; what either has
    begun and still waits for belongs to it. A jail's own rc shows the same words.
    """
    found = [
        process
        for process in processes
        if _is_script(process)
        and process.cmdline[-1:]
        and process.cmdline[-1].endswith(_STARTS)
        and process.cmdline[-2:-1]
        and process.cmdline[-2].rsplit("/", 1)[-1] == rc
    ]
    pids = {process.pid for process in found}
    while grown := [p for p in processes if p.parent in pids and p.pid not in pids]:
        found += grown
        pids |= {process.pid for process in grown}
    return tuple(found)


def find_keepers(
    processes: tuple[Process, ...], pids: Collection[int], directories: Iterable[str]
) -> tuple[Process, ...]:
    """Given the process table, return the scripts that start a dead server anew.

    mysqld_safe starts its mysqld again unless that ended by a stop [FACTS E3]: whoever
    kills the server has to end its keeper first. It is the service's where it is an
    ancestor of one of its pids, or where its data lie below one of its directories. The
    oldest comes first.
    """
    table = {process.pid: process for process in processes}
    found = {
        process.pid: process
        for process in processes
        if _keeps(process) and _has_data_below(process, directories)
    }
    for pid in pids:
        above = table.get(table[pid].parent) if pid in table else None
        while above is not None and _keeps(above) and above.pid not in found:
            found[above.pid] = above
            above = table.get(above.parent)
    return tuple(sorted(found.values(), key=lambda one: (one.started, one.pid)))


def _keeps(process: Process) -> bool:
    """Return whether a process is a keeper; a script stands behind its shell."""
    return _is_script(process) and any(
        word.rsplit("/", 1)[-1] in _KEEPERS for word in process.cmdline[:2]
    )


def _is_script(process: Process) -> bool:
    """Return whether a process may be a script of this machine.

    Its program is the shell; seen from outside, that of a jail has another path
    (/jails/shop/bin/sh), but a service jail of FreeBSD 15 the same one [FACTS E2].
    """
    return process.exe == _SHELL or (not process.exe and not process.jailed)


def _program(process: Process) -> str:
    """Return a process's path; where it is hidden, its first word, or "" in a jail."""
    word = "" if process.jailed else (process.cmdline or ("",))[0]
    return process.exe or word


def _has_data_below(process: Process, directories: Iterable[str]) -> bool:
    data = [word for word in process.cmdline if word.startswith(_DATADIR)]
    return any(
        f"{word.removeprefix(_DATADIR)}/".startswith(f"{directory.rstrip('/')}/")
        for word in data
        for directory in directories
    )


def _worker(process: Process) -> list[HastWorker]:
    """Return the worker that a process is, if it is one."""
    found = _WORKER.fullmatch(" ".join(process.cmdline).strip())
    if found is None:
        return []
    return [
        HastWorker(
            resource=found["resource"],
            role=HastRole(found["role"]),
            pid=process.pid,
            parent=process.parent,
            started=process.started,
        )
    ]
