"""rc services: stopped, started, restarted, and asked in SQL."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable

from hawatch.acting.site import Ended, Site, told
from hawatch.acting.starts import end_starts
from hawatch.freebsd import look, words
from hawatch.model.fact import Fact, Known, Unknown, is_false, is_true, map_fact
from hawatch.model.plan import AwaitSql, RestartService, StartService, StopService
from hawatch.model.services import RcStatus, SqlAnswer, SqlKind
from hawatch.observe import ask_sql

KILL_GRACE = 5.0
"""Seconds that a killed process may take to vanish."""

OUTLIVED_GRACE = 10.0
"""Seconds for a process whose files are gone: there is nothing left to flush."""

START_GRACE = 5.0
"""Seconds after `onestart` in which a process must be there; its exit 0 proves nothing
[FACTS E3]."""

SQL_POLL = 0.5

Seen = Callable[[str], Awaitable[Fact[RcStatus]]]
"""How an rc service is looked at: by its script and its processes, or by these only."""


async def stop_service(site: Site, step: StopService) -> Ended:
    """Stop a service; what does not stop in time is killed where that is allowed.

    onestop waits for ever by itself [FACTS E2], so it gets the step's deadline; the
    goal is that neither rc nor the process table shows the service, nor a mysqld_safe
    that would bring it back [FACTS E3]. Of a script that does not answer the process
    table tells: letting go does not wait for it.
    """
    return await _stop(site, step.rc, kill=step.kill, deadline=step.deadline)


async def start_service(site: Site, step: StartService) -> Ended:
    """Start a service on verified mounts and wait until it is shown as running."""
    return await _start(site, step.rc, deadline=step.deadline)


async def restart_service(site: Site, step: RestartService) -> Ended:
    """Stop and start a service; a hung one is killed in between where allowed."""
    half = min(step.deadline / 2, site.settings.stop_deadline)
    stopped = await _stop(site, step.rc, kill=step.kill, deadline=half)
    if stopped.result is not stopped.result.REACHED:
        return stopped
    return await _start(site, step.rc, deadline=step.deadline - half)


async def await_sql(site: Site, step: AwaitSql) -> Ended:
    """Wait until the service's SQL server answers; a server that refuses is told.

    It is asked on the VIP. Where that has left for longer than a flap takes, nobody can
    answer here, and no cycle looks while this one waits.
    """
    end = site.clock() + step.deadline
    vip_seen = site.clock()
    while True:
        fact = await ask_sql(site.host, site.settings)
        if isinstance(fact, Known) and _takes_writes(fact.value):
            return Ended.reached()
        if not is_false(await site.is_master()):
            vip_seen = site.clock()
        elif site.clock() - vip_seen > site.config.flap:
            return Ended.failed("the VIP has left, so nobody can answer here")
        if site.clock() + SQL_POLL >= end:
            break
        await site.host.sleep(SQL_POLL)
    failure = f"no SQL answer in {step.deadline:.0f} s"
    if isinstance(fact, Unknown):
        return Ended.unknown(f"{failure}: {fact.reason}")
    return Ended.failed(f"{failure} ({fact.value.kind}: {fact.value.text})")


def _takes_writes(answer: SqlAnswer) -> bool:
    return answer.serves and answer.kind is not SqlKind.READ_ONLY


async def _stop(site: Site, rc: str, *, kill: bool, deadline: float) -> Ended:
    await end_starts(site)
    status = await site.rc(rc)
    seen: Seen = site.rc
    if isinstance(status, Known):
        if status.value.gone:
            return Ended.reached("was not running")
    else:
        seen = site.left_of
        status = await seen(rc)

    async def stopped() -> Fact[bool]:
        return map_fact(await seen(rc), lambda status: status.gone)

    async def outlived() -> Fact[bool]:
        return map_fact(
            await seen(rc), lambda status: status.alive and not status.running
        )

    if kill and isinstance(status, Known) and not status.value.alive:
        # It died by itself, and its keeper is about to start it again.
        await _end_keepers(site, status)
    end = site.clock() + deadline
    result = await site.change(words.service_stop(rc), deadline)
    if is_true(await outlived()):
        # rc does not know it any more, so nobody has told it to go [FACTS E3].
        await _signal(site, await seen(rc), signal.SIGTERM)
        end = min(end, site.clock() + OUTLIVED_GRACE)
    answer = await site.until(stopped, end)
    if is_true(answer) or not kill:
        return told(answer, f"{rc} does not stop ({result.complaint()})")
    killed = await _signal(site, await seen(rc), signal.SIGKILL)
    answer = await site.until(stopped, site.clock() + KILL_GRACE)
    if is_true(answer):
        return Ended.reached(f"killed ({killed}) after {deadline:.0f} s")
    return told(answer, f"{rc} does not even die of SIGKILL ({killed})")


async def _signal(site: Site, status: Fact[RcStatus], number: int) -> str:
    """Signal the service's processes, each verified by its start time.

    Before they are killed, so is who would start them again.
    """
    table = site.host.processes()
    if isinstance(status, Unknown) or isinstance(table, Unknown):
        return "its processes are not known"
    pids = {*status.value.pids, *status.value.processes}
    victims = [process for process in table.value if process.pid in pids]
    if number == signal.SIGKILL:
        await _end_keepers(site, status)
    for process in victims:
        await site.host.kill(process.pid, started=process.started, signal=number)
    return ", ".join(f"pid {process.pid}" for process in victims) or "no process"


async def _end_keepers(site: Site, status: Fact[RcStatus]) -> None:
    """Kill who starts the service anew; a mysqld_safe ignores every gentler signal."""
    table = site.host.processes()
    if isinstance(status, Unknown) or isinstance(table, Unknown):
        return
    for one in table.value:
        if one.pid in status.value.keepers:
            await site.host.kill(one.pid, started=one.started, signal=signal.SIGKILL)


async def _start(site: Site, rc: str, *, deadline: float) -> Ended:
    missing = await _not_mounted(site)
    if missing is not None and not site.pretends:
        return missing

    async def running() -> Fact[bool]:
        return map_fact(await site.rc(rc), lambda status: status.running)

    async def alive() -> Fact[bool]:
        return map_fact(await site.rc(rc), lambda status: status.alive)

    if is_true(await running()):
        return Ended.reached("was running")
    end = site.clock() + deadline
    result = await site.change(words.service_start(rc), deadline)
    given_up = min(end, site.clock() + START_GRACE)
    answer = await site.until(running, given_up)
    if not is_true(answer) and is_true(await alive()):
        answer = await site.until(running, end)
    return told(answer, f"{rc} does not run ({result.complaint()})")


async def _not_mounted(site: Site) -> Ended | None:
    """Return why nothing may be started: mysqld on a bare directory [FACTS E3]."""
    mounts = await look.read_mounts(site.host)
    fstab = look.read_fstab(site.host)
    if isinstance(mounts, Unknown):
        return Ended.unknown(f"the mounts are not known: {mounts.reason}")
    if isinstance(fstab, Unknown):
        return Ended.unknown(f"what belongs there is not known: {fstab.reason}")
    for directory in site.settings.mounts:
        stack = [m for m in mounts.value if m.directory == directory]
        entry = fstab.value.entry_for(directory)
        if isinstance(entry, Unknown):
            return Ended.unknown(f"what belongs on {directory}: {entry.reason}")
        wanted = entry.value.device if entry.value else None
        if not stack or stack[-1].device != wanted or not stack[-1].writable:
            return Ended.failed(f"{directory} is not mounted as /etc/fstab says")
    return None
