"""What a look into a directory, at a SQL server or at a port finds [FACTS A3, F7]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hawatch.freebsd.probe_write import PROBE_FILE, Written
from hawatch.host import SqlQuestion
from hawatch.model.fact import REFUSED, Fact, Known, Unknown
from hawatch.model.services import SqlAnswer, SqlKind
from hawatch.model.storage import DirectoryProbe, Space
from hawatch.sim.commands_net import reaches
from hawatch.sim.network import Kind
from hawatch.sim.promise import Promise
from hawatch.sim.services import Mood, RcService
from hawatch.sim.storage import (
    FS_DATABASE,
    FS_PROBE,
    FS_SENTINEL,
    ROOT_AVAILABLE,
    ROOT_TOTAL,
    ROOT_USED,
    TOTAL_BYTES,
    MountEntry,
)

if TYPE_CHECKING:
    from hawatch.sim.node import Node
    from hawatch.sim.shell import Shell

NOBODY_LISTENS = Unknown("Connection refused", kind=REFUSED)

VERSION = "8.0.35"
CANARY_EXTENT = 1


def directory(node: Node, path: str, *, sentinel: str) -> DirectoryProbe:
    """Look into a mount point; nothing of it has to touch the disk [FACTS F7]."""
    entry = node.mounts.visible(path)
    if entry is None or entry.fs is None:
        return _bare(node, path, sentinel=sentinel)
    there = entry.sentinel if entry.zombie else bool(entry.fs.read(FS_SENTINEL))
    empty = not entry.zombie and entry.fs.read(FS_DATABASE) is None and not there
    return DirectoryProbe(
        own_device=True, sentinel=there if sentinel else None, empty=empty
    )


async def write(shell: Shell, path: str) -> Written:
    """Write and sync a probe file; it goes to the disk and may block [FACTS E6]."""
    node = shell.node
    entry = node.mounts.visible(path)
    if entry is None or entry.fs is None:
        return Written()
    since = node.mounts.probing.get(path)
    if since is not None:
        stalled = node.world.now - since
        return Written(
            stalled=stalled, error=f"a write has been hanging for {stalled:.0f} s"
        )
    if entry.fs.full:
        return Written(error=f"{PROBE_FILE}: No space left on device")
    node.mounts.probing[path] = node.world.now
    done = node.mounts.write(entry, FS_PROBE, node.new_pid(), 0)

    def came_back(_error: str) -> None:
        node.mounts.probing.pop(path, None)

    done.then(came_back)
    error = await shell.uninterruptible(done)
    if error:
        return Written(fsynced=False, error=f"{PROBE_FILE}: {error}")
    return Written(fsynced=True)


def _bare(node: Node, path: str, *, sentinel: str) -> DirectoryProbe:
    bare = node.bare(path)
    return DirectoryProbe(
        own_device=False,
        sentinel=False if sentinel else None,
        empty=not bare.names,
        immutable=bare.immutable,
    )


def space_of(entry: MountEntry | None) -> Space:
    """Return what statvfs says, even on a stalled or dead device [FACTS E6]."""
    if entry is None or entry.fs is None:
        return Space(total=ROOT_TOTAL, used=ROOT_USED, available=ROOT_AVAILABLE)
    usable = TOTAL_BYTES * 92 // 100
    if not entry.zombie and entry.fs.full:
        return Space(total=TOTAL_BYTES, used=usable, available=0)
    used = TOTAL_BYTES // 5
    return Space(total=TOTAL_BYTES, used=used, available=usable - used)


def find_server(node: Node, address: str, port: int) -> RcService | Unknown | None:
    """Return who answers a SQL connection, None for a refusal, or why nobody does.

    A node that was MASTER still reaches the VIP in itself [FACTS A3].
    """
    target: Node | None = None
    for vhid in node.carp.vhids.values():
        if address in vhid.addresses:
            if vhid.local_route:
                target = node
            else:
                holders = node.world.vip_holders(vhid.number)
                target = next((n for n in holders if _passes(node, n)), None)
            break
    else:
        if address in ("127.0.0.1", "localhost", node.settings.address):
            target = node
        elif reaches(node, address, Kind.CLIENT):
            target = node.peer
    if target is None:
        return Unknown("Operation timed out")
    for service in target.services.values():
        if service.settings.port == port:
            return service if service.accepting or service.stopping else None
    return None


def _passes(node: Node, target: Node) -> bool:
    network = node.world.network
    return target is node or (
        node.on_the_wire
        and network.passes(node.name, target.name, Kind.CLIENT)
        and network.passes(target.name, node.name, Kind.CLIENT)
    )


async def sql(shell: Shell, question: SqlQuestion) -> SqlAnswer:
    """Ask a SQL server, and let the canary commit where one is asked for."""
    server = find_server(shell.node, question.address, question.port)
    if isinstance(server, Unknown):
        await shell.nap(question.timeout)
        return _answer(SqlKind.NO_ROUTE, server.reason, question.timeout)
    if server is None or server.stopping:
        return _answer(SqlKind.REFUSED, "Connection refused", 0.0)
    began = shell.node.world.now
    refusal = await _in_mood(shell, server)
    if refusal is not None:
        return refusal
    committed: bool | None = None
    kind, text = SqlKind.ANSWERS, "1"
    if server.dead_files:
        kind, text = SqlKind.ERROR, "Input/output error"
    elif question.canary:
        row = int(shell.node.world.now * 1000)
        error = await server.commit(CANARY_EXTENT, 0, row)
        committed = not error
        if error:
            kind, text = SqlKind.ERROR, error
    return SqlAnswer(
        kind=kind,
        text=text,
        seconds=shell.node.world.now - began,
        hostname=server.node.name,
        version=VERSION,
        committed=committed,
    )


async def _in_mood(shell: Shell, server: RcService) -> SqlAnswer | None:
    """Return what a server answers that is not well, None where it goes on."""
    if server.mood is Mood.HUNG:
        await Promise[None]()
    elif server.mood is Mood.SLOW:
        await shell.nap(server.slow_seconds)
    elif server.mood is Mood.FULL_HOUSE:
        return _answer(SqlKind.TOO_MANY_CONNECTIONS, "Too many connections", 0.01)
    elif server.mood is Mood.NO_ACCESS:
        return _answer(SqlKind.ACCESS_DENIED, "Access denied for user", 0.01)
    elif server.mood is Mood.READ_ONLY:
        return SqlAnswer(
            kind=SqlKind.READ_ONLY,
            text="The MySQL server is running with the --super-read-only option",
            seconds=0.01,
            hostname=server.node.name,
            version=VERSION,
            committed=False,
        )
    return None


def _answer(kind: SqlKind, text: str, seconds: float) -> SqlAnswer:
    return SqlAnswer(kind=kind, text=text, seconds=seconds)


def knock(node: Node, address: str) -> Fact[float]:
    """Connect to "host:port": ssh of a node, its SQL ports, or the witness."""
    host, _, port_text = address.rpartition(":")
    port = int(port_text)
    took = node.world.settings.round_trip
    if host == node.world.settings.witness:
        return Known(took) if reaches(node, host) else Unknown("Operation timed out")
    if port == 22:
        if not reaches(node, host):
            return Unknown("Operation timed out")
        up = node.peer.sshd or host == node.settings.address
        return Known(took) if up else NOBODY_LISTENS
    server = find_server(node, host, port)
    if isinstance(server, Unknown):
        return server
    return NOBODY_LISTENS if server is None else Known(took)
