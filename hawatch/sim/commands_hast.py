"""hastctl: what asks the parent, and what reads the disk [FACTS B4 to B7]."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hawatch.sim import text_hastctl
from hawatch.sim.hast_disk import LOCALOFF
from hawatch.sim.promise import Promise
from hawatch.sim.shell import Reply, Shell

if TYPE_CHECKING:
    from collections.abc import Callable

    from hawatch.sim.node import Node

ROLES = ("init", "primary", "secondary")
NO_ENTRY = 1
MUTE = 35
LOST = "[ERROR] Unable to receive control header.\n"


async def hastctl(shell: Shell, argv: tuple[str, ...]) -> Reply:
    """Run hastctl; it parses /etc/hast.conf each time [FACTS B7]."""
    words = argv[1:]
    if not words:
        return Reply(64, err=text_hastctl.USAGE)
    if shell.node.hast_conf_error:
        return Reply(78, err=f"[ERROR] {shell.node.hast_conf_error}\n")
    verb, names = words[0], list(words[1:])
    if verb == "role":
        if len(names) < 2 or names[0] not in ROLES:
            return Reply(64, err=text_hastctl.USAGE)
        return await _role(shell, names[0], names[1:])
    if verb == "create" and names:
        return _create(shell.node, names)
    known = list(shell.node.resources)
    names = known if names in ([], ["all"]) else names
    if verb == "dump":
        return _dump(shell.node, names)
    if verb in ("status", "list"):
        return await _tell(shell, verb, names)
    return Reply(64, err=text_hastctl.USAGE)


async def _order(shell: Shell, perform: Callable[[], Promise[int]]) -> int | None:
    """Send a request and wait for its answer; None where nobody takes it."""
    order = shell.node.hastd.submit(perform)
    if order is None:
        return None

    def give_up() -> None:
        order.abandoned = True

    shell.on_kill = give_up
    return await order.answer


async def _tell(shell: Shell, verb: str, names: list[str]) -> Reply:
    node = shell.node
    texts: list[str] = []

    def perform() -> Promise[int]:
        texts.append(_status(node, names) if verb == "status" else _list(node, names))
        return Promise.of(0)

    answer = await _order(shell, perform)
    if answer is None:
        return Reply(71, err=text_hastctl.REFUSED)
    if answer == 69:
        return Reply(69, err=LOST)
    if any(_mute(node, name) for name in names):
        return Reply(70, err=f"[ERROR] Error {MUTE} received from hastd.\n")
    unknown = any(name not in node.resources for name in names)
    return Reply(NO_ENTRY if unknown else 0, texts[0])


def _mute(node: Node, name: str) -> bool:
    """Return whether a resource's worker stands still and answers nobody [B7]."""
    resource = node.resources.get(name)
    if resource is None:
        return False
    workers = (resource.primary, resource.secondary)
    return any(worker is not None and worker.stopped for worker in workers)


def _status(node: Node, names: list[str]) -> str:
    return text_hastctl.HEADER + "".join(
        text_hastctl.status_line(node.resources[name])
        if name in node.resources
        else f"{name}\tERR{NO_ENTRY}\n"
        for name in names
    )


def _list(node: Node, names: list[str]) -> str:
    return "".join(
        text_hastctl.list_block(node.resources[name])
        if name in node.resources
        else f"{name}:\n  error: {NO_ENTRY}\n"
        for name in names
    )


async def _role(shell: Shell, role: str, names: list[str]) -> Reply:
    node = shell.node
    names = list(node.resources) if names == ["all"] else names
    err, status = "", 0
    for name in names:
        resource = node.resources.get(name)
        if resource is None:
            err += f"[WARNING] [{name}] Received error {NO_ENTRY} from hastd.\n"
            status = NO_ENTRY
            continue
        answer = await _order(shell, partial(node.hastd.set_role, resource, role))
        if answer is None:
            return Reply(71, err=text_hastctl.REFUSED)
        if answer == 69:
            return Reply(69, err=LOST)
    return Reply(status, err=err)


def _dump(node: Node, names: list[str]) -> Reply:
    out, err, status = "", "", 0
    for name in names:
        resource = node.resources.get(name)
        if resource is None:
            return Reply(65, out, f"[ERROR] Unknown resource {name}.\n")
        disk = resource.disk
        if disk.missing or disk.read_fails:
            why = "Device not configured" if disk.missing else "Input/output error"
            err += f"[ERROR] Unable to open {disk.path}: {why}.\n"
            status = 255
        elif disk.meta is None:
            err += (
                f"[ERROR] Unable to read metadata from {disk.path}: "
                "No such file or directory.\n"
            )
            status = 255
        else:
            out += text_hastctl.dump_block(name, disk.meta, LOCALOFF)
    return Reply(status, out, err)


def _create(node: Node, names: list[str]) -> Reply:
    """Destroy map and generations, without a question [FACTS B9]."""
    for name in names:
        resource = node.resources.get(name)
        if resource is None:
            return Reply(65, err=f"[ERROR] Unknown resource {name}.\n")
        resource.disk.create(node.world.settings.extentsize)
        node.note(f"hastctl create {name}", "operator")
    return Reply()
