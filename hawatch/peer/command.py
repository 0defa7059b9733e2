"""The ssh command that asks the peer: every option is said, no file is consulted."""

from __future__ import annotations

import hashlib
import math

from hawatch.model.config import Config

SSH = "/usr/bin/ssh"

LONGEST_CONTROL_PATH = 86
"""Bytes of a ControlPath: a socket's path ends at 104 [unix(4)], and ssh first binds a
name that is 17 characters longer, with the terminating zero."""


def report_argv(config: Config, peer: str, address: str, *, shared: bool) -> list[str]:
    """Given the peer's name and one of its addresses, return the argv that asks it.

    The word `report` is what a key without a forced command would run, and fail; with
    one it is ignored. The host key is looked up under the node's name, so one line of
    the known_hosts file serves every path and an address that moved to another machine
    is noticed. shared keeps one connection per path open between looks; without it
    the whole way in is tried.
    """
    settings = config.peer
    options = {
        "BatchMode": "yes",
        "StrictHostKeyChecking": "yes",
        "UserKnownHostsFile": settings.known_hosts,
        "GlobalKnownHostsFile": "/dev/null",
        "HostKeyAlias": peer,
        "UpdateHostKeys": "no",
        "IdentitiesOnly": "yes",
        "IdentityAgent": "none",
        "PreferredAuthentications": "publickey",
        "ConnectTimeout": str(max(1, math.ceil(settings.connect_timeout))),
        "ServerAliveInterval": "2",
        "ServerAliveCountMax": "2",
        "ClearAllForwardings": "yes",
        "LogLevel": "ERROR",
        **_sharing(control_path(config, address) if shared else None),
    }
    argv = [SSH, "-F", "none", "-n", "-T", "-x", "-a", "-i", settings.identity]
    for name, value in options.items():
        argv += ["-o", f"{name}={value}"]
    return [
        *argv,
        *("-p", str(settings.port)),
        "--",
        f"{settings.user}@{address}",
        "report",
    ]


def control_path(config: Config, address: str) -> str | None:
    """Return the socket of the kept connection, or None where its path is too long.

    The address is hashed: an IPv6 address with its scope has characters that ssh would
    expand.
    """
    settings = config.peer
    whole = f"{settings.user}@{address}:{settings.port}"
    digest = hashlib.sha256(whole.encode()).hexdigest()[:12]
    path = f"{config.agent.run}/ssh-{digest}"
    return path if len(path.encode()) <= LONGEST_CONTROL_PATH else None


def _sharing(path: str | None) -> dict[str, str]:
    if path is None:
        return {"ControlMaster": "no", "ControlPath": "none"}
    return {
        "ControlMaster": "auto",
        "ControlPath": path.replace("%", "%%"),
        "ControlPersist": "60",
    }
