"""Steps name goals; freebsd/ knows the words. Every step has a deadline in seconds."""

from __future__ import annotations

import enum
from typing import Union

import msgspec

from hawatch.model.hast import HastRole


class Lever(enum.StrEnum):
    """How a VIP is given away [FACTS A6, A7]."""

    SKEW = "skew"
    """advskew raised; the peer's preempt takes the VIP at the next advert."""
    STATE_BACKUP = "state-backup"
    """advskew raised and `state backup` in one command; the peer's timer runs out."""
    FAST = "fast"
    """advskew and advbase raised, one forced advert, advbase put back afterwards."""
    ALLOW_OFF = "allow-off"
    """net.inet.carp.allow=0: every vhid of the node goes INIT; the fence."""


class Step(msgspec.Struct, frozen=True, kw_only=True, tag=True, tag_field="step"):
    """One goal of a plan; the deadline (seconds) bounds reaching it."""

    deadline: float

    @property
    def goal(self) -> str:
        """Return the goal in a few words of plain English."""
        raise AssertionError(f"{type(self).__name__} states no goal")


class StopService(Step, frozen=True, kw_only=True):
    """rc service stopped, no process left; kill says whether SIGKILL may end it."""

    rc: str
    kill: bool = False

    @property
    def goal(self) -> str:
        return f"{self.rc} stopped"


class StartService(Step, frozen=True, kw_only=True):
    """rc service running; mounts are verified before it."""

    rc: str

    @property
    def goal(self) -> str:
        return f"{self.rc} running"


class RestartService(Step, frozen=True, kw_only=True):
    """rc service stopped and started again, the local remedy before a demotion."""

    rc: str
    kill: bool = True

    @property
    def goal(self) -> str:
        return f"{self.rc} restarted"


class Unmount(Step, frozen=True, kw_only=True):
    """Directory no longer a mount of device; forced only after force_after seconds."""

    directory: str
    device: str
    force_after: float

    @property
    def goal(self) -> str:
        return f"{self.directory} unmounted"


class SetRole(Step, frozen=True, kw_only=True):
    """HAST role as wanted, and for other than primary: worker and device gone."""

    resource: str
    role: HastRole
    device: str

    @property
    def goal(self) -> str:
        return f"{self.resource} {self.role}"


class AwaitDevice(Step, frozen=True, kw_only=True):
    """The primary's device node is there and can be read [FACTS B3]."""

    resource: str
    device: str

    @property
    def goal(self) -> str:
        return f"{self.device} readable"


class CheckFilesystem(Step, frozen=True, kw_only=True):
    """fsck -p came out clean; -y only where the owner allowed it [FACTS F3]."""

    device: str
    fstype: str
    allow_yes: bool = False

    @property
    def goal(self) -> str:
        return f"{self.device} checked"


class MountFilesystem(Step, frozen=True, kw_only=True):
    """Device mounted read-write at directory, by its fstab entry.

    unjoined is the HAST resource of the device where the peer was silent in the look
    that the plan was made from; empty where it was heard.
    """

    directory: str
    device: str
    unjoined: str = ""

    @property
    def goal(self) -> str:
        return f"{self.directory} mounted"


class ProveMount(Step, frozen=True, kw_only=True):
    """The mounted directory was read in a disposable child: device and sentinel."""

    directory: str
    device: str
    sentinel: str

    @property
    def goal(self) -> str:
        return f"{self.directory} proved"


class AwaitSql(Step, frozen=True, kw_only=True):
    """The service's SQL server answers."""

    service: str

    @property
    def goal(self) -> str:
        return f"{self.service} answers SQL"


class YieldVip(Step, frozen=True, kw_only=True):
    """The VIP is with the peer: this node is not MASTER and hears the peer's adverts.

    advskew and advbase are the values to set; settled_advbase is put back afterwards.
    predicted is when the arithmetic expects the peer to be MASTER, in seconds.
    """

    interface: str
    vhid: int
    lever: Lever
    advskew: int
    advbase: int
    settled_advbase: int
    predicted: float

    @property
    def goal(self) -> str:
        return f"VIP of vhid {self.vhid} with the peer"


class RestoreSkew(Step, frozen=True, kw_only=True):
    """advskew and advbase as they were before the demotion, the state unchanged."""

    interface: str
    vhid: int
    advskew: int
    advbase: int

    @property
    def goal(self) -> str:
        return f"advskew {self.advskew} on vhid {self.vhid}"


class TakeVip(Step, frozen=True, kw_only=True):
    """This node is MASTER (`state master` with the values that make it stick)."""

    interface: str
    vhid: int
    advskew: int
    advbase: int

    @property
    def goal(self) -> str:
        return f"VIP of vhid {self.vhid} here"


class AllowCarp(Step, frozen=True, kw_only=True):
    """net.inet.carp.allow as wanted; it concerns every vhid of the node [FACTS A10]."""

    allow: bool

    @property
    def goal(self) -> str:
        return f"net.inet.carp.allow={int(self.allow)}"


class RestartWorker(Step, frozen=True, kw_only=True):
    """The primary's worker was replaced, so that it sends its dirty map [FACTS B8].

    errors: local read and write errors that were known when it was planned.
    """

    resource: str
    workerpid: int
    errors: int = 0

    @property
    def goal(self) -> str:
        return f"worker of {self.resource} restarted"


class FencePeer(Step, frozen=True, kw_only=True):
    """The site's fence command confirmed that the peer is switched off."""

    peer: str

    @property
    def goal(self) -> str:
        return f"{self.peer} confirmed off"


class DiscardCopy(Step, frozen=True, kw_only=True):
    """This node's copy is worthless: metadata as after `hastctl create` [FACTS B9].

    Only `hawatch resync` makes such a step, after a person has typed `typed`.
    """

    resource: str
    typed: str

    @property
    def goal(self) -> str:
        return f"copy of {self.resource} discarded"


AnyStep = Union[  # noqa: UP007 - msgspec decodes the union by its tag
    StopService,
    StartService,
    RestartService,
    Unmount,
    SetRole,
    AwaitDevice,
    CheckFilesystem,
    MountFilesystem,
    ProveMount,
    AwaitSql,
    YieldVip,
    RestoreSkew,
    TakeVip,
    AllowCarp,
    RestartWorker,
    FencePeer,
    DiscardCopy,
]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The steps that are missing to reach a duty; empty when nothing is."""

    steps: tuple[AnyStep, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.steps)


class StepResult(enum.StrEnum):
    """How a step ended; only the read-back decides it [DESIGN law 4]."""

    REACHED = "reached"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REFUSED = "refused"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one step; text tells a person, seconds what it took."""

    step: AnyStep
    result: StepResult
    text: str
    seconds: float
