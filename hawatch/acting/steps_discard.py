"""The one step that destroys data, for the one command that asks a person first."""

from __future__ import annotations

from hawatch.acting.names import mounts_on
from hawatch.acting.site import Ended, Site, told
from hawatch.freebsd import look, words
from hawatch.model.fact import Fact, Unknown, is_false, map_fact
from hawatch.model.hast import HastRole
from hawatch.model.plan import DiscardCopy


async def discard_copy(site: Site, step: DiscardCopy) -> Ended:
    """Write fresh metadata over this node's copy, and read them back.

    `hastctl create` does no locking and asks nobody [FACTS B9]. So everything that
    could make it the wrong moment is read again right before it: a role other than
    init, a mount, a device that is left.
    """
    if step.typed != step.resource:
        return Ended.failed("nobody has typed the resource's name")
    resource = await site.resource(step.resource)
    if isinstance(resource, Unknown):
        return Ended.unknown(f"the role of {step.resource}: {resource.reason}")
    found = resource.value
    if found.role is not HastRole.INIT:
        return Ended.failed(f"the role of {step.resource} is {found.role}, not init")
    if not is_false(site.host.exists(found.device)):
        return Ended.failed(f"{found.device} is not known to be gone")
    mounts = await mounts_on(site, found.device)
    if isinstance(mounts, Unknown):
        return Ended.unknown(mounts.reason)
    if mounts.value:
        return Ended.failed(f"{found.device} is mounted")
    argv = words.wipe_hast_metadata(step.resource)
    result = await site.change(argv, step.deadline)

    async def fresh() -> Fact[bool]:
        dumps = await look.read_dumps(site.host, (step.resource,))
        return map_fact(
            dumps[step.resource],
            lambda dump: (dump.resuid, dump.localcnt, dump.remotecnt) == (0, 0, 0),
        )

    return told(
        await site.until(fresh, site.clock() + step.deadline),
        f"{step.resource} still has its old metadata ({result.complaint()})",
    )
