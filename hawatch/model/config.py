"""The configuration as values; config.py reads and judges the file.

A Duration is seconds; the file may also say "90s", "5m", "2h" or "1d".
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from hawatch.model.finding import Remedy, Severity

Duration = Annotated[float, msgspec.Meta(ge=0, extra={"duration": True})]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Count = Annotated[int, msgspec.Meta(ge=1)]


class NodeConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two nodes; paths are its addresses for ssh, tried in order."""

    address: str
    paths: tuple[str, ...] = ()

    @property
    def all_paths(self) -> tuple[str, ...]:
        """Return the addresses at which the node may be asked."""
        return self.paths or (self.address,)


class CanaryConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Where the commit canary writes: one row of a table made for it."""

    database: str
    table: str = "hawatch_canary"


class ProbeConfig(msgspec.Struct, frozen=True, kw_only=True):
    """How mysqld is asked; the password stays in its file."""

    user: str = "hawatch"
    password_file: str = ""
    port: Port = 3306
    timeout: Duration = 3.0
    canary: CanaryConfig | None = None


class StubbornPolicy(enum.StrEnum):
    """What happens to a service that will not stop before its deadline."""

    HOLD = "hold"
    KILL = "kill"


class ServiceConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What moves as one. interface is one name, or one per node.

    sentinel: a file at the root of each mount that proves the right file system; where
    none is named, a directory that is not empty has to do.
    fsync: whether each look on the owner writes and syncs a small file there.
    process: the executable whose processes belong to the first rc service.
    fsck_yes: mount points whose file system may be repaired with fsck -y.
    """

    vhid: Annotated[int, msgspec.Meta(ge=1, le=255)]
    interface: str | Mapping[str, str]
    vip: str
    resources: tuple[str, ...]
    mounts: tuple[str, ...]
    rc: tuple[str, ...] = ()
    process: str = "/usr/local/libexec/mysqld"
    probe: ProbeConfig | None = None
    sentinel: str = ""
    fsync: bool = False
    fsck_yes: tuple[str, ...] = ()
    start_deadline: Duration = 120.0
    stop_deadline: Duration = 60.0
    unmount_deadline: Duration = 20.0
    fsck_deadline: Duration = 3600.0
    stubborn: StubbornPolicy = StubbornPolicy.KILL
    preferred: str | None = None

    def interface_of(self, node: str) -> str:
        """Return the interface's name on a node."""
        return (
            self.interface if isinstance(self.interface, str) else self.interface[node]
        )


class CheckConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One check's numbers; None leaves the choice to the check's own decorator."""

    enabled: bool = True
    fall: Count = 3
    rise: Count = 5
    timeout: Duration | None = None
    severity: Severity | None = None
    remedy: tuple[Remedy, ...] | None = None
    settings: Mapping[str, Any] = {}


class LimitsConfig(msgspec.Struct, frozen=True, kw_only=True):
    """At most `moves` automatic moves per `per`, never inside `cooldown`."""

    moves: Count = 2
    per: Duration = 86400.0
    cooldown: Duration = 3600.0
    restarts: Annotated[int, msgspec.Meta(ge=0)] = 1


class LeverChoice(enum.StrEnum):
    """Which lever moves the VIP; auto lets the arithmetic choose."""

    AUTO = "auto"
    FAST = "fast"
    STATE_BACKUP = "state-backup"


class CarpConfig(msgspec.Struct, frozen=True, kw_only=True):
    """How CARP is driven.

    demoted_advskew is the first node's (in order of names); the second uses one less,
    so that two demoted nodes never race [FACTS A9]. debounce: seconds of INIT before a
    person is told. interlock: CARP stays off at boot until the data question is
    answered. settle: seconds after a change of state in which checks hold back.
    """

    demoted_advskew: Annotated[int, msgspec.Meta(ge=2, le=254)] = 240
    lever: LeverChoice = LeverChoice.AUTO
    interlock: bool = False
    debounce: Duration = 10.0
    settle: Duration = 5.0


class HealPolicy(enum.StrEnum):
    """Whether a diverged copy is healed by a restart of the primary's worker."""

    AUTOMATIC = "automatic"
    ASK = "ask"
    NEVER = "never"


