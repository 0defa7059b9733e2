"""A node's process table, as psutil shows it, and signals to its processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hawatch.host import Process
from hawatch.sim.task import Task

if TYPE_CHECKING:
    from hawatch.sim.node import Node

SIGKILL, SIGTERM = 9, 15
HASTD = "/sbin/hastd"
SHELL = "/bin/sh"


@dataclass(slots=True)
class Script:
    """An rc script at work; it may outlive the one who asked for it."""

    pid: int
    started: float
    cmdline: tuple[str, ...]
    task: Task[Any]


def show_script(node: Node, task: Task[Any], argv: tuple[str, ...]) -> None:
    """Show a `service NAME VERB` in the process table: it becomes the script itself."""
    script = ("/bin/sh", f"/usr/local/etc/rc.d/{argv[1]}", *argv[2:])
    node.scripts = [one for one in node.scripts if one.task.alive]
    node.scripts.append(Script(node.new_pid(), node.wall, script, task))


def process_table(node: Node) -> tuple[Process, ...]:
    """Return hastd with its workers, the services, and a few of the base system."""
    boot = node.wall - (node.world.now - node.boot_at)
    table = [
        Process(
            pid=1,
            parent=0,
            name="init",
            cmdline=("/sbin/init",),
            started=boot,
            exe="/sbin/init",
        )
    ]
    hastd = node.hastd
    if hastd.alive:
        table.append(
            Process(
                pid=hastd.pid,
                parent=1,
                name="hastd",
                cmdline=(HASTD,),
                started=hastd.started,
                exe=HASTD,
            )
        )
    for resource in node.resources.values():
        for worker, role in (
            (resource.primary, "primary"),
            (resource.secondary, "secondary"),
        ):
            if worker is not None and worker.alive:
                table.append(
                    Process(
                        pid=worker.pid,
                        parent=hastd.pid,
                        name="hastd",
                        cmdline=(f"hastd: {resource.name} ({role})",),
                        started=worker.started,
                        exe=HASTD,
                    )
                )
    for service in node.services.values():
        data = f"--datadir={service.settings.mount}"
        if service.keeper:
            table.append(
                Process(
                    pid=service.keeper,
                    parent=1,
                    name="sh",
                    cmdline=(SHELL, service.settings.keeper, data),
                    started=service.keeper_started,
                    exe=SHELL,
                )
            )
        if service.running:
            path = service.settings.process
            table.append(
                Process(
                    pid=service.pid,
                    parent=service.keeper or 1,
                    name=path.rsplit("/", 1)[-1],
                    cmdline=(path, data),
                    started=service.started,
                    exe=path,
                )
            )
    table += [
        Process(
            pid=one.pid,
            parent=1,
            name="sh",
            cmdline=one.cmdline,
            started=one.started,
            exe="/bin/sh",
        )
        for one in node.scripts
        if one.task.alive
    ]
    return tuple(table)


def kill_process(node: Node, pid: int, started: float, signal: int) -> bool:
    """Signal a process; False where it is gone, or its pid belongs to another."""
    known = {process.pid: process for process in process_table(node)}
    if pid not in known or abs(known[pid].started - started) > 1.0:
        return False
    node.note(f"signal {signal} to pid {pid} ({known[pid].cmdline[0]})", "kill")
    for resource in node.resources.values():
        primary, secondary = resource.primary, resource.secondary
        if primary is not None and primary.pid == pid:
            primary.kill(signal)
        elif secondary is not None and secondary.pid == pid:
            secondary.kill(signal)
    for service in node.services.values():
        if service.running and service.pid == pid:
            if signal == SIGKILL:
                service.kill()
            else:
                service.stop()
        elif service.keeper == pid and signal == SIGKILL:
            service.keeper = 0  # it ignores the others
    for one in node.scripts:
        if one.pid == pid and not one.task.unkillable:
            one.task.kill()
    if pid == node.hastd.pid and signal == SIGKILL:
        node.hastd.kill()
    return True
