"""One worker of hastd, killed so that it starts anew."""

from __future__ import annotations

import signal

from hawatch.acting.site import ChangeRefused, Ended, Site, told
from hawatch.freebsd import look
from hawatch.model.fact import Fact, Unknown, is_true, map_fact
from hawatch.model.hast import HastRole
from hawatch.model.plan import RestartWorker


async def restart_worker(site: Site, step: RestartWorker) -> Ended:
    """Kill exactly one primary worker; hastd starts it anew and it sends its map [B8].

    The process is verified by title, parent and start time; the mount survives, I/O
    pauses for one to six seconds.
    """
    hastd = look.read_hastd(site.host, answering=True)
    if isinstance(hastd, Unknown):
        return Ended.unknown(hastd.reason)
    worker = hastd.value.worker_of(step.resource)
    if (
        worker is None
        or worker.pid != step.workerpid
        or worker.role is not HastRole.PRIMARY
        or worker.parent != hastd.value.pid
    ):
        return Ended.failed(f"pid {step.workerpid} is not the worker any more")
    if (bad := await _disk_failed_since(site, step)) is not None:
        return bad
    killed = await site.host.kill(
        worker.pid, started=worker.started, signal=signal.SIGKILL
    )
    if site.pretends:
        raise ChangeRefused(f"kill -9 {worker.pid}")
    if not is_true(killed):
        return Ended.failed(f"pid {worker.pid} could not be killed")

    async def anew() -> Fact[bool]:
        resource = await site.resource(step.resource)
        return map_fact(
            resource,
            lambda r: (
                r.role is HastRole.PRIMARY and r.workerpid not in (None, step.workerpid)
            ),
        )

    end = site.clock() + step.deadline
    return told(await site.until(anew, end), f"no new worker for {step.resource}")


async def _disk_failed_since(site: Site, step: RestartWorker) -> Ended | None:
    """Return why a new worker might send old blocks: only the peer has the new ones.

    Asked at the last moment: a write may have failed since the look [FACTS B8, H13].
    """
    name = step.resource
    resource = await site.resource(name)
    if isinstance(resource, Unknown):
        return Ended.unknown(f"whether the disk of {name} is well: {resource.reason}")
    errors = resource.value.errors
    if errors.of_disk <= step.errors:
        return None
    return Ended.failed(
        f"local errors of {name}: read {errors.read}, write {errors.write}"
    )
