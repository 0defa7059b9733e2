"""Builders for the doctor's tests: a node of a healthy pair, without a trap."""

from __future__ import annotations

from typing import Any

import msgspec
from builders import (
    a_config,
    a_counters,
    a_dump,
    a_memory,
    a_mount,
    a_peer_report,
    a_resource,
    a_service_config,
    a_service_report,
    a_sysctls,
    a_vhid,
    an_fstab_entry,
)

from hawatch.configuring.effective import configuration_hash
from hawatch.discovering.cron_jobs import read_crontab
from hawatch.discovering.devd_rules import read_devd
from hawatch.discovering.machine import (
    BarePoint,
    ConfiguredVhid,
    FileStatus,
    Growth,
    Journaling,
    Machine,
    Settings,
)
from hawatch.discovering.own_files import CONFIG, HOOK, PLACED
from hawatch.discovering.plain_settings import read_plain
from hawatch.discovering.sh_settings import read_sh
from hawatch.freebsd.parse_hastconf import HastConf, parse_hastconf
from hawatch.model.carp import CarpVhid, Interface, InterfaceAddress
from hawatch.model.config import Config, HastConfig
from hawatch.model.fact import Fact, Known
from hawatch.model.report import PeerReport
from hawatch.model.storage import Mount

RC = """\
hostname="db1"
defaultrouter="192.0.2.1"
hastd_enable="YES"
hawatch_enable="YES"
ntpd_enable="YES"
ntpd_flags="-x"
"""

HAST = """\
timeout 5
replication fullsync
exec /usr/local/libexec/hawatch/hast-event
resource disk0 {
    local /dev/label/hast0
    on db1 { remote 10.0.0.2 }
    on db2 { remote 10.0.0.1 }
}
"""

DEVD = """\
notify 200 {
    match "system" "CARP";
    match "subsystem" "[0-9]+@[0-9a-z_.-]+";
    match "type" "(INIT|MASTER|BACKUP)";
    action "/usr/local/bin/hawatch event $type $subsystem";
};
"""

PERIODIC = """\
daily_status_hawatch_enable="YES"
security_status_hawatch_enable="YES"
"""

CRON = "@10\troot\t/usr/local/bin/hawatch run > /var/run/hawatch.run 2>&1\n"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI hawatch@db2"
OPTIONS = 'restrict,command="/usr/local/bin/hawatch report --live",from="10.0.0.2"'
ROOT_MOUNT = Mount(
    device="/dev/ada0p2", directory="/", fstype="ufs", options=("local",)
)


def a_file(mode: int = 0o644, **changes: Any) -> FileStatus:
    """Return the status of a plain file of root's."""
    return FileStatus(**{"kind": "file", "user": 0, "mode": mode} | changes)


def a_face(name: str, *addresses: str, vhids: tuple[CarpVhid, ...] = ()) -> Interface:
    """Return an interface; an address is "192.0.2.251/32 vhid 1" or "10.0.0.1/24"."""
    found = []
    for text in addresses:
        words = text.split()
        address, _, prefix = words[0].partition("/")
        vhid = int(words[2]) if len(words) > 1 else None
        found.append(InterfaceAddress(address=address, prefix=int(prefix), vhid=vhid))
    return Interface(
        name=name, up=True, status="active", addresses=tuple(found), vhids=vhids
    )


def faces(
    vhid: CarpVhid | None = None, *more: str, vip: str = "192.0.2.251/32"
) -> Known[tuple[Interface, ...]]:
    """Return em0 with the vhid and em1, the replication link; more: em0's addresses."""
    one = a_vhid() if vhid is None else vhid
    carp = a_face(
        one.interface, "192.0.2.11/24", f"{vip} vhid {one.vhid}", *more, vhids=(one,)
    )
    return Known((carp, a_face("em1", "10.0.0.1/24"), a_face("lo0", "127.0.0.1/8")))


def rc(**changes: str) -> Known[Settings]:
    """Return rc.conf of the healthy node with some more lines."""
    more = "".join(f'{name}="{value}"\n' for name, value in changes.items())
    return Known(read_sh([("/etc/rc.conf", RC + more)]))


def plain(text: str, path: str = "/boot/loader.conf") -> Known[Settings]:
    """Return loader.conf or sysctl.conf with this text."""
    return Known(read_plain([(path, text)]))


