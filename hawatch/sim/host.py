"""SimHost: a simulated node behind the same waist as a real machine [hawatch.host]."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from hawatch.freebsd.probe_write import with_write
from hawatch.host import CommandResult, Ending, Process, SqlQuestion
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.moment import Moment
from hawatch.model.services import SqlAnswer, SqlKind
from hawatch.model.storage import DirectoryProbe, Space
from hawatch.sim import probes, text_files
from hawatch.sim.commands_carp import ifconfig, netstat, sysctl
from hawatch.sim.commands_hast import hastctl
from hawatch.sim.commands_net import ping, ssh
from hawatch.sim.commands_service import service
from hawatch.sim.commands_storage import (
    file_system_of,
    fsck,
    fstat,
    glabel,
    mount,
    umount,
)
from hawatch.sim.faults import Fault, FaultKind
from hawatch.sim.processes import kill_process, process_table, show_script
from hawatch.sim.promise import Nap, Promise
from hawatch.sim.shell import NotSimulated, Reply, Shell
from hawatch.sim.timers import NodeTimer

if TYPE_CHECKING:
    from hawatch.sim.node import Node
    from hawatch.sim.shell import Command
    from hawatch.sim.world import World

T = TypeVar("T")

SERVICE = "/usr/sbin/service"

COMMANDS: dict[str, Command] = {
    "/sbin/ifconfig": ifconfig,
    "/sbin/sysctl": sysctl,
    "/usr/bin/netstat": netstat,
    "/sbin/hastctl": hastctl,
    "/sbin/mount": mount,
    "/sbin/umount": umount,
    "/sbin/fsck": fsck,
    "/sbin/glabel": glabel,
    "/usr/bin/fstat": fstat,
    SERVICE: service,
    "/sbin/ping": ping,
    "/usr/bin/ssh": ssh,
}


class SimHost:
    """One node as the agent sees it. Deadlines are seconds from now."""

    __slots__ = ("_node", "_world")

    def __init__(self, world: World, node: Node) -> None:
        self._world = world
        self._node = node

    @property
    def node(self) -> str:
        """Return the machine's host name."""
        return self._node.name

    def now(self) -> Moment:
        """Return the machine's clocks; the monotonic one starts with the boot."""
        node = self._node
        return Moment(
            wall=node.wall,
            monotonic=self._world.now - node.boot_at,
            boot=node.boot_id,
        )

    async def sleep(self, seconds: float) -> None:
        """Let that many seconds of the node pass."""
        await Nap(seconds)

    async def ask(self, argv: Sequence[str], *, deadline: float) -> CommandResult:
        """Run a command that changes nothing."""
        return await self._run(tuple(argv), deadline)

    async def change(self, argv: Sequence[str], *, deadline: float) -> CommandResult:
        """Run a command that changes the machine."""
        return await self._run(tuple(argv), deadline)

    async def kill(self, pid: int, *, started: float, signal: int) -> Fact[bool]:
        """Signal a process, if it is still the one that was meant."""
        await self.sleep(self._world.settings.command / 10)
        return Known(kill_process(self._node, pid, started, signal))

    def boot_time(self) -> Fact[float]:
        """Return when the machine booted, by its own wall clock."""
        node = self._node
        return Known(node.wall - (self._world.now - node.boot_at))

    def processes(self) -> Fact[tuple[Process, ...]]:
        """Return the process table."""
        return Known(process_table(self._node))

    def exists(self, path: str) -> Fact[bool]:
        """Return whether a device node exists."""
        for resource in self._node.resources.values():
            if path == resource.path:
                device = resource.device
                return Known(device is not None and device.visible)
            if path == resource.disk.path:
                return Known(not resource.disk.missing)
        return Known(self._node.root.read(path) is not None)

    def read_text(self, path: str) -> Fact[str]:
        """Return /etc/fstab, /etc/hast.conf, or a file of the root file system."""
        text = text_files.read(self._node, path)
        if text is None:
            return Unknown(f"{path}: No such file or directory")
        return Known(text)

    def why_untrusted(self, program: str) -> str | None:
        """Return why a site's program must not be run, or None where it may be."""
        if program not in self._world.site_commands:
            return f"{program}: No such file or directory"
        return self._world.untrusted.get(program)

    async def first_read(self, device: str, *, deadline: float) -> Fact[float]:
        """Read a device's first block, if its node is there and its I/O flows."""
        fs = file_system_of(self._node, device)
        if fs is None:
            return Unknown(f"{device}: No such file or directory")
        if fs.device.stalled:
            await self.sleep(deadline)
            return Unknown(f"read of {device} overdue after {deadline:g} s")
        await self.sleep(self._world.settings.command)
        return Known(self._world.settings.command)

    async def space(self, directory: str, *, deadline: float) -> Fact[Space]:
        """Return the space of the file system that holds a directory."""
        del deadline
        await self.sleep(self._world.settings.command / 10)
        return Known(probes.space_of(self._node.mounts.visible(directory)))

    async def probe_directory(
        self, directory: str, *, sentinel: str, fsync: bool, deadline: float
    ) -> Fact[DirectoryProbe]:
        """Look into a mount point's directory; it may block like a real one."""
        shell = Shell(self._node)
        await shell.nap(self._world.settings.command)
        probe = probes.directory(self._node, directory, sentinel=sentinel)
        if not fsync or not probe.own_device:
            return Known(probe)
        written = await self._within(probes.write(shell, directory), deadline)
        late = Unknown(f"no answer within {deadline:g} s")
        return Known(with_write(probe, late if written is None else Known(written)))

    async def ask_sql(self, question: SqlQuestion) -> Fact[SqlAnswer]:
        """Ask a SQL server; one that does not answer in time is a known answer."""
        shell = Shell(self._node)
        await shell.nap(self._world.settings.command)
        answer = await self._within(probes.sql(shell, question), question.timeout)
        if answer is None:
            return Known(
                SqlAnswer(
                    kind=SqlKind.TIMEOUT,
                    text=f"no answer within {question.timeout:g} s",
                    seconds=question.timeout,
                )
            )
        return Known(answer)

    async def knock(self, address: str, *, deadline: float) -> Fact[float]:
        """Connect to "host:port" and hang up."""
        found = probes.knock(self._node, address)
        silent = isinstance(found, Unknown) and "timed out" in found.reason
        await self.sleep(deadline if silent else self._world.settings.round_trip)
        return found

    # -- commands ------------------------------------------------------------------

    async def _run(self, argv: tuple[str, ...], deadline: float) -> CommandResult:
        command = self._world.site_commands.get(argv[0]) or COMMANDS.get(argv[0])
        if command is None:
            msg = f"the simulated host does not know {' '.join(argv)}"
            raise NotSimulated(msg)
        began = self._world.now
        fault = self._node.faults.take(argv)
        shell = Shell(self._node)
        result: Promise[CommandResult] = Promise()
        shell.task = self._node.spawn(_process(command, shell, argv, fault, deadline))
        if argv[0] == SERVICE and argv[-1].endswith("start"):
            show_script(self._node, shell.task, argv)
        shell.task.result.then(
            lambda reply: result.settle(
                CommandResult(
                    argv=argv,
                    status=reply.status,
                    out=reply.out,
                    err=reply.err,
                    seconds=self._world.now - began,
                )
            )
        )
        late = fault is not None and fault.kind is FaultKind.LATE
        timer = self._node.timers.call_in(
            deadline,
            lambda: result.settle(_overdue(shell, argv, deadline, spare=late)),
        )
        answer = await result
        timer.cancel()
        return answer

    async def _within(
        self, coroutine: Coroutine[Any, Any, T], deadline: float
    ) -> T | None:
        """Run a disposable child until its deadline; None means that it is overdue."""
        result: Promise[T | None] = Promise()
        child = self._node.spawn(coroutine, done=result.settle)
        timer: NodeTimer = self._node.timers.call_in(
            deadline, lambda: result.settle(None)
        )
        value = await result
        timer.cancel()
        if value is None:
            child.kill()
        return value


