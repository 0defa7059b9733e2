"""Whether an rc service runs: by its script's word and by the process table."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from hawatch.freebsd import words
from hawatch.freebsd.parse_error import ParseError
from hawatch.freebsd.parse_processes import find_by_executable, find_keepers
from hawatch.freebsd.parse_service import RcError, parse_onestatus
from hawatch.host import Ending, Host, Process
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.services import RcStatus

RC_DEADLINE = 10.0
"""Seconds for an rc script: a shell that reads rc.conf, a pid file and ps."""


async def read_rc(
    host: Host,
    name: str,
    process: str,
    table: Fact[tuple[Process, ...]],
    *,
    directories: Collection[str] = (),
    deadline: float = RC_DEADLINE,
) -> Fact[RcStatus]:
    """Given an rc script, return what it says of its service and what is running.

    process is the service's executable, looked for in the process table: rc calls a
    mysqld whose pid file was unmounted "not running" while it lives [FACTS E3]. Empty
    means that only rc's word counts. Where a script has no status or words of its own
    (PostgreSQL's is pg_ctl's), the table alone decides; but an exit status of 0 without
    a process is a contradiction, and unknown. directories hold the service's data, by
    which its keepers are known.
    """
    result = await host.ask(words.service_status(name), deadline=deadline)
    if result.ending is not Ending.EXITED or result.status is None:
        return Unknown(result.complaint())
    doubt: RcError | None = None
    try:
        told = parse_onestatus(name, result.status, result.out, result.err)
    except RcError as error:
        told, doubt = RcStatus(name=name, running=False), error
    except ParseError as error:
        return Unknown(str(error))
    if doubt is not None and not (process and doubt.tells_nothing):
        return Unknown(str(doubt))
    if not process:
        return Known(told)
    found = with_processes(told, process, table, directories)
    if doubt is None or isinstance(found, Unknown):
        return found
    runs = bool(found.value.processes)
    if result.succeeded and not runs:
        return Unknown(f"{doubt}; and no process runs {process}")
    return Known(msgspec.structs.replace(found.value, running=runs))


def with_processes(
    told: RcStatus,
    process: str,
    table: Fact[tuple[Process, ...]],
    directories: Collection[str],
) -> Fact[RcStatus]:
    """Given what rc told of a service, return it with what the process table shows."""
    if isinstance(table, Unknown):
        return Unknown(f"processes of {told.name}: {table.reason}")
    pids = find_by_executable(table.value, process)
    keepers = find_keepers(table.value, {*told.pids, *pids}, directories)
    return Known(
        msgspec.structs.replace(
            told, processes=pids, keepers=tuple(one.pid for one in keepers)
        )
    )