def hast(old: str = "", new: str = "") -> Known[HastConf]:
    """Return hast.conf of the healthy pair with a piece exchanged."""
    assert old in HAST
    return Known(parse_hastconf(HAST.replace(old, new)))


def devd(*texts: str) -> Known[Any]:
    """Return the rules of files with these texts."""
    return Known(
        read_devd((f"/usr/local/etc/devd/{n}.conf", t) for n, t in enumerate(texts))
    )


def cron(text: str) -> Known[Any]:
    """Return the jobs of one crontab of the system."""
    return Known(read_crontab("/usr/local/etc/cron.d/hawatch", text))


def the_config(**changes: Any) -> Config:
    """Return the configuration of the healthy node."""
    service = a_service_config(stop_deadline=40.0, probe=None)
    return a_config(
        **{
            "services": {"mysql": service},
            "hast": HastConfig(timeout=5.0, role_deadline=15.0),
        }
        | changes
    )


def a_peer(vhid: CarpVhid | None = None, **changes: Any) -> Known[PeerReport]:
    """Return the other node's report; dumps and other fields may be changed."""
    carp = a_vhid("BACKUP", advskew=50) if vhid is None else vhid
    service = a_service_report(carp=Known(carp), dumps=changes.pop("dumps", {}))
    values = {
        "services": {"mysql": service},
        "configuration": configuration_hash(the_config()),
    }
    return Known(a_peer_report("db2", **values | changes))


def a_machine(**changes: Any) -> Machine:
    """Return db1: CARP MASTER, HAST primary, everything looked at and nothing wrong."""
    local = a_resource(localpath="/dev/label/hast0", remoteaddr="10.0.0.2")
    files: dict[str, Fact[FileStatus | None]] = {
        path: Known(a_file(0o755)) for path in (*PLACED.values(), HOOK)
    }
    files |= {CONFIG: Known(a_file(0o600)), "/etc/hast.conf": Known(a_file())}
    files |= changes.pop("more_files", {})
    values: dict[str, Any] = {
        "hostname": Known("db1"),
        "names": ("db1",),
        "release": Known("13.2-RELEASE"),
        "hypervisor": Known("none"),
        "interfaces": faces(),
        "sysctls": Known(a_sysctls()),
        "counters": Known(a_counters(sent_inet=900)),
        "growth": Known(Growth(received=0, sent=3, bad_authentication=0)),
        "rc": rc(),
        "vhids": Known((a_configured(),)),
        "loader": plain('carp_load="YES"\n'),
        "sysctl_conf": plain("", "/etc/sysctl.conf"),
        "periodic": Known(read_sh([("/etc/periodic.conf", PERIODIC)])),
        "hast_conf": hast(),
        "resources": {"disk0": Known(local)},
        "dumps": {"disk0": Known(a_dump())},
        "raw": {"/dev/label/hast0": Known("")},
        "fstab": Known((an_fstab_entry(),)),
        "mounts": Known((ROOT_MOUNT, a_mount())),
        "journaling": {"/var/db/mysql": Known(Journaling.JOURNALED)},
        "points": {"/srv": Known(BarePoint(mode="drwxr-xr-x", flags="schg"))},
        "devd": devd(DEVD),
        "cron": cron(CRON),
        "rc_local": Known(""),
        "rc_scripts": Known(("hawatch", "mysql-server")),
        "gateway": Known("192.0.2.1"),
        "files": files,
        "authorized_keys": Known(f"{OPTIONS} {KEY}\n"),
        "config": Known(the_config()),
        "memory": Known(a_memory()),
        "peer": a_peer(dumps={"disk0": Known(a_dump())}),
    }
    return Machine(**values | changes)


def a_configured(**changes: Any) -> ConfiguredVhid:
    """Return vhid 1 as rc.conf has it, with a good password."""
    values: dict[str, Any] = {
        "where": "/etc/rc.conf:3",
        "variable": "ifconfig_em0_alias0",
        "interface": "em0",
        "vhid": 1,
        "password": 16,
    }
    return ConfiguredVhid(**values | changes)


def changed(struct: Any, **changes: Any) -> Any:
    """Return a struct with some fields changed."""
    return msgspec.structs.replace(struct, **changes)
