"""Starts whose outcome nobody knows: ended before the file system under them goes.

A start that was given up may still be at work. Where it comes to its end on the bare
directory, it begins an empty database there [FACTS E3]. A process to which SIGKILL was
sent does nothing more of its own, not even one that sleeps in the kernel, so letting go
waits for it only a moment and needs no proof [DESIGN law 3].
"""

from __future__ import annotations

import signal

from hawatch.acting.site import SLOW_POLL, Site
from hawatch.freebsd.parse_processes import find_starts
from hawatch.host import Process
from hawatch.model.fact import Unknown

GONE_GRACE = 2.0
"""Seconds for a killed start to vanish."""


async def end_starts(site: Site) -> str:
    """Kill every start of the service's rc scripts that is in flight.

    Returns which ones, in words, or "" where there was none.
    """
    if site.pretends:
        return ""
    found = _in_flight(site)
    for process in found:
        await site.host.kill(
            process.pid, started=process.started, signal=signal.SIGKILL
        )
    end = site.clock() + GONE_GRACE
    while _in_flight(site) and site.clock() + SLOW_POLL < end:
        await site.host.sleep(SLOW_POLL)
    return ", ".join(f"pid {process.pid}" for process in found)


def _in_flight(site: Site) -> tuple[Process, ...]:
    table = site.host.processes()
    if isinstance(table, Unknown):
        return ()
    return tuple(
        process for rc in site.settings.rc for process in find_starts(table.value, rc)
    )
