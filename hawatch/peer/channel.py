"""Ask the other node for its report, over ssh with a key that can do nothing else.

One connection per path is kept open by ssh itself, so that a look costs a round trip
and the peer's auth.log stays readable [FACTS E7]. The channel is neither CARP nor HAST:
an answer on it proves that the peer lives when those two are cut.
"""

from __future__ import annotations

import msgspec

from hawatch.host import CommandResult, Host
from hawatch.model.config import Config
from hawatch.model.fact import REFUSED, Fact, Known, Unknown
from hawatch.model.memory import HeardReport
from hawatch.model.report import PeerReport
from hawatch.model.snapshot import PeerSighting
from hawatch.peer.command import report_argv
from hawatch.peer.judge import judge

NO_CHANNEL = Unknown("no channel to the peer is configured")

SSH_FAILED = 255
"""ssh's own failure; any other status is the forced command's [ssh(1)]."""

CONNECTION_REFUSED = "Connection refused"
"""ECONNREFUSED in the last line that ssh says."""

KNOCK_RESERVE = 1.0
"""Seconds of each try that are kept back to learn whether the path answers at all."""

LEAST_TRY = 0.5
"""Seconds that every path gets, however late it is: not asked is not silent."""


class PathAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What came over one path: did the peer answer there (seconds), and what."""

    reached: Fact[float]
    report: Fact[PeerReport]


async def fetch(
    host: Host, config: Config, *, heard: HeardReport | None
) -> PeerSighting:
    """Given this node's host, return what the peer says and which paths answer.

    The paths are tried in order until one brings a good report; the others are only
    asked whether they answer. Together this takes at most `peer.timeout` seconds. heard
    is the last report that was believed. A path is known where the peer's sshd answered
    on it, even where its report is not believed.
    """
    if not config.peer.enabled:
        return PeerSighting(report=NO_CHANNEL)
    if host.node not in config.nodes:
        return PeerSighting(report=Unknown(f"{host.node} is none of the two nodes"))
    end = host.now().monotonic + config.peer.timeout
    waiting = list(config.nodes[config.peer_of(host.node)].all_paths)
    paths: dict[str, Fact[float]] = {}
    refusals: list[str] = []
    while waiting:
        address = waiting.pop(0)
        share = _share(end - host.now().monotonic, len(waiting), config)
        answer = await ask_path(host, config, address, heard=heard, deadline=share)
        paths[address] = answer.reached
        if isinstance(answer.report, Known):
            for other in waiting:
                rest = end - host.now().monotonic
                paths[other] = await knock_path(host, config, other, deadline=rest)
            return PeerSighting(paths=paths, report=answer.report)
        refusals.append(f"{address}: {answer.report.reason}")
    return PeerSighting(paths=paths, report=Unknown("; ".join(refusals)))


async def ask_path(
    host: Host,
    config: Config,
    address: str,
    *,
    heard: HeardReport | None,
    deadline: float,
    shared: bool = True,
) -> PathAnswer:
    """Given one address of the peer, return what it says there, within deadline.

    Where ssh brought nothing and does not tell why, a TCP connection tells whether
    anybody is there: a hanging agent is no silent machine [FACTS H27].
    """
    peer = config.peer_of(host.node)
    argv = report_argv(config, peer, address, shared=shared)
    reserve = min(KNOCK_RESERVE, deadline / 4)
    asked = host.now()
    result = await host.ask(argv, deadline=deadline - reserve)
    if result.succeeded:
        said = judge(
            result.out, expected_node=peer, heard=heard, now=host.now(), asked=asked
        )
        return PathAnswer(reached=Known(result.seconds), report=said)
    reached = _reached(result)
    if reached is None:
        reached = await knock_path(host, config, address, deadline=reserve)
    return PathAnswer(reached=reached, report=Unknown(result.complaint()))


async def knock_path(
    host: Host, config: Config, address: str, *, deadline: float
) -> Fact[float]:
    """Given one address of the peer, return the seconds of a TCP connection to sshd."""
    if deadline <= 0.0:
        return Unknown(f"not asked: {config.peer.timeout:g} s were used up before")
    name = f"[{address}]" if ":" in address else address
    return await host.knock(
        f"{name}:{config.peer.port}",
        deadline=min(deadline, config.peer.connect_timeout),
    )


def _share(rest: float, later: int, config: Config) -> float:
    """Return the seconds for one path such that `later` others still get a try."""
    saved = later * config.peer.connect_timeout
    return max(rest - saved, rest / (later + 1), LEAST_TRY)


def _reached(result: CommandResult) -> Fact[float] | None:
    """Return whether a failed ssh got through to the machine; None: cannot tell."""
    if result.status is None or result.status < 0:
        return None
    if result.status != SSH_FAILED:
        return Known(result.seconds)
    if "connect to host" in result.err:
        why = result.complaint()
        return Unknown(why, kind=REFUSED if CONNECTION_REFUSED in why else "")
    return None
