"""HAST roles, devices, file systems and mounts."""

from __future__ import annotations

from hawatch.acting.names import mounts_on
from hawatch.acting.site import POLL, Ended, Site, told
from hawatch.acting.starts import end_starts
from hawatch.deciding.mount_view import HAST_DEVICES
from hawatch.deciding.three import NO, YES
from hawatch.freebsd import look, words
from hawatch.host import Ending
from hawatch.model.fact import Fact, Known, Unknown, is_false, is_true, map_fact
from hawatch.model.hast import HastRole, HastStatus
from hawatch.model.plan import (
    AwaitDevice,
    CheckFilesystem,
    MountFilesystem,
    ProveMount,
    SetRole,
    Unmount,
)
from hawatch.model.storage import on_top

ROLE_LOOK = 2.0
"""Seconds between two looks at the role while a device is awaited."""

FSCK_UNEXPECTED = 8
FSCK_RERUN = 16


async def set_role(site: Site, step: SetRole) -> Ended:
    """Set a HAST role and read it back.

    To primary only while the VIP is here. Away from primary only when nothing of the
    device is mounted: the change destroys the device even under a mount [FACTS B2]. An
    order that timed out will still be obeyed [FACTS B7]: its outcome is unknown.
    """
    refused = await _role_forbidden(site, step)
    if refused is not None and not site.pretends:
        return refused
    end = site.clock() + step.deadline
    argv = words.hast_role(step.resource, step.role)
    result = await site.change(argv, step.deadline)
    if result.ending in (Ending.OVERDUE, Ending.ABANDONED):
        return Ended.unknown(
            f"hastd did not answer in {step.deadline:.0f} s; it may obey later"
        )

    async def there() -> Fact[bool]:
        resource = await site.resource(step.resource)
        if isinstance(resource, Unknown):
            return resource
        if resource.value.role is not step.role:
            return NO
        if step.role is HastRole.PRIMARY:
            return YES
        return _device_has_gone(site, step)

    return told(
        await site.until(there, end),
        f"{step.resource} is not {step.role} ({result.complaint()})",
    )


def _device_has_gone(site: Site, step: SetRole) -> Fact[bool]:
    """Return whether the device is gone, or left over with no worker to serve it."""
    device = site.host.exists(step.device)
    if not is_true(device):
        return map_fact(device, lambda exists: not exists)
    hastd = look.read_hastd(site.host, answering=True)
    return map_fact(hastd, lambda found: not found.serves_device(step.resource))


async def await_device(site: Site, step: AwaitDevice) -> Ended:
    """Wait for the device node and read its first block.

    The node appears when the attempt to reach the peer has ended, 20 s against a
    silent one [FACTS B3]. A worker that dies meanwhile takes the role back to init
    without a word [FACTS B2], so the role is looked at, too. A VIP that only flaps
    comes back; the next step that takes something looks at it again.
    """
    end = site.clock() + step.deadline
    vip_seen = site.clock()
    next_look = site.clock() + ROLE_LOOK
    while not is_true(site.host.exists(step.device)):
        if site.clock() >= end:
            return Ended.failed(f"no {step.device} in {step.deadline:.0f} s")
        if site.clock() >= next_look:
            next_look = site.clock() + ROLE_LOOK
            if not is_false(await site.is_master()):
                vip_seen = site.clock()
            elif site.clock() - vip_seen > site.config.flap:
                return Ended.failed("the VIP left during the promotion")
            fallen = await _fallen_back(site, step.resource)
            if fallen is not None:
                return fallen
        await site.host.sleep(POLL)
    read = await site.host.first_read(
        step.device, deadline=max(1.0, end - site.clock())
    )
    if isinstance(read, Unknown):
        return Ended.failed(f"{step.device} cannot be read: {read.reason}")
    return Ended.reached()


async def check_filesystem(site: Site, step: CheckFilesystem) -> Ended:
    """Run fsck -p on an unmounted device; -y only where the owner allowed it [F3]."""
    mounted = await site.mounts_of(step.device, "")
    if isinstance(mounted, Unknown):
        return Ended.unknown(f"the mounts are not known: {mounted.reason}")
    if mounted.value:
        return Ended.failed(f"{step.device} is mounted")
    argv = words.fsck_preen(step.device, step.fstype)
    result = await site.change(argv, step.deadline)
    if result.status == FSCK_UNEXPECTED and step.allow_yes:
        argv = words.fsck_yes(step.device, step.fstype)
        result = await site.change(argv, step.deadline)
    if result.status == FSCK_RERUN:
        result = await site.change(argv, step.deadline)
    if result.succeeded:
        return Ended.reached()
    if result.ending is not Ending.EXITED:
        return Ended.unknown(result.complaint())
    return Ended.failed(f"{result.complaint()}; a person must look at {step.device}")