class HastConfig(msgspec.Struct, frozen=True, kw_only=True):
    """timeout is hast.conf's; role_deadline bounds one role change [FACTS B2, B3]."""

    timeout: Duration = 20.0
    role_deadline: Duration = 30.0
    heal: HealPolicy = HealPolicy.AUTOMATIC


class PeerConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The channel to the other node: ssh with a key that can only report.

    max_age: how old a report may be and still count as fresh.
    """

    enabled: bool = True
    user: str = "root"
    port: Port = 22
    identity: str = "/usr/local/etc/hawatch/peer_key"
    known_hosts: str = "/usr/local/etc/hawatch/known_hosts"
    connect_timeout: Duration = 3.0
    timeout: Duration = 8.0
    max_age: Duration = 30.0


class SilencePolicy(enum.StrEnum):
    """What a standby does when the peer is silent and no witness is configured."""

    HOLD = "hold"
    PROMOTE = "promote"


class WitnessConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A third opinion on the network.

    ping: addresses asked by ICMP; tcp: "host:port" asked to connect. give_up: seconds
    after which an owner that sees neither peer nor witness releases. promote_after:
    seconds of silence on every path before a standby may promote. fence: the site's
    command, called with the other node's name as its last word, whose exit 0 means
    "confirmed off"; it has fence_deadline seconds.
    """

    ping: tuple[str, ...] = ()
    tcp: tuple[str, ...] = ()
    give_up: Duration = 30.0
    promote_after: Duration = 180.0
    without: SilencePolicy = SilencePolicy.HOLD
    fence: tuple[str, ...] = ()
    fence_deadline: Duration = 30.0


class AgentConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Where the agent lives. interval is how often cron rings [cron.d/hawatch]."""

    interval: Duration = 10.0
    state: str = "/var/db/hawatch"
    run: str = "/var/run/hawatch"
    checks: tuple[str, ...] = ("/usr/local/etc/hawatch/checks.d",)
    granted: tuple[str, ...] = ()


class NotifyUrl(msgspec.Struct, frozen=True, kw_only=True):
    """One apprise URL, in a file of its own or inline, with what it wants to hear."""

    url_file: str = ""
    url: str = ""
    severities: tuple[Severity, ...] = (
        Severity.INFO,
        Severity.WARNING,
        Severity.CRITICAL,
    )
    checks: tuple[str, ...] = ()
    deadline: Duration = 15.0


class NotifyConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told, in which language, and how often an open incident is repeated."""

    language: Annotated[str, msgspec.Meta(pattern="^(en|ja)$")] = "en"
    urls: Mapping[str, NotifyUrl] = {}
    quiet_hours: str = ""
    remind: Duration = 86400.0
    ping: str = ""


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """The whole file; the same on both nodes."""

    nodes: Mapping[str, NodeConfig]
    services: Mapping[str, ServiceConfig]
    checks: Mapping[str, CheckConfig] = {}
    limits: LimitsConfig = LimitsConfig()
    carp: CarpConfig = CarpConfig()
    hast: HastConfig = HastConfig()
    peer: PeerConfig = PeerConfig()
    witness: WitnessConfig = WitnessConfig()
    agent: AgentConfig = AgentConfig()
    notify: NotifyConfig = NotifyConfig()

    @property
    def flap(self) -> float:
        """Return the seconds after which a VIP that is away counts as lost.

        A healthy owner gets it back by CARP in a few adverts, or by the peer's own rule
        in one look and one hand-over [FACTS H26].
        """
        return 2 * (self.agent.interval + self.carp.settle)

    def peer_of(self, node: str) -> str:
        """Return the name of the other node.

        Raises KeyError where node is none of the two.
        """
        if node not in self.nodes:
            raise KeyError(node)
        return next(name for name in self.nodes if name != node)
