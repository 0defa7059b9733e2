"""Booting and shutting down, in rc's order and with rc's watchdog [FACTS E1]."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hawatch.sim.node import Node
    from hawatch.sim.task import Task

WATCHDOG = 90.0
"""rcshutdown_timeout: then rc.shutdown is killed and the rest is skipped."""

STEP = 0.5
UNSEEN = 15.0
"""Seconds until the other node has surely looked again: an interval and its look."""

FIRMWARE = 5.0


class Power(enum.StrEnum):
    """Whether the machine has power, and how far it has come."""

    OFF = "off"
    BOOTING = "booting"
    UP = "up"


def tell(node: Node) -> None:
    """Tell who listens that a node came up, went down, stood still or goes on."""
    for listener in node.on_power:
        listener(node)


def boot(node: Node) -> None:
    """Boot: kernel, netif, devd, hastd, rc.local."""
    node.renew()
    node.power = Power.BOOTING
    tell(node)
    node.boot_at = node.world.now
    node.boot_count += 1
    node.note("boots", "power")
    settings = node.world.settings
    netif = settings.kernel_boot
    hastd = netif + settings.hastd_boot
    node.timers.call_in(netif, lambda: _netif(node))
    node.timers.call_in(netif + STEP, lambda: _devd(node))
    node.timers.call_in(hastd, node.hastd.start)
    node.timers.call_in(hastd + settings.rc_local_boot, lambda: _rc_local(node))


def _netif(node: Node) -> None:
    node.interface_up = True
    for service in node.world.settings.services:
        node.carp.add(
            service.vhid,
            addresses=(service.vip,),
            advskew=node.settings.advskew,
            password=service.carp_key,
        )
    node.world.rewire()


def _devd(node: Node) -> None:
    node.devd.start()
    node.world.rewire()


def _rc_local(node: Node) -> None:
    node.power = Power.UP
    tell(node)
    node.note("is up", "power")
    for hook in list(node.on_boot):
        hook()


def shutdown(node: Node, *, reboot: bool) -> None:
    """Run rc.shutdown: the agent's release, then what rc stops, then the halt."""
    node.note("shutdown -r now" if reboot else "shutdown -p now", "power")
    tasks = [task for hook in node.on_rc_shutdown if (task := hook()) is not None]
    _wait_for(node, tasks, node.world.now + WATCHDOG, reboot=reboot)


def crash(node: Node, why: str) -> None:
    """Lose power, or panic: nothing is flushed and nobody is told."""
    node.world.segment.unfold()
    _note_unseen(node)
    node.note(why, "power")
    node.vanish()
    node.root.lose()
    node.world.rewire()


def _note_unseen(node: Node) -> None:
    """Note that an owner ends before any look saw that its connection broke [B8]."""
    for resource in node.resources.values():
        primary = resource.primary
        lost_at = primary.lost_at if primary is not None else None
        if lost_at is not None and node.world.now - lost_at < UNSEEN:
            node.world.violations.spoiled.add(resource.name)


def clock_step(node: Node, seconds: float) -> None:
    """Set the wall clock; back, hastd pauses until it is as late as before [H24]."""
    node.wall_offset += seconds
    node.note(f"clock stepped by {seconds:+.0f} s", "fault")
    for resource in node.resources.values():
        if resource.primary is not None:
            resource.primary.hold(-seconds)


def pause(node: Node) -> None:
    """Pause the virtual machine: everything in it stands still [FACTS H25]."""
    if node.running:
        node.world.segment.unfold()
        node.note("is paused", "power")
        node.paused = True
        tell(node)
        node.timers.freeze()
        node.world.rewire()


def resume(node: Node) -> None:
    """Let a paused virtual machine go on where it stood."""
    if node.paused:
        node.world.segment.unfold()
        node.note("goes on", "power")
        node.paused = False
        tell(node)
        node.timers.thaw()
        node.world.rewire()
        node.world.violations.look()


def reboot(node: Node) -> None:
    """Kill every process, and boot; nobody is asked."""
    node.note("reboot", "power")
    _note_unseen(node)
    node.kill_tasks()
    node.timers.call_in(3.0, lambda: _halt(node, reboot=True))


def _wait_for(
    node: Node, tasks: Sequence[Task[Any]], until: float, *, reboot: bool
) -> None:
    alive = any(task.alive for task in tasks)
    if alive and node.world.now < until:
        node.timers.call_in(STEP, lambda: _wait_for(node, tasks, until, reboot=reboot))
    elif alive:
        node.kernel_log("init: /etc/rc.shutdown terminated abnormally")
        _halt(node, reboot=reboot)
    else:
        for service in node.services.values():
            service.stop()
        _wait_for_services(node, until, reboot=reboot)


def _wait_for_services(node: Node, until: float, *, reboot: bool) -> None:
    busy = any(service.running for service in node.services.values())
    if busy and node.world.now < until:
        node.timers.call_in(
            STEP, lambda: _wait_for_services(node, until, reboot=reboot)
        )
    else:
        _halt(node, reboot=reboot)


def _halt(node: Node, *, reboot: bool) -> None:
    """End hastd (devices are destroyed under mounts), sync, and go off."""
    node.world.segment.unfold()
    node.hastd.die()
    node.root.sync()
    node.note("halted", "power")
    node.vanish()
    node.world.rewire()
    if reboot:
        node.world.scheduler.call_in(FIRMWARE, node.power_on)
