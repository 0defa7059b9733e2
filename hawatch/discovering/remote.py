"""Addresses as hast.conf writes them [FACTS B13]."""

from __future__ import annotations

import ipaddress


def ip_of(remote: str) -> str:
    """Given an address of hast.conf ("tcp4://10.0.0.1:8457"), return its host part."""
    bare = remote.rpartition("://")[2]
    if bare.startswith("["):
        return bare[1:].partition("]")[0]
    return bare.partition(":")[0] if bare.count(":") == 1 else bare


def is_ip(text: str) -> bool:
    """Return whether a text is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
