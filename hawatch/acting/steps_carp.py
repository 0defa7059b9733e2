"""The VIP: given away, taken, and the numbers put back."""

from __future__ import annotations

from hawatch.acting.site import SLOW_POLL, Ended, Site, told
from hawatch.freebsd import look, words
from hawatch.model.carp import CarpState, CarpVhid
from hawatch.model.fact import Fact, Known, Unknown, is_true, map_fact
from hawatch.model.plan import AllowCarp, Lever, RestoreSkew, TakeVip, YieldVip


async def yield_vip(site: Site, step: YieldVip) -> Ended:
    """Give the VIP to the peer by the chosen lever, and hear the peer's adverts.

    This node's own BACKUP proves nothing yet: with nobody there to take the VIP it is
    MASTER again when its timer runs out. An advert that was accepted since does.
    """
    vhid = await site.vhid()
    if isinstance(vhid, Unknown):
        return Ended.unknown(f"CARP is not known: {vhid.reason}")
    if step.lever is Lever.ALLOW_OFF:
        return await _drop(site, step, vhid.value)
    if vhid.value.state is not CarpState.MASTER:
        return await _settle(site, step)
    before = await look.read_counters(site.host)
    await _pull(site, step, vhid.value)
    end = site.clock() + step.deadline

    async def with_peer() -> Fact[bool]:
        master = await site.is_master()
        if not isinstance(master, Known) or master.value:
            return map_fact(master, lambda _: False)
        now = await look.read_counters(site.host)
        if isinstance(before, Unknown) or isinstance(now, Unknown):
            return Unknown("the adverts cannot be counted")
        return Known(now.value.accepted > before.value.accepted)

    answer = await site.until(with_peer, end)
    settled = await _settle(site, step)
    if not is_true(answer):
        return told(answer, f"the VIP did not go to the peer in {step.deadline:.0f} s")
    return settled


async def restore_skew(site: Site, step: RestoreSkew) -> Ended:
    """Set advskew and advbase, the state as it is, and read them back."""
    return await _set_numbers(site, step.advskew, step.advbase, step.deadline)


async def take_vip(site: Site, step: TakeVip) -> Ended:
    """Become MASTER with numbers that make it stick, and read it back."""
    vhid = await site.vhid()
    if isinstance(vhid, Unknown):
        return Ended.unknown(vhid.reason)
    argv = _set(vhid.value, step.advskew, step.advbase, CarpState.MASTER)
    result = await site.change(argv, step.deadline)
    end = site.clock() + step.deadline
    return told(
        await site.until(site.is_master, end),
        f"the VIP did not come here ({result.complaint()})",
    )


async def allow_carp(site: Site, step: AllowCarp) -> Ended:
    """Set net.inet.carp.allow and read it back."""
    result = await site.change(words.set_carp_allow(allow=step.allow), step.deadline)
    end = site.clock() + step.deadline

    async def as_wanted() -> Fact[bool]:
        return map_fact(
            await look.read_sysctls(site.host), lambda tree: tree.allow is step.allow
        )

    return told(
        await site.until(as_wanted, end),
        f"net.inet.carp.allow did not change ({result.complaint()})",
    )


async def _pull(site: Site, step: YieldVip, vhid: CarpVhid) -> None:
    """Pull the lever; what it did is read afterwards."""
    state = CarpState.BACKUP if step.lever is Lever.STATE_BACKUP else CarpState.MASTER
    await site.change(_set(vhid, step.advskew, step.advbase, state), step.deadline)
    if step.lever is Lever.FAST:
        # Adds nothing to demotion, but sends an advert at once [FACTS A6].
        await site.change(words.force_advert(), step.deadline)


async def _drop(site: Site, step: YieldVip, vhid: CarpVhid) -> Ended:
    """Raise advskew, then drop every VIP of this node."""
    await site.change(
        _set(vhid, step.advskew, step.settled_advbase, vhid.state), step.deadline
    )
    return await allow_carp(site, AllowCarp(allow=False, deadline=step.deadline))


async def _settle(site: Site, step: YieldVip) -> Ended:
    """Put advbase back and leave advskew raised, whatever became of the VIP."""
    return await _set_numbers(site, step.advskew, step.settled_advbase, 10 * SLOW_POLL)


async def _set_numbers(
    site: Site, advskew: int, advbase: int, deadline: float
) -> Ended:
    vhid = await site.vhid()
    if isinstance(vhid, Unknown):
        return Ended.unknown(vhid.reason)
    if (vhid.value.advskew, vhid.value.advbase) == (advskew, advbase):
        return Ended.reached()
    argv = _set(vhid.value, advskew, advbase, vhid.value.state)
    result = await site.change(argv, deadline)

    async def as_wanted() -> Fact[bool]:
        return map_fact(
            await site.vhid(), lambda v: (v.advskew, v.advbase) == (advskew, advbase)
        )

    return told(
        await site.until(as_wanted, site.clock() + deadline),
        f"advskew {advskew} was not taken ({result.complaint()})",
    )


def _set(
    vhid: CarpVhid, advskew: int, advbase: int, state: CarpState
) -> tuple[str, ...]:
    """Return the command; the state is explicit, or ifconfig writes an old one [A2]."""
    return words.set_vhid(
        vhid.interface,
        vhid.vhid,
        advskew=advskew,
        advbase=advbase,
        state=state,
        peer=vhid.peer,
        peer6=vhid.peer6,
    )