async def mount_filesystem(site: Site, step: MountFilesystem) -> Ended:
    """Mount a directory by its fstab entry; the mount table decides whether it is.

    Not while a peer that was silent in the look is connected and blocks are on their
    way: hastd may be writing this very copy anew [FACTS B9].
    """

    async def there() -> Fact[bool]:
        return await _is_mounted(site, step.device, step.directory)

    if is_true(await there()):
        return Ended.reached("was mounted")
    if step.unjoined and (joined := await _joined_since(site, step.unjoined)):
        return joined
    result = await site.change(words.mount(step.directory), step.deadline)
    answer = await there()
    if is_true(answer):
        return Ended.reached()
    failure = f"{step.directory} is not mounted ({result.complaint()})"
    return told(answer, failure + await _where_else(site, step))


async def _where_else(site: Site, step: MountFilesystem) -> str:
    """Return where mount(8) put the device: it resolves a link in the path."""
    found = await site.mounts_of(step.device, "")
    if isinstance(found, Unknown) or not found.value:
        return ""
    place = found.value[-1].directory
    return f"; it is on {place}: write that in hawatch.toml and /etc/fstab"


async def prove_mount(site: Site, step: ProveMount) -> Ended:
    """Look into the directory in a disposable child [FACTS F7].

    It must be a mount of its own, from the right device, and hold the sentinel; where
    none is configured, a directory that services start from must not be empty.
    """
    mounted = await _is_mounted(site, step.device, step.directory)
    if not is_true(mounted):
        return told(mounted, f"{step.directory} is not {step.device} read-write")
    if is_false(site.host.exists(step.device)):
        return Ended.failed(f"{step.device} is gone under {step.directory}")
    probe = await site.host.probe_directory(
        step.directory, sentinel=step.sentinel, fsync=False, deadline=step.deadline
    )
    if isinstance(probe, Unknown):
        return Ended.unknown(f"{step.directory} could not be read: {probe.reason}")
    if not probe.value.own_device:
        return Ended.failed(f"{step.directory} is the bare directory")
    if step.sentinel and not probe.value.sentinel:
        return Ended.failed(f"{step.directory} holds no {step.sentinel}")
    if not step.sentinel and site.settings.rc and probe.value.empty:
        return Ended.failed(f"{step.directory} is empty")
    return Ended.reached()


async def unmount(site: Site, step: Unmount) -> Ended:
    """Take a directory's mount off: plainly again and again, then by force.

    A start that was given up must not come to its end on the bare directory. Where
    nobody could tell which device belongs there, any HAST device is meant.
    """
    await end_starts(site)
    start = site.clock()
    end = start + step.deadline

    async def gone() -> Fact[bool]:
        mounts = await site.mounts_of("", step.directory)
        return map_fact(
            mounts, lambda found: not any(_is_meant(m.device, step) for m in found)
        )

    answer = await gone()
    complaint = ""
    while not is_true(answer):
        force = site.clock() - start >= step.force_after
        argv = (words.unmount_by_force if force else words.unmount)(step.directory)
        result = await site.change(argv, end - site.clock())
        complaint = result.complaint() if not result.succeeded else ""
        answer = await gone()
        if is_true(answer) or site.clock() + 0.5 >= end:
            break
        await site.host.sleep(0.5)
    if is_true(answer):
        return Ended.reached()
    top = await _mounts_on_top(site, step.directory)
    return told(answer, f"{step.directory} stays mounted ({complaint}){top}")


async def _mounts_on_top(site: Site, directory: str) -> str:
    """Return in words what is mounted on top of a directory's file system, or ""."""
    table = await look.read_mounts(site.host)
    found = () if isinstance(table, Unknown) else on_top(table.value, directory)
    if not found:
        return ""
    return f"; unmount first: {', '.join(mount.directory for mount in found)}"


async def _joined_since(site: Site, name: str) -> Ended | None:
    """Return why the next look should decide, where the peer came back meanwhile."""
    resource = await site.resource(name)
    if isinstance(resource, Unknown):
        return Ended.unknown(f"whether {name} is being resynced: {resource.reason}")
    if resource.value.status is HastStatus.COMPLETE and resource.value.dirty:
        return Ended.unknown(
            f"{name} was connected since the look, {resource.value.dirty} bytes differ"
        )
    return None


def _is_meant(device: str, step: Unmount) -> bool:
    if step.device:
        return device == step.device
    return device.startswith(HAST_DEVICES)


async def _role_forbidden(site: Site, step: SetRole) -> Ended | None:
    if step.role is HastRole.PRIMARY:
        master = await site.is_master()
        return None if is_true(master) else told(master, "the VIP is not here any more")
    mounts = await mounts_on(site, step.device)
    if isinstance(mounts, Unknown):
        return Ended.unknown(mounts.reason)
    if mounts.value:
        places = ", ".join(mount.directory for mount in mounts.value)
        return Ended.failed(f"{step.device} is still mounted on {places}")
    return None


async def _fallen_back(site: Site, name: str) -> Ended | None:
    """Return that a promotion under way has failed, if it has."""
    resource = await site.resource(name)
    if isinstance(resource, Known) and resource.value.role is not HastRole.PRIMARY:
        return Ended.failed(
            f"{name} fell back to {resource.value.role}: its worker died"
        )
    return None


async def _is_mounted(site: Site, device: str, directory: str) -> Fact[bool]:
    mounts = await site.mounts_of("", directory)
    return map_fact(
        mounts,
        lambda stack: bool(stack) and stack[-1].device == device and stack[-1].writable,
    )