def _overdue(
    shell: Shell, argv: tuple[str, ...], deadline: float, *, spare: bool
) -> CommandResult:
    """Kill a command at its deadline; in a disk wait it lives on, abandoned."""
    task = shell.task
    abandoned = task is not None and (task.unkillable or spare)
    if task is not None and not abandoned:
        task.kill()
    if shell.on_kill is not None:
        shell.on_kill()
    ending = Ending.ABANDONED if abandoned and not spare else Ending.OVERDUE
    return CommandResult(argv=argv, ending=ending, status=None, seconds=deadline)


async def _process(
    command: Command,
    shell: Shell,
    argv: tuple[str, ...],
    fault: Fault | None,
    deadline: float,
) -> Reply:
    """Run a command in its time, or as a fault wants it."""
    await shell.nap(shell.node.world.settings.command)
    if fault is None:
        return await command(shell, argv)
    kind = fault.kind
    if kind in (FaultKind.FAIL, FaultKind.LIE):
        status = fault.status if kind is FaultKind.FAIL else 0
        return Reply(status, fault.out, fault.err)
    if kind is FaultKind.HANG:
        await Promise[None]()
    elif kind is FaultKind.ABANDON:
        await shell.uninterruptible(Promise[None]())
    elif kind is FaultKind.SLOW:
        await shell.nap(fault.seconds)
    elif kind is FaultKind.LATE:
        await shell.nap(deadline + fault.seconds)
    reply = await command(shell, argv)
    if kind is FaultKind.DONE_FAIL:
        return Reply(fault.status, fault.out, fault.err)
    return reply
