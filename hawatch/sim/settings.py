"""What a simulated pair is made of; the defaults are the pair of the examples."""

from __future__ import annotations

import enum

import msgspec


class Replication(enum.StrEnum):
    """hast.conf's replication mode [FACTS B8]."""

    MEMSYNC = "memsync"
    FULLSYNC = "fullsync"
    ASYNC = "async"


class NodeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One machine. backlink is its address on the replication network, if there is one.

    allow_at_boot: loader.conf's net.inet.carp.allow [FACTS A10]. disk: the local
    provider under the resources, numbered upwards from the first.
    """

    name: str
    address: str
    interface: str = "em0"
    ether: str
    advskew: int
    preempt: bool = False
    allow_at_boot: bool = True
    disk: str = "da"
    backlink: str = ""


class ServiceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What moves as one: a vhid, its VIP, one resource, one mount, one rc service.

    su_j: soft updates with a journal. start and stop: seconds of mysqld. fsck: seconds
    of a check of the whole file system. write_interval: seconds between two rows of the
    client, 0 for none. capacity: bytes of the file system. keeper: the script that
    starts a killed mysqld again [FACTS E3], "" for none.
    """

    name: str = "mysql"
    vhid: int = 1
    vip: str = "192.168.202.251"
    resource: str = "disk0"
    mount: str = "/var/db/mysql"
    rc: str = "mysql-server"
    rc_name: str = "mysql"
    process: str = "/usr/local/libexec/mysqld"
    keeper: str = ""
    port: int = 3306
    sentinel: str = ".hawatch-sentinel"
    su_j: bool = True
    start: float = 5.0
    stop: float = 3.0
    fsck: float = 60.0
    write_interval: float = 1.0
    carp_key: str = "mysql00"


class PairSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The whole pair. Times are in seconds, sizes in bytes, speeds in bytes per second.

    extents: how many extents each copy has. spread: in how many of them the rows lie.
    slots: how many rows one extent holds; a row
    takes the slot of the one spread * slots rows before. hast_timeout, replication:
    hast.conf's. idle_detection: how long an idle primary believes in a silent peer
    [FACTS B11]. command: what a short command takes. witness: an address that answers
    ping. epoch: the wall clock at the start. schg: the bare mount points are immutable.
    """

    first: NodeSettings = NodeSettings(
        name="freebsd-esxi",
        address="192.168.202.53",
        ether="00:0c:29:75:28:84",
        advskew=0,
    )
    second: NodeSettings = NodeSettings(
        name="freebsd-bhyve",
        address="192.168.202.202",
        ether="58:9c:fc:0a:20:02",
        advskew=50,
    )
    services: tuple[ServiceSettings, ...] = (ServiceSettings(),)
    release: str = "13.2-RELEASE"
    extents: int = 128
    slots: int = 8
    spread: int = 32
    extentsize: int = 2097152
    hast_timeout: float = 20.0
    replication: Replication = Replication.MEMSYNC
    sync_speed: float = 20_000_000.0
    idle_detection: float = 480.0
    round_trip: float = 0.001
    disk_write: float = 0.002
    command: float = 0.01
    witness: str = "192.168.202.1"
    epoch: float = 1_800_000_000.0
    schg: bool = False
    kernel_boot: float = 12.0
    hastd_boot: float = 4.0
    rc_local_boot: float = 1.0

    @property
    def nodes(self) -> tuple[NodeSettings, NodeSettings]:
        """Return both machines."""
        return (self.first, self.second)
