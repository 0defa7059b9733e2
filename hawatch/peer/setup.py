"""Set the channel up, and try it: the text for a person, and the test behind it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from hawatch.host import Host
from hawatch.model.config import Config, PeerConfig
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.peer.channel import NO_CHANNEL, PathAnswer, ask_path

FORCED_COMMAND = "/usr/local/bin/hawatch report --live"
"""All that the peer's key can do; it must look anew, the same report is refused."""

HINTS = {
    "Host key verification failed": "pin the peer's host key (step 3)",
    "Permission denied": "the peer does not accept the key (steps 1 and 2)",
    "Connection refused": "sshd does not listen there",
    "timed out": "no machine answers there: address, cable, firewall",
    "Host is down": "no machine answers there: address, cable, firewall",
    "No route to host": "no machine answers there: address, cable, firewall",
    "exit 127": "the key is not bound to its command, or hawatch is not installed",
    "not accessible": "this node has no key yet (step 1)",
}
"""What a person should look at, by a piece of ssh's message."""


def setup_text(config: Config) -> str:
    """Given the configuration, return every step for both nodes, ready to paste.

    Into csh as well, which is root's shell before 14: no `$(...)` and no `2>`.
    """
    first, second = config.nodes
    return "\n".join(
        [
            f"The peer channel between {first} and {second}: do this on both nodes.",
            "",
            *_on_node(config, first, second),
            *_on_node(config, second, first),
            "5. Try it on both nodes:",
            "",
            "   hawatch peer test",
            "",
        ]
    )


async def test_channel(host: Host, config: Config) -> Mapping[str, Fact[str]]:
    """Given this node's host, ask over every path anew; return a verdict for each.

    Known: what came and how fast. Unknown: what went wrong, with where to look. No kept
    connection is used, so a key or an sshd that broke meanwhile is found.
    """
    if not config.peer.enabled:
        return {"peer": NO_CHANNEL}
    if host.node not in config.nodes:
        return {"peer": Unknown(f"{host.node} is none of the two nodes")}
    verdicts: dict[str, Fact[str]] = {}
    for address in config.nodes[config.peer_of(host.node)].all_paths:
        answer = await ask_path(
            host,
            config,
            address,
            heard=None,
            deadline=config.peer.timeout,
            shared=False,
        )
        verdicts[address] = _verdict(answer)
    return verdicts


def _verdict(answer: PathAnswer) -> Fact[str]:
    if isinstance(answer.report, Unknown):
        reason = answer.report.reason
        hint = next((HINTS[piece] for piece in HINTS if piece in reason), "")
        return Unknown(f"{reason} ({hint})" if hint else reason)
    report = answer.report.value
    took = (
        f" in {answer.reached.value:.2f} s" if isinstance(answer.reached, Known) else ""
    )
    return Known(f"report {report.sequence} of {report.node}{took}")


def _on_node(config: Config, node: str, other: str) -> list[str]:
    """Return the steps that let node ask the other one."""
    sources = ",".join(config.nodes[node].all_paths)
    options = f'restrict,command="{FORCED_COMMAND}",from="{sources}"'
    return [
        f"=== So that {node} may ask {other} ===",
        "",
        *_make_key(config.peer, node, other, options),
        *_accept_key(config.peer, other, options, config.nodes[node].all_paths),
        *_pin_host(config, node, other),
    ]


def _make_key(settings: PeerConfig, node: str, other: str, options: str) -> list[str]:
    key = settings.identity
    return [
        f"1. On {node}: make a key without a passphrase; print the line for {other}.",
        "",
        f"   install -d -m 700 {PurePosixPath(key).parent}",
        f"   ssh-keygen -q -t ed25519 -N '' -C hawatch@{node} -f {key}",
        f"   printf '%s %s\\n' '{options}' \"`cat {key}.pub`\"",
        "",
    ]


def _accept_key(
    settings: PeerConfig, other: str, options: str, sources: Sequence[str]
) -> list[str]:
    home = "/root" if settings.user == "root" else f"~{settings.user}"
    accept = [
        f"2. On {other}: append that line to {home}/.ssh/authorized_keys:",
        "",
        f"   {options} ssh-ed25519 ...",
        "",
    ]
    if settings.user != "root":
        return accept
    return [
        *accept,
        "   put these two lines at the end of /etc/ssh/sshd_config,",
        "",
        f"   Match User root Address {','.join(map(_as_address, sources))}",
        "       PermitRootLogin forced-commands-only",
        "",
        *_names_told(sources),
        "   and let sshd read them:",
        "",
        "   sshd -t && service sshd reload",
        "",
    ]


def _as_address(source: str) -> str:
    """Return an address as it is, a name as what a person has to put there."""
    return source if _is_address(source) else f"ADDRESS-OF-{source}"


def _names_told(sources: Sequence[str]) -> list[str]:
    """Return what to say of names: sshd compares addresses only [sshd_config(5)]."""
    names = [source for source in sources if not _is_address(source)]
    if not names:
        return []
    return [f"   with the address of {' and '.join(names)}: sshd takes no name", ""]


def _is_address(source: str) -> bool:
    try:
        ipaddress.ip_address(source)
    except ValueError:
        return False
    return True


def _pin_host(config: Config, node: str, other: str) -> list[str]:
    settings = config.peer
    address = config.nodes[other].all_paths[0]
    scan = f"ssh-keyscan -p {settings.port} -t ed25519 {address}"
    rename = f"""awk '$2 == "ssh-ed25519" {{ $1 = "{other}"; print }}'"""
    return [
        f"3. On {node}: pin the host key of {other} under its name, for every address.",
        "",
        f"   {scan} |",
        f"       {rename} > {settings.known_hosts}",
        "",
        "4. Compare: both commands must print the same fingerprint (SHA256:...).",
        "",
        f"   on {node}:  ssh-keygen -lf {settings.known_hosts}",
        f"   on {other}:  ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
        "",
    ]
