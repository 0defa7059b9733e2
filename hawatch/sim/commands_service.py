"""service NAME VERB: rc.subr's words and exit codes [FACTS E2, E3]."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hawatch.sim.shell import Reply, Shell

if TYPE_CHECKING:
    from hawatch.sim.node import Node
    from hawatch.sim.services import RcService

PREFIXES = ("one", "force", "fast", "quiet")
POSTSTART = 15.0
"""How long mysql-server's poststart waits for the pidfile, at most [FACTS E3]."""

HASTD_STOP = 5.0
NO_SUCH = (
    "{name} does not exist in /etc/rc.d or the local startup\n"
    "directories (/usr/local/etc/rc.d), or is not executable\n"
)


async def service(shell: Shell, argv: tuple[str, ...]) -> Reply:
    """Run one verb of one rc script."""
    name, verb = argv[1], argv[2]
    for prefix in PREFIXES:
        verb = verb.removeprefix(prefix)
    if name == "hastd":
        return await _hastd(shell, verb)
    if name == "devd":
        return _devd(shell.node, verb)
    if name not in shell.node.services:
        return Reply(1, NO_SUCH.format(name=name))
    rc = shell.node.services[name]
    if verb == "status":
        return _status(rc.settings.rc_name, rc.pid if rc.pidfile_seen else None)
    if verb == "start":
        return await _start(shell, rc)
    if verb == "stop":
        return await _stop(shell, rc)
    if verb == "restart":
        stopped = await _stop(shell, rc)
        started = await _start(shell, rc)
        return Reply(started.status, stopped.out + started.out, started.err)
    return Reply(1, err=f"/usr/local/etc/rc.d/{name}: unknown directive '{verb}'.\n")


def _status(name: str, pid: int | None) -> Reply:
    if pid is None:
        return Reply(1, f"{name} is not running.\n")
    return Reply(out=f"{name} is running as pid {pid}.\n")


async def _start(shell: Shell, rc: RcService) -> Reply:
    if rc.pidfile_seen:
        text = f"{rc.settings.rc_name} already running?  (pid={rc.pid}).\n"
        return Reply(1, err=text)
    out = f"Starting {rc.settings.rc_name}.\n"
    rc.start()
    waited = min(rc.settings.start / 2, POSTSTART) if rc.running else POSTSTART
    await shell.nap(waited)
    return Reply(out=out)


async def _stop(shell: Shell, rc: RcService) -> Reply:
    name = rc.settings.rc_name
    if not rc.pidfile_seen:
        pidfile = f"{rc.settings.mount}/{shell.node.name}.pid"
        return Reply(1, err=f"{name} not running? (check {pidfile}).\n")
    out = f"Stopping {name}.\nWaiting for PIDS: {rc.pid}.\n"
    stopped = rc.stopped
    rc.stop()
    await stopped
    return Reply(out=out)


async def _hastd(shell: Shell, verb: str) -> Reply:
    hastd = shell.node.hastd
    if verb == "status":
        return _status("hastd", hastd.pid if hastd.alive else None)
    if verb == "start":
        if hastd.alive:
            return Reply(1, err=f"hastd already running?  (pid={hastd.pid}).\n")
        if shell.node.hast_conf_error:
            return Reply(78, "Starting hastd.\n", shell.node.hast_conf_error + "\n")
        hastd.start()
        return Reply(out="Starting hastd.\n")
    if verb == "stop":
        return await _stop_hastd(shell)
    if verb == "restart":
        stopped = await _stop_hastd(shell)
        hastd.start()
        return Reply(out=stopped.out + "Starting hastd.\n", err=stopped.err)
    return Reply(1, err=f"/etc/rc.d/hastd: unknown directive '{verb}'.\n")


async def _stop_hastd(shell: Shell) -> Reply:
    """Stop hastd: roles go to init first, mounted or not [FACTS B14]."""
    hastd = shell.node.hastd
    if not hastd.alive:
        return Reply(1, err="hastd not running? (check /var/run/hastd.pid).\n")
    pid = hastd.pid
    for resource in shell.node.resources.values():
        order = hastd.submit(partial(hastd.set_role, resource, "init"))
        if order is not None:
            await order.answer
    await shell.nap(HASTD_STOP)
    hastd.die()
    return Reply(out=f"Stopping hastd.\nWaiting for PIDS: {pid}.\n")


def _devd(node: Node, verb: str) -> Reply:
    if verb in ("start", "restart"):
        node.devd.start()
        return Reply(out="Starting devd.\n")
    if verb == "stop":
        node.devd.kill()
        return Reply(out="Stopping devd.\n")
    return _status("devd", 358 if node.devd.alive else None)
