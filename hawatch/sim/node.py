"""One machine: power, boot, clocks, interfaces, and what runs on it [FACTS E1]."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from hawatch.sim import power
from hawatch.sim.carp import CarpStack
from hawatch.sim.devd import Devd
from hawatch.sim.faults import Faults
from hawatch.sim.hast_disk import LocalDisk
from hawatch.sim.hast_resource import Resource
from hawatch.sim.hastd import Hastd
from hawatch.sim.power import Power
from hawatch.sim.processes import Script
from hawatch.sim.services import RcService
from hawatch.sim.storage import BareDirectory, MountTable, RootFiles
from hawatch.sim.task import Task
from hawatch.sim.timers import NodeTimers

if TYPE_CHECKING:
    from hawatch.sim.settings import NodeSettings
    from hawatch.sim.world import World

T = TypeVar("T")
Shutdown = Callable[[], "Task[Any] | None"]
FIRST_PID = 550


class Node:
    """One of the two machines. Everything but disks, root files and hooks is per boot.

    on_devd takes devd lines, on_hast_hook the words after the hook's path, on_boot is
    called where rc.local runs, on_rc_shutdown at an orderly shutdown: where it returns
    a task, the shutdown waits for it, up to 90 s. on_power hears of power and pauses.
    fsck_results: exit codes that the next checks of an unclean file system give.
    hast_conf_error: what is wrong there.
    """

    __slots__ = (
        "_bare",
        "_pid",
        "_port",
        "backlink_carrier",
        "boot_at",
        "boot_count",
        "carp",
        "carrier",
        "devd",
        "faults",
        "fsck_results",
        "hast_conf_error",
        "hastd",
        "interface_up",
        "kernel",
        "mounts",
        "name",
        "on_boot",
        "on_devd",
        "on_hast_hook",
        "on_power",
        "on_rc_shutdown",
        "paused",
        "power",
        "resources",
        "root",
        "scripts",
        "services",
        "settings",
        "sshd",
        "tasks",
        "timers",
        "wall_offset",
        "world",
    )

    def __init__(self, world: World, settings: NodeSettings) -> None:
        self.world = world
        self.settings = settings
        self.name = settings.name
        self.timers = NodeTimers(world.scheduler)
        self.power = Power.OFF
        self.paused = False
        self.carrier = True
        self.backlink_carrier = True
        self.interface_up = False
        self.boot_at = 0.0
        self.boot_count = 0
        self.wall_offset = 0.0
        self.faults = Faults()
        self.fsck_results: list[int] = []
        self.hast_conf_error = ""
        self.sshd = True
        self.root = RootFiles(self)
        self.kernel: list[str] = []
        self.on_devd: list[Callable[[str], None]] = []
        self.on_hast_hook: list[Callable[[tuple[str, ...]], None]] = []
        self.on_boot: list[Callable[[], None]] = []
        self.on_rc_shutdown: list[Shutdown] = []
        self.on_power: list[Callable[[Node], None]] = []
        self.tasks: list[Task[Any]] = []
        self.scripts: list[Script] = []
        self._pid, self._port = FIRST_PID, 20000
        self.resources: dict[str, Resource] = {}
        for number, service in enumerate(world.settings.services, start=1):
            disk = LocalDisk(f"/dev/{settings.disk}{number}", world.settings.extents)
            self.resources[service.resource] = Resource(self, service.resource, disk)
        self._bare = {
            service.mount: BareDirectory(immutable=world.settings.schg)
            for service in world.settings.services
        }
        self.renew()

    # -- what others ask ---------------------------------------------------------

    @property
    def peer(self) -> Node:
        """Return the other node."""
        return self.world.peer_of(self.name)

    @property
    def interface(self) -> str:
        """Return the name of the interface that carries CARP."""
        return self.settings.interface

    @property
    def running(self) -> bool:
        """Return whether the kernel runs now."""
        return self.power is not Power.OFF and not self.paused

    @property
    def on_the_wire(self) -> bool:
        """Return whether packets of the common network leave and reach the node."""
        return self.running and self.interface_up and self.carrier

    @property
    def on_hast_wire(self) -> bool:
        """Return whether packets of the network that carries HAST do."""
        if self.settings.backlink:
            return self.running and self.backlink_carrier and self.devd.alive
        return self.on_the_wire

    @property
    def wall(self) -> float:
        """Return the node's own wall clock, in seconds since 1970."""
        return self.world.settings.epoch + self.world.now + self.wall_offset

    @property
    def boot_id(self) -> str:
        """Return an id that changes at each boot."""
        return f"{self.name}-{self.boot_count}"

    def bare(self, directory: str) -> BareDirectory:
        """Return a mount point as it is on the root file system."""
        return self._bare[directory]

    def new_pid(self) -> int:
        """Return the next process id."""
        self._pid += 1
        return self._pid

    def new_port(self) -> int:
        """Return a port that a connection comes from."""
        self._port += 1
        return self._port

    def note(self, text: str, kind: str) -> None:
        """Write a line into the world's log."""
        self.world.note(self.name, text, kind)

    def kernel_log(self, text: str) -> None:
        """Write a line into the kernel's log."""
        self.kernel.append(text)
        if len(self.kernel) > 200:
            del self.kernel[:100]
        self.note(text, "kernel")

    def run_hast_hook(self, words: tuple[str, ...]) -> None:
        """Run hast.conf's exec hook a moment later, as a fork does."""
        self.note("hook " + " ".join(words), "hook")
        self.timers.call_in(0.02, lambda: self._hooked(words))

    def role_changed(self, resource: Resource) -> None:
        """Tell the judge that a role changed."""
        del resource
        self.world.violations.look()

    def spawn(
        self,
        coroutine: Coroutine[Any, Any, T],
        done: Callable[[T], None] | None = None,
    ) -> Task[T]:
        """Start a coroutine on this node; it dies with the node's power."""
        task = Task(self.timers, coroutine, done)
        if len(self.tasks) > 32:
            self.tasks = [known for known in self.tasks if known.alive]
        self.tasks.append(task)
        task.start()
        return task

    def kill_tasks(self) -> None:
        """SIGKILL everything that was spawned here."""
        tasks, self.tasks = self.tasks, []
        for task in tasks:
            task.kill()

    def power_on(self) -> None:
        """Give power: the node boots, in rc's order."""
        if self.power is Power.OFF:
            power.boot(self)

    def crash(self, why: str = "lost its power") -> None:
        """Lose power, or panic: nothing is flushed and nobody is told."""
        if self.power is not Power.OFF:
            power.crash(self, why)

    def shutdown(self, *, reboot: bool = True) -> None:
        """`shutdown -r now` (or -p): rc.shutdown with its 90 s watchdog [FACTS E1]."""
        power.shutdown(self, reboot=reboot)

    def reboot(self) -> None:
        """Plain `reboot`: no rc.shutdown; processes are killed, then a boot [E1]."""
        power.reboot(self)

    def pause(self) -> None:
        """Pause the virtual machine: everything in it stands still [FACTS H25]."""
        power.pause(self)

    def resume(self) -> None:
        """Let a paused virtual machine go on where it stood."""
        power.resume(self)

    def clock_step(self, seconds: float) -> None:
        """Set the wall clock forward or back; back, hastd pauses that long [H24]."""
        power.clock_step(self, seconds)

    # -- interfaces --------------------------------------------------------------------

    def set_link(self, *, up: bool) -> None:
        """Plug or pull the cable of the common network."""
        if up == self.carrier:
            return
        self.world.segment.unfold()
        self.carrier = up
        self.kernel_log(
            f"{self.interface}: link state changed to {'UP' if up else 'DOWN'}"
        )
        word = "LINK_UP" if up else "LINK_DOWN"
        self.devd.emit(f"!system=IFNET subsystem={self.interface} type={word}")
        if self.power is not Power.OFF:
            self.carp.follow_interface()
        self.world.rewire()

    def set_backlink(self, *, up: bool) -> None:
        """Plug or pull the cable of the replication network."""
        self.backlink_carrier = up
        self.world.rewire()

    def set_interface(self, *, up: bool) -> None:
        """`ifconfig IF up` or `down`."""
        if up == self.interface_up:
            return
        self.world.segment.unfold()
        self.interface_up = up
        self.carp.follow_interface()
        self.world.rewire()

    def renew(self) -> None:
        """Put what a boot begins with in place."""
        self.carp = CarpStack(self, self.world.segment)
        self.carp.on_master.append(self.world.vip_taken)
        self.devd = Devd(self)
        self.hastd = Hastd(self)
        self.mounts = MountTable(self)
        self.services = {
            service.rc: RcService(self, service)
            for service in self.world.settings.services
        }

    def _hooked(self, words: tuple[str, ...]) -> None:
        for listener in list(self.on_hast_hook):
            listener(words)

    def vanish(self) -> None:
        """Lose everything that lives in memory."""
        self.power = Power.OFF
        self.paused = False
        self.kill_tasks()
        self.timers.clear()
        self.interface_up = False
        for service in self.services.values():
            service.power_off()
        for resource in self.resources.values():
            resource.vanish()
        self.renew()
        power.tell(self)
        self.world.violations.look()
