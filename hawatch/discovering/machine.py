"""Everything that setup, doctor and audit know of a machine: frozen, known or not.

A file that may be absent is known to be empty where it is; a fact is unknown only where
nobody could look, and then nothing is concluded from it.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

import msgspec

from hawatch.freebsd.parse_hastconf import HastConf
from hawatch.model.carp import CarpCounters, CarpSysctls, Interface
from hawatch.model.config import Config
from hawatch.model.fact import Fact, Unknown
from hawatch.model.hast import HastDump, HastResource
from hawatch.model.memory import Memory
from hawatch.model.report import PeerReport
from hawatch.model.storage import FstabEntry, Mount, SkippedLine

NOT_READ = Unknown("not read")


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One assignment; where is "/etc/rc.conf:3". The last of several counts."""

    value: str
    where: str


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The assignments of one kind of configuration file, laid over each other.

    unclear names what only a shell could tell (a command's output, a condition), each
    with its place; nothing is concluded from those.
    """

    values: Mapping[str, Setting] = {}
    unclear: Mapping[str, str] = {}

    def get(self, name: str, default: str = "") -> str:
        """Return a value, or the default where nothing is assigned."""
        found = self.values.get(name)
        return default if found is None else found.value

    def where(self, name: str) -> str:
        """Return "FILE:LINE" of an assignment, or "" where there is none."""
        found = self.values.get(name)
        return "" if found is None else found.where

    def says_yes(self, name: str, *, default: bool = False) -> bool:
        """Return what checkyesno of rc.subr(8) makes of a variable."""
        found = self.values.get(name)
        if found is None:
            return default
        return found.value.lower() in ("yes", "true", "on", "1")


class ConfiguredVhid(msgspec.Struct, frozen=True, kw_only=True):
    """One vhid as rc.conf configures it; of its password only the length is kept.

    password is None where there is none. advskew and advbase are ifconfig's defaults
    where they are not said.
    """

    where: str
    variable: str
    interface: str
    vhid: int
    advbase: int = 1
    advskew: int = 0
    password: int | None = None


class DevdRule(msgspec.Struct, frozen=True, kw_only=True):
    """One `notify` (or attach, detach, nomatch) of devd.conf(5)."""

    where: str
    kind: str
    priority: int
    matches: Mapping[str, str]
    action: str


class DevdRules(msgspec.Struct, frozen=True, kw_only=True):
    """All rule files together; broken names files that devd would not start with."""

    rules: tuple[DevdRule, ...] = ()
    broken: Mapping[str, str] = {}


class CronJob(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a crontab; ignored says why cron passes it over, empty: it runs."""

    where: str
    when: str
    user: str
    command: str
    ignored: str = ""


class Journaling(enum.StrEnum):
    """What keeps a UFS file system consistent over a power cut [FACTS F2, F3]."""

    NONE = "no soft updates"
    SOFT_UPDATES = "soft updates without a journal"
    JOURNALED = "soft updates with a journal"


class FileStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What stat(2) tells of one path; a link is told as a link, not followed."""

    kind: str
    user: int
    mode: int
    size: int = 0
    changed: int = 0
    inode: int = 0

    @property
    def others_write(self) -> bool:
        """Return whether group or others may write it."""
        return self.kind != "link" and bool(self.mode & 0o022)


class BarePoint(msgspec.Struct, frozen=True, kw_only=True):
    """A mount point's own directory; it can be seen only while nothing is mounted."""

    mode: str
    flags: str

    @property
    def protected(self) -> bool:
        """Return whether nobody can write there [FACTS F7]."""
        return "schg" in self.flags.split(",") or self.mode[1:10] == "-" * 9


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """How CARP's counters grew between two readings some seconds apart.

    received are all that came in; foreign those of them that are for no vhid of this
    node or no CARP of its version: another pair's, or VRRP [FACTS A13].
    """

    received: int
    sent: int
    bad_authentication: int
    foreign: int = 0


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """One node, as it stands.

    names are those by which hast.conf may call it (host name, its first label, host
    uuid, hostid). resources and dumps are keyed by HAST resource; journaling by mount
    point; raw by local provider: what fstyp(8) finds on it; points by mount point, only
    where nothing is mounted; files by absolute path, None where there is none. config
    is hawatch.toml, peer what the other node said last. links: by mount point of a
    service, the first part of its path that is a link, or "". rc_words: by script
    of a service, why `onestatus` tells nothing, "" where it does. libexec: the programs
    that rc scripts start, by name. fence: why hawatch would not
    run witness.fence, None where it would or none is named.
    """

    root: str = "/"
    user: int = 0
    hostname: Fact[str] = NOT_READ
    names: tuple[str, ...] = ()
    release: Fact[str] = NOT_READ
    hypervisor: Fact[str] = NOT_READ
    interfaces: Fact[tuple[Interface, ...]] = NOT_READ
    sysctls: Fact[CarpSysctls] = NOT_READ
    counters: Fact[CarpCounters] = NOT_READ
    growth: Fact[Growth] = NOT_READ
    rc: Fact[Settings] = NOT_READ
    vhids: Fact[tuple[ConfiguredVhid, ...]] = NOT_READ
    loader: Fact[Settings] = NOT_READ
    sysctl_conf: Fact[Settings] = NOT_READ
    periodic: Fact[Settings] = NOT_READ
    hast_conf: Fact[HastConf] = NOT_READ
    resources: Mapping[str, Fact[HastResource]] = {}
    dumps: Mapping[str, Fact[HastDump]] = {}
    raw: Mapping[str, Fact[str]] = {}
    fstab: Fact[tuple[FstabEntry, ...]] = NOT_READ
    fstab_skipped: tuple[SkippedLine, ...] = ()
    mounts: Fact[tuple[Mount, ...]] = NOT_READ
    journaling: Mapping[str, Fact[Journaling]] = {}
    points: Mapping[str, Fact[BarePoint]] = {}
    links: Mapping[str, Fact[str]] = {}
    devd: Fact[DevdRules] = NOT_READ
    cron: Fact[tuple[CronJob, ...]] = NOT_READ
    rc_local: Fact[str] = NOT_READ
    rc_scripts: Fact[tuple[str, ...]] = NOT_READ
    rc_words: Mapping[str, Fact[str]] = {}
    libexec: Fact[tuple[str, ...]] = NOT_READ
    gateway: Fact[str] = NOT_READ
    fence: Fact[str | None] = NOT_READ
    files: Mapping[str, Fact[FileStatus | None]] = {}
    authorized_keys: Fact[str] = NOT_READ
    config: Fact[Config] = NOT_READ
    memory: Fact[Memory] = NOT_READ
    peer: Fact[PeerReport] = NOT_READ

    @property
    def node(self) -> str:
        """Return the host name, or "" where it is unknown."""
        return "" if isinstance(self.hostname, Unknown) else self.hostname.value
