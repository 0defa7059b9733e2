"""ping and ssh: the paths to the peer and to the witness."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hawatch.sim.network import WITNESS, Kind
from hawatch.sim.promise import Promise
from hawatch.sim.shell import Reply, Shell

if TYPE_CHECKING:
    from hawatch.host import CommandResult
    from hawatch.sim.node import Node
    from hawatch.sim.timers import NodeTimer

SSH_SECONDS = 0.2
REFUSED_SECONDS = 0.01
OPTIONS_WITH_VALUE = "BbcDEeFIiJLlmOopQRSWw"
"""ssh(1)'s single letters that take a value."""


def reaches(node: Node, address: str, kind: Kind = Kind.SSH) -> bool:
    """Return whether a packet to an address, and its answer, would arrive now."""
    network, peer = node.world.network, node.peer
    if address == node.world.settings.witness:
        return (
            node.on_the_wire
            and node.world.witness_up
            and network.passes(node.name, WITNESS, Kind.WITNESS)
            and network.passes(WITNESS, node.name, Kind.WITNESS)
        )
    if address == node.settings.address:
        return True
    if address == peer.settings.backlink:
        kind = Kind.SSH2 if kind is Kind.SSH else kind
        wired = node.running and node.backlink_carrier
        wired = wired and peer.running and peer.backlink_carrier
    elif address == peer.settings.address:
        wired = node.on_the_wire and peer.on_the_wire
    else:
        return False
    return (
        wired
        and network.passes(node.name, peer.name, kind)
        and network.passes(peer.name, node.name, kind)
    )


async def ping(shell: Shell, argv: tuple[str, ...]) -> Reply:
    """Send echo requests; no answer means exit 2 after -t or -W."""
    address = argv[-1]
    words = list(argv)
    limit = float(words[words.index("-t") + 1]) if "-t" in words else 10.0
    if "-W" in words:
        limit = min(limit, float(words[words.index("-W") + 1]) / 1000)
    head = f"PING {address} ({address}): 56 data bytes\n"
    tail = f"\n--- {address} ping statistics ---\n"
    if not reaches(shell.node, address):
        await shell.nap(limit)
        count = int(words[words.index("-c") + 1]) if "-c" in words else 1
        lost = f"{count} packets transmitted, 0 packets received, 100.0% packet loss\n"
        return Reply(2, head + tail + lost)
    took = shell.node.world.settings.round_trip * 1000
    return Reply(
        out=f"{head}64 bytes from {address}: icmp_seq=0 ttl=64 time={took:.3f} ms\n"
        f"{tail}1 packets transmitted, 1 packets received, 0.0% packet loss\n"
        f"round-trip min/avg/max/stddev = {took:.3f}/{took:.3f}/{took:.3f}/0.000 ms\n"
    )


async def ssh(shell: Shell, argv: tuple[str, ...]) -> Reply:
    """Ask the peer; `World.answer_ssh` is what the forced command does there."""
    options, target, command = _parse(argv[1:])
    address = target.rpartition("@")[2]
    world, peer = shell.node.world, shell.node.peer
    if not reaches(shell.node, address):
        await shell.nap(float(options.get("ConnectTimeout", "75")))
        port = options.get("port", "22")
        return Reply(
            255,
            err=f"ssh: connect to host {address} port {port}: Operation timed out\r\n",
        )
    if world.answer_ssh is None or not peer.sshd:
        await shell.nap(REFUSED_SECONDS)
        port = options.get("port", "22")
        return Reply(
            255,
            err=f"ssh: connect to host {address} port {port}: Connection refused\r\n",
        )
    await shell.nap(SSH_SECONDS / 2)
    answer: Promise[CommandResult | None] = Promise()
    peer.spawn(
        world.answer_ssh(shell.node.name, peer.name, command), done=answer.settle
    )
    watch = _Watch(shell.node, address, options, answer)
    watch.start()
    result = await answer
    watch.stop()
    if result is None:
        text = f"Timeout, server {address} not responding.\r\n"
        return Reply(255, err=text)
    await shell.nap(SSH_SECONDS / 2)
    return Reply(
        255 if result.status is None else result.status, result.out, result.err
    )


class _Watch:
    """ssh's ServerAlive messages: a session whose path is cut ends after some."""

    __slots__ = ("_address", "_answer", "_node", "_seconds", "_timer")

    def __init__(
        self,
        node: Node,
        address: str,
        options: dict[str, str],
        answer: Promise[CommandResult | None],
    ) -> None:
        interval = float(options.get("ServerAliveInterval", "0"))
        self._seconds = interval * float(options.get("ServerAliveCountMax", "3"))
        self._node = node
        self._address = address
        self._answer = answer
        self._timer: NodeTimer | None = None

    def start(self) -> None:
        """Look once the messages have gone unanswered for long enough."""
        if self._seconds > 0:
            self._timer = self._node.timers.call_in(self._seconds, self._look)

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        if reaches(self._node, self._address):
            self.start()
        else:
            self._answer.settle(None)


def _parse(words: tuple[str, ...]) -> tuple[dict[str, str], str, tuple[str, ...]]:
    """Return options, [user@]host and the command of an ssh argv."""
    options: dict[str, str] = {}
    rest = list(words)
    while rest and rest[0].startswith("-"):
        word = rest.pop(0)
        if word == "--":
            break
        letter, value = word[1], word[2:]
        if letter in OPTIONS_WITH_VALUE and not value:
            value = rest.pop(0)
        if letter == "o":
            name, _, setting = value.replace(" ", "=", 1).partition("=")
            options[name] = setting
        elif letter == "p":
            options["port"] = value
    return options, rest[0], tuple(rest[1:])
