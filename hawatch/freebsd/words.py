"""The command lines of everything that hawatch asks or changes on FreeBSD.

Each function returns an argv tuple with an absolute path: cron's, devd's and rc's PATH
differ [FACTS C, E2]. Nothing is run here.
"""

from __future__ import annotations

import ipaddress
import math

from hawatch.model.carp import CarpState
from hawatch.model.hast import HastRole

Argv = tuple[str, ...]

FSTAT = "/usr/bin/fstat"
FSCK = "/sbin/fsck"
GLABEL = "/sbin/glabel"
HASTCTL = "/sbin/hastctl"
HASTD = "/sbin/hastd"
IFCONFIG = "/sbin/ifconfig"
MOUNT = "/sbin/mount"
NETSTAT = "/usr/bin/netstat"
PING = "/sbin/ping"
PS = "/bin/ps"
SERVICE = "/usr/sbin/service"
SYSCTL = "/sbin/sysctl"
UMOUNT = "/sbin/umount"

FSTAB = "/etc/fstab"
HAST_CONF = "/etc/hast.conf"


def show_interface(interface: str) -> Argv:
    """Return the reading of one interface; an address family would hide CARP [A1]."""
    return (IFCONFIG, interface)


def show_interfaces() -> Argv:
    """Return the reading of all interfaces."""
    return (IFCONFIG, "-a")


def set_vhid(
    interface: str,
    vhid: int,
    *,
    advskew: int,
    state: CarpState,
    advbase: int | None = None,
    peer: str | None = None,
    peer6: str | None = None,
) -> Argv:
    """Return the change of a vhid that exists; ifconfig would create another [A2].

    The state is always said, since ifconfig writes back the one that it read. INIT
    cannot be set: it is said as backup, which the kernel ignores while it lasts. The
    peers, as ifconfig showed them, are repeated where they are unicast: 14 resets them
    to multicast otherwise, and 13.2 does not know the word.
    """
    words = [IFCONFIG, interface, "vhid", str(vhid)]
    if advbase is not None:
        words += ["advbase", str(advbase)]
    wanted = "master" if state is CarpState.MASTER else "backup"
    words += ["advskew", str(advskew), "state", wanted]
    for option, address in (("peer", peer), ("peer6", peer6)):
        if address is not None and not ipaddress.ip_address(address).is_multicast:
            words += [option, address]
    return tuple(words)


def show_carp_sysctls() -> Argv:
    """Return the reading of the net.inet.carp tree [A10]."""
    return (SYSCTL, "net.inet.carp")


def set_carp_allow(*, allow: bool) -> Argv:
    """Return the switch of CARP for every vhid of the node [A10]."""
    return (SYSCTL, f"net.inet.carp.allow={int(allow)}")


def force_advert() -> Argv:
    """Return the write that adds nothing to the demotion and sends an advert [A5]."""
    return (SYSCTL, "net.inet.carp.demotion=0")


def show_carp_counters() -> Argv:
    """Return the reading of CARP's counters [A13]."""
    return (NETSTAT, "-s", "-p", "carp")


def hast_list(*resources: str) -> Argv:
    """Return the reading of resources by name."""
    return (HASTCTL, "list", *resources)


def hast_status(*resources: str) -> Argv:
    """Return the short reading of resources by name."""
    return (HASTCTL, "status", *resources)


def hast_dump(resource: str) -> Argv:
    """Return the reading of one resource's metadata from the local disk [B6]."""
    return (HASTCTL, "dump", resource)


def hast_role(resource: str, role: HastRole) -> Argv:
    """Return the change of one resource's role; exit 0 proves nothing [B2].

    Raises ValueError for `all`, which hastctl takes for every resource there is.
    """
    return (HASTCTL, "role", role.value, _one_resource(resource))


def wipe_hast_metadata(resource: str) -> Argv:
    """Return `hastctl create`: the local copy becomes worthless, unasked [B9].

    Only for a command that an operator has confirmed, never for a plan. Raises
    ValueError for `all`.
    """
    return (HASTCTL, "create", _one_resource(resource))


def _one_resource(resource: str) -> str:
    """Return a resource name that hastctl takes for one resource."""
    if resource == "all" or not resource or resource.startswith("-"):
        raise ValueError(f"{resource!r} is not the name of one HAST resource")
    return resource


def list_mounts() -> Argv:
    """Return the reading of the mount table that never waits for a disk [F1]."""
    return (MOUNT,)


def list_mounts_as_json() -> Argv:
    """Return the same reading as JSON, for paths that the text leaves unclear [F1]."""
    return (MOUNT, "--libxo", "json")


def list_labels() -> Argv:
    """Return the reading of which device each label is of [glabel(8)]."""
    return (GLABEL, "status")


def mount(directory: str) -> Argv:
    """Return the mount of a directory by its fstab entry; never with -f [F2]."""
    return (MOUNT, directory)


def unmount(directory: str) -> Argv:
    """Return the unmount that refuses while files are open [F4]."""
    return (UMOUNT, directory)


def unmount_by_force(directory: str) -> Argv:
    """Return the unmount that takes open files away from their processes [F4]."""
    return (UMOUNT, "-f", directory)


def list_holders(directory: str) -> Argv:
    """Return the reading of who holds files of a mounted file system open [F4]."""
    return (FSTAT, "-f", directory)


def fsck_preen(device: str, fstype: str) -> Argv:
    """Return the check that repairs what is safe and skips what is clean [F3]."""
    return (FSCK, "-t", fstype, "-p", device)


def fsck_yes(device: str, fstype: str) -> Argv:
    """Return the full check that repairs everything; only where allowed [F3]."""
    return (FSCK, "-t", fstype, "-y", device)


def list_jails() -> Argv:
    """Return the reading of which process lives in which jail [ps(1)]."""
    return (PS, "-ax", "-o", "jid=", "-o", "pid=")


def service_status(name: str) -> Argv:
    """Return the question whether a service runs, enabled or not [E2]."""
    return (SERVICE, name, "onestatus")


def service_start(name: str) -> Argv:
    """Return the start of a service; exit 0 proves nothing [E3]."""
    return (SERVICE, name, "onestart")


def service_stop(name: str) -> Argv:
    """Return the stop of a service; rc waits for its processes for ever [E2]."""
    return (SERVICE, name, "onestop")


def service_restart(name: str) -> Argv:
    """Return stop and start in one; its exit status is the start's [E2]."""
    return (SERVICE, name, "onerestart")


def ping(address: str, seconds: float) -> Argv:
    """Return echo requests until the first answer, for some seconds, at least one.

    Three of them: one echo that is lost is no silence [ping(8): -o, -i, -t].
    """
    most = str(max(1, math.ceil(seconds)))
    return (PING, "-n", "-o", "-c", "3", "-i", "0.3", "-t", most, address)
