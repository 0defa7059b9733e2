"""What netstat, tunefs, ls, fstyp and an rc script print: text in, facts out."""

from __future__ import annotations

import ipaddress
import re

from hawatch.discovering.machine import BarePoint, Journaling
from hawatch.freebsd.parse_error import ParseError
from hawatch.freebsd.parse_service import RcError, parse_onestatus
from hawatch.host import CommandResult, Ending
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.storage import Mount

_TUNEFS = re.compile(r"tunefs: (?P<what>[^:]+):\s+\((?:-\w)\)\s+(?P<state>\S+)")
_LS = re.compile(r"(?P<mode>d\S{9})\S?\s+\d+\s+\S+\s+\S+\s+(?P<flags>\S+)\s+\d+\s.*")


def parse_gateway(result: CommandResult) -> Fact[str]:
    """Given `netstat -rn`, return the default gateway's address, IPv4 before IPv6."""
    if not result.succeeded:
        return Unknown(result.complaint())
    found = []
    for line in result.out.split("\n"):
        words = line.split()
        if len(words) > 1 and words[0] == "default":
            address = words[1].partition("%")[0]
            try:
                found.append(ipaddress.ip_address(address))
            except ValueError:
                continue  # link#2: a route without a gateway
    if not found:
        return Unknown("no default route")
    return Known(str(min(found, key=lambda address: address.version)))


def parse_tunefs(result: CommandResult) -> Fact[Journaling]:
    """Given `tunefs -p`, which answers on stderr, return what keeps the file system."""
    said = {
        found["what"]: found["state"]
        for found in _TUNEFS.finditer(f"{result.out}\n{result.err}")
    }
    if "soft updates" not in said:
        return Unknown(result.complaint())
    if said["soft updates"] != "enabled":
        return Known(Journaling.NONE)
    if said.get("soft update journaling") == "enabled":
        return Known(Journaling.JOURNALED)
    return Known(Journaling.SOFT_UPDATES)


def journaling_of(mount: Mount) -> Journaling:
    """Given a mount of UFS, return what its options tell [FACTS F1]."""
    if "journaled soft-updates" in mount.options:
        return Journaling.JOURNALED
    if "soft-updates" in mount.options:
        return Journaling.SOFT_UPDATES
    return Journaling.NONE


def parse_bare_point(result: CommandResult) -> Fact[BarePoint]:
    """Given `ls -ldo DIRECTORY`, return its mode and flags."""
    found = _LS.fullmatch(result.out.strip())
    if not result.succeeded or found is None:
        return Unknown(result.complaint())
    return Known(BarePoint(mode=found["mode"], flags=found["flags"]))


def parse_fstyp(result: CommandResult) -> Fact[str]:
    """Given `fstyp DEVICE`, return the file system that it found, "" for none.

    fstyp(8) ends with 1 and says nothing (or "filesystem not recognized") where there
    is none.
    """
    if result.ending is not Ending.EXITED:
        return Unknown(result.complaint())
    if result.status == 0:
        return Known(result.out.strip())
    if "not recognized" in result.err or not result.err.strip():
        return Known("")
    return Unknown(result.complaint())


def rc_words(name: str, result: CommandResult) -> Fact[str]:
    """Given `service NAME onestatus`, return why it tells nothing, "" where it does."""
    if result.ending is not Ending.EXITED or result.status is None:
        return Unknown(result.complaint())
    try:
        parse_onestatus(name, result.status, result.out, result.err)
    except RcError as error:
        return Known(str(error))
    except ParseError as error:
        return Unknown(str(error))
    return Known("")
