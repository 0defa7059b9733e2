"""Knock at a TCP port: is anybody there, and how long does it take."""

from __future__ import annotations

import socket
import time


def split_address(address: str) -> tuple[str, int]:
    """Given "host:port" or "[IPv6]:port", return its two parts.

    Raise ValueError where it is neither.
    """
    host, colon, port = address.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        colon = ""
    if not (colon and host and port.isascii() and port.isdigit()):
        raise ValueError(f"not host:port: {address!r}")
    return host, int(port)


def knock_at(host: str, port: int, timeout: float) -> float:
    """Connect and hang up; return the seconds it took.

    Raise OSError where nobody answered. The look-up of a name has no time limit of its
    own: call it in a disposable child.
    """
    started = time.monotonic()
    socket.create_connection((host, port), timeout=timeout).close()
    return time.monotonic() - started
