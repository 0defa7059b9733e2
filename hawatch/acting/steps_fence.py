"""The peer switched off by the site's own command: the only proof that is no report."""

from __future__ import annotations

from hawatch.acting.site import Ended, Site, told
from hawatch.host import Ending
from hawatch.model.fact import is_true
from hawatch.model.plan import FencePeer


async def fence_peer(site: Site, step: FencePeer) -> Ended:
    """Run the site's fence command against the peer, while the VIP is here.

    Its exit 0 is believed: no look of ours can tell a machine that is off from one that
    cannot be reached. A command that others could have written is not run. One that did
    not end in time leaves it unknown whether the peer is off.
    """
    command = site.config.witness.fence
    if not command:
        return Ended.failed("witness.fence names no command")
    unsafe = site.host.why_untrusted(command[0])
    if unsafe is not None:
        return Ended.failed(f"the fence command is not run: {unsafe}")
    master = await site.is_master()
    if not is_true(master):
        return told(master, "the VIP is not here any more")
    result = await site.change((*command, step.peer), step.deadline)
    if result.succeeded:
        return Ended.reached(result.out.strip().rpartition("\n")[2])
    if result.ending in (Ending.OVERDUE, Ending.ABANDONED):
        return Ended.unknown(f"{result.complaint()}: {step.peer} may be off, or not")
    return Ended.failed(f"{result.complaint()}: {step.peer} is not confirmed off")
